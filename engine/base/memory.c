/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"

enum { ALIGNMENT = 64, CHUNK_BYTES = 1 << 16 };

struct chunk {
  struct chunk *previous;
  size_t used, size;
};

struct arena {
  struct chunk *last;
};

static void out_of_memory(size_t bytes)
{
  exit(failure(EXIT_CODE_INTERNAL, "out of memory (%zu bytes wanted)", bytes));
}

static size_t rounded_up(size_t bytes)
{
  if (bytes > SIZE_MAX / 2) out_of_memory(bytes);
  return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *memory_new(size_t count, size_t size)
{
  size_t bytes;
  void *memory;

  if (__builtin_mul_overflow(count, size, &bytes)) out_of_memory(SIZE_MAX);
  bytes = rounded_up(bytes ? bytes : 1);
  memory = aligned_alloc(ALIGNMENT, bytes);
  if (!memory) out_of_memory(bytes);
  memset(memory, 0, bytes);
  return memory;
}

void *memory_grow(void *old, size_t needed, size_t *capacity, size_t size)
{
  size_t wanted = *capacity ? *capacity : 16;
  size_t bytes;
  void *memory;

  if (needed <= *capacity) return old;
  while (wanted < needed) wanted *= 2;
  if (__builtin_mul_overflow(wanted, size, &bytes)) out_of_memory(SIZE_MAX);
  memory = realloc(old, bytes);
  if (!memory) out_of_memory(bytes);
  *capacity = wanted;
  return memory;
}

struct arena *arena_create(void)
{
  return memory_new(1, sizeof(struct arena));
}

void *arena_new(struct arena *arena, size_t count, size_t size)
{
  const size_t header = rounded_up(sizeof(struct chunk));
  struct chunk *chunk = arena->last;
  size_t bytes;
  void *piece;

  if (__builtin_mul_overflow(count, size, &bytes)) out_of_memory(SIZE_MAX);
  bytes = rounded_up(bytes ? bytes : 1);
  if (!chunk || chunk->size - chunk->used < bytes) {
    const size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

    chunk = memory_new(1, header + room);
    chunk->previous = arena->last;
    chunk->size = room;
    arena->last = chunk;
  }
  piece = (char *)chunk + header + chunk->used;
  chunk->used += bytes;
  return piece;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
  char *copy = arena_new(arena, length + 1, 1);

  memcpy(copy, text, length);
  return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
  va_list arguments;
  int length;
  char *text;

  va_start(arguments, format);
  length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  REQUIRE(length >= 0);
  text = arena_new(arena, (size_t)length + 1, 1);
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}

void arena_destroy(struct arena **arena)
{
  if (!*arena) return;
  for (struct chunk *chunk = (*arena)->last; chunk;) {
    struct chunk *previous = chunk->previous;

    free(chunk);
    chunk = previous;
  }
  free(*arena);
  *arena = NULL;
}
