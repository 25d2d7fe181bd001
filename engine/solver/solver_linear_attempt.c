/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One round of all lanes. The block x' = A x + c moves by its exact propagator. The remainder is
 * integrated from stop to stop in steps H / 2^k, each begun at a multiple of its own length, so
 * that the squarings for H leave the propagators of all steps.
 *
 * Butcher, On Runge-Kutta processes of high order, 1964, doi 10.1017/S1446788700023387, has a
 * fifth-order method with nodes in quarters. Embedded in it, with the rates at the new state as
 * seventh stage, are methods of fourth order: the eight conditions leave one dimension, in which
 * the weights differ from those of fifth order by a multiple of (1, 0, -4, 6, -4, 49/4, -45/4). The
 * multiple is a choice. In Dormand and Prince's family no nodes in eighths or sixteenths give a
 * smaller error term (1.0e-3 in the norm of the sixth-order conditions; their own nodes 0.4e-3,
 * which is a step 16 % longer). */
#include <float.h>
#include <math.h>

#include "base/lanes.h"
#include "solver/solver_calls.h"
#include "solver/solver_internal.h"
#include "solver/solver_linear.h"
#include "solver/solver_linear_samples.h"

#ifndef LINEAR_ATTEMPT
#define LINEAR_ATTEMPT linear_attempt_baseline
#endif

static const int nodes[LINEAR_STAGES] = {0, 1, 1, 2, 3, 4, 4}; /* quarters */
static const double weights[LINEAR_STAGES][LINEAR_STAGES] = {
    {0},
    {1. / 4},
    {1. / 8, 1. / 8},
    {0, -1. / 2, 1},
    {3. / 16, 0, 0, 9. / 16},
    {-3. / 7, 2. / 7, 12. / 7, -12. / 7, 8. / 7},
    {7. / 90, 0, 32. / 90, 12. / 90, 32. / 90, 7. / 90}};
#define MULTIPLE (1. / 256) /* near the size of Dormand and Prince's estimate */
static const double error_weights[LINEAR_STAGES] = {
    MULTIPLE,           0, -4 * MULTIPLE, 6 * MULTIPLE, -4 * MULTIPLE, 49. / 4 * MULTIPLE,
    -45. / 4 * MULTIPLE};

/* With E the mean of squared scaled errors: step *= SAFETY * E^-(1/10), in units of 2^-32. Rounding
 * the step down to H / 2^k is what smooths it. */
#define EXPONENT          429496730
#define SAFETY            0.95
#define SMALLEST_FACTOR   0.1
#define LARGEST_FACTOR    10.0
#define NOT_FINITE_FACTOR 0.1
#define FIRST_PART        0.125 /* of the first interval, tried by a patient who is new */
#define SMALLEST_STEP_ULP 16
#define SMALLEST_PART     0x1p-50

/* From where the lanes stand to their stops. */
INLINE void begin_intervals(const struct solver *solver, struct propagation *method,
                            lane_mask begins)
{
  const lanes interval = solver->stop - solver->time;
  const lane_mask changed = begins & ~(lanes_equal(interval, method->interval) &
                                       lanes_equal(method->identity, method->found_identity));

  method->origin = lanes_select(begins, solver->time, method->origin);
  method->samples.filled &= ~begins | lanes_equal(method->identity, method->samples.identity);
  method->samples.identity = lanes_select(begins, method->identity, method->samples.identity);
  if (N_REMAINDER > 0) {
    EACH_LINEAR(i)
    method->x_origin[i] = lanes_select(begins, solver->state[LINEAR(i)], method->x_origin[i]);
    method->n_passed &= ~begins;
    method->passed = lanes_select(begins, all(0), method->passed);
    method->wanted = lanes_select(begins & lanes_equal(method->wanted, all(0)),
                                  FIRST_PART * interval, method->wanted);
  }
  if (!lane_mask_any(changed)) return;
  method->interval = lanes_select(changed, interval, method->interval);
  method->per_interval = 1 / method->interval;
  find_slots(solver, method, changed);
}

/* True if a lane cannot even start. */
static bool begin_runs(struct solver *solver, struct propagation *method)
{
  const lane_mask starting = solver->starting;
  lanes size = {0};
  lane_mask bad;

  read_matrices(solver, method);
  for (int i = 0; i < N_LINEAR; i++) size += lanes_abs(solver->state[LINEAR(i)]);
  if (N_REMAINDER > 0) ODE_REMAINDER(&solver->time, solver->state, method->k);
  for (int r = 0; r < N_REMAINDER; r++) {
    size += lanes_abs(solver->state[REMAINDER(r)]) + lanes_abs(method->k[r]);
    method->rates[r] = lanes_select(starting, method->k[r], method->rates[r]);
  }
  for (int lane = 0; lane < LANES; lane++) {
    if (starting[lane] && solver->accepted[lane] + solver->rejected[lane] == 0)
      method->first[lane] = 0;
  }
  method->wanted = lanes_select(starting, method->first, method->wanted);
  method->attempts = lanes_select(starting, all(0), method->attempts);
  method->fresh_start |= starting;
  method->shrunk &= ~starting;
  solver->starting = (lane_mask){0};
  bad = starting & ~is_finite(size);
  begin_intervals(solver, method, starting & ~bad);
  if (!lane_mask_any(bad)) return false;
  for (int lane = 0; lane < LANES; lane++) {
    if (bad[lane]) solver_end_run(solver, lane, SOLVE_NOT_FINITE);
  }
  return true;
}

/* The longest step that begins where it may: `passed` ends in this power of two. */
INLINE lanes alignment(lanes passed)
{
  const int64_t mantissa_bits = (INT64_C(1) << 52) - 1;
  const lane_mask bits = (lane_mask)(passed + 1) & mantissa_bits;
  const lanes lowest = (lanes)((bits & -bits) | (lane_mask)all(0x1p52)) - 0x1p52;

  return lanes_select(lanes_equal(passed, all(0)), all(1), lowest * 0x1p-52);
}

INLINE void plan(const struct solver *solver, struct propagation *method, struct attempt *attempt)
{
  const int64_t exponent_bits = INT64_C(0x7ff) << 52;
  const lanes limit = method->wanted * method->per_interval;
  const lanes part = lanes_smaller((lanes)((lane_mask)limit & exponent_bits),
                                   alignment(method->passed));
  lane_mask stale;

  attempt->active = solver->running;
  attempt->part = part;
  attempt->step = part * method->interval;
  attempt->per_step = (lanes)((INT64_C(2046) << 52) - (lane_mask)part) * method->per_interval;
  attempt->arrives = attempt->active & lanes_equal(method->passed + part, all(1));
  attempt->end = lanes_select(attempt->arrives, solver->stop,
                              method->origin + (method->passed + part) * method->interval);
  stale = attempt->active & ~lanes_equal(part, method->loaded);
  if (lane_mask_any(stale)) load_propagators(solver, method, part, stale);
}

INLINE void propagate_nodes(const struct solver *solver, const struct propagation *method,
                            const struct attempt *attempt)
{
  lanes *x = attempt->x;

  EACH_LINEAR(i) x[i] = solver->state[LINEAR(i)];
#pragma GCC unroll 4
  for (int q = 1; q < LINEAR_NODES; q++, x += N_LINEAR)
    ODE_APPLY(method->propagator, x, x + N_LINEAR);
}

/* trial = state + sum of weight * k beside x at the node, then k[s] = rates(trial). */
INLINE void stage(const struct solver *solver, int s, const struct attempt *attempt)
{
  const lanes time = solver->time + (nodes[s] * 0.25) * attempt->step;
  lanes weight[LINEAR_STAGES];

#pragma GCC unroll 7
  for (int i = 0; i < s; i++) weight[i] = weights[s][i] * attempt->step;
  if (nodes[s] != nodes[s - 1]) {
    EACH_LINEAR(i) attempt->trial[LINEAR(i)] = attempt->x[nodes[s] * N_LINEAR + i];
  }
  EACH_REMAINDER(r)
  {
    lanes sum = {0};

#pragma GCC unroll 7
    for (int i = 0; i < s; i++) {
      if (weights[s][i] != 0) sum += weight[i] * attempt->k[i * N_REMAINDER + r];
    }
    attempt->trial[REMAINDER(r)] = solver->state[REMAINDER(r)] + sum;
  }
  ODE_REMAINDER(&time, attempt->trial, attempt->k + s * N_REMAINDER);
}

INLINE void judge(const struct solver *solver, const struct propagation *method,
                  struct attempt *attempt)
{
  lanes weight[LINEAR_STAGES], sum = {0};

#pragma GCC unroll 7
  for (int i = 0; i < LINEAR_STAGES; i++) weight[i] = error_weights[i] * attempt->step;
  EACH_REMAINDER(r)
  {
    const int j = REMAINDER(r);
    const lanes size = lanes_larger(lanes_abs(solver->state[j]), lanes_abs(attempt->trial[j]));
    lanes error = weight[0] * attempt->k[r];

#pragma GCC unroll 7
    for (int i = 2; i < LINEAR_STAGES; i++) error += weight[i] * attempt->k[i * N_REMAINDER + r];
    error /= scale(solver, j, size);
    sum += error * error;
  }
  attempt->error = sum * method->per_state;
  attempt->accepted = attempt->active & lanes_at_most(attempt->error, all(1));
}

INLINE void control_step(struct propagation *method, const struct attempt *attempt)
{
  const lane_mask accepted = attempt->accepted;
  const lanes ceiling = lanes_select(method->shrunk | ~accepted, all(1), all(LARGEST_FACTOR));
  const lanes error = lanes_larger(attempt->error, all(1e-20));
  lanes factor = SAFETY * rough_power(-(rough_logarithm(error) * EXPONENT)), wanted;
  lane_mask begun;

  factor = lanes_smaller(lanes_larger(factor, all(SMALLEST_FACTOR)), ceiling);
  factor = lanes_select(is_finite(attempt->error), factor, all(NOT_FINITE_FACTOR));
  wanted = attempt->step * factor;
  /* A step that the stop kept short says little of what could be. */
  wanted = lanes_select(accepted & lanes_at_most(ceiling, factor),
                        lanes_larger(wanted, method->wanted), wanted);
  method->wanted = lanes_select(attempt->active, wanted, method->wanted);
  begun = accepted & method->fresh_start;
  method->first = lanes_select(begun, lanes_smaller(wanted, 2 * attempt->step), method->first);
  method->fresh_start &= ~begun;
  method->shrunk = attempt->active & ~accepted;
}

/* Moves the accepted lanes; true if a lane has come to its stop or has failed. */
INLINE bool conclude(struct solver *solver, struct propagation *method,
                     const struct attempt *attempt)
{
  const lane_mask accepted = attempt->accepted, arrived = accepted & attempt->arrives;
  lane_mask lost, tiny, weary;
  lanes smallest, size = {0};

  EACH_LINEAR(i) size += lanes_abs(attempt->x[(LINEAR_NODES - 1) * N_LINEAR + i]);
  lost = attempt->active & ~is_finite(size); /* where x goes, no step size changes */
  pass_samples(solver, method, attempt, accepted & ~lost);
  EACH_STATE(j)
  solver->state[j] = lanes_select(accepted & ~lost, attempt->trial[j], solver->state[j]);
  EACH_REMAINDER(r)
  method->rates[r] = lanes_select(accepted, attempt->k[(LINEAR_STAGES - 1) * N_REMAINDER + r],
                                  attempt->k[r]);
  method->passed = lanes_select(accepted, method->passed + attempt->part, method->passed);
  solver->time = lanes_select(accepted & ~lost, attempt->end, solver->time);
  solver->accepted -= accepted;
  solver->rejected -= attempt->active & ~accepted;
  method->attempts += lanes_select(attempt->active & ~arrived, all(1), all(0));
  smallest = lanes_larger(SMALLEST_STEP_ULP * DBL_EPSILON * lanes_abs(solver->time) + DBL_MIN,
                          SMALLEST_PART * method->interval);
  tiny = attempt->active & ~arrived & lanes_less(method->wanted, smallest);
  weary = attempt->active & ~arrived &
          lanes_at_most(all(solver->tolerance.max_steps_per_stop), method->attempts);
  if (!lane_mask_any(arrived | lost | tiny | weary)) return false;
  for (int lane = 0; lane < LANES; lane++) {
    if (lost[lane])
      solver_end_run(solver, lane, SOLVE_NOT_FINITE);
    else if (arrived[lane])
      solver_end_run(solver, lane, SOLVE_OK);
    else if (tiny[lane])
      solver_end_run(solver, lane, SOLVE_STEP_TOO_SMALL);
    else if (weary[lane])
      solver_end_run(solver, lane, SOLVE_TOO_MANY_STEPS);
  }
  return true;
}

/* All the way to the stop, without a remainder. A lane that does not get there gives no samples. */
INLINE bool cross(struct solver *solver, struct propagation *method)
{
  const lane_mask running = solver->running;
  const lane_mask stale = running & ~lanes_equal(method->loaded, all(1));
  lane_mask lost, due;
  lanes size = {0};
  SCRATCH(x, N_LINEAR, method->x);
  SCRATCH(ahead, N_LINEAR, method->x + N_LINEAR);

  if (!lane_mask_any(running)) return true;
  if (lane_mask_any(stale)) load_propagators(solver, method, all(1), stale);
  EACH_LINEAR(i) x[i] = solver->state[LINEAR(i)];
  ODE_APPLY(method->propagator, x, ahead);
  EACH_LINEAR(i) size += lanes_abs(ahead[i]);
  lost = running & ~is_finite(size);
  due = running & ~lost & lanes_less(solver->next_sample, solver->stop);
  for (int64_t n = 0; lane_mask_any(due); n++) {
    sample_block(solver, method, x, due, (lane_mask){0} + n);
    give_samples(solver, due);
    due = running & ~lost & lanes_less(solver->next_sample, solver->stop);
  }
  EACH_LINEAR(i)
  solver->state[LINEAR(i)] = lanes_select(running & ~lost, ahead[i], solver->state[LINEAR(i)]);
  solver->time = lanes_select(running & ~lost, solver->stop, solver->time);
  solver->accepted -= running;
  give_states(solver, running & ~lost);
  for (int lane = 0; lane < LANES; lane++) {
    if (running[lane]) solver_end_run(solver, lane, lost[lane] ? SOLVE_NOT_FINITE : SOLVE_OK);
  }
  return true;
}

bool LINEAR_ATTEMPT(struct solver *solver, struct propagation *method)
{
  SCRATCH(x, LINEAR_NODES * N_LINEAR, method->x);
  SCRATCH(k, LINEAR_STAGES * N_REMAINDER, method->k);
  SCRATCH(trial, N_STATES, method->trial);
  SCRATCH(power, LINEAR_POWERS * N_REMAINDER, method->samples.power);
  struct attempt attempt = {.x = x, .k = k, .trial = trial, .power = power};
  const bool failed = lane_mask_any(solver->starting) && begin_runs(solver, method);

  if (N_REMAINDER == 0) return cross(solver, method);
  plan(solver, method, &attempt);
  propagate_nodes(solver, method, &attempt);
  EACH_REMAINDER(r) k[r] = method->rates[r];
  stage(solver, 1, &attempt);
  stage(solver, 2, &attempt);
  stage(solver, 3, &attempt);
  stage(solver, 4, &attempt);
  stage(solver, 5, &attempt);
  stage(solver, 6, &attempt);
  judge(solver, method, &attempt);
  control_step(method, &attempt);
  return conclude(solver, method, &attempt) || failed;
}
