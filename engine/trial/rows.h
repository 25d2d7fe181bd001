/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/rows.h
 * One patient's life as rows of the results file. */
#pragma once
#include "trial/enrol.h"
#include "trial/layout.h"

/** Memory kept between calls; starts as {0}. */
struct row_work {
  double *times, *values;
  size_t capacity;
};
void row_work_clear(struct row_work *work);

/** A patient whose rows are to be written; all borrowed. */
struct telling {
  const struct plan *plan;
  const struct layout *layout;
  const struct position *position;
  const struct enrolment *enrolment;
  const struct allocation *allocation;
  const struct life *life;
  struct row_work *work;
  struct column_table *tables; /* [table of the layout] */
};
/** Appends the patient's rows. */
void rows_add(const struct telling *telling);
