/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How doses are decided, day by day. What is expected follows from the protocol format's own words:
 * the first line of a table that holds, on the first day of a rule and at encounters. */
#include "plan_fixture.h"

#include <math.h>

#include "twin/dosing.h"

enum { DAYS = 20, MINUTES_PER_DAY = 1440 };

/** What one patient brings: an INR on each day, seen on the days of encounters. */
struct days {
  uint32_t encounters; /* bit d: day d */
  double inr[DAYS + 1];
};

struct lived {
  double doses[DAYS + 1]; /* -1: none was due */
  uint32_t encounters;    /* with those that rules added */
};

static void live(const struct plan *plan, const struct days *days, struct lived *lived)
{
  const struct plan_administration *administration = &plan->arms[0].administrations[0];
  const double covariates[] = {0, 0, 70};
  double measured[MAX_MEASURES] = {(double)NAN};
  lanes *registers = program_registers(administration->program);
  struct life life;
  const struct evidence evidence = {&life, covariates, measured, simd_choice()};
  struct dosing dosing;
  int32_t added;

  *lived = (struct lived){.encounters = days->encounters};
  life_create(plan->scenarios[0].model, &life);
  life_begin(&life);
  dosing_begin(administration, &dosing);
  for (int day = 1; day <= DAYS; day++) {
    lived->doses[day] = -1;
    if (lived->encounters >> day & 1) {
      measured[0] = days->inr[day];
      dosing.has_news = true;
    }
    if (dosing.next_min != (day - 1) * MINUTES_PER_DAY) continue;
    lived->doses[day] = dosing_decide(&dosing, &evidence, registers, &added);
    if (added != NO_TIME) lived->encounters |= 1u << (added / MINUTES_PER_DAY + 1);
    if (lived->doses[day] > 0)
      life_give(&life, &(struct given_dose){.minute = dosing.next_min,
                                            .interval_min = administration->frequency_min,
                                            .rule = dosing.rule ? dosing.rule->code : 0,
                                            .amount = lived->doses[day]});
    dosing_advance(&dosing);
  }
  free(registers);
  life_clear(&life);
}

/** The days of a patient whose rules are these. */
static void live_by(const char *rules, const struct days *days, struct lived *lived)
{
  struct plan_fixture fixture;
  char text[4096];

  snprintf(text, sizeof text,
           PLAN_STUDY
           "arms:\n  - name: only\n    administrations:\n"
           "      - intervention: drug\n        frequency: P1D\n        rules:\n%s" PLAN_END,
           rules);
  plan_good_text(&fixture, text);
  live(fixture.plan, days, lived);
  plan_release(&fixture);
}

static void assert_doses(const struct lived *lived, int n, const double *expected)
{
  for (int day = 1; day <= n; day++)
    if (lived->doses[day] != expected[day - 1])
      fail_msg("day %d: %.17g mg, expected %.17g", day, lived->doses[day], expected[day - 1]);
}
#define ASSERT_DOSES(lived, ...)                                                                   \
  assert_doses(lived, (int)(sizeof(double[]){__VA_ARGS__} / sizeof(double)),                       \
               (double[]){__VA_ARGS__})

#define ON(day) (1u << (day))

static void the_first_line_that_holds_decides(void **state)
{
  const struct days days = {ON(1) | ON(3) | ON(5), {[1] = 1.5, [3] = 2.5, [5] = 3.5}};
  struct lived lived;

  (void)state;
  live_by("          - name: three\n            days: [1, 20]\n            table:\n"
          "              - {when: INR < 2, dose: 8 mg}\n"
          "              - {when: INR < 3, dose: 4 mg}\n"
          "              - {dose: 2 mg}\n",
          &days, &lived);
  ASSERT_DOSES(&lived, 8, 8, 4, 4, 2, 2, 2);
}

static void a_rule_decides_on_its_first_day_and_at_encounters_only(void **state)
{
  const struct days days = {ON(1) | ON(7), {[1] = 1, [7] = 1}};
  struct lived lived;

  (void)state;
  live_by("          - {name: early, days: [1, 4], dose: day * 1 mg}\n"
          "          - {name: late, days: [5, 20], dose: day * 1 mg}\n",
          &days, &lived);
  ASSERT_DOSES(&lived, 1, 1, 1, 1, 5, 5, 7, 7, 7);
}

static const char *const two_days_hold =
    "          - name: titrate\n            days: [1, 20]\n            table:\n"
    "              - {when: INR > 4, hold: P2D, dose: 0.5 * last_dose}\n"
    "              - {dose: 8 mg}\n";

static void a_hold_gives_nothing_for_its_days_and_then_the_dose(void **state)
{
  const struct days days = {ON(1) | ON(3), {[1] = 1, [3] = 5}};
  struct lived lived;

  (void)state;
  live_by(two_days_hold, &days, &lived);
  ASSERT_DOSES(&lived, 8, 8, 0, 0, 4, 4, 4, 4);
  assert_int_equal(lived.encounters, days.encounters);
}

static void a_new_decision_supersedes_a_running_hold(void **state)
{
  const struct days released = {ON(1) | ON(3) | ON(4), {[1] = 1, [3] = 5, [4] = 3}};
  const struct days renewed = {ON(1) | ON(3) | ON(4), {[1] = 1, [3] = 5, [4] = 6}};
  struct lived lived;

  (void)state;
  live_by(two_days_hold, &released, &lived);
  ASSERT_DOSES(&lived, 8, 8, 0, 8, 8, 8);
  live_by(two_days_hold, &renewed, &lived);
  ASSERT_DOSES(&lived, 8, 8, 0, 0, 0, 4, 4);
}

static void the_last_dose_is_the_last_that_was_not_zero(void **state)
{
  const struct days days = {ON(1) | ON(3) | ON(4) | ON(8), {[1] = 1, [3] = 5, [4] = 5, [8] = 5}};
  struct lived lived;

  (void)state;
  live_by(two_days_hold, &days, &lived);
  ASSERT_DOSES(&lived, 8, 8, 0, 0, 0, 4, 4, 0, 0, 2, 2);
}

static const char *const wait_until =
    "          - name: titrate\n            days: [1, 8]\n            table:\n"
    "              - {when: INR <= 5, dose: 10 mg}\n"
    "              - {hold_until: INR <= 3, next_encounter: P2D, dose: INR * 0.5 * last_dose}\n"
    "          - {name: after, days: [9, 20], dose: 7 mg}\n";

static void a_hold_until_adds_encounters_until_its_condition_is_measured(void **state)
{
  const struct days days = {ON(1) | ON(2),
                            {[1] = 1, [2] = 6, [3] = 2, [4] = 3.1, [5] = 1, [6] = 3}};
  struct lived lived;

  (void)state;
  /* the INR of days 3 and 5 is low, but nobody measures it; the dose is computed from that of day 6
   */
  live_by(wait_until, &days, &lived);
  ASSERT_DOSES(&lived, 10, 0, 0, 0, 0, 15, 15, 15, 7, 7);
  assert_int_equal(lived.encounters, ON(1) | ON(2) | ON(4) | ON(6));
}

static void an_own_encounter_can_end_a_hold_until_before_the_added_one(void **state)
{
  const struct days days = {ON(1) | ON(2) | ON(3), {[1] = 1, [2] = 6, [3] = 2, [4] = 2}};
  struct lived lived;

  (void)state;
  live_by(wait_until, &days, &lived);
  ASSERT_DOSES(&lived, 10, 0, 10, 10, 10, 10, 10, 10, 7);
}

static void a_hold_until_outlasts_the_days_of_its_rule(void **state)
{
  const struct days days = {ON(1) | ON(7), {[1] = 1, [7] = 6, [9] = 5, [11] = 2, [12] = 9}};
  struct lived lived;

  (void)state;
  live_by(wait_until, &days, &lived);
  ASSERT_DOSES(&lived, 10, 10, 10, 10, 10, 10, 0, 0, 0, 0, 10, 10, 10);
  assert_int_equal(lived.encounters, ON(1) | ON(7) | ON(9) | ON(11));
}

static void a_dose_before_is_that_of_the_day_and_zero_where_none_was_given(void **state)
{
  struct days days = {0};
  struct lived lived;

  (void)state;
  for (int day = 1; day <= DAYS; day++) days.encounters |= ON(day), days.inr[day] = day == 4;
  live_by("          - name: sum\n            days: [1, 20]\n            table:\n"
          "              - {when: INR > 0, hold: P1D, dose: 1 mg}\n"
          "              - {dose: 1 mg + dose_before(2)}\n",
          &days, &lived);
  ASSERT_DOSES(&lived, 1, 1, 2, 0, 3, 1, 4, 2);
}

static void doses_are_rounded_to_the_tablet_with_halves_up(void **state)
{
  const struct days days = {ON(1), {[1] = 1}};
  struct lived lived;

  (void)state;
  live_by("          - {name: a, days: 1, dose: 1.25 mg}\n"
          "          - {name: b, days: 2, dose: 1.2499 mg}\n"
          "          - {name: c, days: 3, dose: 0.25 mg}\n"
          "          - {name: d, days: 4, dose: 0.2499 mg}\n"
          "          - {name: e, days: 5, dose: 0.00175 g}\n"
          "          - {name: f, days: 6, dose: -2 mg}\n"
          "          - {name: g, days: [7, 20], dose: 0.1 mg/kg * WT}\n",
          &days, &lived);
  ASSERT_DOSES(&lived, 1.5, 1, 0.5, 0, 2, 0, 7);
}

static void a_dose_without_a_value_is_no_zero(void **state)
{
  const struct days days = {ON(1) | ON(2), {[1] = 6, [2] = 4}};
  struct lived lived;

  (void)state;
  live_by("          - {name: logarithm, days: [1, 20], dose: (1 + log(INR - 5)) * 1 mg}\n", &days,
          &lived);
  assert_true(lived.doses[1] == 1);
  assert_true(isnan(lived.doses[2]));
}

static void what_was_measured_between_doses_is_seen_at_the_next_dose(void **state)
{
  const struct days days = {ON(1) | ON(4), {[1] = 1, [4] = 2}};
  struct plan_fixture fixture;
  struct lived lived;

  (void)state;
  plan_good_text(
      &fixture, PLAN_STUDY
      "arms:\n  - name: only\n    administrations:\n      - intervention: drug\n"
      "        start: P1D\n        frequency: P2D\n        duration: P8D\n        rules:\n"
      "          - {name: all, days: [2, 10], dose: INR * 3 mg}\n" PLAN_END);
  live(fixture.plan, &days, &lived);
  ASSERT_DOSES(&lived, -1, 3, -1, 6, -1, 6, -1, 6, -1, -1, -1, -1);
  plan_release(&fixture);
}

static void a_fixed_dose_is_given_once_or_at_its_frequency(void **state)
{
  const struct days days = {0};
  struct plan_fixture fixture;
  struct lived lived;

  (void)state;
  plan_good_text(&fixture, PLAN_STUDY "arms:\n  - name: only\n    administrations:\n"
                                      "      - {intervention: drug, dose: 3 mg}\n" PLAN_END);
  live(fixture.plan, &days, &lived);
  ASSERT_DOSES(&lived, 3, -1, -1);
  plan_release(&fixture);
  plan_good_text(
      &fixture, PLAN_STUDY
      "arms:\n  - name: only\n    administrations:\n"
      "      - {intervention: drug, dose: 3 mg, frequency: P3D, duration: P9D}\n" PLAN_END);
  live(fixture.plan, &days, &lived);
  ASSERT_DOSES(&lived, 3, -1, -1, 3, -1, -1, 3, -1, -1, -1, -1);
  plan_release(&fixture);
}

static void equal_doses_are_kept_as_one_series_that_every_day_is_found_in(void **state)
{
  struct plan_fixture fixture;
  struct given_dose dose = {.interval_min = MINUTES_PER_DAY, .amount = 5};
  struct life life;

  (void)state;
  plan_good_text(&fixture, PLAN_STUDY "arms: [{name: only}]\n" PLAN_END);
  life_create(fixture.plan->scenarios[0].model, &life);
  life_begin(&life);
  for (int day = 0; day < 5; day++) {
    dose.minute = day * MINUTES_PER_DAY;
    dose.amount = day < 3 ? 5 : 6;
    life_give(&life, &dose);
  }
  dose.intervention = 1; /* of another drug, at the minute of the last one */
  life_give(&life, &dose);
  assert_int_equal(life.n_doses, 3);
  assert_int_equal(life.doses[0].n_more, 2);
  assert_int_equal(life.doses[1].n_more, 1);
  assert_true(life_dose_at(&life, 0, 2 * MINUTES_PER_DAY) == 5);
  assert_true(life_dose_at(&life, 0, 3 * MINUTES_PER_DAY) == 6);
  assert_true(life_dose_at(&life, 0, 5 * MINUTES_PER_DAY) == 0);
  assert_true(life_dose_at(&life, 0, MINUTES_PER_DAY + 1) == 0);
  assert_true(life_dose_at(&life, 0, -MINUTES_PER_DAY) == 0);
  assert_true(life_last_dose(&life, 0) == 6 && life_last_dose(&life, 2) == 0);
  life_clear(&life);
  plan_release(&fixture);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_line_that_holds_decides),
      cmocka_unit_test(a_rule_decides_on_its_first_day_and_at_encounters_only),
      cmocka_unit_test(a_hold_gives_nothing_for_its_days_and_then_the_dose),
      cmocka_unit_test(a_new_decision_supersedes_a_running_hold),
      cmocka_unit_test(the_last_dose_is_the_last_that_was_not_zero),
      cmocka_unit_test(a_hold_until_adds_encounters_until_its_condition_is_measured),
      cmocka_unit_test(an_own_encounter_can_end_a_hold_until_before_the_added_one),
      cmocka_unit_test(a_hold_until_outlasts_the_days_of_its_rule),
      cmocka_unit_test(a_dose_before_is_that_of_the_day_and_zero_where_none_was_given),
      cmocka_unit_test(doses_are_rounded_to_the_tablet_with_halves_up),
      cmocka_unit_test(a_dose_without_a_value_is_no_zero),
      cmocka_unit_test(what_was_measured_between_doses_is_seen_at_the_next_dose),
      cmocka_unit_test(a_fixed_dose_is_given_once_or_at_its_frequency),
      cmocka_unit_test(equal_doses_are_kept_as_one_series_that_every_day_is_found_in),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
