/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/population/csv.h
 * Cells of a CSV file, one after the other (RFC 4180: commas, "quoted cells", "" in them). Lines
 * end with \n or \r\n; a byte order mark of UTF-8 at the start is skipped. */
#pragma once
#include "base/diagnostics.h"

struct csv_reader;
struct csv_cell {
  const char *text; /* until the next cell is read */
  struct place at;
  bool is_last; /* of its row */
};

/** The source and the diagnostics are borrowed. */
struct csv_reader *csv_reader_create(const struct source *source, struct diagnostics *diagnostics);
void csv_reader_destroy(struct csv_reader **reader);
/** False at the end, and after a mistake, which stands in the diagnostics. */
bool csv_read(struct csv_reader *reader, struct csv_cell *cell);
