/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/random_regimen_models.h
 * Four small models whose parameters are given patient by patient: one, two and three compartments,
 * and a target. What fails, fails the running test. Include after cmocka.h. */
#pragma once
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

#define DRUG                                                                                       \
  "schema: 1\nmodel: m\ntitle: t\n"                                                                \
  "parameters:\n"                                                                                  \
  "  KA: {value: 1 1/h, source: test}\n"                                                           \
  "  K: {value: 1 1/h, source: test}\n"                                                            \
  "  F: {value: 1, source: test}\n"                                                                \
  "  LAG: {value: 1 h, source: test}\n"                                                            \
  "  FIV: {value: 1, source: test}\n"                                                              \
  "  LAGIV: {value: 1 h, source: test}\n"                                                          \
  "  DUR: {value: 1 h, source: test}\n"                                                            \
  "  RATE: {value: 1 mg/h, source: test}\n"
#define SECOND                                                                                     \
  "  K12: {value: 1 1/h, source: test}\n"                                                          \
  "  K21: {value: 1 1/h, source: test}\n"
#define THIRD                                                                                      \
  "  K13: {value: 1 1/h, source: test}\n"                                                          \
  "  K31: {value: 1 1/h, source: test}\n"
#define BOUND                                                                                      \
  "  KDEG: {value: 1 1/h, source: test}\n"                                                         \
  "  KINT: {value: 1 1/h, source: test}\n"                                                         \
  "  KSS: {value: 1 mg, source: test}\n"                                                           \
  "  R0: {value: 1 mg, source: test}\n"                                                            \
  "derived:\n"                                                                                     \
  "  free: {unit: mg, expression: \"positive_root(KSS + T - A, KSS * A)\"}\n"                      \
  "  complex: {unit: mg, expression: T * free / (KSS + free)}\n"
#define DOSES                                                                                      \
  "routes:\n"                                                                                      \
  "  depot: {state: D, fraction: F, lag: LAG, duration: DUR, rate: RATE}\n"                        \
  "  iv: {state: A, fraction: FIV, lag: LAGIV, duration: DUR, rate: RATE}\n"                       \
  "outputs:\n"                                                                                     \
  "  CENTRAL: {unit: mg, expression: A}\n"                                                         \
  "  DEPOT: {unit: mg, expression: D}\n"

enum { ONE, TWO, THREE, TARGET, DIARY_MODELS, LINEAR_MODELS = TARGET };
static const char *const diary_models[DIARY_MODELS] = {
    [ONE] = DRUG "states:\n"
                 "  D: {unit: mg, rate: -KA * D}\n"
                 "  A: {unit: mg, rate: KA * D - K * A}\n" DOSES,
    [TWO] = DRUG SECOND "states:\n"
                        "  D: {unit: mg, rate: -KA * D}\n"
                        "  A: {unit: mg, rate: KA * D - (K + K12) * A + K21 * P}\n"
                        "  P: {unit: mg, rate: K12 * A - K21 * P}\n" DOSES,
    [THREE] = DRUG SECOND THIRD
    "states:\n"
    "  D: {unit: mg, rate: -KA * D}\n"
    "  A: {unit: mg, rate: KA * D - (K + K12 + K13) * A + K21 * P + K31 * Q}\n"
    "  P: {unit: mg, rate: K12 * A - K21 * P}\n"
    "  Q: {unit: mg, rate: K13 * A - K31 * Q}\n" DOSES,
    [TARGET] = DRUG SECOND BOUND
    "states:\n"
    "  D: {unit: mg, rate: -KA * D}\n"
    "  A: {unit: mg, rate: KA * D - (K + K12) * free + K21 * P - KINT * complex}\n"
    "  P: {unit: mg, rate: K12 * free - K21 * P}\n"
    "  T: {unit: mg, initial: R0, rate: KDEG * (R0 - T) - (KINT - KDEG) * complex}\n" DOSES,
};

struct diary_range {
  const char *name;
  double low, high;
};
/* The slowest rate is above K / (1 + K12 / K21 + K13 / K31), 0.025 /h. */
static const struct diary_range diary_ranges[] = {
    {"KA", 0.2, 2},      {"K", 0.1, 0.5},    {"F", 0.3, 1},      {"LAG", 0.05, 1.9},
    {"FIV", 0.5, 1},     {"LAGIV", 0, 0},    {"DUR", 0.5, 30},   {"RATE", 5, 60},
    {"K12", 0.05, 0.3},  {"K21", 0.15, 0.6}, {"K13", 0.02, 0.1}, {"K31", 0.1, 0.3},
    {"KDEG", 0.05, 0.2}, {"KINT", 0.1, 1},   {"KSS", 1, 20},     {"R0", 5, 50}};

enum { DIARY_PARAMETERS = 16, DIARY_OUTPUTS = 2 };

struct diary_model {
  struct arena *arena;
  const struct model *model;
  int given[DIARY_PARAMETERS];
};

static inline void diary_model_create(int kind, struct diary_model *made)
{
  struct diagnostics *diagnostics = diagnostics_create();
  struct model_change changes[DIARY_PARAMETERS] = {{0}};
  struct source *source;

  made->arena = arena_create();
  source = arena_new(made->arena, 1, sizeof *source);
  *source = (struct source){
      .name = "m", .text = diary_models[kind], .length = strlen(diary_models[kind])};
  made->model = model_compile(source, 0, NULL, made->arena, diagnostics);
  diagnostics_print(diagnostics, stderr);
  assert_non_null(made->model);
  assert_true(made->model->n_parameters <= DIARY_PARAMETERS);
  assert_int_equal(made->model->n_outputs, DIARY_OUTPUTS);
  for (int i = 0; i < made->model->n_parameters; i++) {
    changes[i] = (struct model_change){.kind = CHANGE_GIVEN};
    changes[i].name.text = made->model->parameters[i].name;
    made->given[i] = i;
  }
  made->model = model_compile(source, (size_t)made->model->n_parameters, changes, made->arena,
                              diagnostics);
  assert_non_null(made->model);
  diagnostics_destroy(&diagnostics);
}

static inline void diary_model_destroy(struct diary_model *made)
{
  arena_destroy(&made->arena);
}
