/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of event records, for a model with every kind of column. */
#include "fuzz_input.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "twin/record_reader.h"

static const char model_text[] =
    "schema: 1\nmodel: m\ntitle: Two states\n"
    "covariates: {WT: {unit: kg}, SEX: {categories: [F, M]}}\n"
    "parameters:\n  K: {by: SEX, values: {F: 1 1/h, M: 2 1/h}, source: x}\n"
    "  W0: {value: 70 kg, source: x}\n  R: {value: 5 mg/h, source: x}\n"
    "states: {D: {unit: mg, rate: -K * D}, A: {unit: mg, rate: K * D - K * A * WT / W0}}\n"
    "routes: {oral: {state: D}, drops: {state: D}, iv: {state: A, rate: R}}\n"
    "outputs: {AMOUNT: {unit: mg, expression: A}}\n";

/** What the simulator relies on. */
static void check(const struct record_batch *batch)
{
  size_t n = 0;

  for (size_t p = 0; p < batch->n_patients; p++) {
    const struct record_patient *patient = &batch->patients[p];

    if (patient->first != n || patient->n == 0 || strlen(patient->id) >= RECORD_ID_BYTES) abort();
    n += patient->n;
  }
  if (n != batch->n_records) abort();
  for (size_t i = 0; i < n; i++) {
    const struct record *record = &batch->records[i];

    if (!isfinite(record->time) || !(record->amount >= 0) || !(record->interval >= 0)) abort();
    if (record->additional < 0 || (record->additional > 0 && record->interval == 0)) abort();
    if (record->state < 0 || record->state > 1 || record->route < -1 || record->route > 2) abort();
    if (record->event > RECORD_RESET_AND_DOSE || record->steady_state > 2) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct model *model = model_compile(
      fuzz_source(arena, (const uint8_t *)model_text, sizeof model_text - 1), 0, NULL, arena,
      diagnostics);
  FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : fopen("/dev/null", "rb");
  struct record_reader *reader;
  struct record_batch batch = {0};

  if (!model || !file) abort();
  reader = record_reader_create(model, &(struct record_source){file, "e", arena, diagnostics});
  if (!reader && diagnostics_n_errors(diagnostics) == 0) abort();
  while (reader && record_reader_next(reader, &batch)) check(&batch);
  record_reader_destroy(&reader);
  record_batch_clear(&batch);
  fclose(file);
  fuzz_finish(arena, diagnostics);
  return 0;
}
