/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/initial_value_problems.h
 * Problems for the solvers, and one way to solve them: a patient in one lane, all others empty. */
#pragma once
#include <math.h>
#include <stddef.h>

#include "base/lanes.h"
#include "solver/solver.h"

enum { MOST_STATES = 4, MOST_TIMES = 512 };

/** y' = -y / 5. */
static inline void decay_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = -0.2 * y[0];
}

/** y' = y (1 - y): y(t) = 1 / (1 + (1 / y(0) - 1) exp(-t)). */
static inline void logistic_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = y[0] * (1 - y[0]);
}

/** y'' = -y: (cos t, -sin t) from (1, 0). */
static inline void oscillator_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = y[1];
  dydt[1] = -y[0];
}

/** y' = -2 t y: y(t) = y(0) exp(-t^2). */
static inline void bell_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  dydt[0] = -2 * *t * y[0];
}

/** y' = y^2: y(t) = 1 / (1 / y(0) - t), infinite at 1 / y(0). */
static inline void explosion_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = y[0] * y[0];
}

/** Amounts in two compartments with elimination 0.1, distribution 0.3 and 0.2 per hour. */
static inline void two_compartment_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = 0.2 * y[1] - 0.4 * y[0];
  dydt[1] = 0.3 * y[0] - 0.2 * y[1];
}

/** Absorption at 1 per hour, saturable elimination of at most 8 mg/h, half of it at 20 mg. */
static inline void saturable_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = -y[0];
  dydt[1] = y[0] - 8 * y[1] / (20 + y[1]);
}

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
  static const int remainder[MOST_STATES] = {0, 1, 2, 3};
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
  const struct ode ode = {
      .n_states = problem->n_states, .rates = problem->rates, .linear = empty_block(problem)};
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
