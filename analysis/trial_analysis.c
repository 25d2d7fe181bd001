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

/* The geometric mean of ratios whose logarithms these are. */
static struct replicate_summary ratio_summary(const double *logarithms, size_t n)
{
  struct replicate_summary summary = replicate_summary(logarithms, n, prediction_level);

  summary.mean = exp(summary.mean);
  summary.mcse *= summary.mean;
  summary.median = exp(summary.median);
  summary.median_mcse *= summary.median;
  summary.prediction.low = exp(summary.prediction.low);
  summary.prediction.high = exp(summary.prediction.high);
  return summary;
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
  summary = is_ratio ? ratio_summary(values, analysis->n_replicates)
                     : replicate_summary(values, analysis->n_replicates, prediction_level);
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
    summary->n_not_reached += isinf(result->centre) != 0;
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

/* Both have their replicates in the order of `within`. */
static void compare_with_first(const struct trial_analysis *first, struct trial_analysis *analysis)
{
  const int is_ratio = analysis->plan->effect == EFFECT_HAZARD_RATIO;
  double *change = memory_new(analysis->n_replicates, sizeof *change);
  size_t f = 0;

  for (size_t r = 0; r < analysis->n_replicates; r++) {
    const struct replicate_result *own = &analysis->replicates[r];
    double other = (double)NAN;

    while (f < first->n_replicates && first->replicates[f].within < own->within) f++;
    if (f < first->n_replicates && first->replicates[f].within == own->within) {
      other = first->replicates[f].effect.estimate;
    }
    change[r] = is_ratio ? log(own->effect.estimate / other) : own->effect.estimate - other;
  }
  analysis->change = is_ratio ? ratio_summary(change, analysis->n_replicates)
                              : replicate_summary(change, analysis->n_replicates, prediction_level);
  free(change);
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

static void run_scenario(const struct trial_rows *rows, const struct endpoint_rows *values,
                         const struct scenario_rows *scenario, struct trial_analysis *analysis)
{
  const struct planned_analysis *plan = analysis->plan;

  analysis->n_replicates = scenario->n;
  analysis->replicates = memory_new(scenario->n, sizeof *analysis->replicates);
  for (size_t r = 0; r < scenario->n; r++) {
    analysis->replicates[r] = replicate_analysis(plan, rows, values,
                                                 &rows->replicates[scenario->first + r]);
  }
  for (int k = 0; k < plan->n_arms; k++) summarise_arm(analysis, k);
  summarise_effect(analysis);
}

int trial_analysis_run(const struct planned_analysis *plan, const struct trial_rows *rows,
                       struct arena *arena, struct trial_analysis *analyses)
{
  const char *problem = plan->problem;
  struct endpoint_rows values;
  int code;

  if (!problem) problem = problem_with_covariates(plan, rows, arena);
  for (size_t s = 0; s < rows->n_scenarios; s++) {
    analyses[s] = (struct trial_analysis){.plan = plan, .problem = problem};
  }
  if (problem) return EXIT_CODE_OK;
  code = read_values(plan, rows, &values);
  for (size_t s = 0; code == EXIT_CODE_OK && s < rows->n_scenarios; s++) {
    run_scenario(rows, &values, &rows->scenarios[s], &analyses[s]);
    if (s > 0) compare_with_first(&analyses[0], &analyses[s]);
  }
  endpoint_rows_clear(&values);
  return code;
}

static int is_of_times(const struct trial_analysis *analysis)
{
  return analysis->plan->endpoint->type == ENDPOINT_TIME_TO_EVENT;
}

double trial_analysis_centre(const struct trial_analysis *analysis, int arm)
{
  const struct replicate_summary *centre = &analysis->arm[arm].centre;

  return is_of_times(analysis) ? centre->median : centre->mean;
}

double trial_analysis_centre_mcse(const struct trial_analysis *analysis, int arm)
{
  const struct replicate_summary *centre = &analysis->arm[arm].centre;

  return is_of_times(analysis) ? centre->median_mcse : centre->mcse;
}

void trial_analysis_clear(struct trial_analysis *analysis)
{
  free(analysis->replicates);
  *analysis = (struct trial_analysis){0};
}
