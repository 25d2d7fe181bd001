/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "estimators/distributions.h"
#include "estimators/proportion.h"
#include "estimators/risk_difference.h"
#include "reference_cases.h"

static void check_interval(struct interval interval, double low, double high, double tolerance)
{
  assert_near(interval.low, low, tolerance);
  assert_near(interval.high, high, tolerance);
}

static struct interval interval_of(double x, double n, enum proportion_method method)
{
  const struct proportion proportion = {.n_events = x, .n = n};

  return proportion_interval(&proportion, method, 0.95);
}

/* Newcombe, "Two-sided confidence intervals for the single proportion", Stat Med 1998; 17:857-872,
 * table I. */
static void newcombes_single_proportions_agree(void **state)
{
  (void)state;
  check_interval(interval_of(81, 263, PROPORTION_WALD), 0.2522, 0.3638, 5e-5);
  check_interval(interval_of(81, 263, PROPORTION_WILSON), 0.2553, 0.3662, 5e-5);
  check_interval(interval_of(81, 263, PROPORTION_CLOPPER_PEARSON), 0.2527, 0.3676, 5e-5);
  check_interval(interval_of(0, 20, PROPORTION_WILSON), 0, 0.1611, 5e-5);
  check_interval(interval_of(0, 20, PROPORTION_CLOPPER_PEARSON), 0, 0.1684, 5e-5);
  check_interval(interval_of(1, 29, PROPORTION_WILSON), 0.0061, 0.1718, 5e-5);
  check_interval(interval_of(1, 29, PROPORTION_CLOPPER_PEARSON), 0.0009, 0.1776, 5e-5);
}

/* Newcombe, "Interval estimation for the difference between independent proportions", Stat Med
 * 1998; 17:873-890, table II (a): 56/70 and 48/80, methods 1, 5, 6 and 10. */
static void newcombes_difference_of_proportions_agrees(void **state)
{
  const struct proportion first = {.n_events = 56, .n = 70}, second = {.n_events = 48, .n = 80};

  (void)state;
  check_interval(risk_difference_interval(&first, &second, RISK_DIFFERENCE_WALD, 0.95), 0.0575,
                 0.3425, 5e-5);
  check_interval(risk_difference_interval(&first, &second, RISK_DIFFERENCE_MEE, 0.95), 0.0533,
                 0.3377, 5e-5);
  check_interval(
      risk_difference_interval(&first, &second, RISK_DIFFERENCE_MIETTINEN_NURMINEN, 0.95), 0.0528,
      0.3382, 5e-5);
  check_interval(risk_difference_interval(&first, &second, RISK_DIFFERENCE_NEWCOMBE, 0.95), 0.0524,
                 0.3339, 5e-5);
}

static void the_one_proportion_case_agrees(void **state)
{
  static const char *const names[] = {"wald", "wilson", "clopper_pearson", "jeffreys",
                                      "agresti_coull"};
  static const enum proportion_method methods[] = {PROPORTION_WALD, PROPORTION_WILSON,
                                                   PROPORTION_CLOPPER_PEARSON, PROPORTION_JEFFREYS,
                                                   PROPORTION_AGRESTI_COULL};
  json_t *entry = reference_case("BIN-CI-1PROP");
  const double x = reference_number(entry, "inputs.x"), n = reference_number(entry, "inputs.n");
  double limits[2];
  char path[64];

  (void)state;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    snprintf(path, sizeof path, "expected.%s", names[i]);
    assert_int_equal(reference_numbers(entry, path, limits, 2), 2);
    check_interval(interval_of(x, n, methods[i]), limits[0], limits[1],
                   reference_number(entry, "tolerance.abs"));
  }
  json_decref(entry);
}

static struct proportion proportion_at(json_t *entry, const char *x, const char *n)
{
  return (struct proportion){.n_events = reference_number(entry, x),
                             .n = reference_number(entry, n)};
}

static void the_risk_difference_case_agrees(void **state)
{
  static const char *const names[] = {"newcombe", "miettinen_nurminen", "mee", "wald",
                                      "agresti_caffo"};
  static const enum risk_difference_method methods[] = {
      RISK_DIFFERENCE_NEWCOMBE, RISK_DIFFERENCE_MIETTINEN_NURMINEN, RISK_DIFFERENCE_MEE,
      RISK_DIFFERENCE_WALD, RISK_DIFFERENCE_AGRESTI_CAFFO};
  json_t *entry = reference_case("BIN-CI-RD");
  const struct proportion first = proportion_at(entry, "inputs.x1", "inputs.n1");
  const struct proportion second = proportion_at(entry, "inputs.x2", "inputs.n2");
  double limits[2];
  char path[64];

  (void)state;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    snprintf(path, sizeof path, "expected.%s", names[i]);
    assert_int_equal(reference_numbers(entry, path, limits, 2), 2);
    check_interval(risk_difference_interval(&first, &second, methods[i], 0.95), limits[0],
                   limits[1], reference_number(entry, "tolerance.abs"));
  }
  json_decref(entry);
}

static void the_chi_squared_case_agrees(void **state)
{
  json_t *entry = reference_case("BIN-CHISQ");
  const struct proportion first = proportion_at(entry, "inputs.x1", "inputs.n1");
  const struct proportion second = proportion_at(entry, "inputs.x2", "inputs.n2");
  const struct chi_squared_test plain = pearson_chi_squared(&first, &second, 0);
  const struct chi_squared_test yates = pearson_chi_squared(&first, &second, 1);
  const double tolerance = reference_number(entry, "tolerance.abs");
  const double tolerance_yates = reference_number(entry, "tolerance.abs_yates");

  (void)state;
  assert_near(plain.chi_squared, reference_number(entry, "expected.chisq"), tolerance);
  assert_near(plain.p, reference_number(entry, "expected.p"), tolerance);
  assert_near(yates.chi_squared, reference_number(entry, "expected.yates"), tolerance_yates);
  assert_near(yates.p, reference_number(entry, "expected.yates_p"), tolerance_yates);
  json_decref(entry);
}

static void exchanging_the_arms_changes_the_sign(void **state)
{
  const struct proportion a = {.n_events = 9, .n = 10}, b = {.n_events = 3, .n = 10};

  (void)state;
  assert_near(risk_difference(&a, &b), 0.6, 1e-15);
  for (int method = RISK_DIFFERENCE_NEWCOMBE; method <= RISK_DIFFERENCE_AGRESTI_CAFFO; method++) {
    const struct interval ab = risk_difference_interval(&a, &b, (enum risk_difference_method)method,
                                                        0.9);
    const struct interval ba = risk_difference_interval(&b, &a, (enum risk_difference_method)method,
                                                        0.9);

    check_interval(ba, -ab.high, -ab.low, 1e-14);
    assert_true(ab.low < 0.6 && 0.6 < ab.high);
  }
}

/* With no events in either group the likelihood's rarer proportion is 0, so the limits are closed
 * forms: Wilson's z^2 / (n + z^2), with z^2 N/(N-1) in place of z^2 for Miettinen-Nurminen. */
static void no_events_and_all_events_have_closed_forms(void **state)
{
  const struct proportion none = {.n_events = 0, .n = 10}, all = {.n_events = 10, .n = 10};
  const double z = normal_critical(0.95), q = z * z, wider = q * 20 / 19;
  const double limit = q / (10 + q), limit_mn = wider / (10 + wider);

  (void)state;
  check_interval(interval_of(0, 10, PROPORTION_WILSON), 0, limit, 1e-15);
  check_interval(interval_of(10, 10, PROPORTION_WILSON), 1 - limit, 1, 1e-15);
  check_interval(interval_of(0, 10, PROPORTION_CLOPPER_PEARSON), 0, 1 - pow(0.025, 0.1), 1e-14);
  check_interval(interval_of(10, 10, PROPORTION_CLOPPER_PEARSON), pow(0.025, 0.1), 1, 1e-14);
  check_interval(interval_of(0, 10, PROPORTION_WALD), 0, 0, 0);
  assert_near(interval_of(0, 10, PROPORTION_JEFFREYS).low, 0, 0);
  assert_near(interval_of(10, 10, PROPORTION_JEFFREYS).high, 1, 0);
  check_interval(risk_difference_interval(&none, &none, RISK_DIFFERENCE_NEWCOMBE, 0.95), -limit,
                 limit, 1e-15);
  check_interval(risk_difference_interval(&none, &none, RISK_DIFFERENCE_MEE, 0.95), -limit, limit,
                 1e-14);
  check_interval(risk_difference_interval(&all, &all, RISK_DIFFERENCE_MIETTINEN_NURMINEN, 0.95),
                 -limit_mn, limit_mn, 1e-14);
  assert_near(risk_difference_interval(&all, &none, RISK_DIFFERENCE_MIETTINEN_NURMINEN, 0.95).high,
              1, 0);
  assert_true(isnan(pearson_chi_squared(&none, &none, 0).p));
  assert_true(isnan(pearson_chi_squared(&all, &all, 1).p));
  assert_near(pearson_chi_squared(&all, &none, 0).chi_squared, 20, 1e-12);
}

static void an_empty_group_has_no_interval(void **state)
{
  const struct proportion empty = {0}, some = {.n_events = 1, .n = 2};

  (void)state;
  assert_true(isnan(proportion_estimate(&empty)));
  for (int method = PROPORTION_WALD; method <= PROPORTION_AGRESTI_COULL; method++) {
    assert_true(isnan(interval_of(0, 0, (enum proportion_method)method).low));
  }
  for (int method = RISK_DIFFERENCE_NEWCOMBE; method <= RISK_DIFFERENCE_AGRESTI_CAFFO; method++) {
    assert_true(isnan(
        risk_difference_interval(&empty, &some, (enum risk_difference_method)method, 0.95).high));
  }
  assert_true(isnan(pearson_chi_squared(&empty, &some, 0).chi_squared));
}

static void missing_values_are_counted(void **state)
{
  const double values[] = {1, 0, (double)NAN, 1};
  const struct proportion proportion = proportion_of(values, 4);

  (void)state;
  assert_near(proportion.n, 3, 0);
  assert_near(proportion.n_events, 2, 0);
  assert_int_equal(proportion.n_missing, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(newcombes_single_proportions_agree),
      cmocka_unit_test(newcombes_difference_of_proportions_agrees),
      cmocka_unit_test(the_one_proportion_case_agrees),
      cmocka_unit_test(the_risk_difference_case_agrees),
      cmocka_unit_test(the_chi_squared_case_agrees),
      cmocka_unit_test(exchanging_the_arms_changes_the_sign),
      cmocka_unit_test(no_events_and_all_events_have_closed_forms),
      cmocka_unit_test(an_empty_group_has_no_interval),
      cmocka_unit_test(missing_values_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
