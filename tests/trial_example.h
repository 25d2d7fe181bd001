/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/trial_example.h
 * The tables of a small trial of two arms, filled patient by patient, and its protocol. */
#pragma once
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/column_table.h"
#include "base/failure.h"

enum { GUIDED, STANDARD };
enum { SOLVED, STEP_TOO_SMALL, NOT_FINITE };

static const char *const trial_arms[] = {"guided", "standard"};
static const char *const trial_statuses[] = {"ok", "step too small", "not finite"};
static const char *const trial_sexes[] = {"F", "M", "U"};
static const char *const trial_times[] = {"bleed", "stable"};

#define KEY_COLUMNS                                                                                \
  {.name = "replicate", .type = COLUMN_INT32},                                                     \
  {                                                                                                \
    .name = "pat", .type = COLUMN_INT32                                                            \
  }
#define CODE_COLUMN(title, texts)                                                                  \
  {                                                                                                \
    .name = title, .type = COLUMN_CODE, .n_categories = sizeof texts / sizeof *texts,              \
    .categories = texts                                                                            \
  }

static const struct column trial_randomisation[] = {KEY_COLUMNS, CODE_COLUMN("arm", trial_arms)};
static const struct column trial_disposition[] = {KEY_COLUMNS, CODE_COLUMN("arm", trial_arms),
                                                  CODE_COLUMN("status", trial_statuses)};
static const struct column trial_cohort[] = {KEY_COLUMNS,
                                             {.name = "USUBJID", .type = COLUMN_TEXT16},
                                             {.name = "AGE", .type = COLUMN_REAL, .units = "a"},
                                             CODE_COLUMN("SEX", trial_sexes)};
static const struct column trial_value[] = {KEY_COLUMNS,
                                            CODE_COLUMN("arm", trial_arms),
                                            {.name = "AVAL", .type = COLUMN_REAL, .units = "%"}};
static const struct column trial_time[] = {KEY_COLUMNS,
                                           CODE_COLUMN("arm", trial_arms),
                                           CODE_COLUMN("PARAMCD", trial_times),
                                           {.name = "AVAL", .type = COLUMN_REAL, .units = "d"},
                                           {.name = "CNSR", .type = COLUMN_INT16}};

enum { RANDOMISATION, DISPOSITION, COHORT, TTR, RESPONSE, TIMES, TRIAL_TABLES };
static const struct table_layout trial_layouts[TRIAL_TABLES] = {
    {.path = "/randomisation", .n_columns = 3, .columns = trial_randomisation},
    {.path = "/disposition", .n_columns = 4, .columns = trial_disposition},
    {.path = "/cohort", .n_columns = 5, .columns = trial_cohort},
    {.path = "/pd/ttr", .n_columns = 4, .columns = trial_value},
    {.path = "/pd/success", .n_columns = 4, .columns = trial_value},
    {.path = "/tte", .n_columns = 6, .columns = trial_time},
};

/** One patient's rows. */
struct example_patient {
  int replicate, pat, arm, status;
  double ttr, success, stable_d;
  int censored;
  double age;
  int sex;
};

static inline void add_keys(struct column_table *table, const struct example_patient *patient)
{
  const size_t row = column_table_add_row(table);

  column_table_int(table, row, 0, patient->replicate);
  column_table_int(table, row, 1, patient->pat);
  if (table->layout->columns[2].type == COLUMN_CODE) column_table_int(table, row, 2, patient->arm);
}

static inline void add_patient(struct column_table tables[TRIAL_TABLES],
                               const struct example_patient *patient)
{
  const size_t row = tables[0].n_rows;
  size_t time_row;

  for (int t = 0; t < TIMES; t++) add_keys(&tables[t], patient);
  column_table_int(&tables[DISPOSITION], row, 3, patient->status);
  column_table_text(&tables[COHORT], row, 2, "one of them");
  column_table_real(&tables[COHORT], row, 3, patient->age);
  column_table_int(&tables[COHORT], row, 4, patient->sex);
  column_table_real(&tables[TTR], row, 3, patient->ttr);
  column_table_real(&tables[RESPONSE], row, 3, patient->success);
  for (int parameter = 0; parameter < 2; parameter++) {
    add_keys(&tables[TIMES], patient);
    time_row = tables[TIMES].n_rows - 1;
    column_table_int(&tables[TIMES], time_row, 3, parameter);
    column_table_real(&tables[TIMES], time_row, 4, parameter == 0 ? 999 : patient->stable_d);
    column_table_int(&tables[TIMES], time_row, 5, parameter == 0 ? 1 : patient->censored);
  }
}

static inline void create_tables(struct column_table tables[TRIAL_TABLES])
{
  for (int t = 0; t < TRIAL_TABLES; t++) column_table_create(&trial_layouts[t], &tables[t]);
}

static inline void clear_tables(struct column_table tables[TRIAL_TABLES])
{
  for (int t = 0; t < TRIAL_TABLES; t++) column_table_clear(&tables[t]);
}

/** The protocol with this list of analyses, this list of published results and these scenarios
 *  ("" for none), as JSON. */
static inline const char *trial_protocol_of_scenarios(const char *analysis, const char *published,
                                                      const char *scenarios)
{
  static char json[8192];

  snprintf(json, sizeof json,
           "{\"study\": {\"id\": \"VT-001\", \"title\": \"Guided dosing\"},"
           " \"arms\": [{\"name\": \"guided\", \"label\": \"Guided\"}, {\"name\": \"standard\"}],"
           " \"simulation\": {\"replicates\": 2, \"seed\": 42, \"allowed_failures\": 0.01},"
           " \"endpoints\": [{\"name\": \"ttr\", \"label\": \"Time in range\","
           "   \"type\": \"time_in_range\", \"unit\": \"%%\"},"
           "  {\"name\": \"success\", \"type\": \"responder\"},"
           "  {\"name\": \"stable\", \"type\": \"time_to_event\"}],"
           " \"estimands\": [{\"name\": \"primary\", \"endpoint\": \"ttr\", \"population\":"
           "   \"randomised\", \"treatments\": [\"guided\", \"standard\"],"
           "   \"summary\": \"mean_difference\", \"intercurrent_events\":"
           "   {\"dose_held\": \"treatment_policy\", \"death\": \"treatment_policy\"}},"
           "  {\"name\": \"success\", \"endpoint\": \"success\", \"summary\": \"risk_difference\","
           "   \"treatments\": [\"guided\", \"standard\"]},"
           "  {\"name\": \"stable\", \"endpoint\": \"stable\", \"summary\": \"hazard_ratio\","
           "   \"treatments\": [\"guided\", \"standard\"]}],"
           " \"analysis\": [%s], \"published\": [%s], \"scenarios\": [%s]}",
           analysis, published, scenarios);
  return json;
}

static inline const char *trial_protocol(const char *analysis, const char *published)
{
  return trial_protocol_of_scenarios(analysis, published, "");
}
