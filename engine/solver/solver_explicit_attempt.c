/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One attempted step of all lanes: Dormand-Prince 5(4) with the step-size control, first step and
 * dense output of Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, sections
 * II.4 and II.6. Compiled as it stands for every processor, and again for newer ones by the files
 * that include it: GCC lowers a vector operation for the function in which it is written, before
 * inlining, so that inlining one body into functions of several targets would be slow. */
#include <float.h>
#include <math.h>

#include "base/lane_math.h"
#include "base/lanes.h"
#include "solver/solver_explicit.h"
#include "solver/solver_calls.h"
#include "solver/solver_internal.h"

#ifndef EXPLICIT_ATTEMPT
#define EXPLICIT_ATTEMPT explicit_attempt_baseline
#endif

#define INLINE static inline __attribute__((always_inline)) /* lanes never pass by value */

static const double nodes[STAGES] = {0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1};
static const double weights[STAGES][STAGES] = {
    {0},
    {1. / 5},
    {3. / 40, 9. / 40},
    {44. / 45, -56. / 15, 32. / 9},
    {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
    {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
    {35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84}};
/* Fifth order minus fourth order. */
static const double error_weights[STAGES] = {71. / 57600,      0,         -71. / 16695, 71. / 1920,
                                             -17253. / 339200, 22. / 525, -1. / 40};
/* Of the highest term of the continuous extension. */
static const double dense_weights[STAGES] = {
    -12715105075. / 11282082432,  0,
    87487479700. / 32700410799,   -10690763975. / 1880347072,
    701980252875. / 199316789632, -1453857185. / 822651844,
    69997945. / 29380423};

/* With E the mean of squared scaled errors: step *= SAFETY * E^-CURRENT * (last E)^PREVIOUS, half
 * of the exponents 0.17 and 0.04 of the norm itself; in units of 2^-32. */
#define CURRENT           365072220 /* 0.085 */
#define PREVIOUS          85899346  /* 0.02 */
#define SAFETY            0.9
#define SMALLEST_FACTOR   0.2
#define LARGEST_FACTOR    10.0
#define NOT_FINITE_FACTOR 0.1
#define SMALLEST_LAST     1e-8 /* a lucky step does not count as such */
#define STRETCH           1.01 /* of a step, rather than leaving a sliver before the stop */
#define SMALLEST_STEP_ULP 16

/* One attempted step in every running lane. */
struct attempt {
  lane_mask active; /* running, and past its start */
  lane_mask last;   /* would reach the stop */
  lane_mask accepted;
  lanes step, end; /* end is a time */
  lanes error;     /* E */
  lanes probe; /* in starting lanes: length of the Euler step that tells the second derivative */
};

INLINE lanes all(double x)
{
  return (lanes){0} + x;
}

INLINE lane_mask is_finite(lanes x)
{
  return lanes_at_most(lanes_abs(x), all(DBL_MAX));
}

INLINE lanes scale(const struct solver *solver, int j, lanes size)
{
  return (solver->tolerance.atol[j] + DBL_MIN) + solver->tolerance.rtol * size;
}

/* trial = state + sum of weight * k, then k[s] = rates(trial). */
INLINE void stage(const struct solver *solver, struct dormand_prince *method, int s,
                  const struct attempt *attempt)
{
  lanes time = solver->time + nodes[s] * attempt->step;
  lanes weight[STAGES];

#pragma GCC unroll 7
  for (int i = 0; i < s; i++) weight[i] = weights[s][i] * attempt->step;
  if (s == 2) { /* a starting lane, whose step is 0, takes its Euler step here */
    weight[1] = lanes_select(solver->starting, attempt->probe, weight[1]);
    time = lanes_select(solver->starting, solver->time + attempt->probe, time);
  }
  for (int j = 0; j < N_STATES; j++) {
    lanes sum = weight[0] * method->k[0][j];

#pragma GCC unroll 7
    for (int i = 1; i < s; i++) {
      if (weights[s][i] != 0) sum += weight[i] * method->k[i][j];
    }
    method->trial[j] = solver->state[j] + sum;
  }
  ODE_RATES(&time, method->trial, method->k[s]);
}

/* A starting lane spends one round on k[0] and on its first step size, in the stages of its
 * neighbours: its step is 0, so that stage 1 gives its rates at the start; stage 2 gives them after
 * a small Euler step. */
INLINE void begin_start(struct solver *solver, struct dormand_prince *method,
                        struct attempt *attempt)
{
  const lanes far = solver->stop - solver->time;
  lanes size = {0}, speed = {0}, log_size, log_speed;
  lane_mask bad;

  for (int j = 0; j < N_STATES; j++) {
    const lanes unit = scale(solver, j, lanes_abs(solver->state[j]));
    const lanes y = solver->state[j] / unit, dydt = method->k[1][j] / unit;

    size += y * y;
    speed += dydt * dydt;
  }
  bad = solver->starting & ~(is_finite(size) & is_finite(speed));
  for (int lane = 0; lane < LANES; lane++) {
    if (bad[lane]) solver_end_run(solver, lane, SOLVE_NOT_FINITE);
  }
  method->math->log(&log_size, &size);
  method->math->log(&log_speed, &speed);
  log_size = 0.5 * (log_size - log_speed);
  method->math->exp(&attempt->probe, &log_size);
  attempt->probe = lanes_select(lanes_less(lanes_smaller(size, speed), all(1e-10)), 1e-4 * far,
                                lanes_smaller(0.01 * attempt->probe, far));
}

INLINE void finish_start(struct solver *solver, struct dormand_prince *method,
                         const struct attempt *attempt)
{
  const lane_mask starting = solver->starting;
  lanes speed = {0}, change = {0}, exponent, step;

  for (int j = 0; j < N_STATES; j++) {
    const lanes unit = scale(solver, j, lanes_abs(solver->state[j]));
    const lanes dydt = method->k[1][j] / unit;
    const lanes second = (method->k[2][j] - method->k[1][j]) / (unit * attempt->probe);

    speed += dydt * dydt;
    change += second * second;
    method->k[0][j] = lanes_select(starting, method->k[1][j], method->k[0][j]);
  }
  exponent = lanes_larger(change, speed) * method->per_state;
  method->math->log(&exponent, &exponent);
  exponent = -0.1 * exponent - 0.9210340371976184; /* (0.01 / norm)^(1/5) */
  method->math->exp(&step, &exponent);
  step = lanes_select(is_finite(change), lanes_smaller(100 * attempt->probe, step), attempt->probe);
  method->step = lanes_select(starting, step, method->step);
  method->last_error = lanes_select(starting, all(SMALLEST_LAST), method->last_error);
  method->attempts = lanes_select(starting, all(0), method->attempts);
  method->shrunk &= ~starting;
  solver->starting = (lane_mask){0};
}

INLINE void judge(const struct solver *solver, const struct dormand_prince *method,
                  struct attempt *attempt)
{
  lanes weight[STAGES], sum = {0};

#pragma GCC unroll 7
  for (int i = 0; i < STAGES; i++) weight[i] = error_weights[i] * attempt->step;
  for (int j = 0; j < N_STATES; j++) {
    const lanes size = lanes_larger(lanes_abs(solver->state[j]), lanes_abs(method->trial[j]));
    lanes error = weight[0] * method->k[0][j];

#pragma GCC unroll 7
    for (int i = 2; i < STAGES; i++) error += weight[i] * method->k[i][j];
    error /= scale(solver, j, size);
    sum += error * error;
  }
  attempt->error = sum * method->per_state;
  attempt->accepted = attempt->active & lanes_at_most(attempt->error, all(1));
}

/* 2^20 log2(x), linear between powers of 2: the upper half of the bits of a positive double. */
INLINE lane_mask rough_logarithm(lanes x)
{
  return ((lane_mask)x - (lane_mask)all(1)) >> 32;
}

/* Its inverse, from 2^52 log2(x), within 0.3 % of a true power of 2: what a double with these bits
 * lacks is (m^2 + 2) / 3 in place of its mantissa m. */
INLINE lanes rough_power(lane_mask logarithm)
{
  const int64_t mantissa_bits = (INT64_C(1) << 52) - 1;
  const lane_mask bits = logarithm + (lane_mask)all(1);
  const lanes mantissa = (lanes)((bits & mantissa_bits) | (lane_mask)all(1));

  return (lanes)(bits & ~mantissa_bits) * ((mantissa * mantissa + 2) * (1. / 3));
}

/* A controller needs no exact powers, and exp and log would be a fifth of the cost of a step. */
INLINE void control_step(struct dormand_prince *method, const struct attempt *attempt)
{
  const lane_mask accepted = attempt->accepted;
  const lanes ceiling = lanes_select(method->shrunk, all(1), all(LARGEST_FACTOR));
  const lanes error = lanes_larger(attempt->error, all(1e-20));
  const lane_mask current = rough_logarithm(error) * CURRENT;
  const lane_mask previous = rough_logarithm(method->last_error) * PREVIOUS;
  lanes factor = rough_power((accepted & previous) - current);
  lanes step;

  factor = lanes_smaller(lanes_larger(SAFETY * factor, all(SMALLEST_FACTOR)), ceiling);
  factor = lanes_select(is_finite(attempt->error), factor, all(NOT_FINITE_FACTOR));
  step = attempt->step * factor;
  step = lanes_select(accepted & attempt->last, lanes_larger(step, method->step), step);
  method->step = lanes_select(attempt->active, step, method->step);
  method->last_error = lanes_select(accepted, lanes_larger(error, all(SMALLEST_LAST)),
                                    method->last_error);
  method->shrunk = attempt->active & ~accepted;
}

/* The terms of the continuous extension, in the nested form of Hairer et al. */
INLINE void interpolate(const struct solver *solver, struct dormand_prince *method,
                        const struct attempt *attempt)
{
  lanes weight[STAGES];

#pragma GCC unroll 7
  for (int i = 0; i < STAGES; i++) weight[i] = dense_weights[i] * attempt->step;
  for (int o = 0; o < N_OBSERVED; o++) {
    const int j = OBSERVED(o);
    const lanes change = method->trial[j] - solver->state[j];
    const lanes bend = attempt->step * method->k[0][j] - change;
    lanes highest = weight[0] * method->k[0][j];

#pragma GCC unroll 7
    for (int i = 2; i < STAGES; i++) highest += weight[i] * method->k[i][j];
    method->interpolant[0][j] = change;
    method->interpolant[1][j] = bend;
    method->interpolant[2][j] = change - attempt->step * method->k[STAGES - 1][j] - bend;
    method->interpolant[3][j] = highest;
  }
}

INLINE void give_samples(struct solver *solver, struct dormand_prince *method,
                         const struct attempt *attempt)
{
  lane_mask due = attempt->accepted & lanes_at_most(solver->next_sample, attempt->end);

  if (!lane_mask_any(due)) return;
  interpolate(solver, method, attempt);
  while (lane_mask_any(due)) {
    const lanes theta = (solver->next_sample - solver->time) / attempt->step;
    const lanes rest = 1 - theta;
    const lane_mask at_end = lanes_equal(solver->next_sample, attempt->end);

    for (int o = 0; o < N_OBSERVED; o++) {
      const int j = OBSERVED(o);
      const lanes inner = method->interpolant[2][j] + rest * method->interpolant[3][j];
      const lanes outer = method->interpolant[1][j] + theta * inner;
      const lanes y = solver->state[j] + theta * (method->interpolant[0][j] + rest * outer);

      solver->sampled[j] = lanes_select(at_end, method->trial[j], y);
    }
    solver_give_samples(solver, &due);
    due = attempt->accepted & lanes_at_most(solver->next_sample, attempt->end);
  }
}

/* Moves the accepted lanes; true if a lane has come to its stop or has failed. */
INLINE bool conclude(struct solver *solver, struct dormand_prince *method,
                     const struct attempt *attempt)
{
  const lane_mask accepted = attempt->accepted;
  const lane_mask stands = accepted & attempt->last;
  lane_mask tiny, weary;
  lanes smallest;

  for (int j = 0; j < N_STATES; j++) {
    solver->state[j] = lanes_select(accepted, method->trial[j], solver->state[j]);
    method->k[0][j] = lanes_select(accepted, method->k[STAGES - 1][j], method->k[0][j]);
  }
  solver->time = lanes_select(accepted, attempt->end, solver->time);
  solver->accepted -= accepted;
  solver->rejected -= attempt->active & ~accepted;
  method->attempts += lanes_select(attempt->active, all(1), all(0));
  smallest = SMALLEST_STEP_ULP * DBL_EPSILON * lanes_abs(solver->time) + DBL_MIN;
  tiny = attempt->active & ~stands & lanes_less(method->step, smallest);
  weary = attempt->active & ~stands &
          lanes_at_most(all(solver->tolerance.max_steps_per_stop), method->attempts);
  if (!lane_mask_any(stands | tiny | weary)) return false;
  for (int lane = 0; lane < LANES; lane++) {
    if (stands[lane])
      solver_end_run(solver, lane, SOLVE_OK);
    else if (tiny[lane])
      solver_end_run(solver, lane, SOLVE_STEP_TOO_SMALL);
    else if (weary[lane])
      solver_end_run(solver, lane, SOLVE_TOO_MANY_STEPS);
  }
  return true;
}

INLINE void plan(const struct solver *solver, const struct dormand_prince *method,
                 struct attempt *attempt)
{
  const lanes far = solver->stop - solver->time;

  attempt->active = solver->running & ~solver->starting;
  attempt->last = lanes_at_most(far, STRETCH * method->step);
  attempt->step = lanes_select(attempt->last, far, method->step);
  attempt->end = lanes_select(attempt->last, solver->stop, solver->time + attempt->step);
  attempt->step = lanes_select(attempt->active, attempt->step, all(0));
}

bool EXPLICIT_ATTEMPT(struct solver *solver, struct dormand_prince *method)
{
  const bool starts = lane_mask_any(solver->starting);
  struct attempt attempt = {.probe = {0}};
  bool ended = false;

  plan(solver, method, &attempt);
  if (starts) { /* 0 * NaN is NaN */
    for (int j = 0; j < N_STATES; j++)
      method->k[0][j] = lanes_select(solver->starting, all(0), method->k[0][j]);
  }
  stage(solver, method, 1, &attempt);
  if (starts) {
    const lane_mask running = solver->running;

    begin_start(solver, method, &attempt);
    ended = lane_mask_any(running & ~solver->running);
  }
  stage(solver, method, 2, &attempt);
  stage(solver, method, 3, &attempt);
  stage(solver, method, 4, &attempt);
  stage(solver, method, 5, &attempt);
  stage(solver, method, 6, &attempt);
  judge(solver, method, &attempt);
  control_step(method, &attempt);
  if (starts) finish_start(solver, method, &attempt);
  give_samples(solver, method, &attempt);
  return conclude(solver, method, &attempt) || ended;
}
