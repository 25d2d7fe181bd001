/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/random_stream.h"
#include "estimators/replicates.h"
#include "reference_cases.h"

static void quantiles_are_of_type_seven(void **state)
{
  /* Hyndman and Fan's definition by hand; R 4.2 quantile(c(1, 2, 4, 8), c(.1, .25, .5)) */
  const double values[] = {8, 2, 1, (double)NAN, 4};

  (void)state;
  assert_near(replicate_quantile(values, 5, 0), 1, 0);
  assert_near(replicate_quantile(values, 5, 0.1), 1.3, 1e-15);
  assert_near(replicate_quantile(values, 5, 0.25), 1.75, 0);
  assert_near(replicate_quantile(values, 5, 0.5), 3, 0);
  assert_near(replicate_quantile(values, 5, 1), 8, 0);
  assert_true(isnan(replicate_quantile(values, 0, 0.5)));
}

static void the_mean_of_replicates_carries_its_monte_carlo_error(void **state)
{
  double values[101];
  struct replicate_summary summary;

  (void)state;
  for (int i = 0; i < 100; i++) values[i] = i + 1; /* variance n (n + 1) / 12 */
  values[100] = (double)NAN;
  summary = replicate_summary(values, 101, 0.95);
  assert_int_equal(summary.n_used, 100);
  assert_int_equal(summary.n_missing, 1);
  assert_near(summary.mean, 50.5, 0);
  assert_near(summary.sd, sqrt(100.0 * 101 / 12), 1e-12);
  assert_near(summary.mcse, sqrt(101.0 / 12), 1e-12);
  assert_near(summary.prediction.low, 3.475, 1e-12);
  assert_near(summary.prediction.high, 97.525, 1e-12);
}

static void an_infinite_value_is_the_greatest(void **state)
{
  const double inf = (double)INFINITY;
  const double values[] = {inf, 2, 1, 4, inf, (double)NAN};

  (void)state;
  assert_near(replicate_quantile(values, 6, 0.5), 4, 0);
  assert_near(replicate_quantile(values, 6, 0.25), 2, 0);
  assert_true(isinf(replicate_quantile(values, 6, 0.6)));
  assert_true(isinf(replicate_quantile(values, 6, 1)));
  assert_near(replicate_summary(values, 6, 0.95).median, 4, 0);
  assert_true(isinf(replicate_summary(values, 6, 0.95).prediction.high));
}

/* The median of n normal values has the variance pi / (2 n), for large n. */
static void the_error_of_a_median_is_that_of_normal_samples(void **state)
{
  enum { N_SAMPLES = 2000, N = 401 };
  const struct random_stream stream = {.seed = 1984, .replicate = 1, .patient = 1};
  double values[N], squares = 0;

  (void)state;
  for (uint32_t sample = 0; sample < N_SAMPLES; sample++) {
    double error;

    for (uint32_t i = 0; i < N; i++) {
      values[i] = random_normal(&stream, RANDOM_BOOTSTRAP, sample * N + i, 0);
    }
    error = replicate_summary(values, N, 0.95).median_mcse;
    squares += error * error;
  }
  assert_near(sqrt(squares / N_SAMPLES) / sqrt(acos(-1) / (2 * N)), 1, 0.03);
}

/* By hand: n = 20, rank 10.5 - 2.5758 sqrt(5) = 4.74 rounds to 5: (x16 - x5) / (2 2.5758). */
static void the_error_of_a_median_comes_from_order_statistics(void **state)
{
  double values[20];

  (void)state;
  for (int i = 0; i < 20; i++) values[i] = 20 - i;
  assert_near(replicate_summary(values, 20, 0.95).median, 10.5, 0);
  assert_near(replicate_summary(values, 20, 0.95).median_mcse, 11 / (2 * 2.5758293035489004),
              1e-12);
  assert_true(isnan(replicate_summary(values, 6, 0.95).median_mcse));
  assert_true(isnan(replicate_summary(values, 0, 0.95).median_mcse));
}

static void one_replicate_has_no_prediction_interval(void **state)
{
  const double value = 7;
  const struct replicate_summary one = replicate_summary(&value, 1, 0.95);

  (void)state;
  assert_near(one.mean, 7, 0);
  assert_true(isnan(one.mcse));
  assert_true(isnan(one.prediction.low));
  assert_true(isnan(replicate_summary(&value, 0, 0.95).mean));
}

static void the_rejection_rate_counts_p_below_alpha(void **state)
{
  const double p[] = {0.01, 0.05, 0.2, (double)NAN, 0.049};
  const struct rejection_rate rate = rejection_rate(p, 5, 0.05);

  (void)state;
  assert_int_equal(rate.n_used, 4);
  assert_int_equal(rate.n_missing, 1);
  assert_int_equal(rate.n_rejected, 2);
  assert_near(rate.mcse, 0.25, 0);
  assert_true(isnan(rejection_rate(p, 0, 0.05).rate));
}

static void the_monte_carlo_error_case_agrees(void **state)
{
  static const char *const names[] = {"expected.se_025", "expected.se_80", "expected.se_90"};
  json_t *entry = reference_case("OC-MCSE");
  const char *half_width;
  json_t *expected;
  double rates[3], reps[4], se[4];

  (void)state;
  assert_int_equal(reference_numbers(entry, "inputs.rates", rates, 3), 3);
  assert_int_equal(reference_numbers(entry, "inputs.reps", reps, 4), 4);
  for (int r = 0; r < 3; r++) {
    reference_numbers(entry, names[r], se, 4);
    /* Printed with six decimals. */
    for (int i = 0; i < 4; i++) assert_near(rejection_rate_mcse(rates[r], reps[i]), se[i], 5.1e-7);
  }
  json_object_foreach(reference_at(entry, "expected.reps_halfwidth"), half_width, expected)
  {
    assert_near(replicates_for_half_width(0.025, atof(half_width), 0.95) /
                    json_number_value(expected),
                1, reference_number(entry, "tolerance.rel"));
  }
  json_decref(entry);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_are_of_type_seven),
      cmocka_unit_test(the_mean_of_replicates_carries_its_monte_carlo_error),
      cmocka_unit_test(an_infinite_value_is_the_greatest),
      cmocka_unit_test(the_error_of_a_median_is_that_of_normal_samples),
      cmocka_unit_test(the_error_of_a_median_comes_from_order_statistics),
      cmocka_unit_test(one_replicate_has_no_prediction_interval),
      cmocka_unit_test(the_rejection_rate_counts_p_below_alpha),
      cmocka_unit_test(the_monte_carlo_error_case_agrees),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
