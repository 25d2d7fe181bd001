/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact propagation of a linear block, Runge-Kutta for what it drives: one patient per lane. The
 * steps themselves are in solver_linear_attempt.c. */
#include "solver/kernel.h"
#include "solver/solver_linear.h"

#include <math.h>
#include <stdlib.h>

#include "base/failure.h"
#include "base/lane_math.h"
#include "base/memory.h"
#include "solver/solver.h"

static lanes *lanes_new(int n)
{
  return memory_new((size_t)n + 1, sizeof(lanes)); /* a block may be empty */
}

static void create_table(const struct ode_linear *linear, struct propagators *table)
{
  table->n_levels = linear->n_remainder > 0 ? LINEAR_LEVELS : 1;
  table->levels = lanes_new((LINEAR_SLOTS * table->n_levels + 1) * linear->n_entries);
  table->sum = lanes_new(linear->n_entries);
  table->square = lanes_new(linear->n_entries);
  table->cube = lanes_new(linear->n_entries);
  table->scaled = lanes_new(linear->n_entries);
  table->product = lanes_new(linear->n_entries);
  table->row_sums = lanes_new(linear->n);
  table->column_sums = lanes_new(linear->n);
  for (int s = 0; s < LINEAR_SLOTS; s++) table->identity[s] += (double)NAN;
}

static void create_samples(const struct ode_linear *linear, struct sample_propagators *samples)
{
  samples->slots = lanes_new(LINEAR_SAMPLES * (1 + linear->n_entries));
  samples->generator = lanes_new(linear->n_entries);
  samples->propagator = lanes_new(linear->n_entries);
  samples->x = lanes_new(linear->n);
  samples->power = lanes_new(LINEAR_POWERS * linear->n_remainder);
}

/** Nothing known, nobody there. */
static struct propagation *create_propagation(const struct ode *ode)
{
  const struct ode_linear *linear = ode->linear;
  struct propagation *method = memory_new(1, sizeof *method);

  method->matrix = lanes_new(linear->n_entries);
  for (int m = 0; m < LINEAR_MATRICES; m++) {
    method->known[m] = lanes_new(linear->n_entries);
    method->known_identity[m] += (double)NAN;
  }
  create_table(linear, &method->table);
  create_samples(linear, &method->samples);
  method->x_origin = lanes_new(linear->n);
  method->found_identity += (double)NAN;
  method->propagator = lanes_new(linear->n_entries);
  method->rates = lanes_new(linear->n_remainder);
  method->x = lanes_new(LINEAR_NODES * linear->n);
  method->k = lanes_new(LINEAR_STAGES * linear->n_remainder);
  method->trial = lanes_new(ode->n_states);
  method->per_state = linear->n_remainder > 0 ? 1. / linear->n_remainder : 0;
  return method;
}

static void destroy_propagation(struct propagation *method)
{
  if (!method) return;
  free(method->table.levels);
  free(method->table.sum);
  free(method->table.square);
  free(method->table.cube);
  free(method->table.scaled);
  free(method->table.product);
  free(method->table.row_sums);
  free(method->table.column_sums);
  free(method->samples.slots);
  free(method->samples.generator);
  free(method->samples.propagator);
  free(method->samples.x);
  free(method->samples.power);
  free(method->x_origin);
  free(method->matrix);
  for (int m = 0; m < LINEAR_MATRICES; m++) free(method->known[m]);
  free(method->propagator);
  free(method->rates);
  free(method->x);
  free(method->k);
  free(method->trial);
  free(method);
}

static int linear_create(const struct ode *ode, const struct tolerance *tolerance,
                         struct solver *solver)
{
  static linear_attempt *const attempts[] = {[SIMD_BASELINE] = linear_attempt_baseline,
                                             [SIMD_AVX2] = linear_attempt_avx2,
                                             [SIMD_AVX512] = linear_attempt_avx512};
  struct propagation *method;

  (void)tolerance;
  if (ode->events)
    return failure(EXIT_CODE_INVALID_INPUT,
                   "the linear method cannot locate events, which this model has; take explicit, "
                   "rosenbrock or switching");
  if (!ode->linear)
    return failure(EXIT_CODE_INTERNAL, "the linear method needs to know of a linear block");
  REQUIRE(ode->linear->n + ode->linear->n_remainder == ode->n_states);
  method = solver->work = create_propagation(ode);
  method->attempt = ode->kernel && ode->kernel->linear_steps ? ode->kernel->linear_steps
                                                             : attempts[simd_choice()];
  return EXIT_CODE_OK;
}

static int linear_advance(struct solver *solver)
{
  struct propagation *method = solver->work;

  while (!method->attempt(solver, method)) continue;
  return EXIT_CODE_OK;
}

static void linear_destroy(struct solver *solver)
{
  destroy_propagation(solver->work);
}

const struct solver_method solver_linear = {
    .name = "linear",
    .description = "Matrix exponential for the linear block, Runge-Kutta 5(4) for the remainder",
    .create = linear_create,
    .advance = linear_advance,
    .destroy = linear_destroy,
};
