/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replicate_analysis.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "compared_patients.h"
#include "estimators/ancova.h"
#include "estimators/cox.h"
#include "estimators/distributions.h"
#include "estimators/kaplan_meier.h"
#include "estimators/log_rank.h"
#include "estimators/risk_difference.h"
#include "estimators/two_sample.h"

static struct effect no_effect(const char *problem)
{
  const double none = (double)NAN;

  return (struct effect){none, none, none, {none, none}, problem};
}

static struct effect effect_of_t_test(const struct t_test *test)
{
  if (isnan(test->estimate)) return no_effect("an arm is empty");
  if (!(test->se > 0)) return no_effect("no variance");
  return (struct effect){test->estimate, test->se, test->p, test->confidence, NULL};
}

/* The outcomes of one arm. */
static size_t arm_size(const struct compared_patients *patients, int k)
{
  return k == 0 ? patients->first : patients->n - patients->first;
}

static const double *arm_values(const struct compared_patients *patients, int k)
{
  return patients->value + (k == 0 ? 0 : patients->first);
}

static struct effect compare_means(const struct planned_analysis *analysis,
                                   const struct compared_patients *patients)
{
  const struct sample_summary first = sample_summary(arm_values(patients, 0),
                                                     arm_size(patients, 0));
  const struct sample_summary second = sample_summary(arm_values(patients, 1),
                                                      arm_size(patients, 1));
  const struct t_test test = analysis->method == METHOD_WELCH
                                 ? welch_t_test(&first, &second, analysis->level)
                                 : student_t_test(&first, &second, analysis->level);

  return effect_of_t_test(&test);
}

static struct effect fit_ancova(const struct planned_analysis *analysis,
                                const struct compared_patients *patients,
                                struct replicate_result *result)
{
  static const char *const problems[] = {NULL, "an arm is empty", "singular covariates",
                                         "too few patients"};
  const struct ancova_patients model = {.n = patients->n,
                                        .n_arms = analysis->n_arms,
                                        .n_covariates = patients->n_covariates,
                                        .arm = patients->arm,
                                        .outcome = patients->value,
                                        .covariates = (const double *const *)patients->covariates};
  struct effect effect;
  struct ancova ancova;

  ancova_fit(&model, &ancova);
  for (int k = 0; k < analysis->n_arms; k++) result->arm[k].adjusted = ancova.mean[k];
  effect = no_effect(problems[ancova.status]);
  if (ancova.status == ANCOVA_OK && analysis->n_arms > 1) {
    const struct t_test test = ancova_difference(&ancova, 0, 1, analysis->level);

    effect = effect_of_t_test(&test);
  }
  ancova_clear(&ancova);
  return effect;
}

static struct effect compare_proportions(const struct planned_analysis *analysis,
                                         const struct compared_patients *patients)
{
  const struct proportion first = proportion_of(arm_values(patients, 0), arm_size(patients, 0));
  const struct proportion second = proportion_of(arm_values(patients, 1), arm_size(patients, 1));
  const struct interval limits = risk_difference_interval(&first, &second, analysis->interval,
                                                          analysis->level);

  if (isnan(limits.low)) return no_effect("an arm is empty");
  /* Without events, or with events only, there is an estimate and an interval, but no p. */
  return (struct effect){.estimate = risk_difference(&first, &second),
                         .se = risk_difference_se(&first, &second),
                         .p = pearson_chi_squared(&first, &second, 0).p,
                         .confidence = {limits.low, limits.high}};
}

static struct survival_times times_of(const struct compared_patients *patients)
{
  return (struct survival_times){
      .n = patients->n, .time = patients->value, .event = patients->event};
}

/* log hazard ratio (O - E) / V of the first arm, with error 1 / sqrt(V): Yusuf, Peto, Lewis,
 * Collins and Sleight, Prog Cardiovasc Dis 1985; 27:335-371. */
static struct effect compare_by_log_rank(const struct planned_analysis *analysis,
                                         const struct compared_patients *patients)
{
  const struct survival_times times = times_of(patients);
  struct effect effect = no_effect("no events to compare");
  struct log_rank test;

  log_rank(&times, patients->arm, 2, &test);
  if (!isnan(test.p)) {
    const double se = 1 / sqrt(test.variance[0]);
    const double log_ratio = (test.observed[0] - test.expected[0]) / test.variance[0];
    const double half = normal_critical(analysis->level) * se;

    effect = (struct effect){.estimate = exp(log_ratio),
                             .se = se,
                             .p = test.p,
                             .confidence = {exp(log_ratio - half), exp(log_ratio + half)}};
  }
  log_rank_clear(&test);
  return effect;
}

static struct effect fit_cox(const struct planned_analysis *analysis,
                             const struct compared_patients *patients)
{
  const double **covariates = memory_new((size_t)patients->n_covariates + 1, sizeof *covariates);
  double *is_first = memory_new(patients->n, sizeof *is_first);
  const struct cox_model model = {.times = times_of(patients),
                                  .n_covariates = patients->n_covariates + 1,
                                  .covariates = covariates};
  struct effect effect;
  struct cox cox;

  for (size_t i = 0; i < patients->n; i++) is_first[i] = patients->arm[i] == 0;
  covariates[0] = is_first;
  for (int c = 0; c < patients->n_covariates; c++) covariates[c + 1] = patients->covariates[c];
  cox_fit(&model, &cox);
  effect = no_effect(cox_status_text(cox.status));
  if (cox.status == COX_CONVERGED) {
    const struct hazard_ratio ratio = cox_hazard_ratio(&cox, 0, analysis->level);

    effect = (struct effect){ratio.estimate, ratio.log_se, ratio.p, ratio.confidence, NULL};
  }
  cox_clear(&cox);
  free(is_first);
  free(covariates);
  return effect;
}

static struct effect compare(const struct planned_analysis *analysis,
                             const struct compared_patients *patients,
                             struct replicate_result *result)
{
  if (analysis->method == METHOD_ANCOVA) return fit_ancova(analysis, patients, result);
  if (analysis->effect == EFFECT_NONE) return no_effect(NULL);
  switch (analysis->method) {
  case METHOD_PROPORTION:
    return compare_proportions(analysis, patients);
  case METHOD_LOG_RANK:
    return compare_by_log_rank(analysis, patients);
  case METHOD_COX:
    return fit_cox(analysis, patients);
  default:
    return compare_means(analysis, patients);
  }
}

static void describe_times(const struct compared_patients *patients, int k, double level,
                           struct arm_result *arm)
{
  const struct survival_times times = {.n = arm_size(patients, k),
                                       .time = arm_values(patients, k),
                                       .event = patients->event + (k == 0 ? 0 : patients->first)};
  struct kaplan_meier curve;

  kaplan_meier(&times, level, &curve);
  arm->n_events = curve.n_events;
  arm->centre = kaplan_meier_quantile(&curve, 0.5);
  if (isnan(arm->centre) && curve.n_used > 0) arm->centre = (double)INFINITY;
  kaplan_meier_clear(&curve);
}

/* Counts are there already. */
static void describe_arm(const struct planned_analysis *analysis,
                         const struct compared_patients *patients, int k, struct arm_result *arm)
{
  const double *values = arm_values(patients, k);
  const size_t n = arm_size(patients, k);
  const struct sample_summary summary = sample_summary(values, n);

  arm->sd = arm->adjusted = (double)NAN;
  if (analysis->endpoint->type == ENDPOINT_TIME_TO_EVENT) {
    describe_times(patients, k, analysis->level, arm);
    return;
  }
  arm->centre = summary.mean;
  if (analysis->endpoint->type == ENDPOINT_NUMBER)
    arm->sd = summary.sd;
  else
    arm->n_events = (size_t)proportion_of(values, n).n_events;
}

struct replicate_result replicate_analysis(const struct planned_analysis *analysis,
                                           const struct trial_rows *rows,
                                           const struct endpoint_rows *values,
                                           const struct replicate_rows *replicate)
{
  struct replicate_result result = {.replicate = replicate->replicate, .within = replicate->within};
  struct compared_patients patients;

  compared_patients_create(analysis, rows, values, replicate, &patients);
  for (int k = 0; k < analysis->n_arms; k++) {
    result.arm[k] = patients.arm_counts[k];
    describe_arm(analysis, &patients, k, &result.arm[k]);
  }
  result.effect = compare(analysis, &patients, &result);
  compared_patients_clear(&patients);
  return result;
}
