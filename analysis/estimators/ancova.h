/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/ancova.h
 * Analysis of covariance: outcome = mean of the arm + covariates x slopes + normal error, slopes
 * common to all arms, by least squares. The same numbers as R's lm() and SAS's PROC GLM; the means
 * per arm are SAS's LSMEANS and R's emmeans: predictions at the covariates' means over all patients
 * used. The F test of the treatment is type III (all arms' adjusted means equal). */
#pragma once
#include <stddef.h>
#include "estimators/interval.h"
#include "estimators/two_sample.h"

/** Borrowed. A patient with a NaN outcome or covariate or an arm outside 0..n_arms-1 is missing. */
struct ancova_patients {
  size_t n;
  int n_arms, n_covariates;
  const int *arm;                  /* [n], 0.. */
  const double *outcome;           /* [n] */
  const double *const *covariates; /* [covariate][n] */
};

enum ancova_status {
  ANCOVA_OK,
  ANCOVA_EMPTY_ARM,   /* an arm has no patient: its mean has no meaning */
  ANCOVA_SINGULAR,    /* a covariate is constant or follows from the others and the arms */
  ANCOVA_NO_RESIDUAL, /* as many coefficients as patients: no standard errors */
};

/** All results NaN unless ANCOVA_OK (coefficients and means are there for ANCOVA_NO_RESIDUAL). */
struct ancova {
  enum ancova_status status;
  size_t n_used, n_missing;
  int n_arms, n_covariates, n_coefficients;
  double df, rss;
  double *coefficients, *se; /* [coefficient]: intercept (first arm), other arms minus the
                                first arm, covariates: R's default contrasts */
  double *mean, *mean_se;    /* [arm]: adjusted means */
  double *covariate_mean;    /* [covariate] */
  double f, f_p;             /* of the treatment; numerator df = n_arms - 1 */
  double *mean_covariance;   /* [arm][arm] of the adjusted means */
};

void ancova_fit(const struct ancova_patients *patients, struct ancova *ancova);
void ancova_clear(struct ancova *ancova);
/** Adjusted mean of `arm` minus that of `reference`, with its t test on the residual df. */
struct t_test ancova_difference(const struct ancova *ancova, int arm, int reference, double level);
