/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "estimators/response.h"
#include "reference_cases.h"

static const double time_d[] = {0, 7, 14, 21, 28};
static const double pressure[] = {150, 138, 145, (double)NAN, 139};
static const struct samples samples = {.n = 5, .time = time_d, .value = pressure};
static const struct interval whole = {0, 28}, at_most_140 = {-(double)INFINITY, 140};

static void any_all_and_last_look_at_the_samples_in_the_window(void **state)
{
  const struct interval late = {14, 28}, early = {5, 8};

  (void)state;
  assert_near(response(&samples, whole, at_most_140, RESPONSE_ANY).value, 1, 0);
  assert_near(response(&samples, whole, at_most_140, RESPONSE_ALL).value, 0, 0);
  assert_near(response(&samples, whole, at_most_140, RESPONSE_LAST).value, 1, 0);
  assert_near(response(&samples, (struct interval){0, 14}, at_most_140, RESPONSE_LAST).value, 0, 0);
  assert_near(response(&samples, early, at_most_140, RESPONSE_ALL).value, 1, 0);
  assert_near(response(&samples, late, at_most_140, RESPONSE_ALL).value, 0, 0);
  assert_int_equal(response(&samples, late, at_most_140, RESPONSE_ALL).n_used, 2);
  assert_int_equal(response(&samples, late, at_most_140, RESPONSE_ALL).n_missing, 1);
}

static void a_window_without_samples_gives_no_answer(void **state)
{
  const struct response none = response(&samples, (struct interval){20, 22}, at_most_140,
                                        RESPONSE_ANY);

  (void)state;
  assert_true(isnan(none.value));
  assert_int_equal(none.n_used, 0);
  assert_int_equal(none.n_missing, 1);
}

static void the_event_is_the_first_sample_in_range(void **state)
{
  const struct first_response first = first_response(&samples, whole, at_most_140, (double)NAN);

  (void)state;
  assert_int_equal(first.censored, 0);
  assert_near(first.time, 7, 0);
  assert_int_equal(first.n_used, 4);
  assert_int_equal(first.n_missing, 1);
}

static void without_event_a_patient_is_censored_at_the_end_or_the_last_sample(void **state)
{
  const struct interval never = {0, 100}, none = {1, 6};
  const struct first_response last = first_response(&samples, whole, never, (double)NAN);
  const struct first_response end = first_response(&samples, whole, never, 30);

  (void)state;
  assert_int_equal(last.censored, 1);
  assert_near(last.time, 28, 0);
  assert_int_equal(end.censored, 1);
  assert_near(end.time, 30, 0);
  assert_true(isnan(first_response(&samples, none, never, (double)NAN).time));
}

static void the_nearest_sample_within_the_allowance_is_the_value(void **state)
{
  (void)state;
  assert_near(value_at(&samples, 13, 2).value, 145, 0);
  assert_near(value_at(&samples, 10.5, 3.5).time, 7, 0);
  assert_true(isnan(value_at(&samples, 13, 0).value));
  assert_true(isnan(value_at(&samples, 21, 0).value));
  assert_int_equal(value_at(&samples, 21, 0).n_missing, 1);
}

static void of_two_samples_at_one_time_the_later_counts(void **state)
{
  const double time[] = {1, 1}, value[] = {5, 6};
  const struct samples pair = {.n = 2, .time = time, .value = value};

  (void)state;
  assert_near(value_at(&pair, 1, 0).value, 6, 0);
}

static void change_is_later_minus_baseline(void **state)
{
  const struct sampled_value change = change_from_baseline(&samples, 0, 28, 0);

  (void)state;
  assert_near(change.value, -11, 0);
  assert_int_equal(change.n_used, 2);
  assert_true(isnan(change_from_baseline(&samples, 0, 21, 0).value));
  assert_int_equal(change_from_baseline(&samples, 0, 21, 0).n_missing, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_all_and_last_look_at_the_samples_in_the_window),
      cmocka_unit_test(a_window_without_samples_gives_no_answer),
      cmocka_unit_test(the_event_is_the_first_sample_in_range),
      cmocka_unit_test(without_event_a_patient_is_censored_at_the_end_or_the_last_sample),
      cmocka_unit_test(the_nearest_sample_within_the_allowance_is_the_value),
      cmocka_unit_test(of_two_samples_at_one_time_the_later_counts),
      cmocka_unit_test(change_is_later_minus_baseline),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
