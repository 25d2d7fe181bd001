/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/dense_jacobian.h
 * Derivatives for the solvers of problems with up to eight states: a Jacobian with all its entries,
 * row by row, and Gaussian elimination without pivoting. */
#pragma once
#include "base/lanes.h"
#include "solver/ode.h"

static inline void dense_factor(int n, const lanes *g, const lanes *jacobian, lanes *factors)
{
  for (int e = 0; e < n * n; e++) factors[e] = (e % (n + 1) == 0 ? *g : (lanes){0}) - jacobian[e];
  for (int p = 0; p < n; p++) {
    for (int row = p + 1; row < n; row++) {
      factors[row * n + p] /= factors[p * n + p];
      for (int column = p + 1; column < n; column++)
        factors[row * n + column] -= factors[row * n + p] * factors[p * n + column];
    }
  }
}

static inline void dense_solve(int n, const lanes *factors, const lanes *right, lanes *x)
{
  for (int row = 0; row < n; row++) {
    x[row] = right[row];
    for (int column = 0; column < row; column++) x[row] -= factors[row * n + column] * x[column];
  }
  for (int row = n - 1; row >= 0; row--) {
    for (int column = row + 1; column < n; column++)
      x[row] -= factors[row * n + column] * x[column];
    x[row] /= factors[row * n + row];
  }
}

#define DENSE_FUNCTIONS(n)                                                                         \
  static inline void dense_factor_##n(void *context, const lanes *g, const lanes *jacobian,        \
                                      lanes *factors)                                              \
  {                                                                                                \
    (void)context;                                                                                 \
    dense_factor(n, g, jacobian, factors);                                                         \
  }                                                                                                \
  static inline void dense_solve_##n(void *context, const lanes *factors, const lanes *right,      \
                                     lanes *x)                                                     \
  {                                                                                                \
    (void)context;                                                                                 \
    dense_solve(n, factors, right, x);                                                             \
  }
DENSE_FUNCTIONS(1)
DENSE_FUNCTIONS(2)
DENSE_FUNCTIONS(3)
DENSE_FUNCTIONS(8)

#define DENSE_JACOBIAN(n, function, depends_on_time)                                               \
  {                                                                                                \
    .n_entries = (n) * (n), .n_factors = (n) * (n), .has_time_derivative = depends_on_time,        \
    .jacobian = function, .factor = dense_factor_##n, .solve = dense_solve_##n                     \
  }
