/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/sbml/yaml_entry.h
 * Entries of a model file as a person would lay them out: on one line when it is not too long,
 * else one key a line, and long expressions folded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct arena;

/** A text that grows; released with free(text). */
struct page {
  struct arena *arena;
  char *text;
  size_t length, capacity;
};

enum { MOST_PAIRS = 12 };

struct entry {
  const char *name;
  int n;
  struct {
    const char *key, *value;
    bool is_text, is_quoted; /* never folded; in quotes although it is plain */
  } pairs[MOST_PAIRS];
};

void page_add(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A value that is NULL is left out. */
void entry_add(struct entry *entry, const char *key, const char *value);
/** Likewise; control characters become spaces and only the first `most` characters are kept. */
void entry_add_text(struct entry *entry, struct arena *arena, const char *key, const char *text,
                    int most);
void page_add_entry(struct page *page, const struct entry *entry);
/** A value as it must stand in YAML, here within { }. */
const char *yaml_scalar(struct arena *arena, const char *text);
/** The first `most` characters, without control characters. */
const char *clean_text(struct arena *arena, const char *text, int most);
