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

#include <math.h>

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

/* What lives for one attempt only, beside what every method has. */
struct scratch {
  lanes *k;          /* [stage][state] of the transformed stages: parts of the new state */
  lanes *rates;      /* [state] of a stage; then the right-hand side of its linear equations */
  lanes per_step, g; /* 1 / h and 1 / (gamma h) */
};

/* The latest stage comes last: all else can be ready before it. */
INLINE lanes plus_weighted(lanes sum, const double *weights, const lanes *k, int n, int n_stages)
{
#pragma GCC unroll 8
  for (int i = 0; i < n_stages; i++) sum += weights[i] * k[i * n];
  return sum;
}

/* g I - J at the start of the step. Some rates have no derivative somewhere, as a root at 0: such
 * entries count as 0, which only costs accuracy that the error estimate sees. (An infinite one
 * would freeze the state, and nobody would see that.) */
INLINE void factorise(struct solver *solver, struct rodas *method, const lanes *g)
{
  const int n = N_JACOBIAN + (HAS_TIME_DERIVATIVE ? N_STATES : 0);
  lanes *jacobian = method->jacobian, sum = {0};

  ODE_JACOBIAN(&solver->time, solver->state, jacobian);
  for (int e = 0; e < n; e++) sum += jacobian[e];
  if (lane_mask_any(~is_finite(sum))) {
    for (int e = 0; e < n; e++)
      jacobian[e] = lanes_select(is_finite(jacobian[e]), jacobian[e], all(0));
  }
  ODE_FACTOR(g, jacobian, method->factors);
}

INLINE void stage_rates(const struct solver *solver, int s, struct scratch *scratch,
                        const struct attempt *attempt)
{
  const lanes time = solver->time + nodes[s] * attempt->step;
  lanes *trial = attempt->trial;

  EACH_STATE(j)
  {
    const lanes *k = scratch->k + j;

    if (s < ARGUMENTS)
      trial[j] = plus_weighted(solver->state[j], arguments[s], k, N_STATES, s);
    else
      trial[j] += k[(s - 1) * N_STATES];
  }
  ODE_RATES(&time, trial, scratch->rates);
}

INLINE void solve_stage(const struct solver *solver, const struct rodas *method, int s,
                        struct scratch *scratch, const struct attempt *attempt)
{
  const lanes *time_derivative = method->jacobian + N_JACOBIAN;
  lanes *right = scratch->rates;

  (void)solver; /* the model's own code may not need it */
  EACH_STATE(j)
  {
    if (s > 0)
      right[j] += scratch->per_step * plus_weighted(couplings[s][0] * scratch->k[j],
                                                    couplings[s] + 1, scratch->k + N_STATES + j,
                                                    N_STATES, s - 1);
    if (HAS_TIME_DERIVATIVE && time_weights[s] != 0)
      right[j] += time_weights[s] * attempt->step * time_derivative[j];
  }
  ODE_SOLVE(method->factors, right, scratch->k + s * N_STATES);
}

INLINE void stage(const struct solver *solver, const struct rodas *method, int s,
                  struct scratch *scratch, const struct attempt *attempt)
{
  stage_rates(solver, s, scratch, attempt);
  solve_stage(solver, method, s, scratch, attempt);
}

/* A starting lane spends one round on its first step size: its step is 0, so that the rates of the
 * first stage, before[], are those at its start. */
INLINE void start(struct solver *solver, struct rodas *method, struct attempt *attempt)
{
  lanes time;

  attempt->probe = probe_length(solver, &method->stepping, method->before);
  EACH_STATE(j) attempt->trial[j] = solver->state[j] + attempt->probe * method->before[j];
  time = solver->time + attempt->probe;
  ODE_RATES(&time, attempt->trial, method->after);
  choose_first_step(solver, &method->stepping, method->before, method->after, attempt->probe);
}

INLINE void judge(const struct solver *solver, struct rodas *method, const lanes *difference,
                  struct attempt *attempt)
{
  lanes *trial = attempt->trial;
  lanes sum = {0};

  EACH_STATE(j)
  {
    lanes error;

    trial[j] += difference[j];
    error = difference[j] /
            scale(solver, j, lanes_larger(lanes_abs(solver->state[j]), lanes_abs(trial[j])));
    sum += error * error;
  }
  attempt->error = sum * method->stepping.per_state;
  attempt->accepted = attempt->active & lanes_at_most(attempt->error, all(1));
}

/* Where h times the dominant eigenvalue is small for long, steps without linear algebra would do.
 * The eigenvalue comes from a power iteration, one product of J with a vector per step; the vector
 * has the size of the tolerance. */
#define CALM 2.5
INLINE void watch_calm(struct solver *solver, struct rodas *method, lanes *argument,
                       const struct attempt *attempt)
{
  const struct patience patience = {.strikes = 30, .calm = 1};
  lanes *direction = method->direction;
  lanes before = {0}, after = {0}, shorten;

  EACH_STATE(j)
  {
    const lanes relative = direction[j] / scale(solver, j, lanes_abs(solver->state[j]));

    before += relative * relative;
    argument[j] = solver->state[j] + direction[j];
  }
  ODE_RATES(&solver->time, argument, method->after);
  EACH_STATE(j)
  {
    argument[j] = method->after[j] - method->before[j];
    const lanes relative = argument[j] / scale(solver, j, lanes_abs(solver->state[j]));

    after += relative * relative;
  }
  for (int lane = 0; lane < LANES; lane++) shorten[lane] = 1 / sqrt(after[lane]);
  EACH_STATE(j)
  {
    const lanes unit = scale(solver, j, lanes_abs(solver->state[j]));

    argument[j] = lanes_select(is_finite(shorten), argument[j] * shorten, unit);
    direction[j] = lanes_select(attempt->active, argument[j], direction[j]);
  }
  watch(&method->stepping, &patience, attempt->accepted,
        lanes_less(attempt->step * attempt->step * after, CALM * CALM * before));
}

INLINE void interpolate(const struct solver *solver, struct rodas *method, const lanes *k,
                        const struct attempt *attempt)
{
  lanes **terms = method->stepping.interpolant;

  EACH_STATE(j)
  {
    const lanes highest = plus_weighted(all(0), dense_weights[2], k + j, N_STATES,
                                        ROSENBROCK_STAGES);

    terms[0][j] = attempt->trial[j] - solver->state[j];
    terms[1][j] = plus_weighted(all(0), dense_weights[0], k + j, N_STATES, ROSENBROCK_STAGES);
    terms[2][j] = plus_weighted(highest, dense_weights[1], k + j, N_STATES, ROSENBROCK_STAGES);
    terms[3][j] = -highest;
  }
}

/* The interpolant at the next samples, and what its slope lacks to be the rates there. */
INLINE void sample_defect(struct solver *solver, const struct rodas *method, lanes theta,
                          const struct scratch *scratch)
{
  lanes *const *terms = method->stepping.interpolant;
  lanes *defect = method->after;
  const lanes rest = 1 - theta;

  EACH_STATE(j)
  {
    const lanes inner = terms[2][j] + rest * terms[3][j], outer = terms[1][j] + theta * inner;
    const lanes mean = terms[0][j] + rest * outer;
    const lanes bend = rest * (inner - theta * terms[3][j]) - outer;

    solver->sampled[j] = solver->state[j] + theta * mean;
    defect[j] = (mean + theta * bend) * scratch->per_step;
  }
  ODE_RATES(&solver->next_sample, solver->sampled, method->before);
  EACH_STATE(j) defect[j] = method->before[j] - defect[j];
}

/* States that are slaves of others are not as accurate in the interpolant as at the end of a step:
 * there it has the error -J^-1 defect. To take off J (g I - J)^-2 defect leaves all else alone. */
INLINE void give_refined_samples(struct solver *solver, struct rodas *method,
                                 const struct scratch *scratch, const struct attempt *attempt)
{
  lane_mask due = samples_due(solver, attempt);

  while (lane_mask_any(due)) {
    const lanes theta = (solver->next_sample - solver->time) * scratch->per_step;
    const lane_mask at_end = lanes_equal(solver->next_sample, attempt->end);

    sample_defect(solver, method, theta, scratch);
    ODE_SOLVE(method->factors, method->after, method->before);
    ODE_SOLVE(method->factors, method->before, method->after);
    for (int o = 0; o < N_OBSERVED; o++) {
      const int j = OBSERVED(o);
      const lanes refined = solver->sampled[j] +
                            (method->before[j] - scratch->g * method->after[j]);
      const lanes sampled = lanes_select(is_finite(refined), refined, solver->sampled[j]);

      solver->sampled[j] = lanes_select(at_end, attempt->trial[j], sampled);
    }
    solver_give_samples(solver, &due);
    due = samples_due(solver, attempt);
  }
}

bool ROSENBROCK_ATTEMPT(struct solver *solver)
{
  struct rodas *method = solver->work;
  const lane_mask running = solver->running;
  const bool starts = lane_mask_any(solver->starting);
  SCRATCH(k, ROSENBROCK_STAGES * N_STATES, method->k);
  SCRATCH(rates, N_STATES, method->rates);
  SCRATCH(trial, N_STATES, method->stepping.trial);
  struct attempt attempt = {.trial = trial};
  struct scratch scratch = {.k = k, .rates = rates};
  bool crosses;

  plan(solver, &method->stepping, &attempt);
  scratch.per_step = 1 / attempt.step;
  scratch.g = (1 / gamma_) * scratch.per_step;
  factorise(solver, method, &scratch.g);
  ODE_RATES(&solver->time, solver->state, rates);
  EACH_STATE(j) method->before[j] = rates[j];
  if (starts) start(solver, method, &attempt);
  solve_stage(solver, method, 0, &scratch, &attempt);
  stage(solver, method, 1, &scratch, &attempt);
  stage(solver, method, 2, &scratch, &attempt);
  stage(solver, method, 3, &scratch, &attempt);
  stage(solver, method, 4, &scratch, &attempt);
  stage(solver, method, 5, &scratch, &attempt);
  stage(solver, method, 6, &scratch, &attempt);
  stage(solver, method, 7, &scratch, &attempt);
  judge(solver, method, k + (ROSENBROCK_STAGES - 1) * N_STATES, &attempt);
  control_step(&method->stepping, &attempt);
  if (method->stepping.watched) watch_calm(solver, method, rates, &attempt);
  crosses = find_crossings(solver, &attempt);
  if (crosses || lane_mask_any(samples_due(solver, &attempt))) {
    interpolate(solver, method, k, &attempt);
    if (crosses) solver->host->locate_crossings(solver, &method->stepping, &attempt);
    give_refined_samples(solver, method, &scratch, &attempt);
    if (crosses) {
      solver->host->tell_crossings(solver, &attempt);
      give_samples(solver, &method->stepping, &attempt);
    }
  }
  conclude(solver, &method->stepping, &attempt);
  return lane_mask_any(method->stepping.leaving | (running & ~solver->running));
}
