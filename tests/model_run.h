/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/model_run.h
 * Runs a model file: patients who get the same doses and are sampled at the same times, in lanes.
 * What fails, fails the running test. Include after cmocka.h. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/model_lanes.h"
#include "solver/model_problem.h"
#include "solver/solver.h"

struct model_dose {
  const char *route;
  double time, amount, duration; /* in the model's time; 0 is a bolus */
};

struct model_run {
  const char *path; /* from the root of the repository */
  const char *text; /* instead: the model itself */
  const char *time; /* the model's unit of time; NULL: h */
  size_t n_changes;
  const struct model_change *changes;
  const struct solver_method *method;
  double rtol; /* the absolute tolerance is 0.01 * rtol * scale */
  int n_doses, n_times, n_patients;
  const struct model_dose *doses;
  const double *times;                       /* ascending */
  bool samples_see_dose, stops_at_samples;   /* of the same time; instead of interpolating */
  const double *covariates, *etas, *amounts; /* [patient][covariate], [patient][eta]: 0 when NULL;
                                                [patient]: times the doses when not NULL */
};

/** The arena holds it; mistakes are printed and fail the test. */
static inline const struct model *model_of_file(const struct model_run *run, struct arena *arena)
{
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source text = {
      .name = "text", .text = run->text, .length = run->text ? strlen(run->text) : 0};
  const struct model *model = NULL;
  const struct source *source =
      run->text ? &text
                : source_load(arena, arena_format(arena, "%s/%s", SOURCE_DIR, run->path), NULL,
                              diagnostics);

  if (source) model = model_compile(source, run->n_changes, run->changes, arena, diagnostics);
  diagnostics_print(diagnostics, stderr);
  assert_int_equal(diagnostics_n_warnings(diagnostics), 0);
  diagnostics_destroy(&diagnostics);
  assert_non_null(model);
  assert_string_equal(model->time_text, run->time ? run->time : "h");
  return model;
}

#include "model_run_lanes.h"

/** True outputs [patient][time][output], with the model's outputs in their order; release with
 *  free(). */
static inline double *model_run(const struct model_run *run, const struct model *model)
{
  struct model_running running = {.run = run, .model = model};
  double *atol = memory_new((size_t)model->n_states, sizeof *atol);
  const struct tolerance tolerance = {run->rtol, atol, 1e7};
  struct model_problem problem;
  const int n_patients = run->n_patients > 0 ? run->n_patients : 1;
  int started = 0, finished = 0;
  bool taken[LANES] = {false};

  for (int i = 0; i < model->n_states; i++) atol[i] = 0.01 * run->rtol * model->states[i].scale;
  running.state = memory_new((size_t)model->n_states, sizeof *running.state);
  running.outputs = memory_new((size_t)n_patients * (size_t)run->n_times * (size_t)model->n_outputs,
                               sizeof *running.outputs);
  model_lanes_create(model, &running.patients);
  running.states = memory_new((size_t)model->n_states, sizeof *running.states);
  running.at_sample = memory_new((size_t)model->n_outputs, sizeof *running.at_sample);
  model_problem_set(&problem, &running.patients, NULL);
  assert_int_equal(solver_create(run->method, &problem.ode, &tolerance, &running.solver), 0);
  solver_listen(running.solver, model_take_samples, &running);
  while (finished < n_patients) {
    for (int lane = 0; lane < LANES; lane++) {
      if (taken[lane] && solver_is_running(running.solver, lane)) continue;
      if (taken[lane] && model_continue(&running, lane)) continue;
      finished += taken[lane];
      taken[lane] = started < n_patients;
      if (!taken[lane]) continue;
      model_start(&running, lane, started++);
      model_continue(&running, lane);
    }
    assert_int_equal(solver_advance(running.solver), 0);
  }
  solver_destroy(&running.solver);
  model_lanes_clear(&running.patients);
  free(running.state);
  free(running.states);
  free(running.at_sample);
  free(atol);
  return running.outputs;
}
