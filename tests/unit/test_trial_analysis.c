/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial_example.h"

#include "base/memory.h"
#include "reference_cases.h"
#include "trial_report.h"

enum { PER_ARM = 10, REMISSION_PATIENTS = 42 };

/* Student, Biometrika 1908; 6:1: R 4.2 t.test(extra ~ group, sleep). */
static const double sleep_hours[2][PER_ARM] = {{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2},
                                               {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}};

/* Remission after 6-mercaptopurine and placebo: Freireich et al., Blood 1963; 21:699. */
static const double remission[REMISSION_PATIENTS] = {
    6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35,
    1, 1, 2, 2, 3,  4,  4,  5,  5,  8, 8, 8,  8,  11, 11, 12, 12, 15, 17, 22, 23};

struct example {
  struct column_table tables[TRIAL_TABLES];
  const struct column_table *values[3];
  struct trial_rows rows;
  struct analysis_plan plan;
  struct trial_report report;
};

static void add_sleep(struct example *example, int replicate, double shift)
{
  for (int i = 0; i < 2 * PER_ARM; i++) {
    const int arm = i / PER_ARM;
    const struct example_patient patient = {.replicate = replicate,
                                            .pat = i + 1,
                                            .arm = arm,
                                            .ttr = sleep_hours[arm][i % PER_ARM] +
                                                   shift * (arm == 0),
                                            .success = i % PER_ARM < (arm == 0 ? 9 : 3),
                                            .stable_d = i + 1,
                                            .age = 40 + (i * 7) % 11,
                                            .sex = i % 2};

    add_patient(example->tables, &patient);
  }
}

static struct trial_tables tables_of(struct example *example)
{
  static const char *const names[] = {"ttr", "success", "stable"};

  example->values[0] = &example->tables[TTR];
  example->values[1] = &example->tables[RESPONSE];
  return (struct trial_tables){.randomisation = &example->tables[RANDOMISATION],
                               .disposition = &example->tables[DISPOSITION],
                               .cohort = &example->tables[COHORT],
                               .time_to_event = &example->tables[TIMES],
                               .n_endpoints = 3,
                               .endpoint_names = names,
                               .endpoint_table = example->values};
}

static void run(struct example *example, const char *protocol)
{
  const struct trial_tables tables = tables_of(example);

  assert_int_equal(analysis_plan_load(protocol, &example->plan), EXIT_CODE_OK);
  assert_int_equal(trial_rows_create(&tables, &example->rows), EXIT_CODE_OK);
  assert_int_equal(trial_report_create(&example->plan, &example->rows, &example->report),
                   EXIT_CODE_OK);
}

static void finish(struct example *example)
{
  trial_report_clear(&example->report);
  trial_rows_clear(&example->rows);
  analysis_plan_clear(&example->plan);
  clear_tables(example->tables);
}

static const char welch[] = "{\"estimand\": \"primary\", \"method\": \"welch\"}";

static void one_replicate_is_analysed_like_one_trial(void **state)
{
  struct example example = {0};
  const struct trial_analysis *analysis;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  run(&example, trial_protocol(welch, ""));
  analysis = &example.report.analyses[0];
  assert_int_equal(analysis->n_replicates, 1);
  assert_near(analysis->effect.mean, -1.58, 1e-14);
  assert_near(analysis->replicates[0].effect.p, 0.07939, 5e-6);
  assert_near(analysis->mean_confidence.low, -3.3654832, 5e-8);
  assert_near(analysis->arm[1].centre.mean, 2.33, 1e-14);
  assert_true(isnan(analysis->effect.prediction.low));
  assert_true(isnan(analysis->effect.mcse));
  finish(&example);
}

static void over_replicates_there_are_means_errors_and_power(void **state)
{
  struct example example = {0};
  const struct trial_analysis *analysis;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  add_sleep(&example, 2, 5); /* difference 3.42, the same variances: t = 4.03 */
  run(&example, trial_protocol(welch, ""));
  analysis = &example.report.analyses[0];
  assert_near(analysis->effect.mean, 0.92, 1e-14);
  assert_near(analysis->effect.sd, 5 / sqrt(2), 1e-14);
  assert_near(analysis->effect.mcse, 2.5, 1e-14);
  assert_near(analysis->effect.prediction.low, -1.58 + 0.025 * 5, 1e-14);
  assert_near(analysis->effect.prediction.high, -1.58 + 0.975 * 5, 1e-14);
  assert_near(analysis->arm[0].centre.mean, 0.75 + 2.5, 1e-14);
  assert_near(analysis->rejection.rate, 0.5, 0);
  assert_near(analysis->rejection.mcse, sqrt(0.125), 1e-15);
  finish(&example);
}

static void failed_and_missing_patients_are_counted_apart_and_never_used(void **state)
{
  const struct example_patient failed = {
      .replicate = 1, .pat = 98, .arm = GUIDED, .status = NOT_FINITE, .ttr = 1e6, .age = 50};
  const struct example_patient silent = {
      .replicate = 1, .pat = 99, .arm = GUIDED, .status = -1, .ttr = 1e6, .age = 50};
  const struct example_patient missing = {
      .replicate = 1, .pat = 100, .arm = STANDARD, .ttr = (double)NAN, .age = 50};
  struct example example = {0};
  const struct arm_summary *arm;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  add_patient(example.tables, &failed);
  add_patient(example.tables, &silent);
  add_patient(example.tables, &missing);
  run(&example, trial_protocol(welch, ""));
  arm = example.report.analyses[0].arm;
  assert_near(example.report.analyses[0].effect.mean, -1.58, 1e-14);
  assert_int_equal(arm[0].n_randomised, 12);
  assert_int_equal(arm[0].n_failed, 2);
  assert_int_equal(arm[0].n_used, 10);
  assert_int_equal(arm[1].n_missing, 1);
  assert_int_equal(arm[1].n_used, 10);
  assert_int_equal(example.report.n_failed, 2);
  assert_int_equal(example.report.arms[0].n_of_status[NOT_FINITE], 1);
  assert_int_equal(example.report.arms[0].n_without_status, 1);
  finish(&example);
}

/* 9 of 10 and 3 of 10: Newcombe, Stat Med 1998; 17:873, table II (b), method 10. */
static void responders_are_told_in_the_unit_of_the_endpoint(void **state)
{
  struct example example = {0};
  const struct trial_analysis *analysis;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  run(&example, trial_protocol("{\"estimand\": \"success\", \"method\": \"proportion\","
                               " \"interval\": \"newcombe\"}",
                               ""));
  analysis = &example.report.analyses[0];
  assert_near(analysis->arm[0].centre.mean, 90, 1e-12);
  assert_near(analysis->effect.mean, 60, 1e-12);
  assert_near(analysis->mean_confidence.low, 17.05, 5e-3);
  assert_near(analysis->mean_confidence.high, 80.90, 5e-3);
  assert_near(analysis->replicates[0].effect.p, 0.006169899, 5e-10); /* chi-squared 7.5 */
  assert_int_equal(analysis->arm[1].n_events, 3);
  finish(&example);
}

static void add_remission(struct example *example, int replicate)
{
  for (int i = 0; i < REMISSION_PATIENTS; i++) {
    const struct example_patient patient = {.replicate = replicate,
                                            .pat = i + 1,
                                            .arm = i < 21 ? STANDARD : GUIDED,
                                            .stable_d = remission[i],
                                            .censored = i >= 9 && i < 21,
                                            .age = 50};

    add_patient(example->tables, &patient);
  }
}

/* Cox: R 4.2, survival 3.5: log hazard ratio 1.572125, se 0.412397, medians 23 and 8. */
static void times_to_event_are_compared_by_hazard_ratio(void **state)
{
  struct example example = {0};
  const struct trial_analysis *cox, *log_rank;

  (void)state;
  create_tables(example.tables);
  add_remission(&example, 1);
  add_remission(&example, 2);
  run(&example, trial_protocol("{\"estimand\": \"stable\", \"method\": \"cox\"},"
                               "{\"estimand\": \"stable\", \"method\": \"log_rank\"},"
                               "{\"estimand\": \"stable\", \"method\": \"kaplan_meier\"}",
                               ""));
  cox = &example.report.analyses[0];
  log_rank = &example.report.analyses[1];
  assert_near(cox->effect.mean, exp(1.572125), 5e-6);
  assert_near(cox->mean_se, 0.412397, 5e-7);
  assert_near(log(cox->mean_confidence.high), 1.572125 + 1.959964 * 0.412397, 5e-6);
  assert_near(cox->effect.mcse, 0, 1e-12); /* both replicates are the same */
  assert_int_equal(cox->arm[0].n_events, 42);
  assert_near(cox->arm[0].centre.mean, 8, 0);
  assert_near(cox->arm[1].centre.mean, 23, 0);
  /* chi-squared 16.79: p 4.17e-5. One step: (O - E) / V, with O = 21, E = 10.749, V = 6.2570 */
  assert_near(log_rank->replicates[0].effect.p, 4.169e-5, 5e-8);
  assert_near(log(log_rank->effect.mean), (21 - 10.74930) / 6.25696, 5e-5);
  assert_true(example.report.analyses[2].plan->effect == EFFECT_NONE);
  assert_near(example.report.analyses[2].arm[1].centre.mean, 23, 0);
  finish(&example);
}

static void covariance_is_adjusted_for_numbers_and_categories(void **state)
{
  struct example example = {0};
  const struct trial_analysis *both, *age;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  run(&example,
      trial_protocol("{\"estimand\": \"primary\", \"method\": \"ancova\", \"adjust\": [\"AGE\","
                     " \"SEX\"]}, {\"estimand\": \"primary\", \"method\": \"ancova\", \"adjust\":"
                     " [\"AGE\"], \"level\": 0.9}",
                     ""));
  both = &example.report.analyses[0];
  age = &example.report.analyses[1];
  /* R 4.2: lm(extra ~ group + AGE + SEX), lm(extra ~ group + AGE), data of add_sleep(). */
  assert_near(both->effect.mean, -1.544303554274737, 1e-10);
  assert_near(both->mean_se, 0.886641343634982, 1e-10);
  assert_near(age->effect.mean, -1.5431387559808618, 1e-10);
  assert_near(age->mean_se, 0.8633226157805198, 1e-10);
  assert_near(age->arm[0].adjusted.mean - age->arm[1].adjusted.mean, age->effect.mean, 1e-12);
  finish(&example);
}

static void a_replicate_without_an_estimate_is_counted(void **state)
{
  struct example example = {0};
  const struct trial_analysis *analysis;

  (void)state;
  create_tables(example.tables);
  add_remission(&example, 1);
  for (int i = 0; i < 4; i++) { /* nobody has the event */
    const struct example_patient patient = {
        .replicate = 2, .pat = i + 1, .arm = i % 2, .stable_d = 9, .censored = 1, .age = 50};

    add_patient(example.tables, &patient);
  }
  run(&example, trial_protocol("{\"estimand\": \"stable\", \"method\": \"cox\"}", ""));
  analysis = &example.report.analyses[0];
  assert_int_equal(analysis->effect.n_used, 1);
  assert_int_equal(analysis->effect.n_missing, 1);
  assert_int_equal(analysis->rejection.n_missing, 1);
  assert_string_equal(analysis->first_problem, "no events");
  assert_int_equal(analysis->arm[0].centre.n_missing, 1);
  finish(&example);
}

static void an_analysis_that_makes_no_sense_is_told_and_the_others_are_done(void **state)
{
  struct example example = {0};

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  run(&example,
      trial_protocol("{\"estimand\": \"primary\", \"method\": \"cox\"},"
                     "{\"estimand\": \"primary\", \"method\": \"ancova\", \"adjust\": [\"BMI\"]},"
                     "{\"estimand\": \"primary\", \"method\": \"t_test\"}",
                     ""));
  assert_non_null(strstr(example.report.analyses[0].problem, "does not fit"));
  assert_non_null(strstr(example.report.analyses[1].problem, "'BMI'"));
  assert_null(example.report.analyses[2].problem);
  assert_true(trial_report_has_problem(&example.report));
  finish(&example);
}

static void check_refused(const char *protocol)
{
  struct analysis_plan plan;

  assert_int_equal(analysis_plan_load(protocol, &plan), EXIT_CODE_INVALID_INPUT);
}

static void a_plan_that_names_the_unknown_is_refused(void **state)
{
  (void)state;
  check_refused("{");
  check_refused(trial_protocol("{\"estimand\": \"secondary\", \"method\": \"cox\"}", ""));
  check_refused(trial_protocol("{\"estimand\": \"primary\", \"method\": \"magic\"}", ""));
}

static void tables_of_other_patients_are_refused(void **state)
{
  struct example example = {0};
  struct trial_tables tables = tables_of(&example);

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  column_table_int(&example.tables[DISPOSITION], 3, 1, 77);
  assert_int_equal(trial_rows_create(&tables, &example.rows), EXIT_CODE_INVALID_INPUT);
  column_table_int(&example.tables[DISPOSITION], 3, 1, 4);
  assert_int_equal(trial_rows_create(&tables, &example.rows), EXIT_CODE_OK);
  trial_rows_clear(&example.rows);
  tables.disposition = NULL;
  assert_int_equal(trial_rows_create(&tables, &example.rows), EXIT_CODE_INVALID_INPUT);
  clear_tables(example.tables);
}

static void the_table_is_ascii_and_at_most_100_wide(void **state)
{
  struct example example = {0};
  char *printed = NULL;
  size_t n_bytes = 0, width = 0;
  FILE *out;

  (void)state;
  create_tables(example.tables);
  for (int r = 1; r <= 3; r++) add_sleep(&example, r, r);
  run(&example,
      trial_protocol(
          "{\"estimand\": \"primary\", \"method\": \"ancova\", \"adjust\": [\"AGE\"]},"
          "{\"estimand\": \"success\", \"method\": \"proportion\","
          " \"interval\": \"miettinen_nurminen\"},"
          "{\"estimand\": \"stable\", \"method\": \"cox\"}",
          "{\"estimand\": \"primary\", \"source\": \"doi:10.1056/NEJMoa1311386\","
          " \"arms\": {\"guided\": 67.4, \"standard\": 60.3}, \"estimate\": 7,"
          " \"interval\": [3.3, 10.6], \"arm_band\": 8, \"note\": \"Percent of the time from"
          " day 1 to day 90 with the ratio between 2.0 and 3.0, after the method of"
          " Rosendaal, in all patients randomised.\"}"));
  out = open_memstream(&printed, &n_bytes);
  trial_report_print(&example.report, out);
  fclose(out);
  for (size_t i = 0; i < n_bytes; i++) {
    assert_true(printed[i] == '\n' || (printed[i] >= ' ' && printed[i] <= '~'));
    width = printed[i] == '\n' ? 0 : width + 1;
    if (width > 100) fail_msg("wide line: %.110s", printed + i - 100);
  }
  assert_non_null(strstr(printed, "The rule wants at least 200 replicates."));
  free(printed);
  finish(&example);
}

static char *json_of(const struct trial_report *report)
{
  char *json = NULL;
  size_t n_bytes = 0;
  FILE *out = open_memstream(&json, &n_bytes);

  trial_report_json(report, out);
  fclose(out);
  return json;
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
  assert_near(reference_number(root, "analyses.0.effect.mean"),
              example.report.analyses[0].effect.mean, 0);
  assert_near(reference_number(root, "analyses.0.replicates.1.estimate"), 3.42, 1e-14);
  assert_int_equal(json_array_size(reference_at(root, "analyses.0.replicates")), 2);
  assert_true(json_is_null(reference_at(root, "analyses.0.arms.0.adjusted_mean.mean")));
  json_decref(root);
  free(json);
  finish(&example);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_replicate_is_analysed_like_one_trial),
      cmocka_unit_test(over_replicates_there_are_means_errors_and_power),
      cmocka_unit_test(failed_and_missing_patients_are_counted_apart_and_never_used),
      cmocka_unit_test(responders_are_told_in_the_unit_of_the_endpoint),
      cmocka_unit_test(times_to_event_are_compared_by_hazard_ratio),
      cmocka_unit_test(covariance_is_adjusted_for_numbers_and_categories),
      cmocka_unit_test(a_replicate_without_an_estimate_is_counted),
      cmocka_unit_test(an_analysis_that_makes_no_sense_is_told_and_the_others_are_done),
      cmocka_unit_test(a_plan_that_names_the_unknown_is_refused),
      cmocka_unit_test(tables_of_other_patients_are_refused),
      cmocka_unit_test(the_table_is_ascii_and_at_most_100_wide),
      cmocka_unit_test(the_json_holds_the_figures_of_every_replicate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
