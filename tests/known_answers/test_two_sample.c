/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "estimators/two_sample.h"
#include "reference_cases.h"

enum { MOST = 64 };

static struct sample_summary summary_at(json_t *entry, const char *path)
{
  double values[MOST];
  const size_t n = reference_numbers(entry, path, values, MOST);

  return sample_summary(values, n);
}

/* Hours of sleep gained on two drugs: Student, "The probable error of a mean", Biometrika 1908;
 * 6:1. Figures of R 4.2 t.test(extra ~ group, sleep). */
static const double sleep_1[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2};
static const double sleep_2[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

static void sleep_gained_on_two_drugs_agrees_with_r(void **state)
{
  const struct sample_summary first = sample_summary(sleep_1, 10);
  const struct sample_summary second = sample_summary(sleep_2, 10);
  const struct t_test welch = welch_t_test(&first, &second, 0.95);
  const struct sample_summary pairs = paired_differences(sleep_1, sleep_2, 10);
  const struct t_test paired = one_sample_t_test(&pairs, 0, 0.95);

  (void)state;
  assert_near(welch.t, -1.8608, 5e-5);
  assert_near(welch.df, 17.776, 5e-4);
  assert_near(welch.p, 0.07939, 5e-6);
  assert_near(welch.confidence.low, -3.3654832, 5e-8);
  assert_near(welch.confidence.high, 0.2054832, 5e-8);
  assert_near(paired.t, -4.0621, 5e-5);
  assert_near(paired.p, 0.002833, 5e-7);
}

static void the_one_sample_case_agrees(void **state)
{
  json_t *entry = reference_case("CON-T1");
  const struct sample_summary sample = {.n_used = (size_t)reference_number(entry, "inputs.n"),
                                        .mean = reference_number(entry, "inputs.mean"),
                                        .sd = reference_number(entry, "inputs.sd")};
  const double mu0 = reference_number(entry, "inputs.mu0");
  const double tolerance = reference_number(entry, "tolerance.abs");
  const struct t_test test = one_sample_t_test(&sample, mu0, 0.95);

  (void)state;
  assert_near(test.t, reference_number(entry, "expected.t"), tolerance);
  assert_near(test.df, reference_number(entry, "expected.df"), 0);
  assert_near(test.p, reference_number(entry, "expected.p"), tolerance);
  assert_near(mu0 + test.confidence.low, reference_number(entry, "expected.ci.0"), tolerance);
  assert_near(mu0 + test.confidence.high, reference_number(entry, "expected.ci.1"), tolerance);
  json_decref(entry);
}

static void the_two_sample_case_agrees(void **state)
{
  json_t *entry = reference_case("CON-T2");
  const struct sample_summary placebo = summary_at(entry, "inputs.placebo");
  const struct sample_summary treatment = summary_at(entry, "inputs.treatment");
  const double tolerance = reference_number(entry, "tolerance.abs");
  const struct t_test student = student_t_test(&placebo, &treatment, 0.95);
  const struct t_test welch = welch_t_test(&placebo, &treatment, 0.95);

  (void)state;
  assert_near(student.t, reference_number(entry, "expected.t"), tolerance);
  assert_near(student.df, reference_number(entry, "expected.df"), 0);
  assert_near(student.p, reference_number(entry, "expected.p"), tolerance);
  /* Printed with 7 digits, the fifth decimal is the last. */
  assert_near(student.confidence.low, reference_number(entry, "expected.ci.0"), 5e-6);
  assert_near(student.confidence.high, reference_number(entry, "expected.ci.1"), 5e-6);
  assert_near(welch.df, reference_number(entry, "expected.welch_df"), 5e-6);
  assert_near(welch.p, reference_number(entry, "expected.welch_p"), tolerance);
  json_decref(entry);
}

static void the_paired_case_agrees(void **state)
{
  json_t *entry = reference_case("CON-PAIRED");
  double before[MOST], after[MOST];
  const size_t n = reference_numbers(entry, "inputs.before", before, MOST);
  const double tolerance = reference_number(entry, "tolerance.abs");
  struct sample_summary pairs;
  struct t_test test;

  (void)state;
  assert_int_equal(reference_numbers(entry, "inputs.after", after, MOST), n);
  pairs = paired_differences(before, after, n);
  test = one_sample_t_test(&pairs, 0, 0.95);
  assert_near(test.estimate, reference_number(entry, "expected.mean_diff"), tolerance);
  assert_near(test.t, reference_number(entry, "expected.t"), tolerance);
  assert_near(test.p, reference_number(entry, "expected.p"), tolerance);
  json_decref(entry);
}

static void missing_values_are_counted_not_used(void **state)
{
  const double holes[] = {1, (double)NAN, 3, (double)NAN};
  const struct sample_summary summary = sample_summary(holes, 4);
  const double others[] = {1, 2, (double)NAN, 4};

  (void)state;
  assert_int_equal(summary.n_used, 2);
  assert_int_equal(summary.n_missing, 2);
  assert_near(summary.mean, 2, 0);
  assert_near(summary.sd, sqrt(2), 1e-15);
  assert_int_equal(paired_differences(holes, others, 4).n_used, 1);
  assert_int_equal(paired_differences(holes, others, 4).n_missing, 3);
}

static void too_few_observations_give_an_estimate_without_error(void **state)
{
  const double values[] = {1, 2, 4};
  const struct sample_summary none = sample_summary(values, 0), one = sample_summary(values, 1);
  const struct sample_summary two = sample_summary(values, 2);

  (void)state;
  assert_true(isnan(none.mean));
  assert_true(isnan(one.sd));
  assert_true(isnan(student_t_test(&none, &two, 0.95).estimate));
  assert_near(student_t_test(&one, &one, 0.95).estimate, 0, 0);
  assert_true(isnan(student_t_test(&one, &one, 0.95).se));
  assert_true(isnan(student_t_test(&one, &one, 0.95).p));
  assert_true(isnan(welch_t_test(&one, &two, 0.95).confidence.low));
  /* One against two: pooled variance 1/2 on 1 df, se^2 = 1/2 (1 + 1/2). */
  assert_near(student_t_test(&one, &two, 0.95).se, sqrt(0.75), 1e-15);
  assert_true(isnan(one_sample_t_test(&one, 0, 0.95).confidence.high));
}

static void constant_data_have_no_p_value(void **state)
{
  const double fives[] = {5, 5, 5}, threes[] = {3, 3};
  const struct sample_summary first = sample_summary(fives, 3), second = sample_summary(threes, 2);
  const struct t_test student = student_t_test(&first, &second, 0.95);

  (void)state;
  assert_near(student.estimate, 2, 0);
  assert_near(student.se, 0, 0);
  assert_true(isnan(student.p));
  assert_near(student.confidence.low, 2, 0);
  assert_true(isnan(welch_t_test(&first, &second, 0.95).p));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sleep_gained_on_two_drugs_agrees_with_r),
      cmocka_unit_test(the_one_sample_case_agrees),
      cmocka_unit_test(the_two_sample_case_agrees),
      cmocka_unit_test(the_paired_case_agrees),
      cmocka_unit_test(missing_values_are_counted_not_used),
      cmocka_unit_test(too_few_observations_give_an_estimate_without_error),
      cmocka_unit_test(constant_data_have_no_p_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
