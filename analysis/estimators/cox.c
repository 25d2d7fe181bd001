/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/cox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "estimators/distributions.h"
#include "estimators/symmetric.h"

enum { DEFAULT_ITERATIONS = 40, MAX_HALVINGS = 20 };
static const double likelihood_tolerance = 1e-11; /* relative change that ends the iterations */
static const double step_tolerance = 1e-6;        /* of a coefficient, in SD of its covariate */

/* The patients used, latest first, with covariates centred and scaled to SD 1. */
struct ordered_patients {
  size_t n;
  int p;
  enum cox_ties ties;
  double *time, *x; /* x is [patient][covariate] */
  int *event;
  double *scale; /* [covariate]: SD, 1 for a constant */
};

/* Log partial likelihood with its derivatives at one point. */
struct likelihood {
  double value;
  double *score, *information; /* [p], [p][p] */
};

/* Sums of exp(x b) 1, x, x x' over a set of patients. */
struct weighted_sums {
  double weight, *x, *xx;
};

static struct weighted_sums sums_new(int p)
{
  return (struct weighted_sums){.x = memory_new((size_t)p, sizeof(double)),
                                .xx = memory_new((size_t)(p * p), sizeof(double))};
}

static void sums_clear(struct weighted_sums *sums)
{
  free(sums->x);
  free(sums->xx);
}

static void sums_empty(struct weighted_sums *sums, int p)
{
  sums->weight = 0;
  memset(sums->x, 0, (size_t)p * sizeof(double));
  memset(sums->xx, 0, (size_t)(p * p) * sizeof(double));
}

static void sums_add(struct weighted_sums *sums, int p, double weight, const double *x)
{
  sums->weight += weight;
  for (int a = 0; a < p; a++) {
    sums->x[a] += weight * x[a];
    for (int b = 0; b < p; b++) sums->xx[a * p + b] += weight * x[a] * x[b];
  }
}

/* One term of a tied set: the risk set less `share` of those who have the event now. */
static void likelihood_subtract(struct likelihood *likelihood, int p,
                                const struct weighted_sums *risk, const struct weighted_sums *tied,
                                double share)
{
  const double weight = risk->weight - share * tied->weight;

  likelihood->value -= log(weight);
  for (int a = 0; a < p; a++) {
    const double mean_a = (risk->x[a] - share * tied->x[a]) / weight;

    likelihood->score[a] -= mean_a;
    for (int b = 0; b < p; b++) {
      const double mean_b = (risk->x[b] - share * tied->x[b]) / weight;
      const double mean_ab = (risk->xx[a * p + b] - share * tied->xx[a * p + b]) / weight;

      likelihood->information[a * p + b] += mean_ab - mean_a * mean_b;
    }
  }
}

static double linear(const struct ordered_patients *patients, size_t i, const double *coefficients)
{
  double sum = 0;

  for (int a = 0; a < patients->p; a++) {
    sum += patients->x[i * (size_t)patients->p + (size_t)a] * coefficients[a];
  }
  return sum;
}

/* Adds the patients from i on who share one time to the risk set, then their events' terms. */
static size_t add_time(const struct ordered_patients *patients, size_t i,
                       const double *coefficients, struct weighted_sums sums[2],
                       struct likelihood *likelihood)
{
  struct weighted_sums *risk = &sums[0], *tied = &sums[1];
  const double time = patients->time[i];
  const int p = patients->p;
  int n_events = 0;

  sums_empty(tied, p);
  for (; i < patients->n && patients->time[i] == time; i++) {
    const double *x = patients->x + i * (size_t)p;
    const double eta = linear(patients, i, coefficients);

    sums_add(risk, p, exp(eta), x);
    if (!patients->event[i]) continue;
    n_events++;
    sums_add(tied, p, exp(eta), x);
    likelihood->value += eta;
    for (int a = 0; a < p; a++) likelihood->score[a] += x[a];
  }
  for (int k = 0; k < n_events; k++) {
    const double share = patients->ties == COX_EFRON ? (double)k / n_events : 0;

    likelihood_subtract(likelihood, p, risk, tied, share);
  }
  return i;
}

static void evaluate(const struct ordered_patients *patients, const double *coefficients,
                     struct likelihood *likelihood)
{
  const int p = patients->p;
  struct weighted_sums sums[2] = {sums_new(p), sums_new(p)};

  likelihood->value = 0;
  memset(likelihood->score, 0, (size_t)p * sizeof(double));
  memset(likelihood->information, 0, (size_t)(p * p) * sizeof(double));
  for (size_t i = 0; i < patients->n;) i = add_time(patients, i, coefficients, sums, likelihood);
  sums_clear(&sums[0]);
  sums_clear(&sums[1]);
}

static int has_covariates(const struct cox_model *model, size_t i)
{
  for (int c = 0; c < model->n_covariates; c++) {
    if (isnan(model->covariates[c][i])) return 0;
  }
  return 1;
}

/* Centre and scale: the estimates do not change, the exponentials stay small, and a step has the
 * same meaning for a coefficient per year and one per gram. */
static void standardise(struct ordered_patients *patients)
{
  const size_t p = (size_t)patients->p;

  for (size_t a = 0; a < p; a++) {
    double mean = 0, squares = 0;

    for (size_t i = 0; i < patients->n; i++) mean += patients->x[i * p + a] / (double)patients->n;
    for (size_t i = 0; i < patients->n; i++) {
      const double away = patients->x[i * p + a] - mean;

      squares += away * away / (double)patients->n;
    }
    /* What rounding leaves of a constant is not a spread. */
    patients->scale[a] = sqrt(squares) > 1e-12 * fabs(mean) ? sqrt(squares) : 0;
    for (size_t i = 0; i < patients->n; i++) {
      double *x = &patients->x[i * p + a];

      *x = patients->scale[a] > 0 ? (*x - mean) / patients->scale[a] : 0;
    }
    if (!(patients->scale[a] > 0)) patients->scale[a] = 1;
  }
}

static void collect(const struct cox_model *model, struct ordered_patients *patients)
{
  const size_t p = (size_t)model->n_covariates;
  size_t *order = memory_new(model->times.n, sizeof *order);
  const size_t n = survival_order(&model->times, order);

  *patients = (struct ordered_patients){.p = model->n_covariates, .ties = model->ties};
  patients->time = memory_new(n, sizeof *patients->time);
  patients->event = memory_new(n, sizeof *patients->event);
  patients->x = memory_new(n * p, sizeof *patients->x);
  patients->scale = memory_new(p, sizeof *patients->scale);
  for (size_t i = n; i-- > 0;) {
    if (!has_covariates(model, order[i])) continue;
    patients->time[patients->n] = model->times.time[order[i]];
    patients->event[patients->n] = model->times.event[order[i]];
    for (size_t c = 0; c < p; c++) {
      patients->x[patients->n * p + c] = model->covariates[c][order[i]];
    }
    patients->n++;
  }
  free(order);
  standardise(patients);
}

static void patients_clear(struct ordered_patients *patients)
{
  free(patients->time);
  free(patients->event);
  free(patients->x);
  free(patients->scale);
}

/* Newton-Raphson's working memory, [p] and [p][p]. */
struct newton {
  struct likelihood likelihood;
  double *step, *trial, *factor;
};

static double largest(const double *values, int n)
{
  double most = 0;

  for (int i = 0; i < n; i++) most = fmax(most, fabs(values[i]));
  return most;
}

/* One step, halved until the likelihood does not fall. Leaves the likelihood at the new point and
 * the step taken. Returns 0 when the information is singular. */
static int advance(const struct ordered_patients *patients, struct newton *newton,
                   double *coefficients)
{
  const int p = patients->p;
  const double before = newton->likelihood.value;

  memcpy(newton->factor, newton->likelihood.information, (size_t)(p * p) * sizeof(double));
  if (!symmetric_factor(p, newton->factor)) return 0;
  symmetric_solve(p, newton->factor, newton->likelihood.score, newton->step);
  for (int halving = 0; halving <= MAX_HALVINGS; halving++) {
    for (int a = 0; a < p; a++) newton->trial[a] = coefficients[a] + newton->step[a];
    evaluate(patients, newton->trial, &newton->likelihood);
    if (newton->likelihood.value >= before - likelihood_tolerance * fabs(before)) break;
    for (int a = 0; a < p; a++) newton->step[a] /= 2;
  }
  memcpy(coefficients, newton->trial, (size_t)p * sizeof(double));
  return 1;
}

static enum cox_status iterate(const struct ordered_patients *patients, struct newton *newton,
                               int max_iterations, struct cox *cox)
{
  evaluate(patients, cox->coefficients, &newton->likelihood);
  cox->log_likelihood_null = newton->likelihood.value;
  while (cox->n_iterations < max_iterations) {
    const double before = newton->likelihood.value;

    if (!advance(patients, newton, cox->coefficients)) {
      return cox->n_iterations == 0 ? COX_SINGULAR : COX_SEPARATED;
    }
    cox->n_iterations++;
    const double gain = fabs(newton->likelihood.value - before);
    const double step = largest(newton->step, patients->p);

    if (!(gain <= likelihood_tolerance * (fabs(before) + 1))) continue;
    if (step <= step_tolerance) return COX_CONVERGED;
    /* The likelihood stands still and the coefficient walks on: its estimate is infinite. */
    if (step > 0.01) return COX_SEPARATED;
  }
  return COX_NOT_CONVERGED;
}

/* Back to the covariates' own units. */
static void fill(const struct ordered_patients *patients, struct newton *newton, struct cox *cox)
{
  const int p = patients->p;
  const int has_estimate = cox->status != COX_SINGULAR && cox->status != COX_NO_EVENTS;
  int is_known = has_estimate;

  memcpy(newton->factor, newton->likelihood.information, (size_t)(p * p) * sizeof(double));
  cox->log_likelihood = newton->likelihood.value;
  is_known = is_known && symmetric_factor(p, newton->factor);
  if (is_known) symmetric_inverse(p, newton->factor, cox->covariance);
  for (int a = 0; a < p; a++) {
    cox->coefficients[a] /= has_estimate ? patients->scale[a] : (double)NAN;
    for (int b = 0; b < p; b++) {
      cox->covariance[a * p + b] /= is_known ? patients->scale[a] * patients->scale[b]
                                             : (double)NAN;
    }
    cox->se[a] = sqrt(cox->covariance[a * p + a]);
  }
}

void cox_fit(const struct cox_model *model, struct cox *cox)
{
  const size_t p = (size_t)model->n_covariates;
  const int max_iterations = model->max_iterations > 0 ? model->max_iterations : DEFAULT_ITERATIONS;
  struct ordered_patients patients;
  struct newton newton = {.likelihood = {.score = memory_new(p, sizeof(double)),
                                         .information = memory_new(p * p, sizeof(double))},
                          .step = memory_new(p, sizeof(double)),
                          .trial = memory_new(p, sizeof(double)),
                          .factor = memory_new(p * p, sizeof(double))};

  *cox = (struct cox){.n_covariates = model->n_covariates};
  cox->coefficients = memory_new(p, sizeof(double));
  cox->se = memory_new(p, sizeof(double));
  cox->covariance = memory_new(p * p, sizeof(double));
  collect(model, &patients);
  cox->n_used = patients.n;
  cox->n_missing = model->times.n - patients.n;
  for (size_t i = 0; i < patients.n; i++) cox->n_events += (size_t)patients.event[i];
  cox->status = iterate(&patients, &newton, max_iterations, cox);
  if (cox->status == COX_SINGULAR && cox->n_events == 0) cox->status = COX_NO_EVENTS;
  fill(&patients, &newton, cox);
  patients_clear(&patients);
  free(newton.likelihood.score);
  free(newton.likelihood.information);
  free(newton.step);
  free(newton.trial);
  free(newton.factor);
}

void cox_clear(struct cox *cox)
{
  free(cox->coefficients);
  free(cox->se);
  free(cox->covariance);
  *cox = (struct cox){0};
}

struct hazard_ratio cox_hazard_ratio(const struct cox *cox, int covariate, double level)
{
  const double none = (double)NAN;
  const double b = cox->coefficients[covariate], se = cox->se[covariate];
  const double half = normal_critical(level) * se;

  if (cox->status != COX_CONVERGED) return (struct hazard_ratio){none, none, none, {none, none}};
  return (struct hazard_ratio){.estimate = exp(b),
                               .log_se = se,
                               .p = normal_two_sided_p(b / se),
                               .confidence = {exp(b - half), exp(b + half)}};
}

const char *cox_status_text(enum cox_status status)
{
  static const char *const texts[] = {"converged", "no events", "singular covariates",
                                      "infinite coefficient", "not converged"};

  return texts[status];
}
