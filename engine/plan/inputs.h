/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/plan/inputs.h
 * All files that a trial is made of, read once, so that every rank builds the same plan from the
 * same bytes and the results file can hold them. */
#pragma once
#include "base/fields.h"

enum input_role { INPUT_PROTOCOL, INPUT_BASE, INPUT_COHORT, INPUT_TABLE, INPUT_MODEL };

struct plan_input {
  enum input_role role;
  const char *name; /* of a model: as the protocol says it; else NULL */
  const struct source *source;
};

struct plan_inputs {
  int n, capacity;
  struct plan_input *items;
};

/** Reads the protocol and whatever it names; `library` is the folder of library models. What cannot
 *  be read becomes diagnostics; the rest is there. */
void plan_inputs_load(const char *path, const char *library, struct plan_inputs *inputs,
                      struct arena *arena, struct diagnostics *diagnostics);
void plan_inputs_add(struct plan_inputs *inputs, struct arena *arena,
                     const struct plan_input *input);
/** NULL when there is none; `name` is compared for models only. */
const struct source *plan_inputs_find(const struct plan_inputs *inputs, enum input_role role,
                                      const char *name);
/** The path of a model file: a library model's name, or a path relative to the naming file. */
const char *model_path(const struct text *name, const char *library, struct arena *arena);
/** No library model has the name; `near` is the nearest that exists, or NULL. */
bool model_is_missing(const struct text *name, const char *library, struct arena *arena,
                      const char **near);
