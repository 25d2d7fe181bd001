/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to happen to one patient: the order of arrivals, additional doses, ends of infusions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "twin/regimen.h"

static void arrivals_come_by_time_then_in_the_order_of_their_records(void **state)
{
  static const double first[] = {8, 2, 8, 0, 2, 4}, lag[] = {0, 6, 0, 4, 6, 0};
  static const double wanted[] = {4, 6, 1, 2, 3, 5}; /* amounts: 1 + the place above */
  struct regimen regimen = {0};
  struct arrival taken;

  (void)state;
  assert_true(regimen_next(&regimen) == (double)INFINITY);
  for (int i = 0; i < 6; i++)
    regimen_add(&regimen, &(struct arrival){.first = first[i], .lag = lag[i], .amount = 1 + i});
  assert_true(regimen_next(&regimen) == 4);
  assert_false(regimen_take(&regimen, 3.999999, &taken));
  for (int i = 0; i < 6; i++) {
    assert_int_equal(regimen_take(&regimen, 7.5, &taken), i < 2);
    if (i >= 2) assert_true(regimen_take(&regimen, 8, &taken));
    assert_true(taken.amount == wanted[i]);
  }
  assert_false(regimen_take(&regimen, 1e9, &taken));
  regimen_clear(&regimen);
}

static void additional_doses_follow_at_the_written_times(void **state)
{
  struct regimen regimen = {0};
  struct arrival taken;

  (void)state;
  regimen_add(&regimen,
              &(struct arrival){.first = 0.1, .lag = 0.2, .interval = 0.1, .additional = 999999});
  for (int i = 0; i < 1000000; i++) {
    char written[20];

    snprintf(written, sizeof written, "%d.%d", (i + 3) / 10, (i + 3) % 10);
    assert_true(regimen_next(&regimen) == strtod(written, NULL));
    assert_true(regimen_take(&regimen, strtod(written, NULL), &taken));
  }
  assert_true(regimen_next(&regimen) == (double)INFINITY);
  regimen_clear(&regimen);
}

static void an_additional_dose_comes_after_what_was_ordered_for_its_time(void **state)
{
  struct regimen regimen = {0};
  struct arrival taken;
  static const double wanted[] = {1, 2, 3, 1};

  (void)state;
  regimen_add(&regimen, &(struct arrival){.amount = 1, .interval = 12, .additional = 1});
  regimen_add(&regimen, &(struct arrival){.first = 6, .lag = 6, .amount = 2});
  regimen_add(&regimen, &(struct arrival){.first = 12, .amount = 3});
  for (int i = 0; i < 4; i++) {
    assert_true(regimen_take(&regimen, 12, &taken));
    assert_true(taken.amount == wanted[i]);
  }
  assert_false(regimen_take(&regimen, 12, &taken));
  regimen_clear(&regimen);
}

static void infusions_overlap_and_end_at_their_times(void **state)
{
  struct regimen regimen = {0};

  (void)state;
  regimen_infuse(&regimen, &(struct infusion){.end = 5, .rate = 2, .state = 1});
  regimen_infuse(&regimen, &(struct infusion){.end = 3, .rate = 4, .state = 1});
  regimen_infuse(&regimen, &(struct infusion){.end = 4, .rate = 8, .state = 0});
  regimen_infuse(&regimen, &(struct infusion){.end = 3, .rate = 16, .state = 1});
  assert_true(regimen_rate(&regimen, 1) == 22 && regimen_rate(&regimen, 0) == 8);
  assert_true(regimen_next(&regimen) == 3);
  assert_false(regimen_end_infusions(&regimen, 2.9));
  assert_true(regimen_end_infusions(&regimen, 3));
  assert_true(regimen_rate(&regimen, 1) == 2 && regimen_rate(&regimen, 0) == 8);
  regimen_add(&regimen, &(struct arrival){.first = 3.5});
  assert_true(regimen_next(&regimen) == 3.5);
  assert_true(regimen_end_infusions(&regimen, 5));
  assert_true(regimen_rate(&regimen, 1) == 0 && regimen_rate(&regimen, 0) == 0);
  assert_false(regimen_end_infusions(&regimen, 6));
  regimen_empty(&regimen);
  assert_true(regimen_next(&regimen) == (double)INFINITY);
  regimen_clear(&regimen);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arrivals_come_by_time_then_in_the_order_of_their_records),
      cmocka_unit_test(additional_doses_follow_at_the_written_times),
      cmocka_unit_test(an_additional_dose_comes_after_what_was_ordered_for_its_time),
      cmocka_unit_test(infusions_overlap_and_end_at_their_times),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
