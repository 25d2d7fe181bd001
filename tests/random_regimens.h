/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/random_regimens.h
 * Diaries: patients of four small models with event records of any kind, drawn by number, and what
 * the engine makes of them. What fails, fails the running test. Include after cmocka.h. */
#pragma once
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random_stream.h"
#include "model/model.h"
#include "solver/model_problem.h"
#include "twin/decimal_time.h"
#include "twin/record_simulator.h"

#define PARAMETER(name, unit) "  " name ": {value: 1 " unit ", source: test}\n"
#define BEGINNING(compartments)                                                                    \
  "schema: 1\nmodel: m\ntitle: t\nparameters:\n" PARAMETER("KA", "1/h") PARAMETER("K", "1/h")      \
      PARAMETER("F", "") PARAMETER("LAG", "h") PARAMETER("FIV", "") PARAMETER("LAGIV", "h")        \
          PARAMETER("DUR", "h") PARAMETER("RATE", "mg/h") compartments
#define STATE(name, rate) "  " name ": {unit: mg, rate: " rate "}\n"
#define ENDING                                                                                     \
  "routes:\n"                                                                                      \
  "  depot: {state: D, fraction: F, lag: LAG, duration: DUR, rate: RATE}\n"                        \
  "  iv: {state: A, fraction: FIV, lag: LAGIV, duration: DUR, rate: RATE}\n"                       \
  "outputs:\n"                                                                                     \
  "  CENTRAL: {unit: mg, expression: A}\n"                                                         \
  "  DEPOT: {unit: mg, expression: D}\n"

enum { ONE, TWO, THREE, TARGET, DIARY_MODELS, LINEAR_MODELS = TARGET };
static const char *const diary_models[DIARY_MODELS] = {
    [ONE] = BEGINNING("") "states:\n" STATE("D", "-KA * D") STATE("A", "KA * D - K * A") ENDING,
    [TWO] = BEGINNING(PARAMETER("K12", "1/h") PARAMETER("K21", "1/h")) "states:\n" STATE("D",
                                                                                         "-KA * D")
        STATE("A", "KA * D - (K + K12) * A + K21 * P") STATE("P", "K12 * A - K21 * P") ENDING,
    [THREE] = BEGINNING(PARAMETER("K12", "1/h") PARAMETER("K21", "1/h") PARAMETER("K13", "1/h")
                            PARAMETER("K31", "1/h")) "states:\n" STATE("D", "-KA * D")
        STATE("A", "KA * D - (K + K12 + K13) * A + K21 * P + K31 * Q")
            STATE("P", "K12 * A - K21 * P") STATE("Q", "K13 * A - K31 * Q") ENDING,
    [TARGET] = BEGINNING(
        PARAMETER("K12", "1/h") PARAMETER("K21", "1/h") PARAMETER("KDEG", "1/h")
            PARAMETER("KINT", "1/h") PARAMETER("KSS", "mg") PARAMETER(
                "R0",
                "mg")) "derived:\n"
                       "  free: {unit: mg, expression: \"positive_root(KSS + T - A, KSS * A)\"}\n"
                       "  complex: {unit: mg, expression: T * free / (KSS + free)}\n"
                       "states:\n" STATE("D", "-KA * D")
                           STATE("A", "KA * D - (K + K12) * free + K21 * P - KINT * complex")
                               STATE("P", "K12 * free - K21 * P") "  T: {unit: mg, initial: R0, "
                                                                  "rate: KDEG * (R0 - T) - (KINT - "
                                                                  "KDEG) * complex}\n" ENDING,
};

struct diary_range {
  const char *name;
  double low, high;
};
/* Nothing lasts: after 3000 h less than 1e-12 is left of a dose. */
static const struct diary_range diary_ranges[] = {
    {"KA", 0.2, 2},      {"K", 0.05, 0.5},  {"F", 0.3, 1},      {"LAG", 0.05, 1.9},
    {"FIV", 0.5, 1},     {"LAGIV", 0, 0},   {"DUR", 0.5, 30},   {"RATE", 5, 60},
    {"K12", 0.05, 0.5},  {"K21", 0.1, 0.6}, {"K13", 0.02, 0.1}, {"K31", 0.1, 0.3},
    {"KDEG", 0.05, 0.2}, {"KINT", 0.1, 1},  {"KSS", 1, 20},     {"R0", 5, 50}};

enum { DIARY_PARAMETERS = 16, DIARY_RECORDS = 400, DIARY_OUTPUTS = 2, DIARIES_AT_ONCE = 16 };

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

/** Numbers of one patient of one test, one after the other. */
struct draws {
  struct random_stream stream;
  uint32_t n;
};

static inline struct draws draws_of(uint32_t test, uint32_t patient)
{
  return (struct draws){{20260, test, patient}, 0};
}

static inline double draw_between(struct draws *draws, double low, double high)
{
  return low + (high - low) * random_uniform(&draws->stream, RANDOM_COHORT, draws->n++, 0);
}

/** 0 .. n - 1 */
static inline int draw_one_of(struct draws *draws, int n)
{
  return (int)draw_between(draws, 0, n);
}

struct diary {
  double parameters[DIARY_PARAMETERS];
  int n, n_observations;
  struct record records[DIARY_RECORDS]; /* by time, then as they were added */
};

static inline double *diary_parameter(const struct diary_model *of, struct diary *diary,
                                      const char *name)
{
  for (int i = 0; i < of->model->n_parameters; i++)
    if (strcmp(of->model->parameters[i].name, name) == 0) return &diary->parameters[i];
  fail_msg("no parameter %s", name);
  return NULL;
}

/** A patient with individual parameters and no records. Every second one has a lag. */
static inline void diary_begin(const struct diary_model *of, struct draws *draws,
                               struct diary *diary)
{
  const bool has_lag = draw_one_of(draws, 2);

  diary->n = diary->n_observations = 0;
  for (size_t i = 0; i < sizeof diary_ranges / sizeof *diary_ranges; i++) {
    const double value = draw_between(draws, diary_ranges[i].low, diary_ranges[i].high);

    for (int p = 0; p < of->model->n_parameters; p++)
      if (strcmp(of->model->parameters[p].name, diary_ranges[i].name) == 0)
        diary->parameters[p] = value;
  }
  if (!has_lag) *diary_parameter(of, diary, "LAG") = 0;
}

static inline void diary_add(struct diary *diary, const struct record *record)
{
  int at = diary->n;

  assert_true(diary->n < DIARY_RECORDS);
  for (; at > 0 && diary->records[at - 1].time > record->time; at--)
    diary->records[at] = diary->records[at - 1];
  diary->records[at] = *record;
  diary->n++;
  diary->n_observations += record->event == RECORD_OBSERVATION;
}

static inline void diary_observe(struct diary *diary, double time)
{
  diary_add(diary, &(struct record){.time = time, .event = RECORD_OBSERVATION});
}

/** n observations, some of them on a grid of tenths, after `from` and before `until`. */
static inline void diary_observe_between(struct draws *draws, struct diary *diary, int n,
                                         double from, double until)
{
  for (int i = 0; i < n; i++) {
    const double time = draw_between(draws, from, until);
    const bool is_on_grid = draw_one_of(draws, 2);

    diary_observe(diary, is_on_grid ? (floor(10 * time) + 1) / 10 : time);
  }
}

/** A dose of any kind, at the time. */
static inline struct record drawn_dose(struct draws *draws, double time)
{
  const int kind = draw_one_of(draws, 4), route = draw_one_of(draws, 2);
  const double amount = floor(draw_between(draws, 10, 200)), rate = draw_between(draws, 5, 60);
  const double rates[4] = {RATE_BOLUS, rate, RATE_OF_MODEL, DURATION_OF_MODEL};

  return (struct record){.time = time,
                         .amount = amount,
                         .rate = rates[kind],
                         .state = (int16_t)route,
                         .route = (int16_t)route,
                         .event = RECORD_DOSE};
}

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
