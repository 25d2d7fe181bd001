/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/initial_value_problems.h
 * Problems for the solvers, and one way to solve them: a patient in one lane, all others empty. */
#pragma once
#include <math.h>
#include <stddef.h>

#include "base/lanes.h"
#include "rates_and_jacobians.h"
#include "solver/solver.h"

enum { MOST_STATES = 8, MOST_TIMES = 512 };

/** What one patient's run left behind. */
struct solution {
  enum solve_status status;
  struct solver_count count;
  double time, state[MOST_STATES];
  int n_samples;
  double times[MOST_TIMES], samples[MOST_TIMES][MOST_STATES];
  int n_states;
};

static inline void keep_sample(void *context, const lane_mask *due, const lanes *time,
                               const lanes *state)
{
  struct solution *solution = context;

  if (!(*due)[0]) return;
  solution->times[solution->n_samples] = (*time)[0];
  for (int j = 0; j < solution->n_states; j++)
    solution->samples[solution->n_samples][j] = state[j][0];
  solution->n_samples++;
}

/** A problem and how well it is to be solved; every state has the absolute tolerance `atol`. */
struct problem {
  lane_function *rates;
  const struct ode_jacobian *jacobian;
  int n_states;
  double rtol, atol, max_steps;
};

static inline void no_block(void *context, const lanes *a, const lanes *b, lanes *out)
{
  (void)context;
  (void)a;
  (void)b;
  (void)out;
}

/** All states are remainder; good until it is asked for again. */
static inline const struct ode_linear *empty_block(const struct problem *problem)
{
  static const int remainder[MOST_STATES] = {0, 1, 2, 3, 4, 5, 6, 7};
  static struct ode_linear linear;

  linear = (struct ode_linear){.n_remainder = problem->n_states,
                               .remainder = remainder,
                               .matrix = no_block,
                               .product = no_block,
                               .apply = no_block,
                               .rates = problem->rates};
  return &linear;
}

static inline struct solver *solver_for(const struct solver_method *method,
                                        const struct problem *problem, double *atol)
{
  const struct ode ode = {.n_states = problem->n_states,
                          .rates = problem->rates,
                          .jacobian = problem->jacobian,
                          .linear = empty_block(problem)};
  const struct tolerance tolerance = {
      .rtol = problem->rtol, .atol = atol, .max_steps_per_stop = problem->max_steps};
  struct solver *solver = NULL;

  for (int j = 0; j < problem->n_states; j++) atol[j] = problem->atol;
  return solver_create(method, &ode, &tolerance, &solver) ? NULL : solver;
}

/** From `state` at time 0 to `stop`, sampled at `n` even times up to and with the stop. */
static inline struct solution solved(const struct solver_method *method,
                                     const struct problem *problem, const double *state,
                                     double stop, int n)
{
  struct solution solution = {.n_states = problem->n_states};
  double atol[MOST_STATES], times[MOST_TIMES];
  struct solver *solver = solver_for(method, problem, atol);

  for (int i = 0; i < n; i++) times[i] = stop * (i + 1) / n;
  solver_load(solver, 0, 0, state);
  solver_samples(solver, 0, &(struct sampling){n, times});
  solver_listen(solver, keep_sample, &solution);
  solver_run_to(solver, 0, stop);
  while (solver_is_running(solver, 0)) {
    if (solver_advance(solver)) break;
  }
  solution.status = solver_status(solver, 0);
  solution.count = solver_count(solver, 0);
  solution.time = solver_time(solver, 0);
  solver_state(solver, 0, solution.state);
  solver_destroy(&solver);
  return solution;
}
