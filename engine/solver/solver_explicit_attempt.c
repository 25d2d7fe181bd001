/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One attempted step of all lanes: Dormand-Prince 5(4) with the dense output of Hairer, Norsett and
 * Wanner, Solving Ordinary Differential Equations I, section II.6. Compiled as it stands for every
 * processor, and again for newer ones by the files that include it: GCC lowers a vector operation
 * for the function in which it is written, before inlining, so that inlining one body into
 * functions of several targets would be slow. */
#include "base/lanes.h"
#include "solver/solver_calls.h"
#include "solver/solver_explicit.h"
#include "solver/solver_internal.h"
#include "solver/solver_step_course.h"

#ifndef EXPLICIT_ATTEMPT
#define EXPLICIT_ATTEMPT explicit_attempt_baseline
#endif

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

/* trial = state + sum of weight * k, then k[s] = rates(trial). */
INLINE void stage(const struct solver *solver, struct dormand_prince *method, int s,
                  const struct attempt *attempt)
{
  lanes *trial = attempt->trial;
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
    trial[j] = solver->state[j] + sum;
  }
  ODE_RATES(&time, trial, method->k[s]);
}

/* A starting lane spends one round on k[0] and on its first step size, in the stages of its
 * neighbours: its step is 0, so that stage 1 gives its rates at the start; stage 2 gives them after
 * a small Euler step. */
INLINE void finish_start(struct solver *solver, struct dormand_prince *method,
                         const struct attempt *attempt)
{
  for (int j = 0; j < N_STATES; j++)
    method->k[0][j] = lanes_select(solver->starting, method->k[1][j], method->k[0][j]);
  choose_first_step(solver, &method->stepping, method->k[1], method->k[2], attempt->probe);
}

INLINE void judge(const struct solver *solver, const struct dormand_prince *method,
                  struct attempt *attempt)
{
  const lanes *trial = attempt->trial;
  lanes weight[STAGES], sum = {0};

#pragma GCC unroll 7
  for (int i = 0; i < STAGES; i++) weight[i] = error_weights[i] * attempt->step;
  for (int j = 0; j < N_STATES; j++) {
    const lanes size = lanes_larger(lanes_abs(solver->state[j]), lanes_abs(trial[j]));
    lanes error = weight[0] * method->k[0][j];

#pragma GCC unroll 7
    for (int i = 2; i < STAGES; i++) error += weight[i] * method->k[i][j];
    error /= scale(solver, j, size);
    sum += error * error;
  }
  attempt->error = sum * method->stepping.per_state;
  attempt->accepted = attempt->active & lanes_at_most(attempt->error, all(1));
}

/* h times the dominant eigenvalue, from the last two stages (Hairer and Wanner, Solving Ordinary
 * Differential Equations II, section IV.2). The method is stable up to 3.3, and a step that only
 * stability limits settles at 3 to 3.2. */
#define STABLE 2.8
INLINE void watch_stiffness(const struct solver *solver, struct dormand_prince *method,
                            const struct attempt *attempt)
{
  const struct patience patience = {.strikes = 15, .calm = 6};
  lanes weight[STAGES], rates = {0}, states = {0};

#pragma GCC unroll 7
  for (int i = 0; i < STAGES - 1; i++) weight[i] = weights[6][i] - weights[5][i] + all(0);
  EACH_STATE(j)
  {
    const lanes unit = scale(solver, j, lanes_abs(solver->state[j]));
    const lanes rate = (method->k[6][j] - method->k[5][j]) / unit;
    lanes change = weight[0] * method->k[0][j];

#pragma GCC unroll 7
    for (int i = 1; i < STAGES - 1; i++) change += weight[i] * method->k[i][j];
    change /= unit;
    rates += rate * rate;
    states += change * change;
  }
  watch(&method->stepping, &patience, attempt->accepted,
        lanes_less(STABLE * STABLE * states, rates));
}

/* The terms of the continuous extension, in the nested form of Hairer et al. */
INLINE void interpolate(const struct solver *solver, struct dormand_prince *method,
                        const struct attempt *attempt)
{
  lanes **terms = method->stepping.interpolant;
  lanes weight[STAGES];

#pragma GCC unroll 7
  for (int i = 0; i < STAGES; i++) weight[i] = dense_weights[i] * attempt->step;
  for (int o = 0; o < N_OBSERVED; o++) {
    const int j = OBSERVED(o);
    const lanes change = attempt->trial[j] - solver->state[j];
    const lanes bend = attempt->step * method->k[0][j] - change;
    lanes highest = weight[0] * method->k[0][j];

#pragma GCC unroll 7
    for (int i = 2; i < STAGES; i++) highest += weight[i] * method->k[i][j];
    terms[0][j] = change;
    terms[1][j] = bend;
    terms[2][j] = change - attempt->step * method->k[STAGES - 1][j] - bend;
    terms[3][j] = highest;
  }
}

bool EXPLICIT_ATTEMPT(struct solver *solver)
{
  struct dormand_prince *method = solver->work;
  const bool starts = lane_mask_any(solver->starting);
  struct attempt attempt = {.trial = method->stepping.trial};
  bool ended = false, crosses;

  plan(solver, &method->stepping, &attempt);
  if (starts) { /* 0 * NaN is NaN */
    for (int j = 0; j < N_STATES; j++)
      method->k[0][j] = lanes_select(solver->starting, all(0), method->k[0][j]);
  }
  stage(solver, method, 1, &attempt);
  if (starts) {
    const lane_mask running = solver->running;

    attempt.probe = probe_length(solver, &method->stepping, method->k[1]);
    ended = lane_mask_any(running & ~solver->running);
  }
  stage(solver, method, 2, &attempt);
  stage(solver, method, 3, &attempt);
  stage(solver, method, 4, &attempt);
  stage(solver, method, 5, &attempt);
  stage(solver, method, 6, &attempt);
  judge(solver, method, &attempt);
  control_step(&method->stepping, &attempt);
  if (method->stepping.watched) watch_stiffness(solver, method, &attempt);
  if (starts) finish_start(solver, method, &attempt);
  crosses = find_crossings(solver, &attempt);
  if (crosses || lane_mask_any(samples_due(solver, &attempt))) {
    interpolate(solver, method, &attempt);
    if (crosses) solver->host->locate_crossings(solver, &method->stepping, &attempt);
    give_samples(solver, &method->stepping, &attempt);
    if (crosses) {
      solver->host->tell_crossings(solver, &attempt);
      give_samples(solver, &method->stepping, &attempt);
    }
  }
  for (int j = 0; j < N_STATES; j++)
    method->k[0][j] = lanes_select(attempt.accepted, method->k[STAGES - 1][j], method->k[0][j]);
  ended |= conclude(solver, &method->stepping, &attempt);
  return ended || lane_mask_any(method->stepping.leaving);
}
