/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One attempted step of all lanes: Rodas5P with its dense output of fourth order, in the
 * transformed form of Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.7,
 * which has no products with the Jacobian. Compiled as it stands for every processor, and again for
 * newer ones by the files that include it, as solver_explicit_attempt.c is. */
#include "base/lanes.h"
#include "solver/solver_calls.h"
#include "solver/solver_internal.h"
#include "solver/solver_rosenbrock.h"
#include "solver/solver_step_course.h"

#ifndef ROSENBROCK_ATTEMPT
#define ROSENBROCK_ATTEMPT rosenbrock_attempt_baseline
#endif

/* Stage s: (g I - J) k[s] = rates(time + nodes[s] h, y + sum of arguments[s][i] k[i])
 *                           + sum of couplings[s][i] k[i] / h + time_weights[s] h df/dt,
 * g = 1 / (gamma h). The arguments of the last two stages and the new state are the argument before
 * them plus the stage before them, and the last stage is the error estimate. */
enum { ARGUMENTS = 6 };
static const double gamma_ = 0.21193756319429014;
static const double nodes[ROSENBROCK_STAGES] = {
    0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1};
static const double time_weights[ROSENBROCK_STAGES] = {0.21193756319429014, -0.42387512638858027,
                                                       -0.3384627126235924, 1.8046452872882734,
                                                       2.325825639765069};
static const double arguments[ARGUMENTS][ARGUMENTS - 1] = {
    {0},
    {3},
    {2.849394379747939, 0.45842242204463923},
    {-6.954028509809101, 2.489845061869568, -10.358996098473584},
    {2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
    {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256,
     0.030198172008377946}};
static const double couplings[ROSENBROCK_STAGES][ROSENBROCK_STAGES - 1] = {
    {0},
    {-14.155112264123755},
    {-17.97296035885952, -2.859693295451294},
    {147.12150275711716, -1.41221402718213, 71.68940251302358},
    {165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306},
    {24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125,
     -0.6610691825249471},
    {30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783,
     -19.097331116725623, -28.087943162872662},
    {37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047,
     -40.06618937091002, -54.66780262877968, -9.48861652309627}};
/* Of the continuous extension y0 (1 - theta) + theta (y1 + (1 - theta) (K0 + theta (K1 + theta
 * K2))), K the sums of these times k. */
enum { DENSE = 3 };
static const double dense_weights[DENSE][ROSENBROCK_STAGES] = {
    {25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204,
     0.524948541321073, 1.1241088310450404, 0.4272876194431874, -0.17202221070155493},
    {-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796,
     20.176138334709044, 15.98066361424651, -6.789040303419874, -6.710236069923372},
    {11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643,
     -52.072871366152654, -59.78993625266729, -0.15582684282751913, 4.883087185713722}};

INLINE lanes weighted(const double *weights, const lanes *k, int n, int n_stages)
{
  lanes sum = weights[0] * k[0];

#pragma GCC unroll 8
  for (int i = 1; i < n_stages; i++) sum += weights[i] * k[i * n];
  return sum;
}

/* g I - J at the start of the step. Some rates have no derivative somewhere, as a root at 0: where
 * that once spoilt a step of a lane, such entries count as 0, which only costs accuracy that the
 * error estimate sees. */
INLINE void factorise(struct solver *solver, struct rodas *method, const struct attempt *attempt)
{
  const int n = N_JACOBIAN + (HAS_TIME_DERIVATIVE ? N_STATES : 0);
  const lanes g = (1 / gamma_) / attempt->step;
  lanes *jacobian = method->jacobian;

  ODE_JACOBIAN(&solver->time, solver->state, jacobian);
  if (lane_mask_any(method->doubtful)) {
    for (int e = 0; e < n; e++)
      jacobian[e] = lanes_select(method->doubtful & ~is_finite(jacobian[e]), all(0), jacobian[e]);
  }
  ODE_FACTOR(&g, jacobian, method->factors);
}

INLINE void stage_rates(const struct solver *solver, struct rodas *method, int s,
                        const struct attempt *attempt)
{
  const lanes time = solver->time + nodes[s] * attempt->step;
  lanes *trial = method->stepping.trial;

  for (int j = 0; j < N_STATES; j++) {
    if (s < ARGUMENTS)
      trial[j] = solver->state[j] + weighted(arguments[s], method->k + j, N_STATES, s);
    else
      trial[j] += method->k[(s - 1) * N_STATES + j];
  }
  ODE_RATES(&time, trial, method->rates);
}

INLINE void solve_stage(const struct solver *solver, struct rodas *method, int s,
                        const struct attempt *attempt)
{
  const lanes *time_derivative = method->jacobian + N_JACOBIAN;
  const lanes per_step = 1 / attempt->step;
  lanes *right = method->rates;

  (void)solver;
  for (int j = 0; j < N_STATES; j++) {
    if (s > 0) right[j] += per_step * weighted(couplings[s], method->k + j, N_STATES, s);
    if (HAS_TIME_DERIVATIVE && time_weights[s] != 0)
      right[j] += time_weights[s] * attempt->step * time_derivative[j];
  }
  ODE_SOLVE(method->factors, right, method->k + s * N_STATES);
}

INLINE void stage(const struct solver *solver, struct rodas *method, int s,
                  const struct attempt *attempt)
{
  stage_rates(solver, method, s, attempt);
  solve_stage(solver, method, s, attempt);
}

/* A starting lane spends one round on its first step size: its step is 0, so that the rates of the
 * first stage, before[], are those at its start. */
INLINE void start(struct solver *solver, struct rodas *method, struct attempt *attempt)
{
  lanes time;

  for (int j = 0; j < N_STATES; j++) method->before[j] = method->rates[j];
  attempt->probe = probe_length(solver, &method->stepping, method->before);
  for (int j = 0; j < N_STATES; j++)
    method->stepping.trial[j] = solver->state[j] + attempt->probe * method->before[j];
  time = solver->time + attempt->probe;
  ODE_RATES(&time, method->stepping.trial, method->after);
}

INLINE void judge(const struct solver *solver, struct rodas *method, struct attempt *attempt)
{
  const lanes *difference = method->k + (ROSENBROCK_STAGES - 1) * N_STATES;
  lanes *trial = method->stepping.trial;
  lanes sum = {0};

  for (int j = 0; j < N_STATES; j++) {
    lanes error;

    trial[j] += difference[j];
    error = difference[j] /
            scale(solver, j, lanes_larger(lanes_abs(solver->state[j]), lanes_abs(trial[j])));
    sum += error * error;
  }
  attempt->error = sum * method->stepping.per_state;
  attempt->accepted = attempt->active & lanes_at_most(attempt->error, all(1));
  method->doubtful |= attempt->active & ~is_finite(attempt->error);
}

INLINE void interpolate(const struct solver *solver, struct rodas *method)
{
  lanes **terms = method->stepping.interpolant;

  for (int o = 0; o < N_OBSERVED; o++) {
    const int j = OBSERVED(o);
    const lanes *k = method->k + j;
    const lanes highest = weighted(dense_weights[2], k, N_STATES, ROSENBROCK_STAGES);

    terms[0][j] = method->stepping.trial[j] - solver->state[j];
    terms[1][j] = weighted(dense_weights[0], k, N_STATES, ROSENBROCK_STAGES);
    terms[2][j] = weighted(dense_weights[1], k, N_STATES, ROSENBROCK_STAGES) + highest;
    terms[3][j] = -highest;
  }
}

bool ROSENBROCK_ATTEMPT(struct solver *solver)
{
  struct rodas *method = solver->work;
  const lane_mask running = solver->running;
  const bool starts = lane_mask_any(solver->starting);
  struct attempt attempt = {.probe = {0}};

  plan(solver, &method->stepping, &attempt);
  factorise(solver, method, &attempt);
  ODE_RATES(&solver->time, solver->state, method->rates);
  if (starts) start(solver, method, &attempt);
  solve_stage(solver, method, 0, &attempt);
  stage(solver, method, 1, &attempt);
  stage(solver, method, 2, &attempt);
  stage(solver, method, 3, &attempt);
  stage(solver, method, 4, &attempt);
  stage(solver, method, 5, &attempt);
  stage(solver, method, 6, &attempt);
  stage(solver, method, 7, &attempt);
  judge(solver, method, &attempt);
  control_step(&method->stepping, &attempt);
  if (starts) {
    method->doubtful &= ~solver->starting;
    choose_first_step(solver, &method->stepping, method->before, method->after, attempt.probe);
  }
  if (lane_mask_any(samples_due(solver, &attempt))) {
    interpolate(solver, method);
    give_samples(solver, &method->stepping, &attempt);
  }
  return conclude(solver, &method->stepping, &attempt) || lane_mask_any(running & ~solver->running);
}
