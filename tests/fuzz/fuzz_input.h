/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/fuzz/fuzz_input.h
 * Bytes of the fuzzer as a user's file: '\0' follows the last byte, as source_load() has it. */
#pragma once
#include <stdint.h>

#include "base/diagnostics.h"
#include "base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline const struct source *fuzz_source(struct arena *arena, const uint8_t *data,
                                               size_t size)
{
  struct source *source = arena_new(arena, 1, sizeof *source);

  *source = (struct source){"fuzz", arena_text(arena, (const char *)data, size), size, 0};
  return source;
}

/** Prints what was found, for that must not break either, and forgets it. */
static inline void fuzz_finish(struct arena *arena, struct diagnostics *diagnostics)
{
  FILE *nowhere = fopen("/dev/null", "w");

  if (nowhere) {
    diagnostics_print(diagnostics, nowhere);
    fclose(nowhere);
  }
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
}
