/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/least_squares.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static const double dependence = 1e-7;

static double dot(const double *a, const double *b, size_t from, size_t n)
{
  double sum = 0;

  for (size_t i = from; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* v <- v - 2 u (u'v) / (u'u), over the rows from `from` on. */
static void reflect(const double *u, double *v, size_t from, size_t n)
{
  const double scale = 2 * dot(u, v, from, n) / dot(u, u, from, n);

  for (size_t i = from; i < n; i++) v[i] -= scale * u[i];
}

/* Leaves R above the diagonal of `design`, its diagonal in `diagonal`, Q'y in `response`. */
static int triangularise(struct least_squares *fit, double *design, double *response,
                         double *diagonal)
{
  const size_t n = fit->n, p = (size_t)fit->n_columns;
  double *lengths = memory_new(p, sizeof *lengths);
  int is_singular = n < p;

  for (size_t j = 0; j < p; j++) lengths[j] = sqrt(dot(design + j * n, design + j * n, 0, n));
  for (size_t j = 0; j < p && !is_singular; j++) {
    double *column = design + j * n;
    const double norm = sqrt(dot(column, column, j, n));

    if (!(norm > dependence * lengths[j])) {
      is_singular = 1;
      break;
    }
    diagonal[j] = column[j] > 0 ? -norm : norm;
    column[j] -= diagonal[j];
    for (size_t k = j + 1; k < p; k++) reflect(column, design + k * n, j, n);
    reflect(column, response, j, n);
  }
  free(lengths);
  return is_singular;
}

/* Solves R x = b; b is `right` with its first rows, x may be b. */
static void solve_upper(const struct least_squares *fit, const double *design,
                        const double *diagonal, const double *right, double *x)
{
  const size_t p = (size_t)fit->n_columns;

  for (size_t row = p; row-- > 0;) {
    double sum = right[row];

    for (size_t k = row + 1; k < p; k++) sum -= design[k * fit->n + row] * x[k];
    x[row] = sum / diagonal[row];
  }
}

/* (X'X)^-1 = R^-1 R^-T. */
static void fill_covariance_factor(struct least_squares *fit, const double *design,
                                   const double *diagonal)
{
  const size_t p = (size_t)fit->n_columns;
  double *inverse = memory_new(p * p, sizeof *inverse); /* [column][row] of R^-1 */

  for (size_t j = 0; j < p; j++) {
    inverse[j * p + j] = 1;
    solve_upper(fit, design, diagonal, inverse + j * p, inverse + j * p);
  }
  for (size_t a = 0; a < p; a++) {
    for (size_t b = 0; b < p; b++) {
      double sum = 0;

      for (size_t k = 0; k < p; k++) sum += inverse[k * p + a] * inverse[k * p + b];
      fit->covariance_factor[a * p + b] = sum;
    }
  }
  free(inverse);
}

void least_squares_fit(size_t n, int n_columns, double *design, double *response,
                       struct least_squares *fit)
{
  const size_t p = (size_t)n_columns;
  double *diagonal = memory_new(p, sizeof *diagonal);

  *fit = (struct least_squares){.n = n, .n_columns = n_columns};
  fit->coefficients = memory_new(p, sizeof(double));
  fit->covariance_factor = memory_new(p * p, sizeof(double));
  fit->is_singular = triangularise(fit, design, response, diagonal);
  if (fit->is_singular) {
    for (size_t j = 0; j < p; j++) fit->coefficients[j] = (double)NAN;
    for (size_t j = 0; j < p * p; j++) fit->covariance_factor[j] = (double)NAN;
    fit->rss = (double)NAN;
  } else {
    solve_upper(fit, design, diagonal, response, fit->coefficients);
    fill_covariance_factor(fit, design, diagonal);
    fit->rss = dot(response, response, p, n);
  }
  free(diagonal);
}

void least_squares_clear(struct least_squares *fit)
{
  free(fit->coefficients);
  free(fit->covariance_factor);
  *fit = (struct least_squares){0};
}

double least_squares_variance_factor(const struct least_squares *fit, const double *weights)
{
  const size_t p = (size_t)fit->n_columns;
  double sum = 0;

  for (size_t a = 0; a < p; a++) {
    for (size_t b = 0; b < p; b++)
      sum += weights[a] * fit->covariance_factor[a * p + b] * weights[b];
  }
  return sum;
}
