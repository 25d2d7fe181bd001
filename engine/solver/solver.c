/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/solver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/solver_stepping.h"

static bool is_lane(int lane)
{
  return lane >= 0 && lane < LANES;
}

const struct solver_method *const *solver_methods(void)
{
  static const struct solver_method *const methods[] = {
      &solver_explicit, &solver_linear, &solver_rosenbrock, &solver_switching, &solver_petsc, NULL};

  return methods;
}

const struct solver_method *solver_method_named(const char *name)
{
  const struct solver_method *const *method = solver_methods();

  while (*method && strcmp((*method)->name, name)) method++;
  return *method;
}

static const struct solver_host host = {solver_end_run, stepping_find_crossings,
                                        stepping_locate_crossings, stepping_tell_crossings};

static void observe(struct solver *solver)
{
  const struct ode *ode = &solver->ode;

  REQUIRE(!ode->events || !ode->observed || ode->n_observed == ode->n_states);
  solver->n_observed = ode->observed ? ode->n_observed : ode->n_states;
  solver->observed = memory_new((size_t)solver->n_observed, sizeof *solver->observed);
  for (int i = 0; i < solver->n_observed; i++)
    solver->observed[i] = ode->observed ? ode->observed[i] : i;
}

int solver_create(const struct solver_method *method, const struct ode *ode,
                  const struct tolerance *tolerance, struct solver **solver)
{
  struct solver *created = memory_new(1, sizeof *created);
  int code;

  REQUIRE(ode->n_states > 0 && tolerance->rtol >= 0);
  created->host = &host;
  created->method = method;
  created->ode = *ode;
  created->tolerance = *tolerance;
  created->state = memory_new((size_t)ode->n_states, sizeof *created->state);
  created->sampled = memory_new((size_t)ode->n_states, sizeof *created->sampled);
  if (ode->events) created->crossed = memory_new((size_t)ode->events->n, sizeof *created->crossed);
  observe(created);
  created->next_sample += (double)INFINITY;
  code = method->create(ode, tolerance, created);
  if (code) solver_destroy(&created);
  *solver = created;
  return code;
}

void solver_destroy(struct solver **solver)
{
  if (!*solver) return;
  (*solver)->method->destroy(*solver);
  free((*solver)->state);
  free((*solver)->sampled);
  free((*solver)->observed);
  free((*solver)->crossed);
  free(*solver);
  *solver = NULL;
}

static void forget_samples(struct solver *solver, int lane)
{
  solver->samples[lane] = (struct lane_samples){0};
  solver->next_sample[lane] = (double)INFINITY;
}

void solver_load(struct solver *solver, int lane, double time, const double *state)
{
  solver_unload(solver, lane);
  solver->time[lane] = time;
  solver_set_state(solver, lane, state);
}

void solver_unload(struct solver *solver, int lane)
{
  REQUIRE(is_lane(lane));
  solver->running[lane] = 0;
  solver->starting[lane] = solver->resuming[lane] = 0;
  solver->accepted[lane] = 0;
  solver->rejected[lane] = 0;
  solver->status[lane] = SOLVE_OK;
  forget_samples(solver, lane);
}

double solver_time(const struct solver *solver, int lane)
{
  REQUIRE(is_lane(lane));
  return solver->time[lane];
}

void solver_state(const struct solver *solver, int lane, double *state)
{
  REQUIRE(is_lane(lane));
  for (int j = 0; j < solver->ode.n_states; j++) state[j] = solver->state[j][lane];
}

void solver_set_state(struct solver *solver, int lane, const double *state)
{
  REQUIRE(is_lane(lane) && !solver->running[lane]);
  for (int j = 0; j < solver->ode.n_states; j++) solver->state[j][lane] = state[j];
  solver_settle_events(solver, lane);
}

lanes *solver_states(struct solver *solver)
{
  return solver->state;
}

void solver_run_to(struct solver *solver, int lane, double stop)
{
  REQUIRE(is_lane(lane) && !solver->running[lane]);
  REQUIRE(solver->status[lane] == SOLVE_OK || solver->status[lane] == SOLVE_ENDLESS_EVENTS);
  REQUIRE(stop > solver->time[lane] && isfinite(stop));
  solver_settle_events(solver, lane);
  solver->stop[lane] = stop;
  solver->running[lane] = -1;
  solver->starting[lane] = -1;
  solver->resuming[lane] = 0;
}

void solver_listen(struct solver *solver, solver_sample *sample, void *context)
{
  solver->sample = sample;
  solver->listener = context;
}

void solver_samples(struct solver *solver, int lane, const struct sampling *sampling)
{
  REQUIRE(is_lane(lane) && (sampling->n == 0 || sampling->times[0] > solver->time[lane]));
  solver->samples[lane] = (struct lane_samples){.n = sampling->n, .times = sampling->times};
  solver->next_sample[lane] = sampling->n > 0 ? sampling->times[0] : (double)INFINITY;
}

void solver_end_run(struct solver *solver, int lane, enum solve_status status)
{
  REQUIRE(status != SOLVE_OK || solver->samples[lane].next == solver->samples[lane].n);
  solver->running[lane] = 0;
  solver->starting[lane] = solver->resuming[lane] = 0;
  solver->status[lane] = status;
  forget_samples(solver, lane);
}

/** Ends the runs of those whom events do not let begin; whether there are any. */
static bool end_endless(struct solver *solver)
{
  bool any = false;

  for (int lane = 0; lane < LANES; lane++) {
    if (!solver->running[lane] || solver->status[lane] == SOLVE_OK) continue;
    solver_end_run(solver, lane, solver->status[lane]);
    any = true;
  }
  return any;
}

int solver_advance(struct solver *solver)
{
  if (!lane_mask_any(solver->running)) return EXIT_CODE_OK;
  if (solver->ode.events && end_endless(solver)) return EXIT_CODE_OK;
  return solver->method->advance(solver);
}

bool solver_is_running(const struct solver *solver, int lane)
{
  REQUIRE(is_lane(lane));
  return solver->running[lane];
}

enum solve_status solver_status(const struct solver *solver, int lane)
{
  REQUIRE(is_lane(lane));
  return solver->status[lane];
}

struct solver_count solver_count(const struct solver *solver, int lane)
{
  REQUIRE(is_lane(lane));
  return (struct solver_count){.accepted = (int32_t)solver->accepted[lane],
                               .rejected = (int32_t)solver->rejected[lane]};
}
