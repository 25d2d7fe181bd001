/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/model_library.h
 * Every model of the library, and patients of them. */
#pragma once
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random_stream.h"
#include "model/model_lanes.h"

static inline int is_model_file(const struct dirent *entry)
{
  const char *ending = strrchr(entry->d_name, '.');

  return ending && strcmp(ending, ".yaml") == 0;
}

/** Calls `visit` with each model of a folder, in the order of their names. Returns how many there
 *  are, -1 when one of them does not compile. */
static inline int visit_models(const char *folder,
                               void (*visit)(void *context, const struct model *model),
                               void *context)
{
  struct dirent **entries;
  const int n = scandir(folder, &entries, is_model_file, alphasort);
  int n_good = 0;

  for (int i = 0; i < n; i++) {
    struct arena *arena = arena_create();
    struct diagnostics *diagnostics = diagnostics_create();
    const struct source *source = source_load(
        arena, arena_format(arena, "%s/%s", folder, entries[i]->d_name), NULL, diagnostics);
    const struct model *model = source ? model_compile(source, 0, NULL, arena, diagnostics) : NULL;

    diagnostics_print(diagnostics, stderr);
    if (model) visit(context, model);
    n_good += model != NULL;
    diagnostics_destroy(&diagnostics);
    arena_destroy(&arena);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
  return n_good == n ? n : -1;
}

/** Between two numbers; each draw of a patient is another. */
static inline double drawn_between(uint32_t patient, uint32_t draw, double low, double high)
{
  const struct random_stream stream = {2026, 1, patient};

  return low + (high - low) * random_uniform(&stream, RANDOM_COHORT, draw, 0);
}

/** Puts a patient of any covariates and random effects into a lane. */
static inline void load_drawn_patient(struct model_lanes *patients, int lane, uint32_t patient)
{
  const struct model *model = patients->model;
  const struct random_stream stream = {2026, 1, patient};
  const int n = model->n_covariates + model->n_etas + model->n_kappas;
  double *values = memory_new((size_t)n + 1, sizeof *values);
  double *etas = values + model->n_covariates, *kappas = etas + model->n_etas;

  for (int i = 0; i < model->n_covariates; i++) {
    const int n_categories = model->covariates[i].n_categories;

    values[i] = drawn_between(patient, (uint32_t)i, 20, 80);
    if (n_categories > 0) values[i] = (int)drawn_between(patient, (uint32_t)i, 0, n_categories);
  }
  for (int i = 0; i < model->n_etas; i++)
    etas[i] = model->parameters[model->etas[i].parameter].eta_sd *
              random_normal(&stream, RANDOM_ETA, (uint32_t)i, 0);
  for (int i = 0; i < model->n_kappas; i++)
    kappas[i] = 0.1 * random_normal(&stream, RANDOM_KAPPA, (uint32_t)i, 0);
  model_lanes_load(patients, lane, values, etas);
  model_lanes_kappas(patients, lane, kappas);
  model_lanes_prepare(patients);
  free(values);
}
