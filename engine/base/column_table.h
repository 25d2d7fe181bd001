/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/column_table.h
 * Rows on their way to a results file: one growing array per column, described once. The
 * description drives the segment files, the HDF5 datasets with their units and labels, and `show`.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum column_type {
  COLUMN_REAL, /* float64, NaN is missing */
  COLUMN_INT32,
  COLUMN_INT16,
  COLUMN_CODE,  /* int8 index into categories, -1 is missing */
  COLUMN_ROW,   /* int64, a row of another table: within the block here, of the whole file there */
  COLUMN_TEXT16 /* 16 bytes, zero padded */
};

/** Everything that a statistician must know of a column. Borrowed; outlives the table. */
struct column {
  const char *name;
  enum column_type type;
  const char *units; /* UCUM; NULL where there is none (codes, ids) */
  const char *label; /* at most 40 characters, so that SAS keeps it whole */
  int n_categories;  /* of COLUMN_CODE */
  const char *const *categories;
  int of_table; /* of COLUMN_ROW: which of the blocks' tables */
};

/** A table's description: `path` is its group in the file, "/obs" or "/truth/param". */
struct table_layout {
  const char *path;
  const char *label;
  int n_columns;
  const struct column *columns;
};

size_t column_size(enum column_type type); /* bytes per row */

/** Rows of one layout, in memory. */
struct column_table {
  const struct table_layout *layout; /* borrowed */
  size_t n_rows, capacity;
  void **values; /* [column][row], each row column_size() bytes */
};

void column_table_create(const struct table_layout *layout, struct column_table *table);
void column_table_clear(struct column_table *table); /* frees */
void column_table_empty(struct column_table *table); /* forgets the rows, keeps the memory */
/** Appends a zeroed row (codes -1, reals NaN) and returns its number. */
size_t column_table_add_row(struct column_table *table);
/** Set one cell; the type must be the column's. `column` is its index in the layout. */
void column_table_real(struct column_table *table, size_t row, int column, double value);
void column_table_int(struct column_table *table, size_t row, int column,
                      int64_t value); /* all but reals and texts */
void column_table_text(struct column_table *table, size_t row, int column, const char *text);
