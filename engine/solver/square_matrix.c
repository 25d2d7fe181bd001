/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/square_matrix.h"

#include <math.h>

static void swap_rows(int n, double *a, double *b)
{
  for (int j = 0; j < n; j++) {
    const double kept = a[j];

    a[j] = b[j];
    b[j] = kept;
  }
}

/* One column of Gauss's elimination with partial pivoting. */
static bool eliminate(int n, int k, double *a, double *b)
{
  int pivot = k;

  for (int i = k + 1; i < n; i++)
    if (fabs(a[i * n + k]) > fabs(a[pivot * n + k])) pivot = i;
  if (!(fabs(a[pivot * n + k]) > 0)) return false;
  if (pivot != k) {
    swap_rows(n, &a[k * n], &a[pivot * n]);
    swap_rows(1, &b[k], &b[pivot]);
  }
  for (int i = k + 1; i < n; i++) {
    const double factor = a[i * n + k] / a[k * n + k];

    for (int j = k; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
    b[i] -= factor * b[k];
  }
  return true;
}

bool square_solve_difference(int n, const double *m, double *work, double *b)
{
  bool finite = true;

  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) work[i * n + j] = (i == j ? 1 : 0) - m[i * n + j];
  for (int k = 0; k < n; k++)
    if (!eliminate(n, k, work, b)) return false;
  for (int i = n - 1; i >= 0; i--) {
    for (int j = i + 1; j < n; j++) b[i] -= work[i * n + j] * b[j];
    b[i] /= work[i * n + i];
    finite = finite && isfinite(b[i]);
  }
  return finite;
}

/* The largest sum of a row's absolute values. */
static double norm(int n, const double *m)
{
  double largest = 0;

  for (int i = 0; i < n; i++) {
    double sum = 0;

    for (int j = 0; j < n; j++) sum += fabs(m[i * n + j]);
    if (isnan(sum)) return sum;
    if (sum > largest) largest = sum;
  }
  return largest;
}

static void square(int n, const double *m, double *product)
{
  for (int i = 0; i < n; i++) {
    double *row = &product[i * n];

    for (int j = 0; j < n; j++) row[j] = 0;
    for (int k = 0; k < n; k++)
      for (int j = 0; j < n; j++) row[j] += m[i * n + k] * m[k * n + j];
  }
}

/* Powers (m / bound)^(2^k): a norm below 1 shows that they vanish, a huge one that they grow. */
bool square_spectrum_is_below(double bound, int n, const double *m, double *work)
{
  enum { SQUARINGS = 36 };
  const double grown = 1e100;
  double *power = work, *next = work + n * n;

  for (int e = 0; e < n * n; e++) power[e] = m[e] / bound;
  for (int k = 0; k < SQUARINGS; k++) {
    const double size = norm(n, power);
    double *other;

    if (size < 1) return true;
    if (!(size < grown)) return false;
    square(n, power, next);
    other = power;
    power = next;
    next = other;
  }
  return false;
}
