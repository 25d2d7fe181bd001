/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/period_map.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/model_problem.h"

/** Of the integration, so that differences of neighbouring states mean something. */
static const double rtol = 1e-12;
static const double most_steps = 1e5;
/** What rounding may leave of a duration that is the interval. */
static const double resolution = 16 * DBL_EPSILON;

struct period_map {
  const struct model *model;
  struct model_lanes loaded, patients; /* the patient; the same, while states are followed */
  struct model_problem problem;
  struct solver *solver;
  double *atol, *largest; /* [state] */
};

int period_map_create(const struct model *model, const struct solver_method *method,
                      struct kernel_store *kernels, struct period_map **map)
{
  struct period_map *created = memory_new(1, sizeof *created);
  const size_t n = (size_t)model->n_states;

  created->model = model;
  created->atol = memory_new(n, sizeof *created->atol);
  created->largest = memory_new(n, sizeof *created->largest);
  for (size_t i = 0; i < n; i++) created->atol[i] = 0.01 * rtol * model->states[i].scale;
  model_lanes_create(model, &created->loaded);
  model_lanes_create(model, &created->patients);
  model_problem_set(&created->problem, &created->patients, kernels);
  *map = created;
  return solver_create(method, &created->problem.ode,
                       &(struct tolerance){rtol, created->atol, most_steps}, &created->solver);
}

void period_map_destroy(struct period_map **map)
{
  if (!*map) return;
  solver_destroy(&(*map)->solver);
  model_lanes_clear(&(*map)->loaded);
  model_lanes_clear(&(*map)->patients);
  free((*map)->atol);
  free((*map)->largest);
  free(*map);
  *map = NULL;
}

void period_map_load(struct period_map *map, const struct model_lanes *patients, int lane)
{
  model_lanes_copy(&map->loaded, patients, lane);
}

const double *period_map_largest(const struct period_map *map)
{
  return map->largest;
}

/** Where eight states or fewer are on their way. */
struct leg {
  int n;
  double *states; /* [n][state] */
  bool is_first;  /* whose largest values count */
};

static void note_largest(struct period_map *map, const struct leg *leg)
{
  if (!leg->is_first) return;
  for (int i = 0; i < map->model->n_states; i++)
    map->largest[i] = fmax(map->largest[i], fabs(leg->states[i]));
}

/** To a time with infusions at a constant rate. */
static void run_leg(struct period_map *map, const struct leg *leg, double until)
{
  const size_t n = (size_t)map->model->n_states;
  bool runs = true;

  for (int l = 0; l < leg->n; l++)
    if (solver_status(map->solver, l) == SOLVE_OK) solver_run_to(map->solver, l, until);
  while (runs) {
    if (solver_advance(map->solver) != EXIT_CODE_OK) break; /* lanes that run still are lost */
    runs = false;
    for (int l = 0; l < leg->n; l++) runs = runs || solver_is_running(map->solver, l);
  }
  for (int l = 0; l < leg->n; l++) {
    double *state = leg->states + (size_t)l * n;

    solver_state(map->solver, l, state);
    if (!runs && solver_status(map->solver, l) == SOLVE_OK) continue;
    for (size_t i = 0; i < n; i++) state[i] = (double)NAN;
  }
  note_largest(map, leg);
}

static void infuse(struct period_map *map, const struct dosing_cycle *cycle, double n_infusions)
{
  if (cycle->rate == 0) return;
  for (int l = 0; l < LANES; l++)
    model_lanes_infusion(&map->patients, l, cycle->state, n_infusions * cycle->rate);
}

/** Infusions that began earlier and do not end before the next dose run beside the newest, which,
 *  or the oldest of them, ends `part` after a dose. */
static void follow_eight(struct period_map *map, const struct dosing_cycle *cycle, double until,
                         const struct leg *leg)
{
  const double whole = cycle->interval > 0 ? floor(cycle->duration / cycle->interval) : 1;
  const double part = cycle->interval > 0 ? cycle->duration - whole * cycle->interval : 0;
  const double shortest = resolution * until; /* of a leg that is followed at all */

  model_lanes_copy(&map->patients, &map->loaded, 0); /* no infusion, no event that held */
  for (int l = 0; l < leg->n; l++) {
    double *state = leg->states + l * map->model->n_states;

    if (cycle->interval > 0 && cycle->duration == 0) state[cycle->state] += cycle->amount;
    solver_load(map->solver, l, 0, state);
  }
  note_largest(map, leg);
  if (part > shortest) {
    infuse(map, cycle, whole + 1);
    run_leg(map, leg, until - part > shortest ? part : until);
  }
  if (until - part > shortest) {
    infuse(map, cycle, whole);
    run_leg(map, leg, until);
  }
}

void period_map_follow(struct period_map *map, const struct dosing_cycle *cycle, double until,
                       int n, double *states)
{
  REQUIRE(until > 0 && (cycle->interval == 0 || until <= cycle->interval));
  REQUIRE(cycle->rate == 0 || map->model->states[cycle->state].infusion >= 0);
  memset(map->largest, 0, (size_t)map->model->n_states * sizeof *map->largest);
  for (int first = 0; first < n; first += LANES) {
    const struct leg leg = {n - first < LANES ? n - first : LANES,
                            states + first * map->model->n_states, first == 0};

    follow_eight(map, cycle, until, &leg);
  }
}
