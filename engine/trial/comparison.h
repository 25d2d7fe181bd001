/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/comparison.h
 * Simulated rows beside rows from elsewhere, NONMEM's table for example: the largest deviation of
 * each patient. */
#pragma once
#include <stdio.h>
#include "trial/simulated_rows.h"
#include "twin/record_line.h"

struct comparison {
  const struct model *model;
  struct record_lines lines;
  int *outputs; /* [column] of the file: the model's output, -1 */
  size_t n_columns;
  int id, time;   /* columns, -1 */
  double largest; /* of all patients that were read with a text */
};

/** The first line names the columns, as those of the simulated rows; the rows are in their order.
 *  False, and told in lines.diagnostics, when no column is an output of the model. `lines` has its
 *  file, name, arena and diagnostics. */
bool comparison_begin(struct comparison *comparison, const struct model *model,
                      const struct record_lines *lines);
void comparison_clear(struct comparison *comparison);

/** What the lines of comparison_read() say. */
void comparison_header(struct row_text *text);
/** Reads as many rows as the batch has, and where `text` is not NULL appends a line for each
 *  patient: the largest deviation, relative to the expected value, or absolute where that is 0.
 *  False, and told, when the rows do not belong to the batch. */
bool comparison_read(struct comparison *comparison, const struct record_batch *batch,
                     struct row_text *text);
/** After the last batch: that no rows are left. */
bool comparison_end(struct comparison *comparison);
