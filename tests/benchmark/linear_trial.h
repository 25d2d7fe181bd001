/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/benchmark/linear_trial.h
 * A trial of the linear method with one model's functions inlined, as a compiled model would have
 * it. Include after the model's LINEAR_ATTEMPT is there. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/lane_math.h"
#include "base/random_stream.h"

enum { TRIAL_PATIENTS = 1000 };

static double now_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double varied(uint32_t patient, uint32_t index, double typical, double width)
{
  const struct random_stream stream = {.seed = 5, .replicate = 1, .patient = patient};

  return typical * math_exp(width * random_normal(&stream, RANDOM_ETA, index, 0));
}

static struct oral_individual draw_individual(uint32_t patient)
{
  return (struct oral_individual){.clearance = varied(patient, 0, 5, 0.3),
                                  .volume = varied(patient, 1, 50, 0.2),
                                  .flow = varied(patient, 2, 8, 0.2),
                                  .peripheral_volume = varied(patient, 3, 100, 0.25),
                                  .absorption = varied(patient, 4, 1, 0.4),
                                  .baseline = varied(patient, 5, 100, 0.2),
                                  .loss = varied(patient, 6, 0.05, 0.25),
                                  .half = varied(patient, 7, 0.5, 0.4),
                                  .maximum = 0.9};
}

static long n_rounds;

static bool counted_attempt(struct solver *solver, struct propagation *method)
{
  n_rounds++;
  return LINEAR_ATTEMPT(solver, method);
}

/** Nanoseconds for all patients; `inlined` or through the pointers of the ode. */
static double trial_ns(const struct ode *ode, const struct tolerance *tolerance, bool inlined,
                       int every)
{
  static struct oral_individual individuals[TRIAL_PATIENTS];
  static double hours[ORAL_HOURS + 1], outputs[LANES][2 * (ORAL_HOURS + 1)];
  struct oral_ward *ward = ode->context;
  int next = 0, inside = 0;
  double begin;

  for (uint32_t i = 0; i < TRIAL_PATIENTS; i++) individuals[i] = draw_individual(i + 1);
  for (int i = 0; i <= ORAL_HOURS / every; i++) hours[i] = i * every;
  if (solver_create(&solver_linear, ode, tolerance, &ward->solver)) exit(EXIT_FAILURE);
  if (inlined) ((struct propagation *)ward->solver->work)->attempt = counted_attempt;
  solver_listen(ward->solver, oral_keep, ward);
  n_rounds = 0;
  begin = now_ns();
  do {
    for (int lane = 0; lane < LANES; lane++) {
      if (solver_is_running(ward->solver, lane)) continue;
      ward->outputs[lane] = outputs[lane];
      if (ward->dose[lane] > 0 && oral_go_on(ward, lane, hours, every)) continue;
      if (ward->dose[lane] > 0) inside--;
      ward->dose[lane] = 0;
      if (next == TRIAL_PATIENTS) continue;
      oral_admit(ward, lane, &individuals[next++]);
      oral_go_on(ward, lane, hours, every);
      inside++;
    }
    solver_advance(ward->solver);
  } while (inside > 0);
  begin = now_ns() - begin;
  solver_destroy(&ward->solver);
  return begin;
}

static void report(const char *name, const struct ode *ode, const struct tolerance *tolerance,
                   int every)
{
  for (int inlined = 0; inlined < 2; inlined++) {
    double best = 1e300;

    for (int i = 0; i < 30; i++) {
      const double ns = trial_ns(ode, tolerance, inlined, every);

      if (ns < best) best = ns;
    }
    printf("%s, %s, rtol %.0e, samples every %d h: %.0f patients per second", name,
           inlined ? "inlined" : "by pointers", tolerance->rtol, every,
           TRIAL_PATIENTS / best * 1e9);
    if (inlined)
      printf(", %.1f ns per round of eight lanes, %.1f rounds per patient", best / (double)n_rounds,
             LANES * (double)n_rounds / TRIAL_PATIENTS);
    printf("\n");
  }
}
