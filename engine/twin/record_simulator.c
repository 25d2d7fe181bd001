/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record_simulator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "twin/record_lane.h"

int record_simulator_create(const struct record_simulation *simulation,
                            struct record_simulator **simulator)
{
  struct record_simulator *s = memory_new(1, sizeof *s);
  const struct model *model = simulation->model;
  struct tolerance tolerance;

  s->simulation = *simulation;
  s->atol = memory_new((size_t)model->n_states, sizeof *s->atol);
  s->state = memory_new((size_t)model->n_states, sizeof *s->state);
  s->steady_state = memory_new((size_t)model->n_states, sizeof *s->steady_state);
  s->etas = memory_new((size_t)model->n_etas, sizeof *s->etas);
  s->slopes = memory_new((size_t)model->n_covariates, sizeof *s->slopes);
  s->kappas = memory_new((size_t)model->n_kappas, sizeof *s->kappas);
  s->categories = memory_new((size_t)model->n_mixtures, sizeof *s->categories);
  s->results = memory_new(3 * (size_t)model->n_outputs, sizeof *s->results);
  s->n_results = record_results(model, simulation->seed, s->results);
  s->states = memory_new((size_t)model->n_states, sizeof *s->states);
  s->outputs = memory_new((size_t)model->n_outputs, sizeof *s->outputs);
  for (int i = 0; i < model->n_states; i++)
    s->atol[i] = 0.01 * simulation->rtol * model->states[i].scale;
  model_lanes_create(model, &s->patients);
  model_problem_set(&s->problem, &s->patients, simulation->kernels);
  tolerance = (struct tolerance){simulation->rtol, s->atol, simulation->max_steps};
  *simulator = s;
  TRY(solver_create(simulation->method, &s->problem.ode, &tolerance, &s->solver));
  solver_listen(s->solver, record_lane_sample, s);
  return EXIT_CODE_OK;
}

void record_simulator_destroy(struct record_simulator **simulator)
{
  struct record_simulator *s = *simulator;

  if (!s) return;
  solver_destroy(&s->solver);
  steady_state_destroy(&s->steady);
  model_lanes_clear(&s->patients);
  for (int l = 0; l < LANES; l++) {
    regimen_clear(&s->lanes[l].regimen);
    free(s->lanes[l].times);
  }
  free(s->atol);
  free(s->state);
  free(s->steady_state);
  free(s->etas);
  free(s->kappas);
  free(s->slopes);
  free(s->categories);
  free(s->results);
  free(s->states);
  free(s->outputs);
  free(s);
  *simulator = NULL;
}

/** The next patients go to lanes that are free. */
static int admit(struct record_simulator *simulator, size_t *next)
{
  const struct record_batch *batch = simulator->batch;
  int n_active = 0;

  for (int l = 0; l < LANES; l++) {
    while (!simulator->lanes[l].is_active && *next < batch->n_patients)
      TRY(record_lane_begin(simulator, l, &batch->patients[(*next)++]));
    n_active += simulator->lanes[l].is_active;
  }
  simulator->n_active = n_active;
  return EXIT_CODE_OK;
}

int record_simulator_run(struct record_simulator *simulator, struct record_batch *batch)
{
  size_t next = 0;

  record_batch_make_room(batch, (size_t)simulator->n_results);
  simulator->batch = batch;
  for (;;) {
    TRY(admit(simulator, &next));
    if (simulator->n_active == 0) return EXIT_CODE_OK;
    TRY(solver_advance(simulator->solver));
    for (int l = 0; l < LANES; l++)
      if (simulator->lanes[l].is_active && !solver_is_running(simulator->solver, l))
        TRY(record_lane_arrive(simulator, l));
  }
}
