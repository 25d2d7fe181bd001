/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/segment_format.h"

#include <math.h>
#include <string.h>

#include "results/checksum.h"

static uint64_t text_fingerprint(const char *text, uint64_t seed)
{
  return text ? checksum(text, strlen(text) + 1, seed) : checksum("", 0, seed);
}

uint64_t table_fingerprint(const struct table_layout *layout, uint64_t seed)
{
  uint64_t hash = text_fingerprint(layout->path, seed);

  for (int c = 0; c < layout->n_columns; c++) {
    const struct column *column = &layout->columns[c];
    const int32_t kind[2] = {(int32_t)column->type, column->n_categories};

    hash = text_fingerprint(column->name, hash);
    hash = text_fingerprint(column->units, checksum(kind, sizeof kind, hash));
    for (int k = 0; k < column->n_categories; k++) {
      hash = text_fingerprint(column->categories[k], hash);
    }
  }
  return hash;
}

size_t row_size(const struct table_layout *layout)
{
  size_t bytes = 0;

  for (int c = 0; c < layout->n_columns; c++) bytes += column_size(layout->columns[c].type);
  return bytes;
}

void store_missing(char *cells, size_t n_rows)
{
  for (size_t row = 0; row < n_rows; row++) {
    double value;

    memcpy(&value, cells + row * sizeof value, sizeof value);
    if (!isnan(value)) continue;
    value = (double)NAN;
    memcpy(cells + row * sizeof value, &value, sizeof value);
  }
}
