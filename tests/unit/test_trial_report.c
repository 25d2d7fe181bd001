/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the report reads. */
#include "report_words.h"

static const char welch[] = "{\"estimand\": \"primary\", \"method\": \"welch\"}";
/* One of 3 replicates has nobody with the event in the first arm: with the two medians of 8 (as R
 * gives) the median over the replicates is 8, whereas a mean would not exist. */
static void add_unreached(struct example *example, int replicate)
{
  for (int i = 0; i < 8; i++) {
    const struct example_patient patient = {.replicate = replicate,
                                            .pat = i + 1,
                                            .arm = i % 2,
                                            .stable_d = 9 + i,
                                            .censored = i % 2 == GUIDED,
                                            .age = 50};

    add_patient(example->tables, &patient);
  }
}

static void a_median_that_is_not_reached_is_later_than_all_others(void **state)
{
  struct example example = {0};
  const struct arm_summary *arm;
  const char *text;

  (void)state;
  create_tables(example.tables);
  add_remission(&example, 1);
  add_unreached(&example, 2);
  add_remission(&example, 3);
  run(&example, trial_protocol("{\"estimand\": \"stable\", \"method\": \"kaplan_meier\"}", ""));
  arm = &example.report.scenarios[0].analyses[0].arm[GUIDED];
  assert_int_equal(arm->n_not_reached, 1);
  assert_int_equal(arm->centre.n_used, 3);
  assert_near(trial_analysis_centre(&example.report.scenarios[0].analyses[0], GUIDED), 8, 0);
  text = printed(&example.report, 0);
  expect_text(text, "guided: the median is not reached in 1 of 3 replicates");
  finish(&example);
}

static void when_most_are_not_reached_the_median_is_not(void **state)
{
  struct example example = {0};
  const char *text;

  (void)state;
  create_tables(example.tables);
  add_remission(&example, 1);
  add_unreached(&example, 2);
  add_unreached(&example, 3);
  run(&example,
      trial_protocol("{\"estimand\": \"stable\", \"method\": \"kaplan_meier\"}",
                     "{\"estimand\": \"stable\", \"source\": \"a paper\", \"arm_band\": 8,"
                     " \"arms\": {\"guided\": 8, \"standard\": 12}}"));
  assert_true(isinf(trial_analysis_centre(&example.report.scenarios[0].analyses[0], GUIDED)));
  assert_int_equal(example.report.scenarios[0].published[0].arms, VERDICT_FAIL);
  text = printed(&example.report, 0);
  expect_text(text, "not reached");
  expect_text(text, "off by not reached, ");
  finish(&example);
}

/* 9 and 3 of 10 patients; published are proportions. */
static void proportions_are_shown_as_percent(void **state)
{
  struct example example = {0};
  const char *text;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  add_sleep(&example, 2, 0);
  run(&example, trial_protocol("{\"estimand\": \"success\", \"method\": \"proportion\"}",
                               "{\"estimand\": \"success\", \"source\": \"a paper\","
                               " \"estimate\": 0.55, \"interval\": [0.2, 0.7], \"arm_band\": 0.08,"
                               " \"arms\": {\"guided\": 0.85, \"standard\": 0.3}}"));
  text = printed(&example.report, 0);
  expect_text(text, "90.0");
  expect_text(text, "published: guided 85.0, standard 30.0; difference of proportions 55.0 [20.0, "
                    "70.0]");
  expect_text(text, "arms within 8 of the published: off by +5.0, +0.0");
  expect_text(text, "2 replicates, 20 patients in each");
  assert_null(strstr(text, "0.85"));
  finish(&example);
}

static void what_was_not_published_has_no_verdict(void **state)
{
  struct example example = {0};
  const char *text;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  add_sleep(&example, 2, 5);
  run(&example, trial_protocol(welch, "{\"estimand\": \"primary\", \"source\": \"a paper\","
                                      " \"arm_band\": 8, \"arms\": {\"guided\": 3, \"standard\":"
                                      " 2}}"));
  assert_false(example.report.scenarios[0].published[0].has_effect);
  text = printed(&example.report, 0);
  expect_text(text,
              "only arms were published; arms within 8 of the published: off by +0.25, +0.33");
  assert_null(strstr(text, "NOT DECIDED"));
  assert_null(strstr(text, "(ii)"));
  finish(&example);
}

static void the_published_trial_is_told_with_what_the_model_has_seen(void **state)
{
  struct example example = {0};
  const char *text;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  add_sleep(&example, 2, 5);
  run(&example, trial_protocol(welch, "{\"estimand\": \"primary\", \"source\": \"a paper\","
                                      " \"trial_data_used_in_model\": false, \"estimate\": 1},"
                                      "{\"estimand\": \"primary\", \"source\": \"another\","
                                      " \"trial_data_used_in_model\": true, \"estimate\": 1}"));
  text = printed(&example.report, 0);
  expect_text(text, "2 replicates, MCSE 2.500, seed 42, model indirect (SHA-256 0123456789ab)");
  expect_text(text, "External: by the protocol, the trial's own data were NOT used");
  expect_text(text, "Fitted: the trial's own data WERE used");
  expect_text(text, "SHA-256 of the inputs fedcba9876543210");
  expect_text(text, "SHA-256 indirect 0123456789abcdef");
  finish(&example);
}

static void intercurrent_events_stand_with_their_strategy(void **state)
{
  struct example example = {0};
  const char *text;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  add_sleep(&example, 2, 5);
  run(&example, trial_protocol(welch, ""));
  text = printed(&example.report, 0);
  expect_text(text, "guided minus standard; randomised patients; dose_held, death: "
                    "treatment_policy\n");
  expect_text(text, "treatment_policy is the only strategy");
  finish(&example);
}

static void a_strategy_that_is_not_supported_is_not_done(void **state)
{
  static const char strategy[] = "treatment_policy", other[] = "hypothetical\"    ";
  const char *protocol = trial_protocol(welch, "");
  char changed[8192], *found;
  struct example example = {0};

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  snprintf(changed, sizeof changed, "%s", protocol);
  found = strstr(changed, strategy);
  memcpy(found, other, strlen(other)); /* with the quote, as much as the strategy and its own */
  run(&example, changed);
  assert_non_null(strstr(example.report.scenarios[0].analyses[0].problem,
                         "'hypothetical' for 'dose_held' is not supported"));
  finish(&example);
}

static int count_of(const char *part, const char *text)
{
  int n = 0;

  for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) n++;
  return n;
}

/* Methods of one estimand share the block of its arms. */
static void arms_are_printed_once_for_all_methods(void **state)
{
  struct example example = {0};
  const char *text;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  add_sleep(&example, 2, 5);
  run(&example, trial_protocol("{\"estimand\": \"primary\", \"method\": \"welch\"},"
                               "{\"estimand\": \"primary\", \"method\": \"t_test\"},"
                               "{\"estimand\": \"primary\", \"method\": \"ancova\", \"adjust\":"
                               " [\"AGE\"], \"level\": 0.9}",
                               ""));
  text = printed(&example.report, 0);
  assert_int_equal(count_of("arms, per replicate", text), 1);
  expect_text(text, "Welch t test");
  expect_text(text, "Student t test");
  expect_text(text, "ANCOVA, 90 %");
  expect_text(text, "adjusted for AGE; adjusted means");
  finish(&example);
}

static void seven_analyses_and_three_published_results_fit_on_a_page(void **state)
{
  struct example example = {0};
  const char *text;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 1);
  add_sleep(&example, 2, 2);
  run(&example, trial_protocol(many_analyses, many_published));
  text = printed(&example.report, 0);
  check_page(text, 66);
  expect_text(text, "The rule wants at least 200 replicates.");
  finish(&example);
}

static void the_json_holds_the_figures_of_every_replicate(void **state)
{
  struct example example = {0};
  json_t *root;
  char *json;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  add_sleep(&example, 2, 5);
  run(&example, trial_protocol(welch, ""));
  json = json_of(&example.report);
  root = json_loads(json, 0, NULL);
  assert_non_null(root);
  assert_near(reference_number(root, "scenarios.0.analyses.0.effect.mean"),
              example.report.scenarios[0].analyses[0].effect.mean, 0);
  assert_near(reference_number(root, "scenarios.0.analyses.0.replicates.1.estimate"), 3.42, 1e-14);
  assert_int_equal(json_array_size(reference_at(root, "scenarios.0.analyses.0.replicates")), 2);
  assert_true(json_is_null(reference_at(root, "scenarios.0.analyses.0.arms.0.adjusted_mean.mean")));
  assert_string_equal(json_string_value(reference_at(root, "inputs_sha256")), "fedcba9876543210");
  assert_string_equal(json_string_value(reference_at(root, "model_sha256.indirect")),
                      "0123456789abcdef");
  json_decref(root);
  free(json);
  finish(&example);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_median_that_is_not_reached_is_later_than_all_others),
      cmocka_unit_test(when_most_are_not_reached_the_median_is_not),
      cmocka_unit_test(proportions_are_shown_as_percent),
      cmocka_unit_test(what_was_not_published_has_no_verdict),
      cmocka_unit_test(the_published_trial_is_told_with_what_the_model_has_seen),
      cmocka_unit_test(intercurrent_events_stand_with_their_strategy),
      cmocka_unit_test(a_strategy_that_is_not_supported_is_not_done),
      cmocka_unit_test(arms_are_printed_once_for_all_methods),
      cmocka_unit_test(seven_analyses_and_three_published_results_fit_on_a_page),
      cmocka_unit_test(the_json_holds_the_figures_of_every_replicate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
