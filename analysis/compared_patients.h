/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/compared_patients.h
 * The patients of one replicate who go into one analysis, as arrays for the estimators. */
#pragma once
#include "replicate_analysis.h"

/** Solved patients of the analysis' arms, first arm first. Outcomes are in the endpoint's unit; who
 *  lacks the outcome or a covariate is not among them, but counted. */
struct compared_patients {
  size_t n;
  size_t first; /* patients of the first arm: rows 0..first-1 */
  int *arm;     /* [n]: 0 first, 1 second */
  double *value;
  int *event; /* [n] of times to event, else NULL */
  int n_covariates;
  double **covariates; /* [covariate][n]; a category makes one column per level but the first */
  struct arm_result arm_counts[2]; /* the counts, filled */
};

void compared_patients_create(const struct planned_analysis *analysis,
                              const struct trial_rows *rows, const struct endpoint_rows *values,
                              const struct replicate_rows *replicate,
                              struct compared_patients *patients);
void compared_patients_clear(struct compared_patients *patients);
