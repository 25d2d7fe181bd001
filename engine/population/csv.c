/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct csv_reader {
  const struct source *source;
  struct diagnostics *diagnostics;
  const char *p, *end;
  int line, column;
  bool is_done;
  char *text; /* of the current cell */
  size_t n, capacity;
};

struct csv_reader *csv_reader_create(const struct source *source, struct diagnostics *diagnostics)
{
  struct csv_reader *reader = memory_new(1, sizeof *reader);

  *reader = (struct csv_reader){.source = source,
                                .diagnostics = diagnostics,
                                .p = source->text,
                                .end = source->text + source->length,
                                .line = 1,
                                .column = 1};
  if (source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) reader->p += 3;
  reader->is_done = reader->p == reader->end;
  return reader;
}

void csv_reader_destroy(struct csv_reader **reader)
{
  if (!*reader) return;
  free((*reader)->text);
  free(*reader);
  *reader = NULL;
}

static bool refuse(struct csv_reader *reader, const char *message)
{
  const struct place at = {reader->source, reader->line, reader->column, 1};

  diagnostics_error(reader->diagnostics, &at, "%s", message);
  reader->is_done = true;
  return false;
}

static void step(struct csv_reader *reader)
{
  if (*reader->p == '\n') {
    reader->line++;
    reader->column = 1;
  } else if (((unsigned char)*reader->p & 0xc0) != 0x80)
    reader->column++;
  reader->p++;
}

static void keep(struct csv_reader *reader, char c)
{
  reader->text = memory_grow(reader->text, reader->n + 1, &reader->capacity, 1);
  reader->text[reader->n++] = c;
}

/** "\n" and "\r\n"; 0 when the line goes on. */
static int line_end(const struct csv_reader *reader)
{
  if (reader->p < reader->end && *reader->p == '\n') return 1;
  if (reader->p + 1 < reader->end && reader->p[0] == '\r' && reader->p[1] == '\n') return 2;
  return 0;
}

static bool read_quoted(struct csv_reader *reader)
{
  const struct csv_reader start = *reader;

  step(reader);
  for (;;) {
    if (reader->p == reader->end) {
      reader->line = start.line;
      reader->column = start.column;
      return refuse(reader, "a quote that is not closed");
    }
    if (*reader->p == '"') {
      step(reader);
      if (reader->p == reader->end || *reader->p != '"') break;
    }
    keep(reader, *reader->p);
    step(reader);
  }
  if (reader->p == reader->end || *reader->p == ',' || line_end(reader)) return true;
  return refuse(reader, "a closing quote is followed by text; write \"\" for a quote in a cell");
}

static bool read_plain(struct csv_reader *reader)
{
  while (reader->p < reader->end && *reader->p != ',' && !line_end(reader)) {
    if (*reader->p == '"') return refuse(reader, "a quote inside a cell that is not quoted");
    if (*reader->p == '\r' || *reader->p == '\0')
      return refuse(reader, *reader->p ? "a carriage return without a line feed"
                                       : "a NUL character: this is not a text");
    keep(reader, *reader->p);
    step(reader);
  }
  return true;
}

bool csv_read(struct csv_reader *reader, struct csv_cell *cell)
{
  int newline;

  if (reader->is_done) return false;
  reader->n = 0;
  cell->at = (struct place){reader->source, reader->line, reader->column, 1};
  if (!(reader->p < reader->end && *reader->p == '"' ? read_quoted(reader) : read_plain(reader)))
    return false;
  cell->at.length = reader->line == cell->at.line && reader->column > cell->at.column
                        ? reader->column - cell->at.column
                        : 1;
  keep(reader, '\0');
  cell->text = reader->text;
  newline = line_end(reader);
  cell->is_last = newline > 0 || reader->p == reader->end;
  for (int i = 0; i < newline || (i == 0 && !cell->is_last); i++) step(reader);
  if (cell->is_last && reader->p == reader->end) reader->is_done = true;
  return true;
}
