/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/results_example.h
 * Two small tables and blocks of them, for the tests of results. */
#pragma once
#include "example_folder.h"

#include "base/column_table.h"
#include "base/failure.h"
#include "results/results.h"

static const char *const example_arms[] = {"placebo", "10 \xc2\xb5g"};
static const struct column example_subject_columns[] = {
    {.name = "pat", .type = COLUMN_INT32, .label = "Patient"},
    {.name = "USUBJID", .type = COLUMN_TEXT16, .label = "Unique subject identifier"},
    {.name = "arm",
     .type = COLUMN_CODE,
     .label = "Planned arm",
     .n_categories = 2,
     .categories = example_arms},
    {.name = "WT", .type = COLUMN_REAL, .units = "kg", .label = "Body weight"},
};
static const struct column example_visit_columns[] = {
    {.name = "visit", .type = COLUMN_INT16, .label = "Visit"},
    {.name = "DV", .type = COLUMN_REAL, .units = "mg/L", .label = "Concentration"},
};
static const struct table_layout example_layouts[] = {
    {.path = "/cohort", .label = "Patients", .n_columns = 4, .columns = example_subject_columns},
    {.path = "/pk/obs", .label = "Observations", .n_columns = 2, .columns = example_visit_columns},
};
enum { EXAMPLE_TABLES = 2 };

/* The block's own number is in every row, and `mark` tells who wrote it. */
static inline int write_example_block(struct segment *segment, int64_t block, int n_rows, int mark)
{
  struct column_table tables[EXAMPLE_TABLES];
  int code;

  for (int t = 0; t < EXAMPLE_TABLES; t++) column_table_create(&example_layouts[t], &tables[t]);
  for (int k = 0; k < n_rows; k++) {
    const size_t row = column_table_add_row(&tables[0]);

    column_table_int(&tables[0], row, 0, block * 1000 + k);
    column_table_text(&tables[0], row, 1, "a name of 16 by.");
    column_table_int(&tables[0], row, 2, mark);
    if (k > 0) column_table_real(&tables[0], row, 3, 70.5 + k);
    for (int v = 0; v < 3; v++) {
      const size_t visit = column_table_add_row(&tables[1]);

      column_table_int(&tables[1], visit, 0, v);
      column_table_real(&tables[1], visit, 1, (double)block + v / 10.0);
    }
  }
  code = segment_write(segment, block, EXAMPLE_TABLES, tables);
  for (int t = 0; t < EXAMPLE_TABLES; t++) column_table_clear(&tables[t]);
  return code;
}
