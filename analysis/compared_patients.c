/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compared_patients.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* What every step below looks at. */
struct source {
  const struct planned_analysis *analysis;
  const struct trial_rows *rows;
  const struct endpoint_rows *values;
};

static int is_missing(const struct source *source, size_t row)
{
  if (isnan(source->values->value[row])) return 1;
  if (source->values->event && source->values->event[row] < 0) return 1;
  for (int c = 0; c < source->analysis->n_covariates; c++) {
    const struct column_table *cohort = source->rows->tables.cohort;
    const int column = table_column(cohort, source->analysis->covariates[c]);

    if (isnan(table_number(cohort, column, row))) return 1;
  }
  return 0;
}

/* The rows used, arm by arm; counts everybody. */
static void choose(const struct source *source, const struct replicate_rows *replicate,
                   struct compared_patients *patients, size_t *chosen)
{
  for (int k = 0; k < source->analysis->n_arms; k++) {
    const int arm = trial_rows_arm_named(source->rows, source->analysis->arm[k]->name);
    struct arm_result *counts = &patients->arm_counts[k];

    for (size_t row = replicate->first; row < replicate->first + replicate->n; row++) {
      if (source->rows->arm[row] != arm) continue;
      counts->n_randomised++;
      if (trial_rows_is_failed(source->rows, row)) {
        counts->n_failed++;
      } else if (is_missing(source, row)) {
        counts->n_missing++;
      } else {
        counts->n_used++;
        chosen[patients->n++] = row;
      }
    }
    if (k == 0) patients->first = patients->n;
  }
}

static void copy_outcomes(const struct source *source, const size_t *chosen,
                          struct compared_patients *patients)
{
  patients->arm = memory_new(patients->n, sizeof *patients->arm);
  patients->value = memory_new(patients->n, sizeof *patients->value);
  if (source->values->event) patients->event = memory_new(patients->n, sizeof *patients->event);
  for (size_t i = 0; i < patients->n; i++) {
    patients->arm[i] = i >= patients->first;
    patients->value[i] = source->values->value[chosen[i]];
    if (patients->event) patients->event[i] = source->values->event[chosen[i]];
  }
}

static double *new_covariate(struct compared_patients *patients)
{
  double *values = memory_new(patients->n, sizeof *values);

  patients->covariates[patients->n_covariates++] = values;
  return values;
}

/* Levels that nobody here has would make a column of zeroes. */
static void add_category(const struct column_table *cohort, int column, const size_t *chosen,
                         struct compared_patients *patients)
{
  int n_levels_seen = 0;

  for (int level = 0; level < cohort->layout->columns[column].n_categories; level++) {
    double *values;
    size_t n_of_level = 0;

    for (size_t i = 0; i < patients->n; i++) {
      n_of_level += table_number(cohort, column, chosen[i]) == level;
    }
    if (n_of_level == 0 || n_levels_seen++ == 0) continue;
    values = new_covariate(patients);
    for (size_t i = 0; i < patients->n; i++) {
      values[i] = table_number(cohort, column, chosen[i]) == level;
    }
  }
}

static void copy_covariates(const struct source *source, const size_t *chosen,
                            struct compared_patients *patients)
{
  const struct column_table *cohort = source->rows->tables.cohort;
  size_t most = 0;

  for (int c = 0; c < source->analysis->n_covariates; c++) {
    const int column = table_column(cohort, source->analysis->covariates[c]);

    most += 1 + (size_t)cohort->layout->columns[column].n_categories;
  }
  patients->covariates = memory_new(most, sizeof *patients->covariates);
  for (int c = 0; c < source->analysis->n_covariates; c++) {
    const int column = table_column(cohort, source->analysis->covariates[c]);

    if (cohort->layout->columns[column].type == COLUMN_CODE) {
      add_category(cohort, column, chosen, patients);
    } else {
      double *values = new_covariate(patients);

      for (size_t i = 0; i < patients->n; i++) {
        values[i] = table_number(cohort, column, chosen[i]);
      }
    }
  }
}

void compared_patients_create(const struct planned_analysis *analysis,
                              const struct trial_rows *rows, const struct endpoint_rows *values,
                              const struct replicate_rows *replicate,
                              struct compared_patients *patients)
{
  const struct source source = {.analysis = analysis, .rows = rows, .values = values};
  size_t *chosen = memory_new(2 * replicate->n, sizeof *chosen);

  *patients = (struct compared_patients){0};
  choose(&source, replicate, patients, chosen);
  copy_outcomes(&source, chosen, patients);
  copy_covariates(&source, chosen, patients);
  free(chosen);
}

void compared_patients_clear(struct compared_patients *patients)
{
  for (int c = 0; c < patients->n_covariates; c++) free(patients->covariates[c]);
  free(patients->covariates);
  free(patients->arm);
  free(patients->value);
  free(patients->event);
  *patients = (struct compared_patients){0};
}
