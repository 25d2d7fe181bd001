/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"

int table_column(const struct column_table *table, const char *name)
{
  for (int c = 0; c < table->layout->n_columns; c++) {
    if (strcmp(table->layout->columns[c].name, name) == 0) return c;
  }
  return -1;
}

double table_number(const struct column_table *table, int column, size_t row)
{
  const void *values = table->values[column];
  int code;

  switch (table->layout->columns[column].type) {
  case COLUMN_REAL:
    return ((const double *)values)[row];
  case COLUMN_INT32:
    return ((const int32_t *)values)[row];
  case COLUMN_INT16:
    return ((const int16_t *)values)[row];
  case COLUMN_CODE:
    code = ((const int8_t *)values)[row];
    return code < 0 ? (double)NAN : code;
  case COLUMN_ROW:
  case COLUMN_TEXT16:
    break;
  }
  return (double)NAN;
}

static int code_at(const struct column_table *table, int column, size_t row)
{
  const double value = table_number(table, column, row);

  return isnan(value) ? -1 : (int)value;
}

/* Index of a column that must be there. */
static int needed_column(const struct column_table *table, const char *name, int *column)
{
  *column = table_column(table, name);
  if (*column >= 0) return EXIT_CODE_OK;
  return failure(EXIT_CODE_INVALID_INPUT, "results: table %s has no column '%s'",
                 table->layout->path, name);
}

static int needed_table(const struct column_table *table, const char *path)
{
  if (table) return EXIT_CODE_OK;
  return failure(EXIT_CODE_INVALID_INPUT, "results: there is no table %s", path);
}

/* Whether two tables speak of the same replicates and patients, row by row. */
static int same_patients(const struct column_table *left, const struct column_table *right)
{
  static const char *const keys[] = {"replicate", "pat"};

  if (left->n_rows != right->n_rows) {
    return failure(EXIT_CODE_INVALID_INPUT, "results: %s has %zu rows, %s %zu", left->layout->path,
                   left->n_rows, right->layout->path, right->n_rows);
  }
  for (int k = 0; k < 2; k++) {
    int a, b;

    TRY(needed_column(left, keys[k], &a));
    TRY(needed_column(right, keys[k], &b));
    for (size_t row = 0; row < left->n_rows; row++) {
      if (table_number(left, a, row) == table_number(right, b, row)) continue;
      return failure(EXIT_CODE_INVALID_INPUT,
                     "results: row %zu is another patient in %s than in %s", row,
                     left->layout->path, right->layout->path);
    }
  }
  return EXIT_CODE_OK;
}

static void count_replicates(struct trial_rows *rows, int column)
{
  const struct column_table *table = rows->tables.randomisation;
  size_t capacity = 0;

  for (size_t row = 0; row < rows->n; row++) {
    const int replicate = (int)table_number(table, column, row);

    if (row == 0 || replicate != rows->replicates[rows->n_replicates - 1].replicate) {
      rows->replicates = memory_grow(rows->replicates, rows->n_replicates + 1, &capacity,
                                     sizeof *rows->replicates);
      rows->replicates[rows->n_replicates++] = (struct replicate_rows){.replicate = replicate,
                                                                       .first = row};
    }
    rows->replicates[rows->n_replicates - 1].n++;
  }
}

/* Appends a replicate to the last scenario, or to a new one of that name. */
static int add_to_scenario(struct trial_rows *rows, size_t replicate, const char *name,
                           size_t *capacity)
{
  const size_t n = rows->n_scenarios;
  struct scenario_rows *last = n > 0 ? &rows->scenarios[n - 1] : NULL;

  if (last && strcmp(last->name, name) == 0) {
    last->n++;
    return EXIT_CODE_OK;
  }
  for (size_t s = 0; s < n; s++) {
    if (strcmp(rows->scenarios[s].name, name) != 0) continue;
    return failure(EXIT_CODE_INVALID_INPUT,
                   "results: the replicates of scenario '%s' do not follow each other", name);
  }
  rows->scenarios = memory_grow(rows->scenarios, n + 1, capacity, sizeof *rows->scenarios);
  rows->scenarios[rows->n_scenarios++] = (struct scenario_rows){name, replicate, 1};
  return EXIT_CODE_OK;
}

/* Both are ordered by replicate, so one pass joins them. */
static int find_scenarios(struct trial_rows *rows)
{
  const struct column_table *table = rows->tables.replicates;
  int number, scenario, within;
  size_t capacity = 0, row = 0;

  TRY(needed_column(table, "replicate", &number));
  TRY(needed_column(table, "scenario", &scenario));
  TRY(needed_column(table, "within", &within));
  for (size_t r = 0; r < rows->n_replicates; r++) {
    struct replicate_rows *replicate = &rows->replicates[r];
    int code = -1;

    while (row < table->n_rows && table_number(table, number, row) < replicate->replicate) row++;
    if (row < table->n_rows && table_number(table, number, row) == replicate->replicate) {
      code = code_at(table, scenario, row);
    }
    if (code < 0 || code >= table->layout->columns[scenario].n_categories) {
      return failure(EXIT_CODE_INVALID_INPUT,
                     "results: /study/replicates does not tell the scenario of replicate %d",
                     replicate->replicate);
    }
    replicate->within = (int)table_number(table, within, row);
    TRY(add_to_scenario(rows, r, table->layout->columns[scenario].categories[code], &capacity));
  }
  return EXIT_CODE_OK;
}

static int one_scenario(struct trial_rows *rows)
{
  size_t capacity = 0;

  for (size_t r = 0; r < rows->n_replicates; r++) {
    rows->replicates[r].within = rows->replicates[r].replicate;
    TRY(add_to_scenario(rows, r, "", &capacity));
  }
  return EXIT_CODE_OK;
}

static int check_order(const struct trial_rows *rows, int replicate, int patient)
{
  const struct column_table *table = rows->tables.randomisation;

  for (size_t row = 1; row < rows->n; row++) {
    const double before = table_number(table, replicate, row - 1);
    const double here = table_number(table, replicate, row);
    const int is_later_patient = table_number(table, patient, row) >
                                 table_number(table, patient, row - 1);

    if (here > before || (here == before && is_later_patient)) continue;
    return failure(EXIT_CODE_INVALID_INPUT,
                   "results: /randomisation is not ordered by replicate and patient at row %zu",
                   row);
  }
  return EXIT_CODE_OK;
}

static int read_codes(const struct column_table *table, const char *name, int *n_categories,
                      const char *const **categories, int **codes)
{
  int column;

  TRY(needed_column(table, name, &column));
  *n_categories = table->layout->columns[column].n_categories;
  *categories = table->layout->columns[column].categories;
  *codes = memory_new(table->n_rows, sizeof **codes);
  for (size_t row = 0; row < table->n_rows; row++) {
    const int code = code_at(table, column, row);

    (*codes)[row] = code < *n_categories ? code : -1;
  }
  return EXIT_CODE_OK;
}

static int fill(struct trial_rows *rows)
{
  const struct trial_tables *tables = &rows->tables;
  int replicate, patient;

  TRY(needed_table(tables->randomisation, "/randomisation"));
  TRY(needed_table(tables->disposition, "/disposition"));
  TRY(same_patients(tables->randomisation, tables->disposition));
  TRY(needed_column(tables->randomisation, "replicate", &replicate));
  TRY(needed_column(tables->randomisation, "pat", &patient));
  if (tables->cohort) TRY(same_patients(tables->randomisation, tables->cohort));
  rows->n = tables->randomisation->n_rows;
  TRY(check_order(rows, replicate, patient));
  count_replicates(rows, replicate);
  TRY(tables->replicates ? find_scenarios(rows) : one_scenario(rows));
  TRY(read_codes(tables->randomisation, "arm", &rows->n_arms, &rows->arm_names, &rows->arm));
  return read_codes(tables->disposition, "status", &rows->n_statuses, &rows->status_names,
                    &rows->status);
}

int trial_rows_create(const struct trial_tables *tables, struct trial_rows *rows)
{
  int code;

  *rows = (struct trial_rows){.tables = *tables};
  code = fill(rows);
  if (code != EXIT_CODE_OK) trial_rows_clear(rows);
  return code;
}

void trial_rows_clear(struct trial_rows *rows)
{
  free(rows->replicates);
  free(rows->scenarios);
  free(rows->arm);
  free(rows->status);
  *rows = (struct trial_rows){0};
}

int trial_rows_is_failed(const struct trial_rows *rows, size_t row)
{
  return rows->status[row] != 0;
}

int trial_rows_arm_named(const struct trial_rows *rows, const char *name)
{
  for (int a = 0; a < rows->n_arms; a++) {
    if (strcmp(rows->arm_names[a], name) == 0) return a;
  }
  return -1;
}

int endpoint_rows_of_value(const struct trial_rows *rows, const char *endpoint,
                           struct endpoint_rows *values)
{
  const struct column_table *table = NULL;
  int column;

  *values = (struct endpoint_rows){0};
  for (int e = 0; e < rows->tables.n_endpoints; e++) {
    if (strcmp(rows->tables.endpoint_names[e], endpoint) == 0) {
      table = rows->tables.endpoint_table[e];
    }
  }
  if (!table) {
    return failure(EXIT_CODE_INVALID_INPUT, "results: there is no table /pd/%s", endpoint);
  }
  TRY(same_patients(rows->tables.randomisation, table));
  TRY(needed_column(table, "AVAL", &column));
  values->value = memory_new(rows->n, sizeof *values->value);
  for (size_t row = 0; row < rows->n; row++) values->value[row] = table_number(table, column, row);
  return EXIT_CODE_OK;
}

/* Columns of /tte. */
struct time_columns {
  int replicate, patient, parameter, time, censored;
};

static int find_time_columns(const struct column_table *table, struct time_columns *columns)
{
  TRY(needed_column(table, "replicate", &columns->replicate));
  TRY(needed_column(table, "pat", &columns->patient));
  TRY(needed_column(table, "PARAMCD", &columns->parameter));
  TRY(needed_column(table, "AVAL", &columns->time));
  return needed_column(table, "CNSR", &columns->censored);
}

/* Code of the endpoint among the categories of PARAMCD, -1 when absent. */
static int parameter_code(const struct column *column, const char *endpoint)
{
  for (int k = 0; k < column->n_categories; k++) {
    if (strcmp(column->categories[k], endpoint) == 0) return k;
  }
  return -1;
}

/* Both tables are ordered by replicate and patient, so one pass joins them. */
static int join_times(const struct trial_rows *rows, const struct time_columns *columns, int code,
                      struct endpoint_rows *values)
{
  const struct column_table *all = rows->tables.randomisation, *times = rows->tables.time_to_event;
  const int replicate = table_column(all, "replicate"), patient = table_column(all, "pat");
  size_t row = 0;

  for (size_t t = 0; t < times->n_rows; t++) {
    const double its_replicate = table_number(times, columns->replicate, t);
    const double its_patient = table_number(times, columns->patient, t);
    const double censored = table_number(times, columns->censored, t);

    if (code_at(times, columns->parameter, t) != code) continue;
    while (row < rows->n && (table_number(all, replicate, row) < its_replicate ||
                             (table_number(all, replicate, row) == its_replicate &&
                              table_number(all, patient, row) < its_patient))) {
      row++;
    }
    if (row == rows->n || table_number(all, patient, row) != its_patient ||
        table_number(all, replicate, row) != its_replicate) {
      return failure(EXIT_CODE_INVALID_INPUT,
                     "results: row %zu of /tte belongs to no patient or is out of order", t);
    }
    values->value[row] = table_number(times, columns->time, t);
    values->event[row] = censored == 0 ? 1 : censored == 1 ? 0 : -1;
  }
  return EXIT_CODE_OK;
}

int endpoint_rows_of_time(const struct trial_rows *rows, const char *endpoint,
                          struct endpoint_rows *values)
{
  const struct column_table *table = rows->tables.time_to_event;
  struct time_columns columns;
  int code;

  *values = (struct endpoint_rows){0};
  TRY(needed_table(table, "/tte"));
  TRY(find_time_columns(table, &columns));
  code = parameter_code(&table->layout->columns[columns.parameter], endpoint);
  if (code < 0) {
    return failure(EXIT_CODE_INVALID_INPUT, "results: /tte has no endpoint '%s'", endpoint);
  }
  values->value = memory_new(rows->n, sizeof *values->value);
  values->event = memory_new(rows->n, sizeof *values->event);
  for (size_t row = 0; row < rows->n; row++) {
    values->value[row] = (double)NAN;
    values->event[row] = -1;
  }
  return join_times(rows, &columns, code, values);
}

void endpoint_rows_clear(struct endpoint_rows *values)
{
  free(values->value);
  free(values->event);
  *values = (struct endpoint_rows){0};
}
