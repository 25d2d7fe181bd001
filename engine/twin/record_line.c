/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

enum { MOST_KEPT = 200, LONGEST_LINE = 1 << 20 };

void record_lines_clear(struct record_lines *lines)
{
  free(lines->buffer);
  free(lines->line);
  free(lines->cells);
}

bool record_cell_is_missing(const struct record_cell *cell)
{
  return cell->text[0] == '\0' || strcmp(cell->text, ".") == 0 || strcmp(cell->text, "NA") == 0;
}

/** The first byte that is not UTF-8, or n. */
static size_t end_of_characters(const char *text, size_t n)
{
  size_t i = 0, size = 1;

  while (i < n && size > 0) i += size = utf8_character(text + i, n - i);
  return i;
}

/** Whoever reads the file must not keep it: only lines with mistakes are kept, and not all. */
static const struct source *source_of(struct record_lines *lines)
{
  if (lines->source) return lines->source;
  lines->source = arena_new(lines->arena, 1, sizeof *lines->source);
  lines->source->name = lines->name;
  lines->source->text = "";
  lines->source->first_line = lines->number > 0 ? lines->number : 1; /* of an empty file */
  if (lines->n_kept++ < MOST_KEPT) {
    const size_t some = lines->length < 400 ? lines->length : 400;
    const size_t length = end_of_characters(lines->buffer, some);

    lines->source->text = arena_text(lines->arena, lines->buffer, length);
    lines->source->length = length;
  }
  return lines->source;
}

/** Bytes before it, less those that go on a character. */
static int characters(const struct record_lines *lines, int bytes)
{
  int n = 0;

  for (int i = 0; i < bytes && (size_t)i < lines->length; i++)
    n += ((unsigned char)lines->buffer[i] & 0xc0) != 0x80;
  return n;
}

struct place record_lines_place(struct record_lines *lines, const struct record_cell *cell)
{
  const struct source *source = source_of(lines);
  const int column = cell ? 1 + characters(lines, cell->column - 1) : 1;

  return (struct place){source, source->first_line, column,
                        cell && cell->length ? cell->length : 1};
}

static bool refuse(struct record_lines *lines, size_t byte, const char *message)
{
  const struct record_cell cell = {.column = (int)byte + 1, .length = 1};
  const struct place at = record_lines_place(lines, &cell);

  diagnostics_error(lines->diagnostics, &at, "%s", message);
  return false;
}

static bool is_clean(struct record_lines *lines)
{
  const char *text = lines->buffer, *found;
  const size_t n = lines->length;
  size_t sound;

  if (lines->number == 1 && n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
    return refuse(lines, 0, "the file begins with a byte-order mark; save it as UTF-8 without one");
  if (lines->number == 1 && n >= 2 &&
      (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
    return refuse(lines, 0, "the file is UTF-16; save it as UTF-8");
  found = memchr(text, '\0', n);
  if (found) return refuse(lines, (size_t)(found - text), "a NUL character: this is not a text");
  found = memchr(text, '\r', n);
  if (found)
    return refuse(lines, (size_t)(found - text),
                  "a carriage return without a line feed; end lines with a line feed");
  sound = end_of_characters(text, n);
  if (sound < n) return refuse(lines, sound, "not a character of UTF-8; save the file as UTF-8");
  if (n > LONGEST_LINE) return refuse(lines, 0, "a line of more than a million characters");
  return true;
}

/** A cell may be quoted, whole and without quotes in it. */
static bool unquote(struct record_lines *lines, struct record_cell *cell)
{
  const size_t n = (size_t)cell->length;

  if (!memchr(cell->text, '"', n)) return true;
  if (n < 2 || cell->text[0] != '"' || cell->text[n - 1] != '"' ||
      memchr(cell->text + 1, '"', n - 2))
    return refuse(lines, (size_t)cell->column - 1, "quotes must stand around a whole cell");
  cell->text[n - 1] = '\0';
  cell->text++;
  return true;
}

static bool cut(struct record_lines *lines)
{
  char *p = lines->line, *end = lines->line + lines->length;

  lines->n_cells = 0;
  for (;;) {
    char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end, *last;
    struct record_cell *cell;

    lines->cells = memory_grow(lines->cells, lines->n_cells + 1, &lines->cell_capacity,
                               sizeof *lines->cells);
    cell = &lines->cells[lines->n_cells++];
    while (p < stop && (*p == ' ' || *p == '\t')) p++;
    for (last = stop; last > p && (last[-1] == ' ' || last[-1] == '\t');) last--;
    *cell = (struct record_cell){p, (int)(p - lines->line) + 1, (int)(last - p)};
    *last = '\0';
    if (!unquote(lines, cell)) {
      lines->n_cells = 0;
      return false;
    }
    if (!comma) return true;
    p = comma + 1;
  }
}

bool record_lines_next(struct record_lines *lines)
{
  do {
    const ssize_t got = getline(&lines->buffer, &lines->capacity, lines->file);

    if (got < 0) return false;
    lines->length = (size_t)got;
    lines->number++;
    lines->source = NULL;
    if (lines->length && lines->buffer[lines->length - 1] == '\n') lines->length--;
    if (lines->length && lines->buffer[lines->length - 1] == '\r') lines->length--;
    lines->buffer[lines->length] = '\0';
  } while (lines->length == 0);
  lines->n_cells = 0;
  if (!is_clean(lines)) return true;
  lines->line = memory_grow(lines->line, lines->length + 1, &lines->line_capacity, 1);
  memcpy(lines->line, lines->buffer, lines->length + 1);
  cut(lines);
  return true;
}
