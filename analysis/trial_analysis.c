/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial_analysis.h"

#include <math.h>
#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"

const double prediction_level = 0.95;

/* A figure of each replicate, gathered for a summary. */
typedef double figure_of(const struct replicate_result *result, int arm);

static double centre_of(const struct replicate_result *result, int arm)
{
  return result->arm[arm].centre;
}

static double adjusted_of(const struct replicate_result *result, int arm)
{
  return result->arm[arm].adjusted;
}

static double sd_of(const struct replicate_result *result, int arm)
{
  return result->arm[arm].sd;
}

static double estimate_of(const struct replicate_result *result, int arm)
{
  (void)arm;
  return result->effect.estimate;
}

static double se_of(const struct replicate_result *result, int arm)
{
  (void)arm;
  return result->effect.se;
}

static double low_of(const struct replicate_result *result, int arm)
{
  (void)arm;
  return result->effect.confidence.low;
}

static double high_of(const struct replicate_result *result, int arm)
{
  (void)arm;
  return result->effect.confidence.high;
}

static struct replicate_summary summarise(const struct trial_analysis *analysis, figure_of *figure,
                                          int arm, int is_ratio)
{
  double *values = memory_new(analysis->n_replicates, sizeof *values);
  struct replicate_summary summary;

  for (size_t r = 0; r < analysis->n_replicates; r++) {
    values[r] = figure(&analysis->replicates[r], arm);
    if (is_ratio) values[r] = log(values[r]);
  }
  summary = replicate_summary(values, analysis->n_replicates, prediction_level);
  if (is_ratio) {
    summary.mean = exp(summary.mean);
    summary.mcse *= summary.mean;
    summary.prediction.low = exp(summary.prediction.low);
    summary.prediction.high = exp(summary.prediction.high);
  }
  free(values);
  return summary;
}

static void summarise_arm(struct trial_analysis *analysis, int arm)
{
  struct arm_summary *summary = &analysis->arm[arm];

  for (size_t r = 0; r < analysis->n_replicates; r++) {
    const struct arm_result *result = &analysis->replicates[r].arm[arm];

    summary->n_randomised += result->n_randomised;
    summary->n_failed += result->n_failed;
    summary->n_missing += result->n_missing;
    summary->n_used += result->n_used;
    summary->n_events += result->n_events;
  }
  summary->centre = summarise(analysis, centre_of, arm, 0);
  summary->adjusted = summarise(analysis, adjusted_of, arm, 0);
  summary->sd = summarise(analysis, sd_of, arm, 0).mean;
}

static void summarise_effect(struct trial_analysis *analysis)
{
  const int is_ratio = analysis->plan->effect == EFFECT_HAZARD_RATIO;
  double *p = memory_new(analysis->n_replicates, sizeof *p);

  for (size_t r = analysis->n_replicates; r-- > 0;) {
    const struct effect *effect = &analysis->replicates[r].effect;

    p[r] = effect->p;
    if (effect->problem) analysis->first_problem = effect->problem;
  }
  analysis->effect = summarise(analysis, estimate_of, 0, is_ratio);
  analysis->mean_se = summarise(analysis, se_of, 0, 0).mean;
  analysis->mean_confidence.low = summarise(analysis, low_of, 0, is_ratio).mean;
  analysis->mean_confidence.high = summarise(analysis, high_of, 0, is_ratio).mean;
  analysis->rejection = rejection_rate(p, analysis->n_replicates, 1 - analysis->plan->level);
  free(p);
}

static const char *problem_with_covariates(const struct planned_analysis *plan,
                                           const struct trial_rows *rows, struct arena *arena)
{
  for (int c = 0; c < plan->n_covariates; c++) {
    const struct column_table *cohort = rows->tables.cohort;
    const int column = cohort ? table_column(cohort, plan->covariates[c]) : -1;

    if (column < 0 || cohort->layout->columns[column].type == COLUMN_TEXT16) {
      return arena_format(arena, "the cohort has no covariate '%s'", plan->covariates[c]);
    }
  }
  return NULL;
}

static int read_values(const struct planned_analysis *plan, const struct trial_rows *rows,
                       struct endpoint_rows *values)
{
  for (int k = 0; k < plan->n_arms; k++) {
    if (trial_rows_arm_named(rows, plan->arm[k]->name) < 0) {
      return failure(EXIT_CODE_INVALID_INPUT, "results: /randomisation has no arm '%s'",
                     plan->arm[k]->name);
    }
  }
  return plan->endpoint->type == ENDPOINT_TIME_TO_EVENT
             ? endpoint_rows_of_time(rows, plan->endpoint->name, values)
             : endpoint_rows_of_value(rows, plan->endpoint->name, values);
}

int trial_analysis_run(const struct planned_analysis *plan, const struct trial_rows *rows,
                       struct arena *arena, struct trial_analysis *analysis)
{
  struct endpoint_rows values;

  *analysis = (struct trial_analysis){.plan = plan, .problem = plan->problem};
  if (!analysis->problem) analysis->problem = problem_with_covariates(plan, rows, arena);
  if (analysis->problem) return EXIT_CODE_OK;
  const int code = read_values(plan, rows, &values);

  if (code == EXIT_CODE_OK) {
    analysis->n_replicates = rows->n_replicates;
    analysis->replicates = memory_new(rows->n_replicates, sizeof *analysis->replicates);
    for (size_t r = 0; r < rows->n_replicates; r++) {
      analysis->replicates[r] = replicate_analysis(plan, rows, &values, &rows->replicates[r]);
    }
    for (int k = 0; k < plan->n_arms; k++) summarise_arm(analysis, k);
    summarise_effect(analysis);
  }
  endpoint_rows_clear(&values);
  return code;
}

void trial_analysis_clear(struct trial_analysis *analysis)
{
  free(analysis->replicates);
  *analysis = (struct trial_analysis){0};
}
