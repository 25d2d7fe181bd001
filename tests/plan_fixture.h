/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/plan_fixture.h
 * A plan from a protocol's text, with a small cohort and a model that stands still, or from a file
 * of the repository. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/plan.h"

#define PLAN_STUDY                                                                                 \
  "schema: 1\nstudy: {id: SMALL, title: A small trial, duration: P20D}\n"                          \
  "population: {cohort: cohort.yaml, size: 40}\ntruth: {model: still}\n"                           \
  "interventions: {drug: {route: oral, unit: mg, step: 0.5 mg}}\n"
#define PLAN_END                                                                                   \
  "encounters: [{days: [1], measure: INR}]\nsimulation: {replicates: 1, seed: 20261122}\n"

static const char *const small_cohort =
    "schema: 1\ncohort: small\ntitle: A small cohort\ncovariates:\n"
    "  SEX: {categorical: {M: 0.4, F: 0.6}, source: here}\n"
    "  SITE: {categorical: {A: 0.2, B: 0.3, C: 0.5}, source: here}\n"
    "  WT: {unit: kg, normal: {mean: 70, sd: 10}, source: here}\n";
static const char *const still_model =
    "schema: 1\nmodel: still\ntitle: A drug that leaves and an INR that stays\n"
    "parameters:\n  BASE: {value: 1, source: here}\n  K: {value: 0.1 1/h, source: here}\n"
    "states: {A: {unit: mg, rate: -K * A}}\nroutes: {oral: {state: A}, iv: {state: A}}\n"
    "outputs: {INR: {unit: \"1\", expression: BASE}, AMOUNT: {unit: ug, expression: A}}\n";

struct plan_fixture {
  struct arena *arena;
  struct diagnostics *diagnostics;
  struct plan_inputs inputs;
  const struct plan *plan; /* NULL when there are mistakes */
};

static inline void add_text(struct plan_fixture *fixture, enum input_role role, const char *name,
                            const char *text)
{
  struct source *source = arena_new(fixture->arena, 1, sizeof *source);
  const struct plan_input input = {role, role == INPUT_MODEL ? name : NULL, source};

  *source = (struct source){name, text, strlen(text), 0};
  plan_inputs_add(&fixture->inputs, fixture->arena, &input);
}

static inline void plan_text(struct plan_fixture *fixture, const char *protocol)
{
  *fixture = (struct plan_fixture){.arena = arena_create(), .diagnostics = diagnostics_create()};
  add_text(fixture, INPUT_PROTOCOL, "protocol.yaml", protocol);
  add_text(fixture, INPUT_COHORT, "cohort.yaml", small_cohort);
  add_text(fixture, INPUT_MODEL, "still", still_model);
  fixture->plan = plan_build(&fixture->inputs, &(struct plan_changes){0}, fixture->arena,
                             fixture->diagnostics);
}

/** The same, and there must be no mistake in it. */
static inline void plan_good_text(struct plan_fixture *fixture, const char *protocol)
{
  plan_text(fixture, protocol);
  diagnostics_print(fixture->diagnostics, stderr);
  assert_non_null(fixture->plan);
}

/** A protocol of the repository with each `old` replaced by `new` (none when NULL). */
static inline void plan_file(struct plan_fixture *fixture, const char *path, const char *old,
                             const char *new)
{
  *fixture = (struct plan_fixture){.arena = arena_create(), .diagnostics = diagnostics_create()};
  plan_inputs_load(arena_format(fixture->arena, "%s/%s", SOURCE_DIR, path),
                   SOURCE_DIR "/engine/models", &fixture->inputs, fixture->arena,
                   fixture->diagnostics);
  for (int i = 0; old && i < fixture->inputs.n; i++) {
    const struct source *source = fixture->inputs.items[i].source;
    const char *found = strstr(source->text, old);
    struct source *copy = arena_new(fixture->arena, 1, sizeof *copy);

    if (fixture->inputs.items[i].role != INPUT_PROTOCOL) continue;
    assert_non_null(found);
    copy->name = source->name;
    copy->text = arena_format(fixture->arena, "%.*s%s%s", (int)(found - source->text), source->text,
                              new, found + strlen(old));
    copy->length = strlen(copy->text);
    fixture->inputs.items[i].source = copy;
  }
  fixture->plan = plan_build(&fixture->inputs, &(struct plan_changes){0}, fixture->arena,
                             fixture->diagnostics);
  diagnostics_print(fixture->diagnostics, stderr);
  assert_non_null(fixture->plan);
}

static inline void plan_release(struct plan_fixture *fixture)
{
  diagnostics_destroy(&fixture->diagnostics);
  arena_destroy(&fixture->arena);
}

/** Whether one of the mistakes has this in its message. */
static inline bool is_reported(const struct plan_fixture *fixture, const char *text)
{
  char *printed = NULL;
  size_t length = 0;
  FILE *stream = open_memstream(&printed, &length);
  bool found;

  diagnostics_print(fixture->diagnostics, stream);
  fclose(stream);
  found = strstr(printed, text) != NULL;
  if (!found) fprintf(stderr, "not found: %s\nin:\n%s", text, printed);
  free(printed);
  return found;
}
