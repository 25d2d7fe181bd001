/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/least_squares.h
 * Linear least squares by Householder QR (Golub and Van Loan, Matrix Computations, 4th ed.,
 * algorithms 5.2.1 and 5.3.2). The normal equations are never formed. */
#pragma once
#include <stddef.h>

struct least_squares {
  size_t n;
  int n_columns;
  /** A column is a combination of those before it: its part orthogonal to them is below 1e-7 of its
   *  length. Everything below is NaN then. */
  int is_singular;
  double rss;                /* residual sum of squares */
  double *coefficients;      /* [column] */
  double *covariance_factor; /* [column][column]: inverse of X'X, to be multiplied by rss / df */
};

/** `design` is [column][row] and `response` [row]; both are overwritten. Clear with
 *  least_squares_clear(). Needs n >= n_columns, else is_singular. */
void least_squares_fit(size_t n, int n_columns, double *design, double *response,
                       struct least_squares *fit);
void least_squares_clear(struct least_squares *fit);
/** Variance factor of sum(weights[column] * coefficient[column]). */
double least_squares_variance_factor(const struct least_squares *fit, const double *weights);
