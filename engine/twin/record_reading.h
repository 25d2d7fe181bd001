/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record_reading.h
 * The reader of event files from inside: one line to one record. */
#pragma once
#include "twin/record_columns.h"
#include "twin/record_line.h"
#include "twin/record_reader.h"

struct record_reader {
  const struct model *model;
  struct arena *arena; /* borrowed */
  struct record_lines lines;
  struct record_columns columns;
  size_t n_given;
  bool is_done;
  bool has_left_out; /* lines with mistakes: what is missing may stand there */
  bool has_held;     /* a record that was read and belongs to the next patient, or to this one */
  struct record held;
  char held_id[RECORD_ID_BYTES];
  double *held_given; /* [n_given], NaN: no value */
  struct place time_at;
  double last_time; /* of the patient's records so far */
  int first_line;   /* of the patient */
  int64_t n_patients;
  bool *infused; /* [state] */
  bool varies;
  enum covariate_rule rule;
};

/** The present line into reader->held; false, and reported, when it is no record. */
bool record_hold(struct record_reader *reader);
/** That reader->held follows in time. */
void record_check_time(struct record_reader *reader);
/** A patient has no value of something that is given to the model. */
void record_report_missing(struct record_reader *reader, const struct record_patient *patient,
                           int given);
