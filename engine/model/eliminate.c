/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gauss elimination of g I - J, written out for the pattern of J. The pivots are on the diagonal,
 * in the order of Markowitz (Management Science 1957;3:255-269). A small pivot is no danger: g is
 * the inverse of a step, and a step that fails is taken again, smaller. */
#include <stdlib.h>

#include "base/memory.h"
#include "model/compiling.h"

/** Up to so many states the inverse is faster than the factors. */
enum { MOST_INVERTED = 5 };

struct elimination {
  struct program_builder *builder;
  int n;
  int *at;     /* [row][column] register, -1 where zero. In the end: multipliers below, 1 / pivot */
  int *pivots; /* [step] */
  int *order;  /* [state] its step as a pivot; n before */
};

static int *place(const struct elimination *e, int row, int column)
{
  return &e->at[row * e->n + column];
}

/** Of the pivots that are left, the one that makes the fewest products. */
static int next_pivot(const struct elimination *e)
{
  long least = 0;
  int best = -1;

  for (int p = 0; p < e->n; p++) {
    long in_row = 0, in_column = 0;

    if (e->order[p] < e->n) continue;
    for (int k = 0; k < e->n; k++) {
      if (e->order[k] < e->n || k == p) continue;
      in_row += *place(e, p, k) >= 0;
      in_column += *place(e, k, p) >= 0;
    }
    if (best >= 0 && in_row * in_column >= least) continue;
    best = p;
    least = in_row * in_column;
  }
  return best;
}

static void eliminate_row(const struct elimination *e, int p, int i)
{
  int *multiplier = place(e, i, p);

  *multiplier = program_operation(e->builder, OPERATION_MULTIPLY, *multiplier, *place(e, p, p), 0);
  for (int j = 0; j < e->n; j++) {
    if (e->order[j] < e->n || *place(e, p, j) < 0) continue;
    *place(e, i, j) = simple_difference(e->builder, *place(e, i, j),
                                        simple_product(e->builder, *multiplier, *place(e, p, j)));
  }
}

static void eliminate(const struct elimination *e)
{
  for (int step = 0; step < e->n && program_size(e->builder) < MOST_REGISTERS; step++) {
    const int p = next_pivot(e);

    e->pivots[step] = p;
    e->order[p] = step;
    *place(e, p, p) = program_operation(e->builder, OPERATION_DIVIDE,
                                        program_constant(e->builder, 1), *place(e, p, p), 0);
    for (int i = 0; i < e->n; i++)
      if (e->order[i] == e->n && *place(e, i, p) >= 0) eliminate_row(e, p, i);
  }
}

/** Registers of all that is there, by rows; release with free(). */
static int *listed(const struct elimination *e, int *n)
{
  int *regs = memory_new((size_t)(e->n * e->n), sizeof *regs);

  *n = 0;
  for (int i = 0; i < e->n * e->n; i++)
    if (e->at[i] >= 0) regs[(*n)++] = e->at[i];
  return regs;
}

static int less(struct program_builder *builder, int x, int factor, int other)
{
  return simple_difference(builder, x, simple_product(builder, factor, other));
}

static void substitute(const struct elimination *e, int *x)
{
  for (int step = 0; step < e->n; step++) {
    const int p = e->pivots[step];

    for (int i = 0; i < e->n; i++)
      if (e->order[i] > step && *place(e, i, p) >= 0)
        x[i] = less(e->builder, x[i], *place(e, i, p), x[p]);
  }
  for (int step = e->n - 1; step >= 0; step--) {
    const int p = e->pivots[step];

    for (int j = 0; j < e->n; j++)
      if (e->order[j] > step && *place(e, p, j) >= 0)
        x[p] = less(e->builder, x[p], *place(e, p, j), x[j]);
    x[p] = simple_product(e->builder, x[p], *place(e, p, p));
  }
}

/** Replaces the factors by the inverse matrix, all of it. */
static void invert(const struct elimination *e)
{
  int *inverse = memory_new((size_t)(e->n * e->n), sizeof *inverse);
  int *x = memory_new((size_t)e->n, sizeof *x);

  for (int j = 0; j < e->n; j++) {
    for (int i = 0; i < e->n; i++)
      x[i] = i == j ? program_constant(e->builder, 1) : DERIVATIVE_ZERO;
    substitute(e, x);
    for (int i = 0; i < e->n; i++) inverse[i * e->n + j] = x[i];
  }
  for (int i = 0; i < e->n * e->n; i++) e->at[i] = inverse[i];
  free(inverse);
  free(x);
}

/** x = inverse b: fewer operations wait for each other than in a substitution. */
static void multiply(const struct elimination *e, int *x)
{
  int *b = memory_new((size_t)e->n, sizeof *b);

  for (int i = 0; i < e->n; i++) b[i] = x[i];
  for (int i = 0; i < e->n; i++) {
    int sums[2] = {DERIVATIVE_ZERO, DERIVATIVE_ZERO};

    for (int j = 0; j < e->n; j++)
      sums[j % 2] = simple_sum(e->builder, sums[j % 2],
                               simple_product(e->builder, *place(e, i, j), b[j]));
    x[i] = simple_sum(e->builder, sums[0], sums[1]);
  }
  free(b);
}

static void define_solve(const struct elimination *e)
{
  int *x = memory_new((size_t)e->n, sizeof *x), *b = memory_new((size_t)e->n, sizeof *b);
  int n_factors, *factors;

  for (int i = 0; i < e->n * e->n; i++)
    if (e->at[i] >= 0) e->at[i] = program_input(e->builder, PHASE_STATE);
  factors = listed(e, &n_factors);
  for (int i = 0; i < e->n; i++) x[i] = b[i] = program_input(e->builder, PHASE_STATE);
  if (e->n <= MOST_INVERTED)
    multiply(e, x);
  else
    substitute(e, x);
  program_define(e->builder, SECTION_SOLVE,
                 &(struct signature){n_factors, e->n, e->n, factors, b, x});
  free(x);
  free(b);
  free(factors);
}

/** Whether there is room for the factors, as inputs, and for what solves with them. */
static bool has_room(const struct elimination *e)
{
  int n_factors = 0;

  for (int i = 0; i < e->n * e->n; i++) n_factors += e->at[i] >= 0;
  return program_size(e->builder) + 5 * n_factors + 2 * e->n < MOST_REGISTERS;
}

/** False, and nothing is defined, when there is no room for the factors. */
static bool define_factor(const struct elimination *e, struct model_jacobian *jacobian)
{
  const int g = program_input(e->builder, PHASE_STATE);
  int *entries = memory_new((size_t)jacobian->n_entries, sizeof *entries), *factors;

  for (int i = 0; i < e->n * e->n; i++) e->at[i] = -1;
  for (int i = 0; i < e->n; i++) *place(e, i, i) = g;
  for (int i = 0; i < jacobian->n_entries; i++) {
    int *at = place(e, jacobian->rows[i], jacobian->columns[i]);

    entries[i] = program_input(e->builder, PHASE_STATE);
    *at = simple_difference(e->builder, *at, entries[i]);
  }
  eliminate(e);
  if (!has_room(e)) {
    free(entries);
    return false;
  }
  if (e->n <= MOST_INVERTED) invert(e);
  factors = listed(e, &jacobian->n_factors);
  program_define(
      e->builder, SECTION_FACTOR,
      &(struct signature){1, jacobian->n_entries, jacobian->n_factors, &g, entries, factors});
  free(entries);
  free(factors);
  return true;
}

bool model_eliminate(struct compiling *compiling, struct model_jacobian *jacobian)
{
  const int n = compiling->model->n_states;
  const struct elimination e = {.builder = compiling->builder,
                                .n = n,
                                .at = memory_new((size_t)n * (size_t)n, sizeof(int)),
                                .pivots = arena_new(compiling->arena, (size_t)n, sizeof(int)),
                                .order = memory_new((size_t)n, sizeof(int))};
  bool has_factors;

  for (int i = 0; i < n; i++) e.order[i] = n;
  has_factors = define_factor(&e, jacobian);
  if (has_factors) define_solve(&e);
  jacobian->pivots = e.pivots;
  free(e.at);
  free(e.order);
  return has_factors;
}
