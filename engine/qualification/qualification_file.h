/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/qualification/qualification_file.h
 * Known answers that ship with the project: cases of one section, each a model, event records and
 * what must come out. */
#pragma once
#include "base/fields.h"

/** One number that must come out. */
struct known_answer {
  int64_t record; /* of the events, from 1 */
  const char *time, *output;
  double value, relative, absolute; /* at most relative * |value| + absolute away */
};

struct case_entry {
  struct place at;
  struct text name, model, source, events, expected;
  bool is_stiff; /* explicit steps, and PETSc's default ones, are left out */
};

struct qualification_case {
  const struct case_entry *entry;
  size_t n_answers;
  const struct known_answer *answers;
};

struct qualification {
  const char *title;
  size_t n_cases, n_answers;
  const struct qualification_case *cases;
};

/** NULL and diagnostics when the file is no list of cases. All memory is the arena's. */
const struct qualification *qualification_load(const char *path, struct arena *arena,
                                               struct diagnostics *diagnostics);
