/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/cohort_fixture.h
 * A cohort from a text or from a file of the repository. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "population/cohort.h"

/* A small cohort file, in pieces. */
#define HEAD "schema: 1\ncohort: small\ntitle: A small cohort\ncovariates:\n"
#define AGE  "  AGE: {unit: a, normal: {mean: 50, sd: 20}, truncate: [18, 80 a], source: here}\n"
#define SEX  "  SEX: {categorical: {M: 0.4, F: 0.6}, source: here}\n"
#define WT                                                                                         \
  "  WT: {unit: kg, log_normal: {median: \"if(SEX == 'M', 80, 70)\", sd_log: 0.2}, "               \
  "source: here}\n"

#define TABLE_HEAD(sampling)                                                                       \
  "schema: 1\ncohort: small\ntitle: A small cohort\n"                                              \
  "table: {file: table.csv, sampling: " sampling ", source: here}\ncovariates:\n"
#define TABLE_COLUMNS                                                                              \
  "  SEX: {column: sex, categories: {M: \"1\", F: \"the \\\"other\\\", one\"}}\n"                  \
  "  WT: {unit: kg, column: \"weight, kg\"}\n"

struct fixture {
  struct arena *arena;
  struct diagnostics *diagnostics;
  const struct cohort *cohort;
  struct cohort_sampler *sampler;
};

static inline const struct source *source_of(struct arena *arena, const char *name,
                                             const char *text)
{
  struct source *source;

  if (!text) return NULL;
  source = arena_new(arena, 1, sizeof *source);
  *source = (struct source){name, text, strlen(text), 0};
  return source;
}

static inline void start_sampling(struct fixture *fixture)
{
  diagnostics_print(fixture->diagnostics, stderr);
  assert_non_null(fixture->cohort);
  fixture->sampler = cohort_sampler_create(fixture->cohort);
}

static inline void open_text(struct fixture *fixture, const char *text, const char *table)
{
  *fixture = (struct fixture){.arena = arena_create(), .diagnostics = diagnostics_create()};
  fixture->cohort = cohort_compile(source_of(fixture->arena, "cohort.yaml", text),
                                   source_of(fixture->arena, "table.csv", table), NULL,
                                   fixture->arena, fixture->diagnostics);
  start_sampling(fixture);
}

/** A file of the folder cohorts, with the table that it names. */
static inline void open_file(struct fixture *fixture, const char *path)
{
  const struct source *source, *table = NULL;
  struct text table_path;

  *fixture = (struct fixture){.arena = arena_create(), .diagnostics = diagnostics_create()};
  source = source_load(fixture->arena, path, NULL, fixture->diagnostics);
  assert_non_null(source);
  table_path = cohort_table_path(source, fixture->arena, fixture->diagnostics);
  if (table_path.text)
    table = source_load(fixture->arena, table_path.text, &table_path.at, fixture->diagnostics);
  fixture->cohort = cohort_compile(source, table, NULL, fixture->arena, fixture->diagnostics);
  start_sampling(fixture);
}

static inline void close_fixture(struct fixture *fixture)
{
  cohort_sampler_destroy(&fixture->sampler);
  diagnostics_destroy(&fixture->diagnostics);
  arena_destroy(&fixture->arena);
}

static inline int draw_patient(const struct fixture *fixture, uint32_t patient, double *covariates)
{
  const struct random_stream stream = {.seed = 20261122, .replicate = 1, .patient = patient};

  return cohort_patient(fixture->sampler, &stream, covariates);
}

static inline int covariate_named(const struct cohort *cohort, const char *name)
{
  for (int i = 0; i < cohort->n_covariates; i++)
    if (strcmp(cohort->covariates[i].name, name) == 0) return i;
  fail_msg("no covariate %s", name);
  return -1;
}
