/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How covariates change, as written and as planned. */
#include "plan_fixture.h"

#define COURSES(lines) PLAN_STUDY "arms: [{name: only}]\ncovariates:\n" lines PLAN_END

static void courses_are_read_in_the_units_of_the_cohort(void **state)
{
  struct plan_fixture fixture;
  const struct plan_course *courses;

  (void)state;
  plan_good_text(&fixture, COURSES("  WT: {times: [0 h, P2D], values: [70 kg, 65000 g]}\n"
                                   "  SEX: {times: PT90M, values: [F]}\n"));
  assert_int_equal(fixture.plan->n_courses, 2);
  courses = fixture.plan->courses;
  assert_int_equal(courses[0].covariate, 2);
  assert_int_equal(courses[0].n, 2);
  assert_int_equal(courses[0].minutes[0], 0);
  assert_int_equal(courses[0].minutes[1], 2880);
  assert_true(courses[0].values[0] == 70);
  assert_true(courses[0].values[1] == 65);
  assert_int_equal(courses[1].minutes[0], 90);
  assert_true(courses[1].values[0] == 1);
  plan_release(&fixture);
}

static void an_expression_is_evaluated_every_so_often(void **state)
{
  struct plan_fixture fixture;

  (void)state;
  plan_good_text(&fixture, COURSES("  WT: {every: P7D, expression: WT - 1 kg/d * TIME}\n"));
  assert_int_equal(fixture.plan->courses[0].every_min, 7 * 1440);
  assert_null(fixture.plan->courses[0].values);
  plan_release(&fixture);
}

static void a_protocol_without_courses_has_none(void **state)
{
  struct plan_fixture fixture;

  (void)state;
  plan_good_text(&fixture, PLAN_STUDY "arms: [{name: only}]\n" PLAN_END);
  assert_int_equal(fixture.plan->n_courses, 0);
  assert_null(fixture.plan->course_program);
  plan_release(&fixture);
}

static void each_mistake_is_told(void **state)
{
  static const struct {
    const char *protocol, *says;
  } mistakes[] = {
      {COURSES("  WTT: {every: P1D, expression: WT}\n"),
       "8:3: error: 'WTT' is not a covariate of the cohort, which says its value at first; did you "
       "mean 'WT'?"},
      {COURSES("  WT: {expression: WT}\n"), "8:3: error: a covariate changes either at 'times'"},
      {COURSES("  WT: {times: 1 h, every: P1D, expression: WT}\n"),
       "8:3: error: a covariate changes either at 'times'"},
      {COURSES("  WT: {times: 1 h}\n"), "8:3: error: a covariate that changes needs either"},
      {COURSES("  WT: {times: 1 h, values: [1 kg], expression: WT}\n"),
       "8:3: error: a covariate that changes needs either 'values' or an 'expression'"},
      {COURSES("  WT: {times: [1 h, 2 h], values: [1 kg]}\n"),
       "8:35: error: 'values' needs one value for each of the 2 'times'"},
      {COURSES("  WT: {times: [2 h, 2 h], values: [1 kg, 2 kg]}\n"),
       "8:21: error: 'times' must ascend"},
      {COURSES("  WT: {times: [2 h, P21D], values: [1 kg, 2 kg]}\n"),
       "8:21: error: this is after the end of the study"},
      {COURSES("  WT: {times: 30 s, values: [1 kg]}\n"), "must be a whole number of minutes"},
      {COURSES("  WT: {times: 1 h, values: [1 m]}\n"), "8:29: error: '1 m' is length"},
      {COURSES("  SEX: {times: 1 h, values: [X]}\n"),
       "8:30: error: 'X' is not a category of this covariate"},
      {COURSES("  SEX: {every: 1 h, expression: 1}\n"),
       "8:33: error: 'SEX' is a category; give 'times' and 'values'"},
      {COURSES("  WT: {every: 1 h, expression: 70}\n"), "8:32: error: this is"},
      {COURSES("  WT: {every: 1 h, expression: INR * WT}\n"), "unknown name 'INR'"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    struct plan_fixture fixture;

    plan_text(&fixture, mistakes[i].protocol);
    assert_null(fixture.plan);
    assert_int_equal(diagnostics_n_errors(fixture.diagnostics), 1);
    assert_true(is_reported(&fixture, mistakes[i].says));
    plan_release(&fixture);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(courses_are_read_in_the_units_of_the_cohort),
      cmocka_unit_test(an_expression_is_evaluated_every_so_often),
      cmocka_unit_test(a_protocol_without_courses_has_none),
      cmocka_unit_test(each_mistake_is_told),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
