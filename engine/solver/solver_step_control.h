/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_step_control.h
 * How long a step is, for an error estimate of fourth order: first step and step-size control of
 * Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.4. Included by
 * the files of attempted steps, which are compiled for several instruction sets. */
#pragma once
#include <float.h>

#include "base/lanes.h"
#include "solver/solver_calls.h"
#include "solver/solver_lanes.h"
#include "solver/solver_stepping.h"

/* With E the mean of squared scaled errors: step *= SAFETY * E^-CURRENT * (last E)^PREVIOUS, half
 * of the exponents 0.17 and 0.04 of the norm itself; in units of 2^-32. */
#define CURRENT           365072220 /* 0.085 */
#define PREVIOUS          85899346  /* 0.02 */
#define SAFETY            0.9
#define SMALLEST_FACTOR   0.2
#define LARGEST_FACTOR    10.0
#define NOT_FINITE_FACTOR 0.1
#define SMALLEST_LAST     1e-8 /* a lucky step does not count as such */
#define SMALLEST_STEP_ULP 16
#define SMALLEST_FIRST    100 /* in steps that the clock just resolves */

/** What the clock can resolve. */
INLINE lanes smallest_step(const struct solver *solver)
{
  return SMALLEST_STEP_ULP * DBL_EPSILON * lanes_abs(solver->time) + DBL_MIN;
}

/** In starting lanes: the length of an Euler step that tells the second derivative. Ends the run of
 *  those whose state or `rates` [state] is not finite. */
INLINE lanes probe_length(struct solver *solver, const struct stepping *stepping,
                          const lanes *rates)
{
  const lanes far = solver->stop - solver->time;
  lanes size = {0}, speed = {0}, log_size, log_speed, probe;
  lane_mask bad;

  EACH_STATE(j)
  {
    const lanes unit = scale(solver, j, lanes_abs(solver->state[j]));
    const lanes y = solver->state[j] / unit, dydt = rates[j] / unit;

    size += y * y;
    speed += dydt * dydt;
  }
  bad = solver->starting & ~(is_finite(size) & is_finite(speed));
  for (int lane = 0; lane < LANES; lane++) {
    if (bad[lane]) solver_end_run(solver, lane, SOLVE_NOT_FINITE);
  }
  stepping->math->log(&log_size, &size);
  stepping->math->log(&log_speed, &speed);
  log_size = 0.5 * (log_size - log_speed);
  stepping->math->exp(&probe, &log_size);
  probe = lanes_select(lanes_less(lanes_smaller(size, speed), all(1e-10)), 1e-4 * far,
                       0.01 * probe);
  return lanes_smaller(lanes_larger(probe, SMALLEST_FIRST * smallest_step(solver)), far);
}

/** In starting lanes: the first step, from the rates before and after the Euler step. */
INLINE void choose_first_step(struct solver *solver, struct stepping *stepping, const lanes *before,
                              const lanes *after, lanes probe)
{
  const lane_mask starting = solver->starting;
  lanes speed = {0}, change = {0}, exponent, step;

  EACH_STATE(j)
  {
    const lanes unit = scale(solver, j, lanes_abs(solver->state[j]));
    const lanes dydt = before[j] / unit;
    const lanes second = (after[j] - before[j]) / (unit * probe);

    speed += dydt * dydt;
    change += second * second;
  }
  exponent = lanes_larger(change, speed) * stepping->per_state;
  stepping->math->log(&exponent, &exponent);
  exponent = -0.1 * exponent - 0.9210340371976184; /* (0.01 / norm)^(1/5) */
  stepping->math->exp(&step, &exponent);
  step = lanes_select(is_finite(change), lanes_smaller(100 * probe, step), probe);
  step = lanes_larger(step, SMALLEST_FIRST * smallest_step(solver)); /* tried, at least */
  stepping->step = lanes_select(starting, step, stepping->step);
  stepping->last_error = lanes_select(starting, all(SMALLEST_LAST), stepping->last_error);
  stepping->attempts = lanes_select(starting & ~solver->resuming, all(0), stepping->attempts);
  stepping->shrunk &= ~starting;
  solver->starting = solver->resuming = (lane_mask){0};
}

/* A controller needs no exact powers, and exp and log would be a fifth of the cost of a step. */
INLINE void control_step(struct stepping *stepping, const struct attempt *attempt)
{
  const lane_mask accepted = attempt->accepted;
  const lanes ceiling = lanes_select(stepping->shrunk, all(1), all(LARGEST_FACTOR));
  const lanes error = lanes_larger(attempt->error, all(1e-20));
  const lane_mask current = rough_logarithm(error) * CURRENT;
  const lane_mask previous = rough_logarithm(stepping->last_error) * PREVIOUS;
  lanes factor = rough_power((accepted & previous) - current);
  lanes step;

  factor = lanes_smaller(lanes_larger(SAFETY * factor, all(SMALLEST_FACTOR)), ceiling);
  factor = lanes_select(is_finite(attempt->error), factor, all(NOT_FINITE_FACTOR));
  step = attempt->step * factor;
  step = lanes_select(accepted & attempt->last, lanes_larger(step, stepping->step), step);
  stepping->step = lanes_select(attempt->active, step, stepping->step);
  stepping->last_error = lanes_select(accepted, lanes_larger(error, all(SMALLEST_LAST)),
                                      stepping->last_error);
  stepping->shrunk = attempt->active & ~accepted;
}
