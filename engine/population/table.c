/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of a cohort: columns of a CSV file become covariates. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "population/compiling.h"
#include "population/csv.h"

/** A covariate's column while it is read. */
struct column_reading {
  int column; /* in the CSV file, -1 until its header is seen */
  double *values;
  size_t n, capacity;
};

struct table_reading {
  struct cohort_compiling *compiling;
  struct csv_reader *csv;
  struct column_reading *columns; /* [covariate] */
  int n_columns;                  /* of the CSV file */
  int n_failures;
};

/** After so many bad cells the rest is not worth a look. */
enum { MAX_FAILURES = 20 };

static const struct cohort_covariate_entry *entry_of(const struct table_reading *reading, int i)
{
  return (const struct cohort_covariate_entry *)reading->compiling->file->covariates.items + i;
}

static bool is_column(const struct table_reading *reading, int i)
{
  return reading->compiling->draws[i].kind == DRAW_COLUMN;
}

/** A header cell, for every covariate that asks for it. */
static void read_header_cell(struct table_reading *reading, const struct csv_cell *cell)
{
  for (int i = 0; i < reading->compiling->cohort->n_covariates; i++) {
    if (!is_column(reading, i) || strcmp(entry_of(reading, i)->column.text, cell->text) != 0)
      continue;
    if (reading->columns[i].column >= 0)
      diagnostics_error(reading->compiling->diagnostics, &cell->at,
                        "the column '%.40s' stands twice in this table", cell->text);
    reading->columns[i].column = reading->n_columns;
  }
  reading->n_columns++;
}

static bool read_header(struct table_reading *reading)
{
  struct csv_cell cell = {.is_last = false};
  bool ok = true;

  while (!cell.is_last) {
    if (!csv_read(reading->csv, &cell)) return false;
    read_header_cell(reading, &cell);
  }
  for (int i = 0; i < reading->compiling->cohort->n_covariates; i++) {
    if (!is_column(reading, i) || reading->columns[i].column >= 0) continue;
    diagnostics_error(reading->compiling->diagnostics, &entry_of(reading, i)->column.at,
                      "the table '%.80s' has no column '%.40s'", reading->compiling->table->name,
                      entry_of(reading, i)->column.text);
    ok = false;
  }
  return ok;
}

/** The number of the category that a text of the table stands for, or -1. */
static int category_of(const struct yaml_node *categories, const char *text)
{
  for (int c = 0; c < categories->n; c++)
    if (strcmp(categories->items[c]->text, text) == 0) return c;
  return -1;
}

static bool read_value(struct table_reading *reading, int i, const struct csv_cell *cell,
                       double *value)
{
  const struct cohort_covariate *covariate = &reading->compiling->covariates[i];
  const char *hint = cell->text[0] ? "" : ": the cell is empty";

  if (covariate->n_categories) {
    const int category = category_of(entry_of(reading, i)->categories, cell->text);

    *value = category;
    if (category >= 0) return true;
    diagnostics_error(reading->compiling->diagnostics, &cell->at,
                      "'%.40s' is not a category of %s%s", cell->text, covariate->name, hint);
    return false;
  }
  if (number_parse(cell->text, value)) return true;
  diagnostics_error(reading->compiling->diagnostics, &cell->at,
                    "'%.40s' is not a number, but %s needs one%s", cell->text, covariate->name,
                    hint);
  return false;
}

static void read_cell(struct table_reading *reading, int column, const struct csv_cell *cell)
{
  for (int i = 0; i < reading->compiling->cohort->n_covariates; i++) {
    struct column_reading *to = &reading->columns[i];
    double value = 0;

    if (!is_column(reading, i) || to->column != column) continue;
    if (!read_value(reading, i, cell, &value)) reading->n_failures++;
    to->values = memory_grow(to->values, to->n + 1, &to->capacity, sizeof *to->values);
    to->values[to->n++] = value;
  }
}

/** False at the end of the table, or when the row has another number of cells than the header. */
static bool read_row(struct table_reading *reading)
{
  struct csv_cell cell = {.is_last = false};
  int n = 0;

  while (!cell.is_last) {
    if (!csv_read(reading->csv, &cell)) return false;
    if (n >= reading->n_columns) {
      diagnostics_error(reading->compiling->diagnostics, &cell.at,
                        "this row has more cells than the header, which has %d",
                        reading->n_columns);
      reading->n_failures++;
      return false;
    }
    read_cell(reading, n++, &cell);
  }
  if (n == reading->n_columns) return true;
  diagnostics_error(reading->compiling->diagnostics, &cell.at,
                    "this row has %d cell%s, but the header has %d", n, n == 1 ? "" : "s",
                    reading->n_columns);
  reading->n_failures++;
  return false;
}

static void keep_columns(struct table_reading *reading, int64_t n_rows)
{
  struct cohort_compiling *compiling = reading->compiling;

  for (int i = 0; i < compiling->cohort->n_covariates; i++) {
    double *values;

    if (!is_column(reading, i)) continue;
    values = arena_new(compiling->arena, (size_t)n_rows, sizeof *values);
    memcpy(values, reading->columns[i].values, (size_t)n_rows * sizeof *values);
    compiling->draws[i].column = values;
  }
  compiling->program->n_rows = n_rows;
  compiling->program->sampling = (enum table_sampling)compiling->file->table->sampling;
  if (compiling->program->sampling == TABLE_IN_ORDER) compiling->cohort->n_rows = n_rows;
}

static void read_table(struct table_reading *reading)
{
  const struct place start = {reading->compiling->table, 1, 1, 1};
  const int before = diagnostics_n_errors(reading->compiling->diagnostics);
  int64_t n_rows = 0;

  if (!read_header(reading)) {
    if (diagnostics_n_errors(reading->compiling->diagnostics) == before)
      diagnostics_error(reading->compiling->diagnostics, &start, "this table is empty");
    return;
  }
  while (reading->n_failures < MAX_FAILURES && read_row(reading)) n_rows++;
  if (diagnostics_n_errors(reading->compiling->diagnostics) > before || reading->n_failures > 0)
    return;
  if (n_rows == 0) {
    diagnostics_error(reading->compiling->diagnostics, &start,
                      "this table has a header but no patients");
    return;
  }
  keep_columns(reading, n_rows);
}

static bool is_wanted(const struct cohort_compiling *compiling)
{
  for (int i = 0; i < compiling->cohort->n_covariates; i++)
    if (compiling->draws[i].kind == DRAW_COLUMN) return true;
  return false;
}

void cohort_load_table(struct cohort_compiling *compiling)
{
  const struct cohort_table_entry *entry = compiling->file->table;
  struct table_reading reading = {.compiling = compiling};

  if (!entry || !entry->file.text) return;
  if (!is_wanted(compiling)) {
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "no covariate has a 'column' of this table");
    return;
  }
  if (!compiling->table) {
    diagnostics_error(compiling->diagnostics, &entry->file.at, "the table '%.200s' is not there",
                      entry->file.text);
    return;
  }
  reading.columns = memory_new((size_t)compiling->cohort->n_covariates, sizeof *reading.columns);
  for (int i = 0; i < compiling->cohort->n_covariates; i++) reading.columns[i].column = -1;
  reading.csv = csv_reader_create(compiling->table, compiling->diagnostics);
  read_table(&reading);
  csv_reader_destroy(&reading.csv);
  for (int i = 0; i < compiling->cohort->n_covariates; i++) free(reading.columns[i].values);
  free(reading.columns);
}
