/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/symmetric.h
 * Small symmetric positive definite systems by Cholesky (Golub and Van Loan, 4.2.5): the
 * information matrix of the Cox model, the variance of the log-rank statistic. */
#pragma once

/** Replaces the lower triangle of `matrix` [n][n] by its factor L. Returns 0, with the matrix
 * spoilt, when a pivot is below 1e-12 of its diagonal element or not a number. */
int symmetric_factor(int n, double *matrix);
/** Solves L L' x = right with the factor; x may be `right`. */
void symmetric_solve(int n, const double *factor, const double *right, double *x);
/** inverse[n][n] of L L'. */
void symmetric_inverse(int n, const double *factor, double *inverse);
