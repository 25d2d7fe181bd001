/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cohort file, its table after the first '\f', and some patients of what compiles. */
#include "fuzz_input.h"

#include <stdlib.h>
#include <string.h>

#include "population/cohort.h"

static void draw_patients(const struct cohort *cohort)
{
  struct cohort_sampler *sampler = cohort_sampler_create(cohort);
  double *covariates = memory_new((size_t)cohort->n_covariates, sizeof *covariates);

  for (uint32_t patient = 1; patient <= 2; patient++) {
    const struct random_stream stream = {.seed = 1, .replicate = 1, .patient = patient};

    if (cohort->n_rows > 0 && patient > cohort->n_rows) break;
    cohort_patient(sampler, &stream, covariates);
  }
  free(covariates);
  cohort_sampler_destroy(&sampler);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const uint8_t *cut = size ? memchr(data, '\f', size) : NULL;
  const size_t length = cut ? (size_t)(cut - data) : size;
  const struct source *source = fuzz_source(arena, data, length);
  const struct source *table = cut ? fuzz_source(arena, cut + 1, size - length - 1) : NULL;
  const struct cohort *cohort;

  cohort_table_path(source, arena, diagnostics);
  cohort = cohort_compile(source, table, NULL, arena, diagnostics);
  if (cohort) draw_patients(cohort);
  if (!cohort && diagnostics_n_errors(diagnostics) == 0) abort();
  fuzz_finish(arena, diagnostics);
  return 0;
}
