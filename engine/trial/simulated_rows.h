/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/simulated_rows.h
 * Rows of simulated records, as text or as columns. */
#pragma once
#include "base/column_table.h"
#include "twin/record_chance.h"

struct arena;

/** Text that grows. */
struct row_text {
  char *bytes;
  size_t n, capacity;
};
void row_text_append(struct row_text *text, const char *bytes, size_t n);

/** What the columns between EVID and STATUS are. */
struct simulated_columns {
  const struct model *model;
  int n;
  const struct record_result *results; /* [n] */
};

/** ID, TIME, EVID, the results, STATUS. */
void simulated_header(const struct simulated_columns *columns, struct row_text *text);
/** Numbers with as few digits as give the same double when read; NA where there is none. */
void simulated_text(const struct record_batch *batch, struct row_text *text);

/** The same columns with units and labels; the layout is the arena's. */
const struct table_layout *simulated_layout(const struct simulated_columns *results,
                                            struct arena *arena);
void simulated_table(const struct record_batch *batch, struct column_table *table);
