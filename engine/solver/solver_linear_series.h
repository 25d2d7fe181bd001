/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_linear_series.h
 * D = exp([A c; 0 0] H) - I by scaling and squaring. It is kept instead of the exponential because
 * 2 D + D D, the squaring of the exponential, then loses nothing of what moves slowly (Higham,
 * Functions of Matrices, 2008, section 10.3). Part of solver_linear_attempt.c. */
#pragma once
#include <math.h>
#include <string.h>

#include "solver/solver_calls.h"
#include "solver/solver_linear.h"

#define INLINE static inline __attribute__((always_inline)) /* lanes never pass by value */

#define SERIES_NORM 5 /* the series is summed for a norm below 2^-5 */

INLINE lanes all(double x)
{
  return (lanes){0} + x;
}

/* The smaller of two norms of A H. The column c needs no more terms than A does. */
static void block_norm(const struct solver *solver, struct propagation *method, lanes *norm)
{
  const struct ode_linear *linear = solver->ode.linear;
  const lanes *matrix = method->table.generator;
  lanes *rows = method->table.row_sums, *columns = method->table.column_sums;
  lanes largest_row = {0}, largest_column = {0};

  for (int i = 0; i < N_LINEAR; i++) rows[i] = columns[i] = all(0);
  for (int e = 0; e < N_ENTRIES; e++) {
    if (linear->rows[e] == N_LINEAR || linear->columns[e] == N_LINEAR) continue;
    rows[linear->rows[e]] += lanes_abs(matrix[e]);
    columns[linear->columns[e]] += lanes_abs(matrix[e]);
  }
  for (int i = 0; i < N_LINEAR; i++) {
    largest_row = lanes_larger(largest_row, rows[i]);
    largest_column = lanes_larger(largest_column, columns[i]);
  }
  *norm = lanes_smaller(largest_row, largest_column) * method->table.span;
}

/* How often H is halved for the series. */
INLINE int halvings(double norm)
{
  int64_t bits;
  int exponent;

  memcpy(&bits, &norm, sizeof bits);
  exponent = (int)(bits >> 52 & 0x7ff) - 1023 + 1 + SERIES_NORM;
  return exponent < 0 ? 0 : exponent > LINEAR_MOST_HALVINGS ? LINEAR_MOST_HALVINGS : exponent;
}

/* table.sum = D at H 2^-depth: terms to the eighth power, by four products. */
static void sum_series(const struct solver *solver, struct propagation *method, const int *depth)
{
  lanes *sum = method->table.sum, *scaled = method->table.scaled;
  lanes *square = method->table.square, *cube = method->table.cube;
  lanes *product = method->table.product;
  lane_mask scale;

  (void)solver;
  for (int lane = 0; lane < LANES; lane++) scale[lane] = (int64_t)(1023 - depth[lane]) << 52;
  for (int e = 0; e < N_ENTRIES; e++)
    scaled[e] = (lanes)scale * method->table.span * method->table.generator[e];
  ODE_PRODUCT(scaled, scaled, square);
  ODE_PRODUCT(square, scaled, cube);
  for (int e = 0; e < N_ENTRIES; e++) sum[e] = scaled[e] * (1. / 5040) + square[e] * (1. / 40320);
  ODE_PRODUCT(cube, sum, product);
  for (int e = 0; e < N_ENTRIES; e++)
    sum[e] = scaled[e] * (1. / 24) + square[e] * (1. / 120) + (cube[e] * (1. / 720) + product[e]);
  ODE_PRODUCT(cube, sum, product);
  for (int e = 0; e < N_ENTRIES; e++)
    sum[e] = scaled[e] + (0.5 * square[e] + (cube[e] * (1. / 6) + product[e]));
}

/* From a level to the one above, in the lanes whose sum is at `level`. */
static void square_sum(const struct solver *solver, struct propagation *method, const int *levels,
                       int level)
{
  lanes *sum = method->table.sum, *product = method->table.product;
  lane_mask there;

  (void)solver;
  for (int lane = 0; lane < LANES; lane++) there[lane] = levels[lane] >= level ? -1 : 0;
  ODE_PRODUCT(sum, sum, product);
  for (int e = 0; e < N_ENTRIES; e++) sum[e] = lanes_select(there, 2 * sum[e] + product[e], sum[e]);
}

/* table.sum = D at the asked-for level of span, each from a series of its own; level -1: anything.
 */
static void sum_levels(const struct solver *solver, struct propagation *method, const int *levels)
{
  int depth[LANES], deepest = 0;
  lanes norm;

  block_norm(solver, method, &norm);
  for (int lane = 0; lane < LANES; lane++) {
    depth[lane] = levels[lane] < 0 ? 0 : halvings(norm[lane]);
    if (depth[lane] < levels[lane]) depth[lane] = levels[lane];
    if (depth[lane] > deepest) deepest = depth[lane];
  }
  sum_series(solver, method, depth);
  for (int level = deepest; level > 0; level--) {
    int squared[LANES];

    for (int lane = 0; lane < LANES; lane++)
      squared[lane] = levels[lane] >= 0 && levels[lane] < level ? depth[lane] : -1;
    square_sum(solver, method, squared, level);
  }
}

/* Levels of the interval that no slot holds; -1 in the other lanes. */
static void sum_deep(const struct solver *solver, struct propagation *method, const int *levels)
{
  lanes *outside = method->table.levels + LINEAR_SLOTS * method->table.n_levels * N_ENTRIES;
  lane_mask deep;

  method->table.generator = method->matrix;
  method->table.span = method->interval;
  sum_levels(solver, method, levels);
  for (int lane = 0; lane < LANES; lane++) deep[lane] = levels[lane] < 0 ? 0 : -1;
  for (int e = 0; e < N_ENTRIES; e++)
    outside[e] = lanes_select(deep, method->table.sum[e], outside[e]);
}
