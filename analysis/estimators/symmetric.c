/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/symmetric.h"

#include <math.h>

static const double smallest_pivot = 1e-12;

int symmetric_factor(int n, double *matrix)
{
  for (int j = 0; j < n; j++) {
    const double diagonal = matrix[j * n + j];
    double pivot = diagonal;

    for (int k = 0; k < j; k++) pivot -= matrix[j * n + k] * matrix[j * n + k];
    if (!(pivot > smallest_pivot * diagonal) || !isfinite(pivot)) return 0;
    matrix[j * n + j] = sqrt(pivot);
    for (int i = j + 1; i < n; i++) {
      double sum = matrix[i * n + j];

      for (int k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = sum / matrix[j * n + j];
    }
  }
  return 1;
}

void symmetric_solve(int n, const double *factor, const double *right, double *x)
{
  for (int i = 0; i < n; i++) {
    double sum = right[i];

    for (int k = 0; k < i; k++) sum -= factor[i * n + k] * x[k];
    x[i] = sum / factor[i * n + i];
  }
  for (int i = n - 1; i >= 0; i--) {
    double sum = x[i];

    for (int k = i + 1; k < n; k++) sum -= factor[k * n + i] * x[k];
    x[i] = sum / factor[i * n + i];
  }
}

void symmetric_inverse(int n, const double *factor, double *inverse)
{
  for (int j = 0; j < n; j++) {
    double *row = inverse + j * n; /* its own column: the inverse is symmetric */

    for (int i = 0; i < n; i++) row[i] = i == j;
    symmetric_solve(n, factor, row, row);
  }
}
