/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan_fixture.h"

#include <math.h>

#include "twin/course.h"

enum { HOUR = 60, DAY = 1440 };

static const char *const protocol = PLAN_STUDY
    "arms:\n  - name: none\n  - name: infused\n    administrations:\n"
    "      - {intervention: drug, dose: 6 mg, start: P1D, infusion: PT3H}\n"
    "encounters:\n  - {days: [1, 4], measure: INR}\n  - {times: [P3D, 100 h], measure: AMOUNT}\n"
    "simulation: {replicates: 1, seed: 1}\n";

struct calendar {
  struct plan_fixture fixture;
  struct dosing dosings[1];
  struct enrolment enrolment;
  struct course course;
};

static void begin(struct calendar *calendar, int arm)
{
  plan_good_text(&calendar->fixture, protocol);
  calendar->enrolment = (struct enrolment){.arm = arm};
  calendar->course = (struct course){.plan = calendar->fixture.plan,
                                     .scenario = &calendar->fixture.plan->scenarios[0],
                                     .dosings = calendar->dosings,
                                     .covariates = {.next_min = NO_TIME}};
  course_begin(&calendar->course, &calendar->enrolment, NULL);
}

/** Takes the next visit after `now` off the calendar; fails when it is not at this minute. */
static uint32_t take(struct calendar *calendar, int32_t now, int32_t minute, const char *name)
{
  int32_t minutes[MAX_ADDED_VISITS + 4];
  int code = -1;
  uint32_t measures;

  assert_true(course_visits_between(&calendar->course, now, 20 * DAY + 1, minutes) > 0);
  assert_int_equal(minutes[0], minute);
  measures = course_take_visit(&calendar->course, minute, &code);
  assert_string_equal(calendar->fixture.plan->visit_names[code], name);
  return measures;
}

static void assert_no_visit_after(const struct calendar *calendar, int32_t now)
{
  int32_t minutes[MAX_ADDED_VISITS + 4];

  assert_int_equal(course_visits_between(&calendar->course, now, 20 * DAY + 1, minutes), 0);
}

static void visits_come_by_time_and_two_lines_of_one_time_are_one_visit(void **state)
{
  struct calendar calendar;

  (void)state;
  begin(&calendar, 0);
  assert_true(isnan(calendar.course.measured[0]));
  assert_int_equal(take(&calendar, -1, 0, "day 1"), 1);
  assert_int_equal(take(&calendar, 0, 3 * DAY, "day 4"), 3);
  assert_int_equal(take(&calendar, 3 * DAY, 100 * HOUR, "100 h"), 2);
  assert_no_visit_after(&calendar, 100 * HOUR);
  plan_release(&calendar.fixture);
}

static void visits_between_two_times_are_neither_at_the_one_nor_at_the_other(void **state)
{
  struct calendar calendar;
  int32_t minutes[MAX_ADDED_VISITS + 4];

  (void)state;
  begin(&calendar, 0);
  assert_int_equal(course_visits_between(&calendar.course, 0, 3 * DAY, minutes), 0);
  assert_int_equal(course_visits_between(&calendar.course, 0, 3 * DAY + 1, minutes), 1);
  course_add_visit(&calendar.course, 90 * HOUR);
  course_add_visit(&calendar.course, 3 * DAY); /* one visit with the planned one */
  assert_int_equal(course_visits_between(&calendar.course, -1, 100 * HOUR + 1, minutes), 4);
  assert_int_equal(minutes[0], 0);
  assert_int_equal(minutes[1], 3 * DAY);
  assert_int_equal(minutes[2], 90 * HOUR);
  assert_int_equal(minutes[3], 100 * HOUR);
  plan_release(&calendar.fixture);
}

static void at_a_minute_without_a_visit_there_is_nothing_to_measure(void **state)
{
  struct calendar calendar;
  int code = -1;

  (void)state;
  begin(&calendar, 0);
  assert_int_equal(course_take_visit(&calendar.course, 1, &code), 0);
  assert_int_equal(code, -1);
  take(&calendar, -1, 0, "day 1");
  plan_release(&calendar.fixture);
}

static void added_visits_are_sorted_and_measure_everything(void **state)
{
  struct calendar calendar;

  (void)state;
  begin(&calendar, 0);
  take(&calendar, -1, 0, "day 1");
  course_add_visit(&calendar.course, 2 * DAY);
  course_add_visit(&calendar.course, 1 * DAY);
  course_add_visit(&calendar.course, 2 * DAY);
  course_add_visit(&calendar.course, 20 * DAY + 1); /* after the end: never */
  course_add_visit(&calendar.course, 20 * DAY);
  assert_int_equal(take(&calendar, 0, 1 * DAY, "unscheduled"), 3);
  assert_int_equal(take(&calendar, 1 * DAY, 2 * DAY, "unscheduled"), 3);
  take(&calendar, 2 * DAY, 3 * DAY, "day 4");
  take(&calendar, 3 * DAY, 100 * HOUR, "100 h");
  assert_int_equal(take(&calendar, 100 * HOUR, 20 * DAY, "unscheduled"), 3);
  assert_no_visit_after(&calendar, 20 * DAY);
  plan_release(&calendar.fixture);
}

static void a_visit_added_where_one_is_planned_is_that_visit(void **state)
{
  struct calendar calendar;

  (void)state;
  begin(&calendar, 0);
  take(&calendar, -1, 0, "day 1");
  course_add_visit(&calendar.course, 100 * HOUR);
  take(&calendar, 0, 3 * DAY, "day 4");
  assert_int_equal(take(&calendar, 3 * DAY, 100 * HOUR, "100 h"), 3);
  assert_no_visit_after(&calendar, 100 * HOUR);
  plan_release(&calendar.fixture);
}

static void more_added_visits_than_there_is_room_for_are_left_out(void **state)
{
  struct calendar calendar;

  (void)state;
  begin(&calendar, 0);
  for (int i = 0; i < 2 * MAX_ADDED_VISITS; i++) course_add_visit(&calendar.course, 10 * DAY + i);
  assert_int_equal(calendar.course.n_added, MAX_ADDED_VISITS);
  plan_release(&calendar.fixture);
}

static void doses_are_changes_of_their_arm(void **state)
{
  struct calendar calendar;

  (void)state;
  begin(&calendar, 0);
  assert_int_equal(course_next_change(&calendar.course), 20 * DAY);
  plan_release(&calendar.fixture);
  begin(&calendar, 1);
  assert_int_equal(course_next_change(&calendar.course), 1 * DAY);
  dosing_advance(&calendar.dosings[0]);
  assert_int_equal(calendar.dosings[0].next_min, NO_TIME);
  assert_int_equal(course_next_change(&calendar.course), 20 * DAY);
  plan_release(&calendar.fixture);
}

static void an_occasion_begins_at_the_first_dose_where_the_truth_has_occasions(void **state)
{
  struct calendar calendar;
  struct plan_scenario scenario;

  (void)state;
  begin(&calendar, 0);
  assert_int_equal(calendar.course.next_occasion_min, NO_TIME);
  scenario = *calendar.course.scenario;
  scenario.occasion_min = 7 * DAY;
  calendar.course.scenario = &scenario;
  course_begin(&calendar.course, &calendar.enrolment, NULL);
  assert_int_equal(calendar.course.next_occasion_min, 0);
  calendar.course.next_occasion_min = 7 * DAY;
  assert_int_equal(course_next_change(&calendar.course), 7 * DAY);
  plan_release(&calendar.fixture);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(visits_come_by_time_and_two_lines_of_one_time_are_one_visit),
      cmocka_unit_test(visits_between_two_times_are_neither_at_the_one_nor_at_the_other),
      cmocka_unit_test(at_a_minute_without_a_visit_there_is_nothing_to_measure),
      cmocka_unit_test(added_visits_are_sorted_and_measure_everything),
      cmocka_unit_test(a_visit_added_where_one_is_planned_is_that_visit),
      cmocka_unit_test(more_added_visits_than_there_is_room_for_are_left_out),
      cmocka_unit_test(doses_are_changes_of_their_arm),
      cmocka_unit_test(an_occasion_begins_at_the_first_dose_where_the_truth_has_occasions),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
