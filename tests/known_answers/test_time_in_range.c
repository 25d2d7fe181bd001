/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed forms: the crossing of a straight line with a limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "estimators/time_in_range.h"
#include "reference_cases.h"

static const struct interval inr = {2, 3};

static struct time_in_range of(size_t n, const double *time, const double *value, double from,
                               double to)
{
  const struct samples samples = {.n = n, .time = time, .value = value};

  return time_in_range(&samples, (struct interval){from, to}, inr);
}

static void a_line_that_passes_through_the_range_is_in_it_between_the_crossings(void **state)
{
  const double time[] = {0, 10}, value[] = {1, 5}; /* 2 at 2.5, 3 at 5 */
  const struct time_in_range up = of(2, time, value, 0, 10);
  const double falling[] = {5, 1};
  const struct time_in_range down = of(2, time, falling, 0, 10);

  (void)state;
  assert_near(up.fraction, 0.25, 0);
  assert_near(up.time_in, 2.5, 0);
  assert_near(up.time_covered, 10, 0);
  assert_near(down.fraction, 0.25, 0);
  assert_int_equal(up.n_used, 2);
}

static void samples_outside_the_window_serve_to_interpolate_at_its_ends(void **state)
{
  const double time[] = {0, 10}, value[] = {1, 5};
  const struct time_in_range cut = of(2, time, value, 4, 6); /* 2.6 to 3.4; 3 at 5 */

  (void)state;
  assert_near(cut.time_covered, 2, 0);
  assert_near(cut.fraction, 0.5, 0);
}

static void time_beyond_the_samples_is_left_out_of_the_denominator(void **state)
{
  const double time[] = {2, 6}, value[] = {2.5, 2.5};
  const struct time_in_range known = of(2, time, value, 0, 100);

  (void)state;
  assert_near(known.time_covered, 4, 0);
  assert_near(known.fraction, 1, 0);
}

static void a_missing_sample_joins_its_neighbours_and_is_counted(void **state)
{
  const double time[] = {0, 5, 10}, value[] = {1, (double)NAN, 5};
  const struct time_in_range joined = of(3, time, value, 0, 10);

  (void)state;
  assert_near(joined.fraction, 0.25, 0);
  assert_int_equal(joined.n_used, 2);
  assert_int_equal(joined.n_missing, 1);
}

static void without_two_samples_nothing_is_covered(void **state)
{
  const double time[] = {1}, value[] = {2.5};
  const struct time_in_range none = of(0, time, value, 0, 10), one = of(1, time, value, 0, 10);

  (void)state;
  assert_true(isnan(none.fraction));
  assert_true(isnan(one.fraction));
  assert_near(one.time_covered, 0, 0);
  assert_int_equal(one.n_used, 1);
}

static void a_value_on_the_limit_is_in_range(void **state)
{
  const double time[] = {0, 1, 2}, low[] = {2, 2, 2}, high[] = {3, 3, 3}, above[] = {3.1, 3.1, 3.1};

  (void)state;
  assert_near(of(3, time, low, 0, 2).fraction, 1, 0);
  assert_near(of(3, time, high, 0, 2).fraction, 1, 0);
  assert_near(of(3, time, above, 0, 2).fraction, 0, 0);
}

static void two_samples_at_one_time_make_a_jump(void **state)
{
  const double time[] = {0, 4, 4, 10}, value[] = {2.5, 2.5, 5, 5};

  (void)state;
  assert_near(of(4, time, value, 0, 10).fraction, 0.4, 1e-16);
}

static void an_open_range_needs_one_crossing_only(void **state)
{
  const double time[] = {0, 8}, value[] = {0, 8};
  const struct samples samples = {.n = 2, .time = time, .value = value};
  const struct interval window = {0, 8};

  (void)state;
  assert_near(time_in_range(&samples, window, (struct interval){6, (double)INFINITY}).fraction,
              0.25, 0);
  assert_near(time_in_range(&samples, window, (struct interval){-(double)INFINITY, 6}).fraction,
              0.75, 0);
}

static void the_parts_of_a_window_add_up(void **state)
{
  const double time[] = {0, 3, 7, 12, 20, 28}, value[] = {1.1, 1.7, 2.9, 3.6, 2.2, 1.9};
  double in = 0, covered = 0;

  (void)state;
  for (int day = 0; day < 28; day++) {
    const struct time_in_range part = of(6, time, value, day, day + 1);

    in += part.time_in;
    covered += part.time_covered;
  }
  assert_near(in, of(6, time, value, 0, 28).time_in, 1e-12);
  assert_near(covered, 28, 1e-12);
  assert_near(in, 4 * (2.9 - 2) / 1.2 + 5 * 0.1 / 0.7 + 8 * 0.8 / 1.4 + 8 * 0.2 / 0.3, 1e-12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_line_that_passes_through_the_range_is_in_it_between_the_crossings),
      cmocka_unit_test(samples_outside_the_window_serve_to_interpolate_at_its_ends),
      cmocka_unit_test(time_beyond_the_samples_is_left_out_of_the_denominator),
      cmocka_unit_test(a_missing_sample_joins_its_neighbours_and_is_counted),
      cmocka_unit_test(without_two_samples_nothing_is_covered),
      cmocka_unit_test(a_value_on_the_limit_is_in_range),
      cmocka_unit_test(two_samples_at_one_time_make_a_jump),
      cmocka_unit_test(an_open_range_needs_one_crossing_only),
      cmocka_unit_test(the_parts_of_a_window_add_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
