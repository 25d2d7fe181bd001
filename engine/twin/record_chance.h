/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record_chance.h
 * The columns of simulated records, and what chance adds to patients with records: random effects
 * of the patient and of occasions (OCC), errors of measurements. Draws are functions of the seed,
 * the ID, OCC and TIME; of none of the other patients. */
#pragma once
#include "base/random_stream.h"
#include "model/model_lanes.h"
#include "twin/record.h"

enum record_value {
  RECORD_TRUTH,
  RECORD_MEASURED,  /* with the output's residual error */
  RECORD_QUANTIFIED /* 1, or 0 when the measured value is a limit of quantification */
};

/** A column of a batch's outputs. */
struct record_result {
  enum record_value value;
  int output;
};
/** All outputs, then what an assay finds of those that have an error or limits, if chance plays.
 *  `results` has room for three times the outputs; returns their number. */
int record_results(const struct model *model, bool has_chance, struct record_result *results);
/** CP, CP_measured, CP_quantified; at most so many characters, '\0' included. */
enum { RECORD_RESULT_NAME_BYTES = 300 };
void record_result_name(const struct model *model, const struct record_result *result,
                        char name[RECORD_RESULT_NAME_BYTES]);

/** Whose draws: an ID that is a whole number below 2^32, without a sign or zeros before it, is that
 *  number, in replicate 1; any other text is a hash of 63 bits, in patient and replicate. */
struct random_stream record_stream(uint64_t seed, const char *id);
/** One record's row of results; `outputs` are the model's, of one lane, at that time. */
struct record_row {
  const struct model *model;
  const struct random_stream *stream;
  int lane, n_results;
  const struct record_result *results;
};
void record_row_fill(const struct record_row *row, const struct record *record,
                     const lanes *outputs, double *values);
