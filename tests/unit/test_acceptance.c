/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "acceptance.h"

static const double none = (double)NAN;

/* Simulated 7.0 [3, 11] from arms of 68 and 61. */
static struct planned_endpoint endpoint = {.name = "ttr", .unit = "%"};
static struct planned_analysis plan = {
    .estimand = "primary", .n_arms = 2, .endpoint = &endpoint, .effect = EFFECT_MEAN_DIFFERENCE};
static struct planned_analysis description = {
    .estimand = "primary", .n_arms = 2, .endpoint = &endpoint};
static struct trial_analysis simulated(void)
{
  return (struct trial_analysis){
      .plan = &plan,
      .n_replicates = 200,
      .effect = {.n_used = 200, .mean = 7, .mcse = 0.1, .prediction = {3, 11}},
      .arm = {{.centre = {.mean = 68}}, {.centre = {.mean = 61}}}};
}

static struct published_result published(double estimate, double low, double high)
{
  return (struct published_result){.estimand = "primary",
                                   .estimate = estimate,
                                   .confidence = {low, high},
                                   .arm_value = {67.4, 60.3},
                                   .arm_band = 8};
}

static struct acceptance judge(const struct published_result *result)
{
  static struct trial_analysis analysis;

  analysis = simulated();
  return acceptance(result, &analysis, 1);
}

static void agreement_in_effect_and_arms_passes(void **state)
{
  const struct published_result result = published(7.0, 3.3, 10.6);
  const struct acceptance judged = judge(&result);

  (void)state;
  assert_int_equal(judged.overall, VERDICT_PASS);
  assert_int_equal(judged.arms, VERDICT_PASS);
  assert_true(judged.has_enough_replicates);
  assert_true(fabs(judged.arm_distance[0] - 0.6) < 1e-12);
}

static void a_mean_outside_the_published_interval_fails(void **state)
{
  const struct published_result result = published(9, 7.5, 10.6);
  const struct acceptance judged = judge(&result);

  (void)state;
  assert_int_equal(judged.mean_in_published, VERDICT_FAIL);
  assert_int_equal(judged.published_in_prediction, VERDICT_PASS);
  assert_int_equal(judged.overall, VERDICT_FAIL);
}

static void a_published_estimate_that_no_replicate_reaches_fails(void **state)
{
  const struct published_result result = published(12, 5, 19);
  const struct acceptance judged = judge(&result);

  (void)state;
  assert_int_equal(judged.mean_in_published, VERDICT_PASS);
  assert_int_equal(judged.published_in_prediction, VERDICT_FAIL);
  assert_int_equal(judged.overall, VERDICT_FAIL);
}

static void arms_alone_off_are_a_misfit_of_transport(void **state)
{
  struct published_result result = published(7.0, 3.3, 10.6);

  (void)state;
  result.arm_value[1] = 50;
  assert_int_equal(judge(&result).arms, VERDICT_FAIL);
  assert_int_equal(judge(&result).overall, VERDICT_TRANSPORT);
  result.confidence.low = 8;
  assert_int_equal(judge(&result).overall, VERDICT_FAIL);
}

static void what_was_not_published_is_not_judged(void **state)
{
  struct published_result result = published(7.0, none, none);

  (void)state;
  assert_int_equal(judge(&result).mean_in_published, VERDICT_UNDECIDED);
  assert_int_equal(judge(&result).overall, VERDICT_UNDECIDED);
  result = published(7.0, 3.3, 10.6);
  result.arm_band = none;
  assert_int_equal(judge(&result).arms, VERDICT_UNDECIDED);
  assert_int_equal(judge(&result).overall, VERDICT_PASS);
  result.estimand = "another";
  assert_null(judge(&result).analysis);
  assert_int_equal(judge(&result).overall, VERDICT_UNDECIDED);
}

static void one_replicate_cannot_decide(void **state)
{
  const struct published_result result = published(7.0, 3.3, 10.6);
  struct trial_analysis analysis = simulated();
  struct acceptance judged;

  (void)state;
  analysis.n_replicates = analysis.effect.n_used = 1;
  analysis.effect.prediction = (struct interval){none, none};
  judged = acceptance(&result, &analysis, 1);
  assert_int_equal(judged.mean_in_published, VERDICT_PASS);
  assert_int_equal(judged.overall, VERDICT_UNDECIDED);
  assert_false(judged.has_enough_replicates);
}

static void an_analysis_that_compares_arms_is_judged_before_one_that_describes_them(void **state)
{
  const struct published_result result = published(7.0, 3.3, 10.6);
  struct trial_analysis analyses[2] = {simulated(), simulated()};

  (void)state;
  analyses[0].plan = &description;
  analyses[0].effect.mean = none;
  assert_ptr_equal(acceptance(&result, analyses, 2).analysis, &analyses[1]);
  assert_int_equal(acceptance(&result, analyses, 2).overall, VERDICT_PASS);
  assert_ptr_equal(acceptance(&result, analyses, 1).analysis, &analyses[0]);
  analyses[1].problem = "not done";
  assert_ptr_equal(acceptance(&result, analyses, 2).analysis, &analyses[0]);
}

static void arms_alone_can_be_compared(void **state)
{
  struct published_result result = published(none, none, none);

  (void)state;
  assert_false(judge(&result).has_effect);
  assert_int_equal(judge(&result).arms, VERDICT_PASS);
  assert_int_equal(judge(&result).overall, VERDICT_UNDECIDED);
  result.estimate = 7;
  assert_true(judge(&result).has_effect);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agreement_in_effect_and_arms_passes),
      cmocka_unit_test(a_mean_outside_the_published_interval_fails),
      cmocka_unit_test(a_published_estimate_that_no_replicate_reaches_fails),
      cmocka_unit_test(arms_alone_off_are_a_misfit_of_transport),
      cmocka_unit_test(what_was_not_published_is_not_judged),
      cmocka_unit_test(one_replicate_cannot_decide),
      cmocka_unit_test(an_analysis_that_compares_arms_is_judged_before_one_that_describes_them),
      cmocka_unit_test(arms_alone_can_be_compared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
