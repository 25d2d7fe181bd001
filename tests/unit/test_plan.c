/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a protocol, a cohort and a model say together, and what they may not say. */
#include "plan_fixture.h"
#include "solver/solver.h"

#include <math.h>

#define ARM(lines)                                                                                 \
  "arms:\n  - name: only\n    administrations:\n      - intervention: drug\n        frequency: "   \
  "P1D\n" lines
#define RULES(lines)   ARM("        rules:\n" lines)
#define ALL_DAYS(dose) RULES("          - {name: all, days: [1, 20], dose: " dose "}\n")

static void assert_refused(const char *protocol, const char *why)
{
  struct plan_fixture fixture;

  plan_text(&fixture, protocol);
  assert_null(fixture.plan);
  assert_true(is_reported(&fixture, why));
  plan_release(&fixture);
}

static void doses_and_measures_are_taken_to_the_units_of_states_and_outputs(void **state)
{
  struct plan_fixture fixture;

  (void)state;
  plan_good_text(&fixture, "schema: 1\nstudy: {id: S, title: S, duration: P20D}\n"
                           "population: {cohort: cohort.yaml, size: 4}\ntruth: {model: still}\n"
                           "interventions: {drug: {route: iv, unit: ug, step: 0.5 mg}}\n"
                           "arms: [{name: only}]\nendpoints:\n"
                           "  low: {type: responder, of: AMOUNT, at_most: 2 mg}\n"
                           "encounters: [{days: 1, measure: [INR, AMOUNT]}]\n"
                           "simulation: {replicates: 1, seed: 1}\n");
  assert_true(fabs(fixture.plan->scenarios[0].dose_factors[0] - 1e-3) < 1e-18);
  assert_true(fabs(fixture.plan->interventions[0].step - 500) < 1e-9);
  assert_true(fixture.plan->scenarios[0].factors[0] == 1);
  assert_true(fabs(fixture.plan->endpoints[0].high - 2000) < 1e-9);
  assert_true(isinf(fixture.plan->endpoints[0].low));
  plan_release(&fixture);
}

static void an_endpoint_without_a_window_lasts_the_whole_study(void **state)
{
  struct plan_fixture fixture;

  (void)state;
  plan_good_text(&fixture, PLAN_STUDY
                 "arms: [{name: only}]\nendpoints:\n"
                 "  all: {type: time_in_range, of: INR, range: [2, 3]}\n"
                 "  some: {type: value, of: INR, from: P1D, to: P2D, time: 0 h}\n" PLAN_END);
  assert_int_equal(fixture.plan->endpoints[0].from_min, 0);
  assert_int_equal(fixture.plan->endpoints[0].to_min, 20 * 1440);
  assert_int_equal(fixture.plan->endpoints[1].from_min, 1440);
  assert_int_equal(fixture.plan->endpoints[1].to_min, 2880);
  assert_int_equal(fixture.plan->endpoints[1].time_min, 0);
  plan_release(&fixture);
}

static void changes_of_the_command_line_reach_the_plan_and_its_records(void **state)
{
  const struct plan_changes changes = {
      .replicates = 7, .patients = 9, .rtol = 1e-9, .method = "petsc"};
  struct plan_fixture fixture;
  const struct plan *plan;

  (void)state;
  plan_good_text(&fixture, PLAN_STUDY "arms: [{name: only}]\n" PLAN_END);
  assert_int_equal(fixture.plan->n_patients, 40);
  plan = plan_build(&fixture.inputs, &changes, fixture.arena, fixture.diagnostics);
  assert_non_null(plan);
  assert_int_equal(plan->n_replicates, 7);
  assert_int_equal(plan->file->simulation->replicates, 7);
  assert_int_equal(plan->n_patients, 9);
  assert_int_equal(plan->file->population->size, 9);
  assert_true(plan->file->simulation->solver->rtol == 1e-9);
  assert_string_equal(solver_method_names[plan->file->simulation->solver->method], "petsc");
  plan_release(&fixture);
}

static void scenarios_may_change_truth_and_encounters(void **state)
{
  struct plan_fixture fixture;
  const struct plan_scenario *scenarios;

  (void)state;
  plan_good_text(&fixture,
                 PLAN_STUDY "arms: [{name: only}]\nscenarios:\n  same: {label: as it is}\n"
                            "  high: {truth: {model: still, parameters: {BASE: 2}}}\n"
                            "  often: {encounters: {days: [1, 2, 3], measure: INR}}\n" PLAN_END);
  scenarios = fixture.plan->scenarios;
  assert_int_equal(fixture.plan->n_scenarios, 3);
  assert_int_equal(scenarios[1].n_visits, 1);
  assert_int_equal(scenarios[2].n_visits, 3);
  assert_ptr_not_equal(scenarios[0].model, scenarios[1].model);
  assert_string_equal(scenarios[2].name, "often");
  /* day 1, 2, 3 and what rules add */
  assert_int_equal(fixture.plan->n_visit_names, 4);
  assert_string_equal(fixture.plan->visit_names[3], "unscheduled");
  plan_release(&fixture);
}

static void every_day_of_an_administration_has_one_rule(void **state)
{
  (void)state;
  assert_refused(PLAN_STUDY RULES("          - {name: a, days: [1, 4], dose: 1 mg}\n"
                                  "          - {name: b, days: [6, 20], dose: 1 mg}\n") PLAN_END,
                 "this rule begins on day 6, but day 5 has no rule");
  assert_refused(PLAN_STUDY RULES("          - {name: a, days: [1, 5], dose: 1 mg}\n"
                                  "          - {name: b, days: [5, 20], dose: 1 mg}\n") PLAN_END,
                 "this rule begins on day 5, but day 6 is the next without a rule");
  assert_refused(PLAN_STUDY RULES("          - {name: a, days: [1, 4], dose: 1 mg}\n") PLAN_END,
                 "days 5 to 20 of this administration have no rule");
}

static void a_rule_reads_nothing_that_is_hidden_or_not_yet_measured(void **state)
{
  (void)state;
  assert_refused(PLAN_STUDY ALL_DAYS("A") PLAN_END, "is a state of the hidden truth");
  assert_refused(PLAN_STUDY ALL_DAYS("BASE * 1 mg") PLAN_END, "is a parameter of the hidden truth");
  assert_refused(PLAN_STUDY ALL_DAYS("AMOUNT") PLAN_END, "is an output that is never measured");
  assert_refused(PLAN_STUDY ALL_DAYS("INR * 1 mg") "encounters: [{days: [2], measure: "
                                                   "INR}]\nsimulation: {replicates: 1, seed: 1}\n",
                 "rule 'all' reads INR on day 1, before any encounter has measured it");
  /* nor through a definition */
  assert_refused(
      PLAN_STUDY ARM(
          "        definitions: {double: 2 * INR}\n        rules:\n"
          "          - {name: all, days: [1, 20], dose: double * 1 mg}\n") "encounters: [{days: "
                                                                           "[2], measure: "
                                                                           "INR}]\nsimulation: "
                                                                           "{replicates: 1, seed: "
                                                                           "1}\n",
      "rule 'all' reads INR on day 1, before any encounter has measured it");
}

static void a_table_always_has_a_dose_and_a_hold_always_an_end(void **state)
{
#define TABLE(lines)                                                                               \
  RULES("          - name: t\n            days: [1, 20]\n            table:\n" lines)
  (void)state;
  assert_refused(PLAN_STUDY TABLE("              - {when: INR < 2, dose: 1 mg}\n") PLAN_END,
                 "the last line of a table has no 'when'");
  assert_refused(PLAN_STUDY TABLE("              - {dose: 1 mg}\n              - {dose: 2 mg}\n")
                     PLAN_END,
                 "lines after it are never reached");
  assert_refused(PLAN_STUDY TABLE("              - {hold_until: INR < 2, dose: 1 mg}\n") PLAN_END,
                 "'hold_until' needs 'next_encounter'");
  assert_refused(
      PLAN_STUDY TABLE("              - {hold_until: INR < 2, hold: P1D, next_encounter: P1D, "
                       "dose: 1 mg}\n") PLAN_END,
      "give 'hold' or 'hold_until', not both");
}

static void doses_have_the_dimension_of_the_intervention(void **state)
{
  (void)state;
  assert_refused(PLAN_STUDY ALL_DAYS("3") PLAN_END, "mass is needed");
  assert_refused(PLAN_STUDY ALL_DAYS("3 mL") PLAN_END, "mass is needed");
}

static void times_are_whole_minutes_within_the_study(void **state)
{
  (void)state;
  assert_refused(PLAN_STUDY "arms: [{name: only}]\nencounters: [{times: [90 s], measure: INR}]\n"
                            "simulation: {replicates: 1, seed: 1}\n",
                 "must be a whole number of minutes");
  assert_refused(PLAN_STUDY "arms: [{name: only}]\nendpoints:\n"
                            "  some: {type: value, of: INR, time: 36 h}\n" PLAN_END,
                 "no encounter measures INR at 1.5 d");
  assert_refused(PLAN_STUDY "arms: [{name: only}]\nencounters: [{days: [1, 2, 2], measure: INR}]\n"
                            "simulation: {replicates: 1, seed: 1}\n",
                 "2 stands twice in this list");
  assert_refused(PLAN_STUDY "arms: [{name: only}]\nencounters: [{days: [22], measure: INR}]\n"
                            "simulation: {replicates: 1, seed: 1}\n",
                 "is outside the study (it ends on day 21)");
}

static void a_randomisation_that_cannot_be_in_ratio_is_refused(void **state)
{
  (void)state;
  assert_refused(PLAN_STUDY "arms: [{name: a}, {name: b}]\n"
                            "allocation: {ratio: [2, 1], block_sizes: [3, 8]}\n" PLAN_END,
                 "a block size must be a multiple of 3");
  assert_refused(PLAN_STUDY
                 "arms: [{name: a}, {name: b}]\nallocation: {ratio: [1, 1, 1]}\n" PLAN_END,
                 "'ratio' has 3 numbers for 2 arms");
  assert_refused(PLAN_STUDY "arms: [{name: a}, {name: b}]\nallocation: {strata: [WT]}\n" PLAN_END,
                 "'WT' is not a categorical covariate");
  assert_refused(PLAN_STUDY "arms: [{name: a}, {name: a}]\n" PLAN_END,
                 "two arms have the name 'a'");
}

static void a_trial_without_arms_is_refused(void **state)
{
  (void)state;
  assert_refused(PLAN_STUDY "arms: []\n" PLAN_END, "a trial needs an arm");
  assert_refused(PLAN_STUDY "arms: []\nallocation: {ratio: 1, block_sizes: 4}\n" PLAN_END,
                 "a trial needs an arm");
}

static void a_name_that_nothing_has_is_reported_with_the_nearest(void **state)
{
  (void)state;
  assert_refused(PLAN_STUDY "arms: [{name: guided}, {name: standard}]\nendpoints:\n"
                            "  ttr: {type: time_in_range, of: INR, range: [2, 3]}\nestimands:\n"
                            "  primary: {endpoint: ttt, treatments: [guided, standrad], "
                            "summary: mean_difference}\n" PLAN_END,
                 "did you mean 'standard'?");
  assert_refused(PLAN_STUDY "arms: [{name: only}]\nencounters: [{days: [1], measure: INS}]\n"
                            "simulation: {replicates: 1, seed: 1}\n",
                 "did you mean 'INR'?");
}

static void a_mistake_in_the_model_is_not_reported_again_by_the_rules(void **state)
{
  struct plan_fixture fixture;

  (void)state;
  plan_text(&fixture, "schema: 1\nstudy: {id: S, title: S, duration: P20D}\n"
                      "population: {cohort: cohort.yaml, size: 4}\n"
                      "truth: {model: still, residual: {INS: 0.1}}\n"
                      "interventions: {drug: {route: oral}}\n" ALL_DAYS("INR * 1 mg") PLAN_END);
  assert_null(fixture.plan);
  assert_int_equal(diagnostics_n_errors(fixture.diagnostics), 1);
  plan_release(&fixture);
}

/* dX/dt = K X^2 has a Jacobian, but nothing linear. */
#define BLOW_UP_BY "tests/protocols/blow_up.yaml", "allowed_failures: 0.2"

static const char *solver_of_blow_up(const char *solver)
{
  struct plan_fixture fixture;
  const char *chosen;
  char simulation[80];

  snprintf(simulation, sizeof simulation, "solver: {method: %s}", solver);
  plan_file(&fixture, BLOW_UP_BY, simulation);
  chosen = solver_method_named(fixture.plan->scenarios[0].solver)->name;
  plan_release(&fixture);
  return chosen;
}

static void auto_is_what_fits_the_model_and_any_other_solver_is_as_written(void **state)
{
  struct plan_fixture fixture;

  (void)state;
  plan_good_text(&fixture, PLAN_STUDY "arms: [{name: only}]\n" PLAN_END);
  assert_string_equal(fixture.plan->scenarios[0].solver, "linear");
  plan_release(&fixture);
  assert_string_equal(solver_of_blow_up("auto"), "switching");
  assert_string_equal(solver_of_blow_up("explicit"), "explicit");
  assert_string_equal(solver_of_blow_up("rosenbrock"), "rosenbrock");
  assert_string_equal(solver_of_blow_up("switching"), "switching");
  assert_string_equal(solver_of_blow_up("petsc"), "petsc");
}

static void uncertainty_of_parameters_needs_a_model_that_tells_it(void **state)
{
  (void)state;
  assert_refused(
      PLAN_STUDY "arms: [{name: only}]\nencounters: [{days: [1], measure: INR}]\n"
                 "simulation: {replicates: 1, seed: 1, parameter_uncertainty: true}\n",
      "'parameter_uncertainty' needs a model with the key 'uncertainty'; still has none");
}

static void a_solver_that_the_model_cannot_use_is_refused(void **state)
{
  const struct plan_changes changes = {.method = "linear"};
  struct plan_fixture fixture;

  (void)state;
  plan_file(&fixture, BLOW_UP_BY, "allowed_failures: 0.2");
  assert_null(plan_build(&fixture.inputs, &changes, fixture.arena, fixture.diagnostics));
  assert_true(is_reported(&fixture, "the solver 'linear' needs what the model 'blow_up' lacks: a "
                                    "linear block of few states; choose 'auto', which is "
                                    "'switching' for this model"));
  plan_release(&fixture);
}

static void every_solver_of_a_protocol_exists_and_the_other_way_round(void **state)
{
  int n = 0;

  (void)state;
  assert_string_equal(solver_method_names[0], "auto");
  while (solver_method_names[n + 1]) assert_non_null(solver_method_named(solver_method_names[++n]));
  for (const struct solver_method *const *method = solver_methods(); *method; method++) n--;
  assert_int_equal(n, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doses_and_measures_are_taken_to_the_units_of_states_and_outputs),
      cmocka_unit_test(an_endpoint_without_a_window_lasts_the_whole_study),
      cmocka_unit_test(changes_of_the_command_line_reach_the_plan_and_its_records),
      cmocka_unit_test(scenarios_may_change_truth_and_encounters),
      cmocka_unit_test(every_day_of_an_administration_has_one_rule),
      cmocka_unit_test(a_rule_reads_nothing_that_is_hidden_or_not_yet_measured),
      cmocka_unit_test(a_table_always_has_a_dose_and_a_hold_always_an_end),
      cmocka_unit_test(doses_have_the_dimension_of_the_intervention),
      cmocka_unit_test(times_are_whole_minutes_within_the_study),
      cmocka_unit_test(a_randomisation_that_cannot_be_in_ratio_is_refused),
      cmocka_unit_test(a_trial_without_arms_is_refused),
      cmocka_unit_test(a_name_that_nothing_has_is_reported_with_the_nearest),
      cmocka_unit_test(a_mistake_in_the_model_is_not_reported_again_by_the_rules),
      cmocka_unit_test(auto_is_what_fits_the_model_and_any_other_solver_is_as_written),
      cmocka_unit_test(uncertainty_of_parameters_needs_a_model_that_tells_it),
      cmocka_unit_test(a_solver_that_the_model_cannot_use_is_refused),
      cmocka_unit_test(every_solver_of_a_protocol_exists_and_the_other_way_round),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
