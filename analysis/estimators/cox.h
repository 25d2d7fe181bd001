/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/cox.h
 * Proportional hazards model (Cox, J R Stat Soc B 1972; 34:187-220) by Newton-Raphson with step
 * halving on the partial likelihood. Ties: Efron, JASA 1977; 72:557-565, or Breslow, Biometrics
 * 1974; 30:89-99. Coefficients are log hazard ratios per unit of the covariate. */
#pragma once
#include <stddef.h>
#include "estimators/interval.h"
#include "estimators/survival_times.h"

enum cox_ties { COX_EFRON, COX_BRESLOW };

enum cox_status {
  COX_CONVERGED,
  COX_NO_EVENTS,
  COX_SINGULAR,  /* a covariate is constant over the risk sets or follows from the others */
  COX_SEPARATED, /* the likelihood rises for ever along a coefficient: it has no finite estimate */
  COX_NOT_CONVERGED /* max_iterations reached */
};

/** Borrowed. A patient with a NaN covariate is missing. */
struct cox_model {
  struct survival_times times;
  int n_covariates;
  const double *const *covariates; /* [covariate][patient] */
  enum cox_ties ties;
  int max_iterations; /* 0 means 40 */
};

/** Coefficients and errors stand at the last iteration whatever the status, for who wants to look;
 *  only COX_CONVERGED makes them estimates. NaN for COX_NO_EVENTS and COX_SINGULAR. */
struct cox {
  enum cox_status status;
  size_t n_used, n_missing, n_events;
  int n_covariates, n_iterations;
  double log_likelihood_null, log_likelihood; /* at 0 and at the coefficients */
  double *coefficients, *se;                  /* [covariate] */
  double *covariance;                         /* [covariate][covariate], inverse information */
};

void cox_fit(const struct cox_model *model, struct cox *cox);
void cox_clear(struct cox *cox);

/** exp(coefficient) with Wald limits and Wald's two-sided p; NaN unless COX_CONVERGED. */
struct hazard_ratio {
  double estimate, log_se, p;
  struct interval confidence;
};
struct hazard_ratio cox_hazard_ratio(const struct cox *cox, int covariate, double level);
/** A short word for a table: "converged", "no events", ... */
const char *cox_status_text(enum cox_status status);
