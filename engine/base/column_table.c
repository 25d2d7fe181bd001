/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/column_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"

enum { TEXT_BYTES = 16 };

size_t column_size(enum column_type type)
{
  switch (type) {
  case COLUMN_REAL:
    return sizeof(double);
  case COLUMN_ROW:
    return sizeof(int64_t);
  case COLUMN_INT32:
    return sizeof(int32_t);
  case COLUMN_INT16:
    return sizeof(int16_t);
  case COLUMN_CODE:
    return sizeof(int8_t);
  case COLUMN_TEXT16:
    return TEXT_BYTES;
  }
  return 0;
}

void column_table_create(const struct table_layout *layout, struct column_table *table)
{
  *table = (struct column_table){.layout = layout};
  table->values = memory_new((size_t)layout->n_columns, sizeof *table->values);
}

void column_table_clear(struct column_table *table)
{
  if (!table->layout) return;
  for (int c = 0; c < table->layout->n_columns; c++) free(table->values[c]);
  free(table->values);
  *table = (struct column_table){0};
}

void column_table_empty(struct column_table *table)
{
  table->n_rows = 0;
}

size_t column_table_add_row(struct column_table *table)
{
  const struct table_layout *layout = table->layout;
  const size_t row = table->n_rows++;
  size_t grown = table->capacity;

  if (row >= table->capacity) {
    for (int c = 0; c < layout->n_columns; c++) {
      grown = table->capacity;
      table->values[c] = memory_grow(table->values[c], row + 1, &grown,
                                     column_size(layout->columns[c].type));
    }
    table->capacity = grown;
  }
  for (int c = 0; c < layout->n_columns; c++) {
    switch (layout->columns[c].type) {
    case COLUMN_REAL:
      column_table_real(table, row, c, (double)NAN);
      break;
    case COLUMN_CODE:
      column_table_int(table, row, c, -1);
      break;
    case COLUMN_TEXT16:
      column_table_text(table, row, c, "");
      break;
    default:
      column_table_int(table, row, c, 0);
    }
  }
  return row;
}

void column_table_real(struct column_table *table, size_t row, int column, double value)
{
  REQUIRE(table->layout->columns[column].type == COLUMN_REAL && row < table->n_rows);
  ((double *)table->values[column])[row] = value;
}

void column_table_int(struct column_table *table, size_t row, int column, int64_t value)
{
  REQUIRE(row < table->n_rows);
  switch (table->layout->columns[column].type) {
  case COLUMN_ROW:
    ((int64_t *)table->values[column])[row] = value;
    break;
  case COLUMN_INT32:
    ((int32_t *)table->values[column])[row] = (int32_t)value;
    break;
  case COLUMN_INT16:
    ((int16_t *)table->values[column])[row] = (int16_t)value;
    break;
  case COLUMN_CODE:
    ((int8_t *)table->values[column])[row] = (int8_t)value;
    break;
  default:
    REQUIRE(!"an integer column");
  }
}

void column_table_text(struct column_table *table, size_t row, int column, const char *text)
{
  char *cell = (char *)table->values[column] + row * TEXT_BYTES;

  REQUIRE(table->layout->columns[column].type == COLUMN_TEXT16 && row < table->n_rows);
  strncpy(cell, text, TEXT_BYTES);
}
