/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/diagnostics.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/utf8.h"

struct diagnostic {
  struct place at;
  bool is_error;
  int number; /* order of discovery */
  const char *message;
};

struct diagnostics {
  struct arena *arena;
  struct diagnostic *items;
  size_t n, capacity;
  int n_errors, n_warnings;
};

enum { MAX_PRINTED = 100, MAX_EXCERPT = 160, MAX_FILE_BYTES = 64 << 20 };

struct diagnostics *diagnostics_create(void)
{
  struct diagnostics *diagnostics = memory_new(1, sizeof *diagnostics);

  diagnostics->arena = arena_create();
  return diagnostics;
}

void diagnostics_destroy(struct diagnostics **diagnostics)
{
  if (!*diagnostics) return;
  arena_destroy(&(*diagnostics)->arena);
  free((*diagnostics)->items);
  free(*diagnostics);
  *diagnostics = NULL;
}

static bool is_same(const struct diagnostic *a, const struct place *at, const char *message)
{
  return a->at.source == at->source && a->at.line == at->line && a->at.column == at->column &&
         strcmp(a->message, message) == 0;
}

static void add(struct diagnostics *d, const struct place *at, bool is_error, const char *format,
                va_list arguments)
{
  char message[1024];

  vsnprintf(message, sizeof message, format, arguments);
  for (char *c = message; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f)
      *c = '?'; /* a hostile file must not drive the terminal */
  for (size_t i = 0; i < d->n; i++)
    if (is_same(&d->items[i], at, message)) return;
  if (is_error)
    d->n_errors++;
  else
    d->n_warnings++;
  if (d->n >= 10 * MAX_PRINTED) return;
  d->items = memory_grow(d->items, d->n + 1, &d->capacity, sizeof *d->items);
  d->items[d->n] = (struct diagnostic){.at = *at,
                                       .is_error = is_error,
                                       .number = (int)d->n,
                                       .message = arena_text(d->arena, message, strlen(message))};
  d->n++;
}

void diagnostics_error(struct diagnostics *diagnostics, const struct place *at, const char *format,
                       ...)
{
  va_list arguments;

  va_start(arguments, format);
  add(diagnostics, at, true, format, arguments);
  va_end(arguments);
}

void diagnostics_warning(struct diagnostics *diagnostics, const struct place *at,
                         const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  add(diagnostics, at, false, format, arguments);
  va_end(arguments);
}

int diagnostics_n_errors(const struct diagnostics *diagnostics)
{
  return diagnostics->n_errors;
}

int diagnostics_n_warnings(const struct diagnostics *diagnostics)
{
  return diagnostics->n_warnings;
}

static int by_place(const void *first, const void *second)
{
  const struct diagnostic *a = first, *b = second;
  const int by_file = strcmp(a->at.source->name, b->at.source->name);

  if (by_file) return by_file;
  if (a->at.line != b->at.line) return a->at.line < b->at.line ? -1 : 1;
  if (a->at.column != b->at.column) return a->at.column < b->at.column ? -1 : 1;
  return a->number - b->number;
}

static const char *line_start(const struct source *source, int line)
{
  const char *p = source->text, *end = source->text + source->length;

  for (int i = 1; i < line; i++) {
    const char *newline = memchr(p, '\n', (size_t)(end - p));

    if (!newline) return NULL;
    p = newline + 1;
  }
  return p;
}

/** What is no text becomes '?': a hostile file must not drive the terminal, nor break a program
 *  that reads what is said. Returns the number of characters, at most so many. */
static int print_text(FILE *stream, const char *text, const char *end, int most)
{
  int n = 0;

  while (text < end && n < most) {
    const unsigned char c = (unsigned char)*text;
    const size_t length = utf8_character(text, (size_t)(end - text));

    if (length > 1)
      fwrite(text, 1, length, stream);
    else if (length == 1)
      fputc(c == '\t' ? ' ' : c < 0x20 || c == 0x7f ? '?' : c, stream);
    else if ((c & 0xc0) != 0x80) /* the rest of a broken character takes no column */
      fputc('?', stream);
    n += (c & 0xc0) != 0x80;
    text += length > 0 ? length : 1;
  }
  return n;
}

/** The line and a caret under the place; control characters and bad bytes become '?'. */
static void print_excerpt(FILE *stream, const struct place *at)
{
  const int first_line = at->source->first_line > 0 ? at->source->first_line : 1;
  const char *line = line_start(at->source, at->line - first_line + 1);
  const char *end = at->source->text + at->source->length;
  const char *stop;
  int n;

  if (!line || line >= end || *line == '\n') return;
  stop = memchr(line, '\n', (size_t)(end - line));
  fprintf(stream, "%6d | ", at->line);
  n = print_text(stream, line, stop ? stop : end, MAX_EXCERPT);
  if (at->column > MAX_EXCERPT) {
    fputc('\n', stream);
    return;
  }
  fprintf(stream, "\n       | %*s^", at->column - 1, "");
  for (int i = 1; i < at->length && at->column + i <= n; i++) fputc('~', stream);
  fputc('\n', stream);
}

static void sort(struct diagnostics *diagnostics)
{
  if (diagnostics->n == 0) return; /* qsort() may not be given NULL */
  qsort(diagnostics->items, diagnostics->n, sizeof *diagnostics->items, by_place);
}

void diagnostics_print(struct diagnostics *diagnostics, FILE *stream)
{
  const int errors = diagnostics->n_errors, warnings = diagnostics->n_warnings;

  sort(diagnostics);
  for (size_t i = 0; i < diagnostics->n && i < MAX_PRINTED; i++) {
    const struct diagnostic *item = &diagnostics->items[i];

    fprintf(stream, "%s:%d:%d: %s: ", item->at.source->name, item->at.line, item->at.column,
            item->is_error ? "error" : "warning");
    print_text(stream, item->message, item->message + strlen(item->message), INT_MAX);
    fputc('\n', stream);
    print_excerpt(stream, &item->at);
  }
  if (errors + warnings > MAX_PRINTED) fprintf(stream, "... and more\n");
  if (errors + warnings > 0)
    fprintf(stream, "%d error%s, %d warning%s\n", errors, errors == 1 ? "" : "s", warnings,
            warnings == 1 ? "" : "s");
}

void diagnostics_print_json(struct diagnostics *diagnostics, FILE *stream)
{
  struct json_writer *json = json_writer_create(stream);

  sort(diagnostics);
  json_begin_array(json);
  for (size_t i = 0; i < diagnostics->n; i++) {
    const struct diagnostic *item = &diagnostics->items[i];

    json_begin_object(json);
    json_key(json, "file"), json_text(json, item->at.source->name);
    json_key(json, "line"), json_integer(json, item->at.line);
    json_key(json, "column"), json_integer(json, item->at.column);
    json_key(json, "length"), json_integer(json, item->at.length);
    json_key(json, "severity"), json_text(json, item->is_error ? "error" : "warning");
    json_key(json, "message"), json_text(json, item->message);
    json_end(json);
  }
  json_end(json);
  json_writer_destroy(&json);
}

/** NULL and the reason in errno; EFBIG when larger than a hand-written file can be. */
static char *read_all(struct arena *arena, FILE *file, size_t *length)
{
  size_t capacity = 0, used = 0, got;
  char *bytes = NULL, *text;

  do {
    bytes = memory_grow(bytes, used + 65536, &capacity, 1);
    got = fread(bytes + used, 1, 65536, file);
    used += got;
  } while (got > 0 && used <= MAX_FILE_BYTES);
  if (ferror(file) || used > MAX_FILE_BYTES) {
    if (!ferror(file)) errno = EFBIG;
    free(bytes);
    return NULL;
  }
  text = arena_text(arena, bytes, used);
  *length = used;
  free(bytes);
  return text;
}

FILE *source_open(const char *path, const char **reason)
{
  const int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat status = {0};
  FILE *file;

  if (descriptor < 0) {
    *reason = strerror(errno);
    return NULL;
  }
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
    file = fdopen(descriptor, "rb");
    if (file) return file;
    *reason = strerror(errno);
  } else
    *reason = S_ISDIR(status.st_mode) ? strerror(EISDIR) : "it is not an ordinary file";
  close(descriptor);
  return NULL;
}

const struct source *source_load(struct arena *arena, const char *path,
                                 const struct place *asked_at, struct diagnostics *diagnostics)
{
  struct source *source = arena_new(arena, 1, sizeof *source);
  const struct place start = {source, 1, 1, 1};
  FILE *file;
  const char *reason = NULL, *text = NULL;

  source->name = arena_text(arena, path, strlen(path));
  source->text = "";
  file = source_open(path, &reason);
  if (file) {
    text = read_all(arena, file, &source->length);
    if (!text) reason = strerror(errno);
    fclose(file);
  }
  if (!text) {
    diagnostics_error(diagnostics, asked_at ? asked_at : &start, "cannot read '%s': %s", path,
                      reason);
    return NULL;
  }
  source->text = text;
  return source;
}

/** Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours. */
static int distance(const char *a, const char *b)
{
  enum { MAX = 48 };
  int d[MAX + 1][MAX + 1];
  const size_t n = strlen(a), m = strlen(b);

  if (n > MAX || m > MAX) return MAX;
  for (size_t i = 0; i <= n; i++) d[i][0] = (int)i;
  for (size_t j = 0; j <= m; j++) d[0][j] = (int)j;
  for (size_t i = 1; i <= n; i++) {
    for (size_t j = 1; j <= m; j++) {
      int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

      if (d[i - 1][j] + 1 < best) best = d[i - 1][j] + 1;
      if (d[i][j - 1] + 1 < best) best = d[i][j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
          d[i - 2][j - 2] + 1 < best)
        best = d[i - 2][j - 2] + 1;
      d[i][j] = best;
    }
  }
  return d[n][m];
}

const char *nearest_word(const char *word, size_t n, const char *const *candidates)
{
  const int limit = strlen(word) < 4 ? 1 : (strlen(word) < 8 ? 2 : 3);
  int best = limit + 1;
  const char *found = NULL;

  for (size_t i = 0; i < n; i++) {
    const size_t length = candidates[i] ? strlen(candidates[i]) : 0;
    const int d = candidates[i] ? distance(word, candidates[i]) : limit + 1;

    /* words that share no letter are not near, however short they are */
    if (d < best && (size_t)d < (length > strlen(word) ? length : strlen(word))) {
      best = d;
      found = candidates[i];
    }
  }
  return found;
}
