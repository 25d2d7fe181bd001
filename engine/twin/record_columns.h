/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record_columns.h
 * What the columns of an event file mean, by their names. Part of the reader. */
#pragma once
#include "base/diagnostics.h"
#include "model/model.h"

enum record_column {
  COLUMN_ID,
  COLUMN_TIME,
  COLUMN_AMT,
  COLUMN_EVID,
  COLUMN_CMT,
  COLUMN_RATE,
  COLUMN_II,
  COLUMN_ADDL,
  COLUMN_SS,
  COLUMN_MDV,
  COLUMN_OCC,
  N_ITEMS,                /* NONMEM's own; then */
  COLUMN_GIVEN = N_ITEMS, /* a covariate or parameter of the model */
  COLUMN_IGNORED
};

struct record_columns {
  int n;
  enum record_column *kinds; /* [column] */
  int *given;                /* [column] place among what is given to the model, -1 */
  const char **names;        /* [column] as written */
  int items[N_ITEMS];        /* column of each of NONMEM's own, -1 */
  int n_parameters;          /* columns that are parameters */
  int *parameters;           /* [n_parameters] of the model */
};

/** The names of a header line, struct text; false and diagnostics when they do not make an event
 *  file for this model. All memory is the arena's. */
bool record_columns_read(const struct model *model, const struct list *names, struct arena *arena,
                         struct diagnostics *diagnostics, struct record_columns *columns);
