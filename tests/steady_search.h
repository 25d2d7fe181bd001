/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/steady_search.h
 * The steady state of a model's patient as the engine finds it, and the same patient living from
 * dose to dose. What fails, fails the running test. Include after cmocka.h. */
#pragma once
#include <math.h>

#include "model_run.h"
#include "solver/steady_state.h"

enum { MOST_STATES = 20 };

struct regimen {
  const char *path, *text; /* a model from the root of the repository; or the model itself */
  const char *route;
  double interval, amount, rate, duration; /* as in struct dosing_cycle */
  const double *covariates;                /* NULL: all 0 */
  const double *etas;                      /* NULL: all 0 */
  int lane;
};

struct found {
  enum steady_status status;
  int iterations, n_states;
  double state[MOST_STATES];
};

struct regimen_patient {
  struct arena *arena;
  const struct model *model;
  struct model_lanes patients;
  struct dosing_cycle cycle;
};

/** The patient in the regimen's lane; another one in the others. */
static inline void regimen_begin(const struct regimen *regimen, struct regimen_patient *patient)
{
  static const double none[MOST_STATES] = {0}, other[MOST_STATES] = {1, 1, 1, 1, 1, 1, 1, 1};
  const struct model_run run = {.path = regimen->path, .text = regimen->text};
  const struct model *model;
  int route;

  patient->arena = arena_create();
  patient->model = model = model_of_file(&run, patient->arena);
  assert_true(model->n_states <= MOST_STATES && model->n_etas <= MOST_STATES);
  route = model_route_named(model, regimen->route);
  assert_true(route >= 0);
  patient->cycle = (struct dosing_cycle){model->routes[route].state, regimen->interval,
                                         regimen->amount, regimen->rate, regimen->duration};
  model_lanes_create(model, &patient->patients);
  for (int lane = 0; lane < LANES; lane++) model_lanes_load(&patient->patients, lane, none, other);
  model_lanes_load(&patient->patients, regimen->lane,
                   regimen->covariates ? regimen->covariates : none,
                   regimen->etas ? regimen->etas : none);
  model_lanes_prepare(&patient->patients);
}

static inline void regimen_end(struct regimen_patient *patient)
{
  model_lanes_clear(&patient->patients);
  arena_destroy(&patient->arena);
}

static inline struct found found_of(const struct regimen *regimen,
                                    const struct solver_method *method, double phase)
{
  struct regimen_patient patient;
  struct steady_state *steady;
  struct found found = {0};

  regimen_begin(regimen, &patient);
  found.n_states = patient.model->n_states;
  assert_int_equal(steady_state_create(patient.model, method, NULL, &steady), 0);
  model_lanes_initial(&patient.patients, regimen->lane, found.state);
  steady_state_load(steady, &patient.patients, regimen->lane);
  found.status = steady_state_find(steady, &patient.cycle, phase, found.state);
  found.iterations = steady_state_iterations(steady);
  assert_true(found.iterations <= 15);
  steady_state_destroy(&steady);
  regimen_end(&patient);
  return found;
}

/** What is being infused after dose `k`, counted from 0; `next` becomes the first change of it, or
 *  the next dose, after `time`. */
static inline double infused_at(const struct dosing_cycle *cycle, int k, double time, double *next)
{
  double rate = 0;

  *next = (k + 1) * cycle->interval;
  for (int dose = k; dose >= 0; dose--) {
    const double end = dose * cycle->interval + cycle->duration;

    if (end <= time + 1e-9 * cycle->interval) continue;
    rate += cycle->rate;
    *next = fmin(*next, end);
  }
  return rate;
}

/** A time `phase` after the last of n_doses, 0 < phase <= interval, from the state without doses.
 */
static inline struct found lived(const struct regimen *regimen, const struct solver_method *method,
                                 int n_doses, double phase)
{
  struct regimen_patient patient;
  struct model_problem problem;
  struct solver *solver;
  struct found found = {0};
  double atol[MOST_STATES], time = 0;

  regimen_begin(regimen, &patient);
  found.n_states = patient.model->n_states;
  for (int i = 0; i < found.n_states; i++) atol[i] = 1e-14 * patient.model->states[i].scale;
  model_problem_set(&problem, &patient.patients, NULL);
  assert_int_equal(
      solver_create(method, &problem.ode, &(struct tolerance){1e-12, atol, 1e6}, &solver), 0);
  model_lanes_initial(&patient.patients, regimen->lane, found.state);
  solver_load(solver, regimen->lane, 0, found.state);
  for (int k = 0; k < n_doses; k++) {
    const double end = k * regimen->interval + (k < n_doses - 1 ? regimen->interval : phase);

    if (regimen->duration == 0) found.state[patient.cycle.state] += regimen->amount;
    solver_set_state(solver, regimen->lane, found.state);
    while (time < end) {
      double next;
      const double rate = infused_at(&patient.cycle, k, time, &next);

      next = fmin(next, end);
      if (patient.cycle.rate > 0)
        model_lanes_infusion(&patient.patients, regimen->lane, patient.cycle.state, rate);
      solver_run_to(solver, regimen->lane, next);
      while (solver_is_running(solver, regimen->lane)) assert_int_equal(solver_advance(solver), 0);
      assert_int_equal(solver_status(solver, regimen->lane), SOLVE_OK);
      time = next;
    }
    solver_state(solver, regimen->lane, found.state);
  }
  solver_destroy(&solver);
  regimen_end(&patient);
  return found;
}
