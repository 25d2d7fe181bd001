/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_linear_series.h
 * D = exp([A c; 0 0] H) - I by scaling and squaring. It is kept instead of the exponential because
 * 2 D + D D, the squaring of the exponential, then loses nothing of what moves slowly (Higham,
 * Functions of Matrices, 2008, section 10.3). Part of solver_linear_attempt.c. */
#pragma once
#include <stddef.h>

#include "solver/solver_calls.h"
#include "solver/solver_lanes.h"
#include "solver/solver_linear.h"

#define SERIES_NORM 2 /* the series is summed for a norm below 2^-2 */

/* In each lane the number at its own place; those of one lane are LANES apart. */
INLINE lanes gathered(const double *numbers, lane_mask places)
{
#if defined(__AVX512F__)
  /* From zero: else it waits for what was in the register. */
  return (lanes)_mm512_mask_i64gather_pd(_mm512_setzero_pd(), 0xff, (__m512i)places, numbers,
                                         sizeof(double));
#else
  return (lanes){numbers[places[0]], numbers[places[1]], numbers[places[2]], numbers[places[3]],
                 numbers[places[4]], numbers[places[5]], numbers[places[6]], numbers[places[7]]};
#endif
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

/* How often a time is halved for the series. */
INLINE lane_mask halvings(lanes norm)
{
  const lane_mask exponent = (((lane_mask)norm >> 52) & 0x7ff) + (1 + SERIES_NORM - 1023);
  const lane_mask halved = exponent & ~(exponent >> 63);
  const lane_mask over = (LINEAR_MOST_HALVINGS - halved) >> 63;

  return (halved & ~over) | (LINEAR_MOST_HALVINGS & over);
}

INLINE int largest(lane_mask x)
{
  int64_t most = 0;

#pragma GCC unroll 8
  for (int lane = 0; lane < LANES; lane++) most = x[lane] > most ? x[lane] : most;
  return (int)most;
}

/* table.sum = D at span 2^-depth: terms to the twelfth power, by five products. */
static void sum_series(const struct solver *solver, struct propagation *method,
                       const lane_mask *depth)
{
  lanes *sum = method->table.sum;
  const lanes part = (lanes)((1023 - *depth) << 52) * method->table.span;
  SCRATCH(scaled, N_ENTRIES, method->table.scaled);
  SCRATCH(square, N_ENTRIES, method->table.square);
  SCRATCH(cube, N_ENTRIES, method->table.cube);
  SCRATCH(product, N_ENTRIES, method->table.product);

  (void)solver;
  EACH_ENTRY(e) scaled[e] = part * method->table.generator[e];
  ODE_PRODUCT(scaled, scaled, square);
  ODE_PRODUCT(square, scaled, cube);
  EACH_ENTRY(e)
  sum[e] = scaled[e] * (1. / 3628800) + square[e] * (1. / 39916800) + cube[e] * (1. / 479001600);
  ODE_PRODUCT(cube, sum, product);
  EACH_ENTRY(e)
  sum[e] = scaled[e] * (1. / 5040) + square[e] * (1. / 40320) +
           (cube[e] * (1. / 362880) + product[e]);
  ODE_PRODUCT(cube, sum, product);
  EACH_ENTRY(e)
  sum[e] = scaled[e] * (1. / 24) + square[e] * (1. / 120) + (cube[e] * (1. / 720) + product[e]);
  ODE_PRODUCT(cube, sum, product);
  EACH_ENTRY(e) sum[e] = scaled[e] + (0.5 * square[e] + (cube[e] * (1. / 6) + product[e]));
}

/* From a level to the one above, in some lanes. */
INLINE void square_sum(const struct solver *solver, struct propagation *method, lane_mask there)
{
  lanes *sum = method->table.sum;
  SCRATCH(product, N_ENTRIES, method->table.product);

  (void)solver;
  ODE_PRODUCT(sum, sum, product);
  EACH_ENTRY(e) sum[e] = lanes_select(there, 2 * sum[e] + product[e], sum[e]);
}

/* table.sum = D at span 2^-level, each from a series of its own; where level is -1, anything. */
static void sum_levels(const struct solver *solver, struct propagation *method,
                       const lane_mask *level)
{
  lane_mask depth, deeper;
  lanes norm;

  block_norm(solver, method, &norm);
  depth = halvings(norm);
  deeper = (depth - *level) >> 63; /* the level is */
  depth = ((*level & deeper) | (depth & ~deeper)) & ~(*level >> 63);
  sum_series(solver, method, &depth);
  for (int l = largest(depth); l > 0; l--)
    square_sum(solver, method, (l - 1 - depth) >> 63 & (*level - l) >> 63);
}

/* Levels of the interval that no slot holds; -1 in the other lanes. */
static void sum_deep(const struct solver *solver, struct propagation *method, const int *levels)
{
  lanes *outside = method->table.levels + LINEAR_SLOTS * method->table.n_levels * N_ENTRIES;
  const lane_mask level = {levels[0], levels[1], levels[2], levels[3],
                           levels[4], levels[5], levels[6], levels[7]};

  method->table.generator = method->matrix;
  method->table.span = method->interval;
  sum_levels(solver, method, &level);
  EACH_ENTRY(e) outside[e] = lanes_select(level >> 63, outside[e], method->table.sum[e]);
}
