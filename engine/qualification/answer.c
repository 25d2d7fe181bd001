/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qualification/answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "plan/inputs.h"
#include "twin/record_model.h"
#include "twin/record_simulator.h"

enum { N_SETS = SIMD_AVX512 + 1 };

/** A case being run. */
struct trial_run {
  const struct laboratory *laboratory;
  const struct qualification_case *one;
  struct arena *arena;
  const struct source *source; /* of the model */
  const struct model *model;
  struct record_reader *reader;
  struct record_batch batch;
  double *outputs; /* [record][output] of the first run of the present method */
};

bool answer_is_right(const struct known_answer *known, const struct answer *answer)
{
  return answer->methods && !answer->has_other_bits &&
         fabs(answer->got - known->value) <= known->relative * fabs(known->value) + known->absolute;
}

static int refuse(const struct trial_run *run, const char *what)
{
  diagnostics_error(run->laboratory->diagnostics, &run->one->entry->at, "case %s: %s",
                    run->one->entry->name.text, what);
  return EXIT_CODE_INVALID_INPUT;
}

/** Reads all records, with the model as it is. */
static int read_events(struct trial_run *run)
{
  const struct text *events = &run->one->entry->events;
  FILE *file = fmemopen((void *)(uintptr_t)events->text, strlen(events->text), "r");
  const struct record_source source = {file,
                                       arena_format(run->arena, "%s, events of %s",
                                                    events->at.source->name,
                                                    run->one->entry->name.text),
                                       run->arena, run->laboratory->diagnostics, COVARIATES_NEXT};
  bool has_more = false;

  REQUIRE(file);
  record_reader_destroy(&run->reader);
  run->reader = record_reader_create(run->model, &source);
  if (run->reader && record_reader_next(run->reader, &run->batch)) {
    struct record_batch rest = {0};

    has_more = record_reader_next(run->reader, &rest);
    record_batch_clear(&rest);
  }
  fclose(file);
  if (!run->reader || diagnostics_n_errors(run->laboratory->diagnostics) > 0)
    return EXIT_CODE_INVALID_INPUT;
  return has_more ? refuse(run, "too many records for one case") : EXIT_CODE_OK;
}

static int prepare(struct trial_run *run)
{
  struct diagnostics *diagnostics = run->laboratory->diagnostics;
  const struct text *name = &run->one->entry->model;
  const char *path = model_path(name, run->laboratory->library, run->arena);

  run->source = source_load(run->arena, path, &name->at, diagnostics);
  if (!run->source) return EXIT_CODE_INVALID_INPUT;
  run->model = model_compile(run->source, 0, NULL, run->arena, diagnostics);
  if (!run->model) return EXIT_CODE_INVALID_INPUT;
  TRY(read_events(run));
  run->model = record_model(run->model, run->source, run->reader, run->arena, diagnostics);
  if (!run->model) return EXIT_CODE_INVALID_INPUT;
  TRY(read_events(run));
  for (size_t i = 0; i < run->one->n_answers; i++) {
    const struct known_answer *known = &run->one->answers[i];

    if ((size_t)known->record > run->batch.n_records) return refuse(run, "there is no such record");
    if (model_output_named(run->model, known->output) < 0) return refuse(run, "no such output");
  }
  return EXIT_CODE_OK;
}

static int simulate(struct trial_run *run, const struct solver_method *method,
                    struct kernel_store *kernels)
{
  struct record_simulator *simulator = NULL;
  struct record_simulation simulation = {.model = run->model,
                                         .method = method,
                                         .kernels = kernels,
                                         .rtol = QUALIFICATION_RTOL,
                                         .max_steps = 1e7,
                                         .rule = COVARIATES_NEXT};
  int code;

  simulation.n_given = record_reader_given(run->reader, &simulation.given);
  code = record_simulator_create(&simulation, &simulator);
  if (code == EXIT_CODE_OK) code = record_simulator_run(simulator, &run->batch);
  record_simulator_destroy(&simulator);
  return code;
}

static const struct record_patient *patient_of(const struct record_batch *batch, size_t record)
{
  const struct record_patient *patient = batch->patients;

  while (record >= patient->first + patient->n) patient++;
  return patient;
}

/** Keeps what this method says where it is farther away than the others. */
static void judge(const struct trial_run *run, int method, struct answer *answers)
{
  for (size_t i = 0; i < run->one->n_answers; i++) {
    const struct known_answer *known = &run->one->answers[i];
    const size_t record = (size_t)known->record - 1;
    const size_t output = (size_t)model_output_named(run->model, known->output);
    const double got = run->outputs[record * run->batch.n_outputs + output];
    struct answer *answer = &answers[i];
    const bool is_first = answer->methods == 0;

    answer->methods |= (uint8_t)(1 << method);
    if (!is_first && fabs(got - known->value) <= fabs(answer->got - known->value)) continue;
    if (!is_first && isnan(answer->got)) continue;
    answer->got = got;
    answer->farthest = (int8_t)method;
    answer->status = (int8_t)patient_of(&run->batch, record)->status;
  }
}

/** Again, interpreted, with each instruction set that there is. */
static int compare_bits(struct trial_run *run, const struct solver_method *method,
                        struct answer *answers)
{
  const size_t bytes = run->batch.n_records * run->batch.n_outputs * sizeof *run->outputs;
  const char *wish = getenv("TWINTRIAL_SIMD");
  char *kept = wish ? strdup(wish) : NULL;
  int code = EXIT_CODE_OK;

  for (int set = 0; set < N_SETS && code == EXIT_CODE_OK; set++) {
    if (!simd_is_supported((enum simd)set)) continue;
    setenv("TWINTRIAL_SIMD", simd_name((enum simd)set), 1);
    code = simulate(run, method, NULL);
    if (memcmp(run->outputs, run->batch.outputs, bytes) == 0) continue;
    for (size_t i = 0; i < run->one->n_answers; i++) answers[i].has_other_bits = 1;
  }
  if (kept)
    setenv("TWINTRIAL_SIMD", kept, 1);
  else
    unsetenv("TWINTRIAL_SIMD");
  free(kept);
  return code;
}

static bool applies(const struct trial_run *run, const struct solver_method *method)
{
  if (run->one->entry->is_stiff && (method == &solver_explicit || method == &solver_petsc))
    return false;
  return !model_lacks(run->model, method->name);
}

static int answer_by(struct trial_run *run, int m, struct answer *answers)
{
  const struct solver_method *method = solver_methods()[m];
  size_t bytes;

  if (!applies(run, method)) return EXIT_CODE_OK;
  TRY(simulate(run, method, run->laboratory->kernels));
  bytes = run->batch.n_records * run->batch.n_outputs * sizeof *run->outputs;
  run->outputs = arena_new(run->arena, bytes, 1);
  memcpy(run->outputs, run->batch.outputs, bytes);
  judge(run, m, answers);
  return method == &solver_petsc ? EXIT_CODE_OK : compare_bits(run, method, answers);
}

int answer_case(const struct laboratory *laboratory, const struct qualification_case *one,
                struct answer *answers)
{
  struct trial_run run = {.laboratory = laboratory, .one = one, .arena = arena_create()};
  int code = prepare(&run);

  for (int m = 0; code == EXIT_CODE_OK && solver_methods()[m]; m++)
    code = answer_by(&run, m, answers);
  record_reader_destroy(&run.reader);
  record_batch_clear(&run.batch);
  /* Diagnostics point into the arena of what they are about. */
  if (diagnostics_n_errors(laboratory->diagnostics) > 0)
    diagnostics_print(laboratory->diagnostics, stderr);
  arena_destroy(&run.arena);
  return code;
}
