/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the explicit solver costs, per attempted step of eight lanes, beyond the rates themselves:
 * a chain of compartments without and with the time that its rates take. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/lane_math.h"
#include "solver/solver.h"

enum { MOST_STATES = 30, SAMPLES = 673 };

struct chain {
  int n_states;
  long calls;
};

static inline __attribute__((always_inline)) void chain_rates(struct chain *chain, const lanes *y,
                                                              lanes *dydt)
{
  chain->calls++;
  dydt[0] = -0.5 * y[0];
  for (int j = 1; j < chain->n_states; j++) dydt[j] = 0.5 * (y[j - 1] - y[j]);
}

static void rates_baseline(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)t;
  chain_rates(context, y, dydt);
}

__attribute__((target("avx2,fma"))) static void rates_avx2(void *context, const lanes *t,
                                                           const lanes *y, lanes *dydt)
{
  (void)t;
  chain_rates(context, y, dydt);
}

__attribute__((target("avx512f"))) static void rates_avx512(void *context, const lanes *t,
                                                            const lanes *y, lanes *dydt)
{
  (void)t;
  chain_rates(context, y, dydt);
}

static lane_function *const rates_for[] = {
    [SIMD_BASELINE] = rates_baseline, [SIMD_AVX2] = rates_avx2, [SIMD_AVX512] = rates_avx512};

static double now_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void count_samples(void *context, const lane_mask *due, const lanes *time,
                          const lanes *state)
{
  (void)time;
  *(double *)context += lanes_select(*due, state[0], (lanes){0})[0];
}

struct cost {
  double ns, rounds, steps, rejected;
};

/* Eight patients, 28 daily boluses, and hourly samples if asked for. */
static struct cost trial(int n_states, bool sampled)
{
  static double times[SAMPLES];
  double atol[MOST_STATES], state[MOST_STATES], sum = 0;
  struct chain chain = {.n_states = n_states};
  const struct ode ode = {
      .n_states = n_states, .context = &chain, .rates = rates_for[simd_choice()]};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = atol, .max_steps_per_stop = 1e5};
  struct cost cost = {0};
  struct solver *solver;
  double begin;
  int running = LANES;

  for (int i = 0; i < SAMPLES; i++) times[i] = i;
  for (int j = 0; j < n_states; j++) atol[j] = 1e-8, state[j] = 0;
  if (solver_create(&solver_explicit, &ode, &tolerance, &solver)) exit(EXIT_FAILURE);
  solver_listen(solver, count_samples, &sum);
  begin = now_ns();
  for (int lane = 0; lane < LANES; lane++) {
    state[0] = 100 + lane;
    solver_load(solver, lane, 0, state);
    if (sampled) solver_samples(solver, lane, &(struct sampling){24, times + 1});
    solver_run_to(solver, lane, 24);
  }
  while (running > 0) {
    solver_advance(solver);
    for (int lane = 0; lane < LANES; lane++) {
      const double time = solver_time(solver, lane);

      if (solver_is_running(solver, lane) || time >= 672) continue;
      solver_state(solver, lane, state);
      state[0] += 100;
      solver_set_state(solver, lane, state);
      if (sampled) solver_samples(solver, lane, &(struct sampling){24, times + (int)time + 1});
      solver_run_to(solver, lane, time + 24);
    }
    running = 0;
    for (int lane = 0; lane < LANES; lane++) running += solver_is_running(solver, lane);
  }
  cost.ns = now_ns() - begin;
  for (int lane = 0; lane < LANES; lane++) {
    cost.steps += solver_count(solver, lane).accepted;
    cost.rejected += solver_count(solver, lane).rejected;
  }
  cost.rounds = (double)chain.calls / 6;
  solver_destroy(&solver);
  return cost;
}

static double rates_ns(int n_states)
{
  static lanes y[MOST_STATES], dydt[MOST_STATES];
  struct chain chain = {.n_states = n_states};
  void (*volatile rates)(void *, const lanes *, const lanes *, lanes *) = rates_for[simd_choice()];
  const lanes time = {0};
  const int repeats = 10000;
  double best = 1e300;

  for (int trial_number = 0; trial_number < 50; trial_number++) {
    const double begin = now_ns();
    double ns;

    for (int i = 0; i < repeats; i++) rates(&chain, &time, y, dydt);
    ns = (now_ns() - begin) / repeats;
    if (ns < best) best = ns;
  }
  return best;
}

static double math_ns(enum simd simd)
{
  const struct lane_math *math = lane_math(simd);
  const int repeats = 10000;
  double best = 1e300;
  lanes x = (lanes){0} + 0.3;

  for (int trial_number = 0; trial_number < 50; trial_number++) {
    const double begin = now_ns();
    double ns;

    for (int i = 0; i < repeats; i++) {
      math->exp(&x, &x);
      math->log(&x, &x);
    }
    ns = (now_ns() - begin) / repeats;
    if (ns < best) best = ns;
  }
  return best;
}

int main(void)
{
  static const int sizes[] = {1, 4, 10, 30};

  printf("instruction set %s; exp and log of eight numbers: %.1f ns\n", simd_name(simd_choice()),
         math_ns(simd_choice()));
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    for (int sampled = 0; sampled < 2; sampled++) {
      const double rates = 6 * rates_ns(sizes[s]);
      struct cost best = {.ns = 1e300};

      for (int i = 0; i < 200; i++) {
        const struct cost cost = trial(sizes[s], sampled);

        if (cost.ns < best.ns) best = cost;
      }
      printf("%2d states, %s samples: %5.0f ns per attempted step of eight lanes, of which rates "
             "%4.0f; rounds %.0f, lane steps %.0f, rejected %.0f, patients per second %.0f\n",
             sizes[s], sampled ? "hourly" : "no    ", best.ns / best.rounds, rates, best.rounds,
             best.steps, best.rejected, LANES / best.ns * 1e9);
    }
  }
  return EXIT_SUCCESS;
}
