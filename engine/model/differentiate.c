/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Jacobian of a model's rates: symbolic, without its structural zeros. */
#include <stdlib.h>

#include "base/memory.h"
#include "model/compiling.h"

/** Larger models are integrated without a Jacobian: a full one would have as many numbers as there
 *  may be registers. */
enum { MOST_STATES = 200 };

/** `at` [row][column] becomes the registers of the derivatives, -1 where zero. */
static void differentiate(struct compiling *compiling, int *at)
{
  const struct model *model = compiling->model;
  const int n = model->n_states;
  struct derivatives derivatives = {0};

  for (int j = 0; j < n; j++) {
    derivatives_begin(compiling->builder, model->states[j].reg, &derivatives);
    for (int i = 0; i < n; i++) at[i * n + j] = derivative_of(&derivatives, model->states[i].rate);
    if (program_size(compiling->builder) > MOST_REGISTERS) break;
  }
  derivatives_clear(&derivatives);
}

/** [state] derivatives with respect to time, 0 where there is none; whether there is any. */
static bool differentiate_in_time(struct compiling *compiling, int *by_time)
{
  const struct model *model = compiling->model;
  struct derivatives derivatives = {0};
  bool has_any = false;

  derivatives_begin(compiling->builder, model->time_reg, &derivatives);
  for (int i = 0; i < model->n_states; i++) {
    by_time[i] = derivative_of(&derivatives, model->states[i].rate);
    has_any = has_any || by_time[i] >= 0;
    if (by_time[i] < 0) by_time[i] = program_constant(compiling->builder, 0);
  }
  derivatives_clear(&derivatives);
  return has_any;
}

/** The nonzeros by rows, and after them, if `with_time`, room for the derivatives in time. */
static int *collect(struct compiling *compiling, const int *at, struct model_jacobian *jacobian)
{
  const int n = compiling->model->n_states;
  int *regs, k = 0;

  for (int i = 0; i < n * n; i++) jacobian->n_entries += at[i] >= 0;
  jacobian->rows = arena_new(compiling->arena, (size_t)jacobian->n_entries, sizeof(int));
  jacobian->columns = arena_new(compiling->arena, (size_t)jacobian->n_entries, sizeof(int));
  regs = memory_new((size_t)(jacobian->n_entries + n), sizeof *regs);
  for (int i = 0; i < n * n; i++) {
    if (at[i] < 0) continue;
    jacobian->rows[k] = i / n;
    jacobian->columns[k] = i % n;
    regs[k++] = at[i];
  }
  return regs;
}

void model_differentiate(struct compiling *compiling)
{
  struct model *model = compiling->model;
  const int n = model->n_states, size = program_size(compiling->builder);
  struct model_jacobian *jacobian;
  int *at, *regs;

  if (n > MOST_STATES || size > MOST_REGISTERS) return;
  at = memory_new((size_t)n * (size_t)n, sizeof *at);
  differentiate(compiling, at);
  if (program_size(compiling->builder) > MOST_REGISTERS) {
    program_shrink(compiling->builder, size);
    free(at);
    return;
  }
  jacobian = arena_new(compiling->arena, 1, sizeof *jacobian);
  regs = collect(compiling, at, jacobian);
  free(at);
  jacobian->has_time_derivative = differentiate_in_time(compiling, regs + jacobian->n_entries);
  compiling->jacobian_regs = arena_new(compiling->arena, (size_t)jacobian->n_entries, sizeof(int));
  for (int i = 0; i < jacobian->n_entries; i++) compiling->jacobian_regs[i] = regs[i];
  if (model_eliminate(compiling, jacobian)) {
    model_define(compiling, SECTION_JACOBIAN,
                 jacobian->n_entries + (jacobian->has_time_derivative ? n : 0), regs);
    model->jacobian = jacobian;
  } else
    program_shrink(compiling->builder, size);
  free(regs);
}
