/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Rosenbrock step of eight lanes costs when the model's functions are compiled into it, on
 * a processor with AVX-512: the target-mediated model, 2000 patients drawn around the typical one.
 * Arguments: rtol, atol. */
#pragma GCC target("avx512f,avx512dq,avx512vl")
#include <stdio.h>
#include <time.h>

#include "base/lane_math.h"
#include "base/random_stream.h"
#include "solver/solver_internal.h"
#include "target_mediated_ward.h"

#define N_STATES                TARGET_STATES
#define N_OBSERVED              3
#define OBSERVED(i)             ((i) + ((i) > 0))
#define N_JACOBIAN              TARGET_ENTRIES
#define HAS_TIME_DERIVATIVE     0
#define MODEL                   ((const struct target_mediated *)solver->ode.context)
#define ODE_RATES(t, y, dydt)   ((void)(t), target_rates(MODEL, y, dydt))
#define ODE_JACOBIAN(t, y, out) target_jacobian(MODEL, y, out)
#define ODE_FACTOR(g, j, out)   target_factor(g, j, out)
#define ODE_SOLVE(lu, b, out)   target_solve(lu, b, out)
#define ROSENBROCK_ATTEMPT      attempt_of_the_model
#include "solver/solver_rosenbrock.h"

static step_attempt attempt_of_the_model;
#include "solver/solver_rosenbrock_attempt.c"

static long rounds;

static bool counted_attempt(struct solver *solver)
{
  rounds++;
  return attempt_of_the_model(solver);
}

static double now_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

enum { PATIENTS = 2000 };

static void draw_patients(struct target_patient *patients)
{
  static const double typical[][2] = {{0.0083, 0.30}, {3, 0.20},   {0.02, 0.20},
                                      {3, 0.20},      {10, 0.40},  {0.05, 0.25},
                                      {0.04, 0.30},   {0.4, 0.30}, {0.04, 0.30}};

  for (int i = 0; i < PATIENTS; i++) {
    const struct random_stream stream = {.seed = 1, .replicate = 1, .patient = (uint32_t)i};
    double *values = (double *)&patients[i];

    for (uint32_t p = 0; p < 9; p++)
      values[p] = typical[p][0] *
                  math_exp(typical[p][1] * random_normal(&stream, RANDOM_ETA, p, 0));
  }
}

/* Best of several runs of all patients. */
static double fastest_ns(struct target_ward *ward)
{
  double best = 1e300;

  for (int i = 0; i < 10; i++) {
    const double begin = now_ns();
    double ns;

    rounds = 0;
    treat_target_patients(ward);
    ns = now_ns() - begin;
    if (ns < best) best = ns;
  }
  return best;
}

static void report(const struct target_course *courses, const struct tolerance *tolerance,
                   double best_ns)
{
  double steps = 0, rejected = 0;

  for (int i = 0; i < PATIENTS; i++) {
    steps += courses[i].count.accepted;
    rejected += courses[i].count.rejected;
    if (courses[i].status != SOLVE_OK) printf("patient %d failed: %d\n", i, courses[i].status);
  }
  printf(
      "rtol %g, atol %g: %.0f patients per second; per patient %.1f steps and %.1f rejected; per "
      "attempted step of eight lanes, samples included, %.0f ns\n",
      tolerance->rtol, tolerance->atol[0], PATIENTS / best_ns * 1e9, steps / PATIENTS,
      rejected / PATIENTS, best_ns / (double)rounds);
}

int main(int n_words, char **words)
{
  static struct target_patient patients[PATIENTS];
  static struct target_course courses[PATIENTS];
  static struct target_ward ward = {
      .patients = patients, .courses = courses, .n_patients = PATIENTS};
  const double absolute = n_words > 2 ? atof(words[2]) : 1e-8;
  const double atol[TARGET_STATES] = {absolute, absolute, absolute, absolute};
  const struct tolerance tolerance = {
      .rtol = n_words > 1 ? atof(words[1]) : 1e-6, .atol = atol, .max_steps_per_stop = 1e5};
  const struct ode ode = target_ode(&ward.model);

  if (simd_choice() != SIMD_AVX512) {
    fprintf(stderr, "this processor has no AVX-512\n");
    return EXIT_FAILURE;
  }
  draw_patients(patients);
  if (solver_create(&solver_rosenbrock, &ode, &tolerance, &ward.solver)) return EXIT_FAILURE;
  ((struct stepping *)ward.solver->work)->attempt = counted_attempt;
  report(courses, &tolerance, fastest_ns(&ward));
  solver_destroy(&ward.solver);
  return EXIT_SUCCESS;
}
