/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/random_regimen_run.h
 * What the engine makes of diaries. What fails, fails the running test. Include after cmocka.h. */
#pragma once
#include "random_regimens.h"
#include "solver/model_problem.h"
#include "twin/record_simulator.h"

/** How the engine solves diaries. */
struct diary_run {
  const struct diary_model *of;
  const struct solver_method *method; /* NULL: the model's own */
  double rtol;
};

static inline void diary_to_batch(const struct diary_model *of, const struct diary *diary,
                                  struct record_batch *batch)
{
  record_batch_add_patient(batch);
  for (int r = 0; r < diary->n; r++) {
    double *given;

    *record_batch_add(batch, &given) = diary->records[r];
    memcpy(given, diary->parameters, (size_t)of->model->n_parameters * sizeof *given);
  }
}

/** What is observed, [diary][observation][output], all diaries having as many; release with free().
 */
static inline double *diaries_observed(const struct diary_run *run, int n,
                                       const struct diary *diaries)
{
  const struct model *model = run->of->model;
  const struct record_simulation simulation = {.model = model,
                                               .method = run->method ? run->method
                                                                     : model_problem_method(model),
                                               .rtol = run->rtol,
                                               .max_steps = 1e6,
                                               .n_given = model->n_parameters,
                                               .given = run->of->given};
  const int n_observations = diaries[0].n_observations;
  double *observed = memory_new((size_t)(n * n_observations * DIARY_OUTPUTS), sizeof *observed);
  double *row = observed;
  struct record_batch batch = {.n_given = (size_t)model->n_parameters};
  struct record_simulator *simulator;

  for (int d = 0; d < n; d++) {
    assert_int_equal(diaries[d].n_observations, n_observations);
    diary_to_batch(run->of, &diaries[d], &batch);
  }
  assert_int_equal(record_simulator_create(&simulation, &simulator), 0);
  assert_int_equal(record_simulator_run(simulator, &batch), 0);
  for (size_t p = 0; p < batch.n_patients; p++) {
    if (batch.patients[p].status != RECORD_OK)
      fail_msg("patient %zu: %s", p, record_status_names[batch.patients[p].status]);
  }
  for (size_t r = 0; r < batch.n_records; r++) {
    if (batch.records[r].event != RECORD_OBSERVATION) continue;
    memcpy(row, batch.outputs + r * DIARY_OUTPUTS, DIARY_OUTPUTS * sizeof *row);
    row += DIARY_OUTPUTS;
  }
  record_simulator_destroy(&simulator);
  record_batch_clear(&batch);
  return observed;
}
