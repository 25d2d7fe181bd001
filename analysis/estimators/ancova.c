/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/ancova.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "estimators/distributions.h"
#include "estimators/least_squares.h"

/* The patients without a hole, as the least-squares fit wants them. */
struct complete_patients {
  size_t n;
  int n_arms, n_covariates;
  double *design; /* [column][n]: an indicator per arm, then the covariates */
  double *outcome;
  size_t *n_in_arm;
};

static int is_complete(const struct ancova_patients *patients, size_t i)
{
  if (patients->arm[i] < 0 || patients->arm[i] >= patients->n_arms) return 0;
  if (isnan(patients->outcome[i])) return 0;
  for (int c = 0; c < patients->n_covariates; c++) {
    if (isnan(patients->covariates[c][i])) return 0;
  }
  return 1;
}

static void collect(const struct ancova_patients *patients, struct complete_patients *complete)
{
  const size_t n_columns = (size_t)(patients->n_arms + patients->n_covariates);
  size_t row = 0;

  *complete = (struct complete_patients){.n_arms = patients->n_arms,
                                         .n_covariates = patients->n_covariates};
  for (size_t i = 0; i < patients->n; i++) complete->n += (size_t)is_complete(patients, i);
  complete->design = memory_new(n_columns * complete->n, sizeof(double));
  complete->outcome = memory_new(complete->n, sizeof(double));
  complete->n_in_arm = memory_new((size_t)patients->n_arms, sizeof(size_t));
  for (size_t i = 0; i < patients->n; i++) {
    if (!is_complete(patients, i)) continue;
    const size_t arm = (size_t)patients->arm[i];

    complete->outcome[row] = patients->outcome[i];
    complete->design[arm * complete->n + row] = 1;
    complete->n_in_arm[arm]++;
    for (int c = 0; c < patients->n_covariates; c++) {
      complete->design[(size_t)(patients->n_arms + c) * complete->n + row] =
          patients->covariates[c][i];
    }
    row++;
  }
}

static void complete_clear(struct complete_patients *complete)
{
  free(complete->design);
  free(complete->outcome);
  free(complete->n_in_arm);
}

/* Fits copies of the columns, since the fit overwrites them. With one arm for all when
 * `without_treatment`. */
static void fit_columns(const struct complete_patients *complete, int without_treatment,
                        struct least_squares *fit)
{
  const int n_arms = without_treatment ? 1 : complete->n_arms;
  const size_t n = complete->n, n_columns = (size_t)(n_arms + complete->n_covariates);
  double *design = memory_new(n_columns * n, sizeof *design);
  double *outcome = memory_new(n, sizeof *outcome);

  memcpy(outcome, complete->outcome, n * sizeof *outcome);
  memcpy(design + (size_t)n_arms * n, complete->design + (size_t)complete->n_arms * n,
         (size_t)complete->n_covariates * n * sizeof *design);
  if (without_treatment) {
    for (size_t i = 0; i < n; i++) design[i] = 1;
  } else {
    memcpy(design, complete->design, (size_t)n_arms * n * sizeof *design);
  }
  least_squares_fit(n, (int)n_columns, design, outcome, fit);
  free(design);
  free(outcome);
}

static void fill_covariate_means(const struct complete_patients *complete, struct ancova *ancova)
{
  for (int c = 0; c < complete->n_covariates; c++) {
    const double *column = complete->design + (size_t)(complete->n_arms + c) * complete->n;
    double sum = 0;

    for (size_t i = 0; i < complete->n; i++) sum += column[i];
    ancova->covariate_mean[c] = sum / (double)complete->n;
  }
}

/* Coefficient 0 is the first arm at covariates 0; the others as the header says. */
static void fill_coefficients(const struct least_squares *fit, double variance,
                              struct ancova *ancova)
{
  const int p = ancova->n_coefficients;
  double *weights = memory_new((size_t)p, sizeof *weights);

  for (int j = 0; j < p; j++) {
    memset(weights, 0, (size_t)p * sizeof *weights);
    weights[j] = 1;
    if (j > 0 && j < ancova->n_arms) weights[0] = -1;
    ancova->coefficients[j] = fit->coefficients[j];
    if (j > 0 && j < ancova->n_arms) ancova->coefficients[j] -= fit->coefficients[0];
    ancova->se[j] = sqrt(variance * least_squares_variance_factor(fit, weights));
  }
  free(weights);
}

/* cov(m_a, m_b) of the adjusted means m = W b, with W the arm's indicator and the mean covariates,
 * by polarisation: 2 cov = var(m_a + m_b) - var(m_a) - var(m_b) loses digits, so it is summed. */
static void fill_means(const struct least_squares *fit, double variance, struct ancova *ancova)
{
  const int k = ancova->n_arms, q = ancova->n_covariates, p = k + q;
  double *weights = memory_new((size_t)(k * p), sizeof *weights);

  for (int a = 0; a < k; a++) {
    double *row = weights + a * p;

    row[a] = 1;
    for (int c = 0; c < q; c++) row[k + c] = ancova->covariate_mean[c];
    for (int j = 0; j < p; j++) ancova->mean[a] += row[j] * fit->coefficients[j];
  }
  for (int a = 0; a < k; a++) {
    for (int b = 0; b < k; b++) {
      double sum = 0;

      for (int i = 0; i < p * p; i++) {
        sum += weights[a * p + i / p] * fit->covariance_factor[i] * weights[b * p + i % p];
      }
      ancova->mean_covariance[a * k + b] = variance * sum;
    }
    ancova->mean_se[a] = sqrt(ancova->mean_covariance[a * k + a]);
  }
  free(weights);
}

static void set_nan(double *values, int n)
{
  for (int i = 0; i < n; i++) values[i] = (double)NAN;
}

static void create(const struct ancova_patients *patients, struct ancova *ancova)
{
  const size_t k = (size_t)patients->n_arms, q = (size_t)patients->n_covariates;

  *ancova = (struct ancova){.n_arms = patients->n_arms,
                            .n_covariates = patients->n_covariates,
                            .n_coefficients = patients->n_arms + patients->n_covariates};
  ancova->coefficients = memory_new(k + q, sizeof(double));
  ancova->se = memory_new(k + q, sizeof(double));
  ancova->mean = memory_new(k, sizeof(double));
  ancova->mean_se = memory_new(k, sizeof(double));
  ancova->covariate_mean = memory_new(q, sizeof(double));
  ancova->mean_covariance = memory_new(k * k, sizeof(double));
}

static void give_up(struct ancova *ancova, enum ancova_status status)
{
  ancova->status = status;
  ancova->df = ancova->rss = ancova->f = ancova->f_p = (double)NAN;
  set_nan(ancova->coefficients, ancova->n_coefficients);
  set_nan(ancova->se, ancova->n_coefficients);
  set_nan(ancova->mean, ancova->n_arms);
  set_nan(ancova->mean_se, ancova->n_arms);
  set_nan(ancova->covariate_mean, ancova->n_covariates);
  set_nan(ancova->mean_covariance, ancova->n_arms * ancova->n_arms);
}

static void fill(const struct complete_patients *complete, const struct least_squares *fit,
                 struct ancova *ancova)
{
  struct least_squares without;
  const double df1 = ancova->n_arms - 1;
  double variance;

  ancova->df = (double)complete->n - ancova->n_coefficients;
  ancova->rss = fit->rss;
  ancova->status = ancova->df > 0 ? ANCOVA_OK : ANCOVA_NO_RESIDUAL;
  variance = ancova->df > 0 ? fit->rss / ancova->df : (double)NAN;
  fill_covariate_means(complete, ancova);
  fill_coefficients(fit, variance, ancova);
  fill_means(fit, variance, ancova);
  fit_columns(complete, 1, &without);
  ancova->f = df1 > 0 ? (without.rss - fit->rss) / df1 / variance : (double)NAN;
  ancova->f_p = f_p(ancova->f, df1, ancova->df);
  least_squares_clear(&without);
}

void ancova_fit(const struct ancova_patients *patients, struct ancova *ancova)
{
  struct complete_patients complete;
  struct least_squares fit;
  int n_empty = 0;

  create(patients, ancova);
  collect(patients, &complete);
  ancova->n_used = complete.n;
  ancova->n_missing = patients->n - complete.n;
  for (int a = 0; a < patients->n_arms; a++) n_empty += complete.n_in_arm[a] == 0;
  fit_columns(&complete, 0, &fit);
  if (n_empty > 0)
    give_up(ancova, ANCOVA_EMPTY_ARM);
  else if (fit.is_singular)
    give_up(ancova, ANCOVA_SINGULAR);
  else
    fill(&complete, &fit, ancova);
  least_squares_clear(&fit);
  complete_clear(&complete);
}

void ancova_clear(struct ancova *ancova)
{
  free(ancova->coefficients);
  free(ancova->se);
  free(ancova->mean);
  free(ancova->mean_se);
  free(ancova->covariate_mean);
  free(ancova->mean_covariance);
  *ancova = (struct ancova){0};
}

struct t_test ancova_difference(const struct ancova *ancova, int arm, int reference, double level)
{
  const int k = ancova->n_arms;
  const double *covariance = ancova->mean_covariance;
  struct t_test test = {.estimate = ancova->mean[arm] - ancova->mean[reference], .df = ancova->df};

  test.se = sqrt(covariance[arm * k + arm] + covariance[reference * k + reference] -
                 2 * covariance[arm * k + reference]);
  const double half = t_critical(level, test.df) * test.se;

  test.t = test.se > 0 ? test.estimate / test.se : (double)NAN;
  test.p = t_two_sided_p(test.t, test.df);
  test.confidence = (struct interval){test.estimate - half, test.estimate + half};
  return test;
}
