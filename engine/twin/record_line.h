/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record_line.h
 * Lines of an event file and their cells. Part of the reader. */
#pragma once
#include <stdio.h>
#include "base/diagnostics.h"

struct arena;

struct record_cell {
  char *text;
  int column, length; /* in bytes, from 1 */
};
/** Empty, "." or "NA". */
bool record_cell_is_missing(const struct record_cell *cell);

/** A text file, line by line: memory for one line. */
struct record_lines {
  FILE *file; /* borrowed */
  const char *name;
  struct arena *arena; /* of what diagnostics point at */
  struct diagnostics *diagnostics;
  char *buffer, *line; /* as read; cut into cells */
  size_t capacity, line_capacity;
  size_t length;
  int number;            /* of the line, from 1 */
  int n_kept;            /* lines kept for messages */
  struct source *source; /* of the line, when one was needed */
  struct record_cell *cells;
  size_t n_cells, cell_capacity;
};

void record_lines_clear(struct record_lines *lines);
/** The next line that is not empty; false at the end. Cells of a line that is damaged are n_cells
 *  0, and it is reported. */
bool record_lines_next(struct record_lines *lines);
/** Of a cell in the present line; NULL: of the line. */
struct place record_lines_place(struct record_lines *lines, const struct record_cell *cell);
