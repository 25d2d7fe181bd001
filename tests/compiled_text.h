/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/compiled_text.h
 * A model that a test has written, compiled once for all tests of a group. */
#pragma once
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/model.h"

struct compiled {
  struct arena *arena;
  const struct model *model;
};

/** Group set-up: -1, and what is wrong on stderr, when the text is no model. */
static inline int compile_text(const char *name, const char *text, void **state)
{
  static struct compiled compiled;
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source source = {.name = name, .text = text, .length = strlen(text)};

  compiled.arena = arena_create();
  compiled.model = model_compile(&source, 0, NULL, compiled.arena, diagnostics);
  diagnostics_print(diagnostics, stderr);
  diagnostics_destroy(&diagnostics);
  *state = &compiled;
  return compiled.model ? 0 : -1;
}

static inline int release_compiled(void **state)
{
  arena_destroy(&((struct compiled *)*state)->arena);
  return 0;
}
