/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/report_example.h
 * Small trials with known answers, analysed from tables in memory. */
#pragma once
#include "trial_example.h"

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
  const struct column_table *replicates; /* NULL: one scenario */
  struct trial_rows rows;
  struct analysis_plan plan;
  struct trial_report report;
};

static inline void add_sleep(struct example *example, int replicate, double shift)
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

static inline struct trial_tables tables_of(struct example *example)
{
  static const char *const names[] = {"ttr", "success", "stable"};

  example->values[0] = &example->tables[TTR];
  example->values[1] = &example->tables[RESPONSE];
  return (struct trial_tables){.randomisation = &example->tables[RANDOMISATION],
                               .disposition = &example->tables[DISPOSITION],
                               .cohort = &example->tables[COHORT],
                               .time_to_event = &example->tables[TIMES],
                               .replicates = example->replicates,
                               .n_endpoints = 3,
                               .endpoint_names = names,
                               .endpoint_table = example->values};
}

static const struct model_hash example_model = {"indirect", "0123456789abcdef"};
static const struct provenance example_provenance = {.seed = "0x000000000000002a",
                                                     .engine_version = "0.9",
                                                     .inputs_sha256 = "fedcba9876543210",
                                                     .n_models = 1,
                                                     .models = &example_model};

static inline void run(struct example *example, const char *protocol)
{
  const struct trial_tables tables = tables_of(example);

  assert_int_equal(analysis_plan_load(protocol, &example->plan), EXIT_CODE_OK);
  assert_int_equal(trial_rows_create(&tables, &example->rows), EXIT_CODE_OK);
  assert_int_equal(
      trial_report_create(&example->plan, &example->rows, &example_provenance, &example->report),
      EXIT_CODE_OK);
}

static inline void finish(struct example *example)
{
  trial_report_clear(&example->report);
  trial_rows_clear(&example->rows);
  analysis_plan_clear(&example->plan);
  clear_tables(example->tables);
}

static inline void add_remission(struct example *example, int replicate)
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

static const char many_analyses[] =
    "{\"estimand\": \"primary\", \"method\": \"welch\"},"
    "{\"estimand\": \"primary\", \"method\": \"ancova\", \"adjust\": [\"AGE\", \"SEX\"]},"
    "{\"estimand\": \"stable\", \"method\": \"kaplan_meier\"},"
    "{\"estimand\": \"stable\", \"method\": \"log_rank\"},"
    "{\"estimand\": \"stable\", \"method\": \"cox\"},"
    "{\"estimand\": \"success\", \"method\": \"proportion\"},"
    "{\"estimand\": \"success\", \"method\": \"proportion\", \"interval\": \"miettinen_nurminen\"}";
static const char many_published[] =
    "{\"estimand\": \"primary\", \"source\": \"doi:10.1056/NEJMoa1311386\","
    " \"arms\": {\"guided\": 67.4, \"standard\": 60.3}, \"estimate\": 7,"
    " \"interval\": [3.3, 10.6], \"arm_band\": 8, \"note\": \"In all patients randomised.\"},"
    "{\"estimand\": \"stable\", \"source\": \"a paper\", \"arms\": {\"guided\": 21}},"
    "{\"estimand\": \"success\", \"source\": \"a paper\", \"arms\": {\"guided\": 0.2}}";
