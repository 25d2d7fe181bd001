/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/block.h"

#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"
#include "trial/rows.h"

struct block_runner {
  const struct plan *plan;
  const struct layout *layout;
  struct block_settings settings;
  struct enrolling *enrolling;
  struct simulator **simulators; /* [scenario], created when first needed */
  struct life **lives;           /* [scenario][place in the block] */
  struct enrolment *enrolments;  /* [place in the block] */
  struct allocation *allocations;
  struct position *positions;
  struct column_table *tables;
  struct row_work work;
  int n, n_failed;
};

struct block_runner *block_runner_create(const struct plan *plan, const struct layout *layout,
                                         const struct block_settings *settings)
{
  struct block_runner *r = memory_new(1, sizeof *r);
  const size_t n = (size_t)settings->size;

  *r = (struct block_runner){.plan = plan, .layout = layout, .settings = *settings};
  r->enrolling = enrolling_create(plan);
  r->simulators = memory_new((size_t)plan->n_scenarios, sizeof *r->simulators);
  r->lives = memory_new((size_t)plan->n_scenarios, sizeof *r->lives);
  r->enrolments = memory_new(n, sizeof *r->enrolments);
  r->allocations = memory_new(n, sizeof *r->allocations);
  r->positions = memory_new(n, sizeof *r->positions);
  r->tables = memory_new((size_t)layout->n_tables, sizeof *r->tables);
  for (size_t i = 0; i < n; i++)
    r->enrolments[i].covariates = memory_new((size_t)plan->cohort->n_covariates, sizeof(double));
  for (int t = 0; t < layout->n_tables; t++) column_table_create(&layout->tables[t], &r->tables[t]);
  return r;
}

void block_runner_destroy(struct block_runner **runner)
{
  struct block_runner *r = *runner;

  if (!r) return;
  for (int s = 0; s < r->plan->n_scenarios; s++) {
    for (int i = 0; r->lives[s] && i < r->settings.size; i++) life_clear(&r->lives[s][i]);
    free(r->lives[s]);
    simulator_destroy(&r->simulators[s]);
  }
  for (int i = 0; i < r->settings.size; i++) free(r->enrolments[i].covariates);
  for (int t = 0; t < r->layout->n_tables; t++) column_table_clear(&r->tables[t]);
  row_work_clear(&r->work);
  enrolling_destroy(&r->enrolling);
  free(r->lives);
  free(r->simulators);
  free(r->enrolments);
  free(r->allocations);
  free(r->positions);
  free(r->tables);
  free(r);
  *runner = NULL;
}

static int prepare_scenario(struct block_runner *runner, int scenario)
{
  const struct model *model = runner->plan->scenarios[scenario].model;

  if (runner->simulators[scenario]) return EXIT_CODE_OK;
  runner->lives[scenario] = memory_new((size_t)runner->settings.size, sizeof **runner->lives);
  for (int i = 0; i < runner->settings.size; i++) life_create(model, &runner->lives[scenario][i]);
  return simulator_create(runner->plan, scenario, runner->settings.kernels,
                          &runner->simulators[scenario]);
}

/** Patients first..end-1 of the block, all of one scenario. */
static int run_part(struct block_runner *runner, int first, int end, const struct pulse *pulse)
{
  const int scenario = runner->positions[first].scenario;

  TRY(prepare_scenario(runner, scenario));
  TRY(simulator_run(runner->simulators[scenario], end - first, &runner->enrolments[first],
                    &runner->lives[scenario][first], pulse));
  for (int i = first; i < end; i++) {
    const struct life *life = &runner->lives[scenario][i];
    const struct telling telling = {
        runner->plan,           runner->layout,          &runner->positions[i],
        &runner->enrolments[i], &runner->allocations[i], life,
        &runner->work,          runner->tables};

    rows_add(&telling);
    runner->n_failed += life->status != LIFE_COMPLETED;
  }
  return EXIT_CODE_OK;
}

int block_run(struct block_runner *runner, int64_t block, const struct pulse *pulse)
{
  const int64_t first = block * runner->settings.size, total = trial_n_patients(runner->plan);
  int begin = 0;

  runner->n = (int)(total - first < runner->settings.size ? total - first : runner->settings.size);
  runner->n_failed = 0;
  for (int t = 0; t < runner->layout->n_tables; t++) column_table_empty(&runner->tables[t]);
  for (int i = 0; i < runner->n; i++) {
    runner->positions[i] = trial_position(runner->plan, first + i);
    enrol(runner->enrolling, &runner->positions[i], &runner->enrolments[i],
          &runner->allocations[i]);
  }
  for (int i = 1; i <= runner->n; i++) {
    if (i < runner->n && runner->positions[i].scenario == runner->positions[begin].scenario)
      continue;
    TRY(run_part(runner, begin, i, pulse));
    begin = i;
  }
  return EXIT_CODE_OK;
}

const struct column_table *block_tables(const struct block_runner *runner)
{
  return runner->tables;
}

int block_n_patients(const struct block_runner *runner)
{
  return runner->n;
}

int block_n_failed(const struct block_runner *runner)
{
  return runner->n_failed;
}

int64_t trial_n_blocks(const struct plan *plan, int block_size)
{
  return (trial_n_patients(plan) + block_size - 1) / block_size;
}
