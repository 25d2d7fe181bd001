/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/diagnostics.h
 * Mistakes in a user's files: collected, so that one pass shows them all, and printed as
 * `file:line:column: error: what is wrong; what to do` with the line and a caret. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct arena;

/** A text under examination; outlives every place in it. */
struct source {
  const char *name; /* as the user knows it */
  const char *text; /* '\0' follows the last byte */
  size_t length;
  int first_line; /* the number of the text's first line, of a file that is not kept; else 0 */
};

/** Where in a text; line and column count from 1, in characters. */
struct place {
  const struct source *source;
  int line, column, length;
};

struct diagnostics;
struct diagnostics *diagnostics_create(void);
void diagnostics_destroy(struct diagnostics **diagnostics);

void diagnostics_error(struct diagnostics *diagnostics, const struct place *at, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));
void diagnostics_warning(struct diagnostics *diagnostics, const struct place *at,
                         const char *format, ...) __attribute__((format(printf, 3, 4)));
int diagnostics_n_errors(const struct diagnostics *diagnostics);
int diagnostics_n_warnings(const struct diagnostics *diagnostics);

/** In the order of the text, without repetitions, then a line of totals; nothing if there are none.
 */
void diagnostics_print(struct diagnostics *diagnostics, FILE *stream);
/** The same as a JSON array of {file, line, column, length, severity, message}. */
void diagnostics_print_json(struct diagnostics *diagnostics, FILE *stream);

/** Opens an ordinary file for reading; NULL and the reason when it is none, for a pipe or a device
 *  could keep us waiting for ever. */
FILE *source_open(const char *path, const char **reason);
/** Reads a whole file, at most 64 MiB, into the arena. On failure the reason becomes an error at
 *  `asked_at` (or at the file's own first line when NULL) and the result is NULL. */
const struct source *source_load(struct arena *arena, const char *path,
                                 const struct place *asked_at, struct diagnostics *diagnostics);

/** The candidate nearest to `word` by Damerau-Levenshtein distance, NULL when none is near.
 *  Candidates may be NULL. */
const char *nearest_word(const char *word, size_t n, const char *const *candidates);
