/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/replicate_analysis.h
 * One planned analysis of one replicate, as it would be done on one real trial. */
#pragma once
#include "analysis_plan.h"
#include "trial_rows.h"

/** An arm as it went into the analysis. Everybody randomised is in one of the three counts:
 *  n_randomised = n_used + n_missing + n_failed. */
struct arm_result {
  size_t n_randomised;
  size_t n_failed;  /* could not be solved */
  size_t n_missing; /* solved, but without outcome or covariate */
  size_t n_used;
  size_t n_events; /* responders, or patients with the event */
  /** Mean, proportion or Kaplan-Meier median, which is infinite when it is not reached; NaN when
   *  it cannot be given. */
  double centre;
  double sd;       /* of the patients; NaN for proportions and times */
  double adjusted; /* mean at the covariates' means, of the analysis of covariance; else NaN */
};

struct effect {
  double estimate; /* in the endpoint's unit, or the hazard ratio; NaN with a problem */
  double se;       /* of the logarithm for a hazard ratio */
  double p;        /* two-sided */
  struct interval confidence;
  const char *problem; /* a short word when there is no estimate; NULL otherwise */
};

struct replicate_result {
  int replicate, within; /* as replicate_rows */
  struct arm_result arm[2];
  struct effect effect;
};

/** `values` are those of the analysis' endpoint. The analysis must have no `problem` and its arms
 *  and covariates must be in the rows. */
struct replicate_result replicate_analysis(const struct planned_analysis *analysis,
                                           const struct trial_rows *rows,
                                           const struct endpoint_rows *values,
                                           const struct replicate_rows *replicate);
