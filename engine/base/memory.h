/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/memory.h
 * Memory that is there or the process ends with exit code 1 and a message: nobody above can do
 * better. */
#pragma once
#include <stddef.h>

/** Zeroed; aligned to 64 bytes, so that it can hold lanes. Release with free(). */
void *memory_new(size_t count, size_t size);
/** Doubles `*capacity` (in elements) until `needed` fit; new elements are not zeroed. */
void *memory_grow(void *old, size_t needed, size_t *capacity, size_t size);

/** Pieces that live and die together: everything read from one file, one compiled model. */
struct arena;
struct arena *arena_create(void);
void *arena_new(struct arena *arena, size_t count, size_t size); /* zeroed, 64-byte aligned */
char *arena_text(struct arena *arena, const char *text, size_t length); /* adds '\0' */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void arena_destroy(struct arena **arena);
