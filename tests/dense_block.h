/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/dense_block.h
 * A linear block of any few states without a zero that is known, its numbers given lane by lane,
 * and one patient's way through it. */
#pragma once
#include "solver/solver.h"

enum { MOST_LINEAR = 6, MOST_ENTRIES = MOST_LINEAR * (MOST_LINEAR + 1) };

struct dense_block {
  int n;
  lanes a[MOST_LINEAR][MOST_LINEAR + 1]; /* the last column used, a[i][n], is c */
  int states[MOST_LINEAR], rows[MOST_ENTRIES], columns[MOST_ENTRIES];
  struct ode_linear linear;
};

static inline void dense_matrix(void *context, const lanes *a, const lanes *b, lanes *out)
{
  const struct dense_block *block = context;

  (void)a;
  (void)b;
  for (int i = 0; i < block->n; i++)
    for (int j = 0; j <= block->n; j++) out[i * (block->n + 1) + j] = block->a[i][j];
}

static inline void dense_product(void *context, const lanes *a, const lanes *b, lanes *out)
{
  const struct dense_block *block = context;
  const int n = block->n, width = n + 1;

  for (int i = 0; i < n; i++) {
    for (int j = 0; j <= n; j++) {
      out[i * width + j] = a[i * width] * b[j];
      for (int k = 1; k < n; k++) out[i * width + j] += a[i * width + k] * b[k * width + j];
    }
  }
}

static inline void dense_apply(void *context, const lanes *d, const lanes *x, lanes *out)
{
  const struct dense_block *block = context;
  const int n = block->n, width = n + 1;

  for (int i = 0; i < n; i++) {
    lanes change = d[i * width + n];

    for (int j = 0; j < n; j++) change += d[i * width + j] * x[j];
    out[i] = x[i] + change;
  }
}

/** All zero. The block points into itself: it stays where it is. */
static inline void dense_block_create(struct dense_block *block, int n)
{
  *block = (struct dense_block){.n = n};
  for (int i = 0; i < n; i++) {
    block->states[i] = i;
    for (int j = 0; j <= n; j++) {
      block->rows[i * (n + 1) + j] = i;
      block->columns[i * (n + 1) + j] = j;
    }
  }
  block->linear = (struct ode_linear){.n = n,
                                      .states = block->states,
                                      .n_entries = n * (n + 1),
                                      .rows = block->rows,
                                      .columns = block->columns,
                                      .matrix = dense_matrix,
                                      .product = dense_product,
                                      .apply = dense_apply};
}

static inline void dense_entry(struct dense_block *block, int row, int column, double value)
{
  block->a[row][column] = (lanes){0} + value;
}

static inline struct solver *dense_solver(struct dense_block *block)
{
  static const double atol[MOST_LINEAR] = {1e-8, 1e-8, 1e-8, 1e-8, 1e-8, 1e-8};
  const struct ode ode = {.n_states = block->n, .context = block, .linear = &block->linear};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = atol, .max_steps_per_stop = 100};
  struct solver *solver = NULL;

  return solver_create(&solver_linear, &ode, &tolerance, &solver) ? NULL : solver;
}

/** Lane 2 of a solver to `stop`; `state` is what it is there. */
static inline enum solve_status dense_run(struct solver *solver, double stop, double *state)
{
  solver_run_to(solver, 2, stop);
  while (solver_is_running(solver, 2)) {
    if (solver_advance(solver)) break;
  }
  solver_state(solver, 2, state);
  return solver_status(solver, 2);
}
