/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model file, compiled. */
#include "fuzz_input.h"

#include <stdlib.h>

#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();

  if (!model_compile(fuzz_source(arena, data, size), 0, NULL, arena, diagnostics) &&
      diagnostics_n_errors(diagnostics) == 0)
    abort();
  fuzz_finish(arena, diagnostics);
  return 0;
}
