/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record_reader.h
 * A file of event records, read patient by patient: memory for one batch. The first line names the
 * columns, in any case: ID, TIME, AMT, EVID, CMT, RATE, II, ADDL, SS, MDV, OCC as NONMEM's; others
 * are covariates and parameters of the model, and replace the model's own from record to record. */
#pragma once
#include <stdio.h>
#include "base/diagnostics.h"
#include "model/model.h"
#include "twin/record.h"

struct arena;
struct record_reader;

/** Borrowed. Messages point at lines that are kept in the arena. */
struct record_source {
  FILE *file;
  const char *name;
  struct arena *arena;
  struct diagnostics *diagnostics;
  enum covariate_rule rule; /* of who simulates what is read */
};

/** Reads the names of the columns; NULL and diagnostics when they are not an event file's for this
 *  model. */
struct record_reader *record_reader_create(const struct model *model,
                                           const struct record_source *source);
void record_reader_destroy(struct record_reader **reader);

/** Parameters whose individual values the file gives; owned by the reader. */
int record_reader_given(const struct record_reader *reader, const int **parameters);

/** Fills the batch with whole patients, at least one, and as long as there are fewer than so many
 *  patients and records. False when no patient is left. What is wrong stands in the diagnostics,
 *  and its records are left out. */
bool record_reader_next(struct record_reader *reader, struct record_batch *batch);

/** [state] whether a dose of what was read so far is infused. */
const bool *record_reader_infused(const struct record_reader *reader);
/** A covariate, or a given parameter, changed within a patient read so far. */
bool record_reader_varies(const struct record_reader *reader);
/** And it moves linearly from record to record. */
bool record_reader_moves(const struct record_reader *reader);
