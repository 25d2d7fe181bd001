/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios: each analysed for itself, told together. */
#include "report_words.h"

static const char welch[] = "{\"estimand\": \"primary\", \"method\": \"welch\"}";
static const char two_scenarios[] = "{\"name\": \"as_published\", \"label\": \"As published\"},"
                                    "{\"name\": \"noisy\", \"label\": \"More noise\"}";

static const char *const scenario_names[] = {"as_published", "noisy"};
static const struct column replicate_columns[] = {{.name = "replicate", .type = COLUMN_INT32},
                                                  CODE_COLUMN("scenario", scenario_names),
                                                  {.name = "within", .type = COLUMN_INT32}};
static const struct table_layout replicate_layout = {
    .path = "/study/replicates", .n_columns = 3, .columns = replicate_columns};

/* Replicates 1 and 2 are the first scenario's, 3 and 4 the second's. */
static void start_scenarios(struct example *example, struct column_table *replicates)
{
  create_tables(example->tables);
  column_table_create(&replicate_layout, replicates);
  for (int r = 0; r < 4; r++) {
    const size_t row = column_table_add_row(replicates);

    column_table_int(replicates, row, 0, r + 1);
    column_table_int(replicates, row, 1, r / 2);
    column_table_int(replicates, row, 2, r % 2 + 1);
  }
  example->replicates = replicates;
}

static void finish_scenarios(struct example *example, struct column_table *replicates)
{
  finish(example);
  column_table_clear(replicates);
}

/* The difference is -1.58 and what is added: -1.58, 3.42; then -0.58, 5.42. */
static void add_two_scenarios_of_sleep(struct example *example)
{
  add_sleep(example, 1, 0);
  add_sleep(example, 2, 5);
  add_sleep(example, 3, 1);
  add_sleep(example, 4, 7);
}

static void scenarios_are_never_pooled(void **state)
{
  struct example example = {0};
  struct column_table replicates;
  const struct scenario_report *scenarios;

  (void)state;
  start_scenarios(&example, &replicates);
  add_two_scenarios_of_sleep(&example);
  run(&example, trial_protocol_of_scenarios(welch, "", two_scenarios));
  scenarios = example.report.scenarios;
  assert_int_equal(example.report.n_scenarios, 2);
  assert_string_equal(scenarios[1].name, "noisy");
  assert_string_equal(scenarios[1].label, "More noise");
  assert_int_equal(scenarios[0].n_patients, 4 * PER_ARM);
  assert_int_equal(scenarios[1].analyses[0].effect.n_used, 2);
  assert_near(scenarios[0].analyses[0].effect.mean, 0.92, 1e-14);
  assert_near(scenarios[1].analyses[0].effect.mean, 2.42, 1e-14);
  assert_near(scenarios[0].analyses[0].effect.sd, 5 / sqrt(2), 1e-14);
  assert_near(scenarios[1].analyses[0].effect.sd, 6 / sqrt(2), 1e-14);
  finish_scenarios(&example, &replicates);
}

/* Replicate by replicate the second scenario gives 1 and 2 more. */
static void the_change_from_the_first_scenario_is_paired(void **state)
{
  struct example example = {0};
  struct column_table replicates;
  const struct scenario_report *scenarios;

  (void)state;
  start_scenarios(&example, &replicates);
  add_two_scenarios_of_sleep(&example);
  run(&example, trial_protocol_of_scenarios(welch, "", two_scenarios));
  scenarios = example.report.scenarios;
  assert_near(scenarios[1].analyses[0].change.mean, 1.5, 1e-14);
  assert_near(scenarios[1].analyses[0].change.sd, sqrt(0.5), 1e-14);
  assert_near(scenarios[1].analyses[0].change.mcse, 0.5, 1e-14);
  assert_int_equal(scenarios[0].analyses[0].change.n_used, 0);
  finish_scenarios(&example, &replicates);
}

/* Scenarios of which one lost a replicate are still paired by its number. */
static void replicates_are_paired_by_their_number_in_the_scenario(void **state)
{
  struct example example = {0};
  struct column_table replicates;
  const struct replicate_summary *change;

  (void)state;
  start_scenarios(&example, &replicates);
  add_sleep(&example, 1, 0);
  add_sleep(&example, 2, 5);
  add_sleep(&example, 4, 7);
  run(&example, trial_protocol_of_scenarios(welch, "", two_scenarios));
  change = &example.report.scenarios[1].analyses[0].change;
  assert_int_equal(change->n_used, 1);
  assert_near(change->mean, 2, 1e-14);
  finish_scenarios(&example, &replicates);
}

/* Arms changed places: hazard ratio exp(1.572125) (R 4.2, survival 3.5), then its inverse. */
static void hazard_ratios_of_scenarios_are_compared_as_a_ratio(void **state)
{
  struct example example = {0};
  struct column_table replicates;
  const struct trial_analysis *analysis;

  (void)state;
  start_scenarios(&example, &replicates);
  for (int r = 1; r <= 4; r++) add_remission(&example, r);
  for (size_t row = 2 * REMISSION_PATIENTS; row < 4 * REMISSION_PATIENTS; row++) {
    const int arm = row % REMISSION_PATIENTS < REMISSION_PATIENTS / 2 ? GUIDED : STANDARD;

    column_table_int(&example.tables[RANDOMISATION], row, 2, arm);
  }
  run(&example, trial_protocol_of_scenarios("{\"estimand\": \"stable\", \"method\": \"cox\"}", "",
                                            two_scenarios));
  analysis = &example.report.scenarios[1].analyses[0];
  assert_near(analysis->change.mean, exp(-2 * 1.572125), 5e-6);
  assert_near(analysis->change.mcse, 0, 1e-12);
  finish_scenarios(&example, &replicates);
}

static void the_whole_range_is_printed_and_details_on_demand(void **state)
{
  struct example example = {0};
  struct column_table replicates;
  const char *text;

  (void)state;
  start_scenarios(&example, &replicates);
  add_two_scenarios_of_sleep(&example);
  run(&example, trial_protocol_of_scenarios(
                    welch,
                    "{\"estimand\": \"primary\", \"source\": \"a paper\", \"estimate\": 7,"
                    " \"interval\": [3.3, 10.6], \"arms\": {\"guided\": 9, \"standard\": 2}}",
                    two_scenarios));
  text = printed(&example.report, 0);
  expect_text(text, "range over 2 scenarios, Welch t test: +0.92 to +2.42; published 7.00 [3.30, "
                    "10.60]");
  expect_text(text,
              "range of the arms: guided 3.25 to 4.75 (published 9.00), standard 2.33 to 2.33");
  expect_text(text, "As published");
  expect_text(text, "+1.50");
  assert_null(strstr(text, "Scenario noisy"));
  text = printed(&example.report, 1);
  expect_text(text, "range over 2 scenarios");
  expect_text(text, "Scenario as_published: As published");
  expect_text(text, "Scenario noisy: More noise");
  finish_scenarios(&example, &replicates);
}

static void replicates_without_a_scenario_are_refused(void **state)
{
  struct example example = {0};
  struct column_table replicates;
  struct trial_tables tables;

  (void)state;
  start_scenarios(&example, &replicates);
  add_two_scenarios_of_sleep(&example);
  tables = tables_of(&example);
  column_table_int(&replicates, 2, 1, -1);
  assert_int_equal(trial_rows_create(&tables, &example.rows), EXIT_CODE_INVALID_INPUT);
  column_table_int(&replicates, 2, 1, 0);
  column_table_int(&replicates, 1, 1, 1); /* 0, 1, 0, 1 */
  assert_int_equal(trial_rows_create(&tables, &example.rows), EXIT_CODE_INVALID_INPUT);
  column_table_int(&replicates, 1, 1, 0);
  column_table_int(&replicates, 3, 0, 5); /* nothing is said of replicate 4 */
  assert_int_equal(trial_rows_create(&tables, &example.rows), EXIT_CODE_INVALID_INPUT);
  clear_tables(example.tables);
  column_table_clear(&replicates);
}

static void ranges_and_details_keep_to_the_width_of_a_page(void **state)
{
  struct example example = {0};
  struct column_table replicates;
  const char *text;

  (void)state;
  start_scenarios(&example, &replicates);
  add_two_scenarios_of_sleep(&example);
  run(&example, trial_protocol_of_scenarios(many_analyses, many_published, two_scenarios));
  text = printed(&example.report, 1);
  check_page(text, 200);
  finish_scenarios(&example, &replicates);
}

static void the_json_holds_scenarios_and_their_range(void **state)
{
  struct example example = {0};
  struct column_table replicates;
  json_t *root;
  char *json;

  (void)state;
  start_scenarios(&example, &replicates);
  add_two_scenarios_of_sleep(&example);
  run(&example, trial_protocol_of_scenarios(welch, "", two_scenarios));
  json = json_of(&example.report);
  root = json_loads(json, 0, NULL);
  assert_non_null(root);
  assert_int_equal(json_array_size(reference_at(root, "scenarios")), 2);
  assert_near(reference_number(root, "ranges.0.low"), 0.92, 1e-14);
  assert_near(reference_number(root, "ranges.0.high"), 2.42, 1e-14);
  assert_near(reference_number(root, "scenarios.1.analyses.0.difference_from_first_scenario.mcse"),
              0.5, 1e-14);
  json_decref(root);
  free(json);
  finish_scenarios(&example, &replicates);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scenarios_are_never_pooled),
      cmocka_unit_test(the_change_from_the_first_scenario_is_paired),
      cmocka_unit_test(replicates_are_paired_by_their_number_in_the_scenario),
      cmocka_unit_test(hazard_ratios_of_scenarios_are_compared_as_a_ratio),
      cmocka_unit_test(the_whole_range_is_printed_and_details_on_demand),
      cmocka_unit_test(replicates_without_a_scenario_are_refused),
      cmocka_unit_test(ranges_and_details_keep_to_the_width_of_a_page),
      cmocka_unit_test(the_json_holds_scenarios_and_their_range),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
