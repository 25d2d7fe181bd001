/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_example.h"

static const char welch[] = "{\"estimand\": \"primary\", \"method\": \"welch\"}";

static void one_replicate_is_analysed_like_one_trial(void **state)
{
  struct example example = {0};
  const struct trial_analysis *analysis;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  run(&example, trial_protocol(welch, ""));
  analysis = &example.report.scenarios[0].analyses[0];
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
  analysis = &example.report.scenarios[0].analyses[0];
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
  arm = example.report.scenarios[0].analyses[0].arm;
  assert_near(example.report.scenarios[0].analyses[0].effect.mean, -1.58, 1e-14);
  assert_int_equal(arm[0].n_randomised, 12);
  assert_int_equal(arm[0].n_failed, 2);
  assert_int_equal(arm[0].n_used, 10);
  assert_int_equal(arm[1].n_missing, 1);
  assert_int_equal(arm[1].n_used, 10);
  assert_int_equal(example.report.scenarios[0].n_failed, 2);
  assert_int_equal(example.report.scenarios[0].arms[0].n_of_status[NOT_FINITE], 1);
  assert_int_equal(example.report.scenarios[0].arms[0].n_without_status, 1);
  finish(&example);
}

/* 9 of 10 and 3 of 10: Newcombe, Stat Med 1998; 17:873, table II (b), method 10. */
static void responders_are_compared_as_proportions(void **state)
{
  struct example example = {0};
  const struct trial_analysis *analysis;

  (void)state;
  create_tables(example.tables);
  add_sleep(&example, 1, 0);
  run(&example, trial_protocol("{\"estimand\": \"success\", \"method\": \"proportion\","
                               " \"interval\": \"newcombe\"}",
                               ""));
  analysis = &example.report.scenarios[0].analyses[0];
  assert_near(analysis->arm[0].centre.mean, 0.9, 1e-15);
  assert_near(analysis->effect.mean, 0.6, 1e-15);
  assert_near(analysis->mean_confidence.low, 0.1705, 5e-5);
  assert_near(analysis->mean_confidence.high, 0.8090, 5e-5);
  assert_near(analysis->replicates[0].effect.p, 0.006169899, 5e-10); /* chi-squared 7.5 */
  assert_int_equal(analysis->arm[1].n_events, 3);
  finish(&example);
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
  cox = &example.report.scenarios[0].analyses[0];
  log_rank = &example.report.scenarios[0].analyses[1];
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
  assert_true(example.report.scenarios[0].analyses[2].plan->effect == EFFECT_NONE);
  assert_near(example.report.scenarios[0].analyses[2].arm[1].centre.mean, 23, 0);
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
  both = &example.report.scenarios[0].analyses[0];
  age = &example.report.scenarios[0].analyses[1];
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
  analysis = &example.report.scenarios[0].analyses[0];
  assert_int_equal(analysis->effect.n_used, 1);
  assert_int_equal(analysis->effect.n_missing, 1);
  assert_int_equal(analysis->rejection.n_missing, 1);
  assert_string_equal(analysis->first_problem, "no events");
  assert_int_equal(analysis->arm[0].n_not_reached, 1);
  assert_int_equal(analysis->arm[0].centre.n_missing, 0);
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
  assert_non_null(strstr(example.report.scenarios[0].analyses[0].problem, "does not fit"));
  assert_non_null(strstr(example.report.scenarios[0].analyses[1].problem, "'BMI'"));
  assert_null(example.report.scenarios[0].analyses[2].problem);
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_replicate_is_analysed_like_one_trial),
      cmocka_unit_test(over_replicates_there_are_means_errors_and_power),
      cmocka_unit_test(failed_and_missing_patients_are_counted_apart_and_never_used),
      cmocka_unit_test(responders_are_compared_as_proportions),
      cmocka_unit_test(times_to_event_are_compared_by_hazard_ratio),
      cmocka_unit_test(covariance_is_adjusted_for_numbers_and_categories),
      cmocka_unit_test(a_replicate_without_an_estimate_is_counted),
      cmocka_unit_test(an_analysis_that_makes_no_sense_is_told_and_the_others_are_done),
      cmocka_unit_test(a_plan_that_names_the_unknown_is_refused),
      cmocka_unit_test(tables_of_other_patients_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
