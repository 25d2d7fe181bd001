/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/analyze.h
 * `twintrial analyze RUN.h5`: the planned analyses of a finished run. Reads the file only. */
#pragma once

struct analyze_options {
  int as_json;        /* JSON on stdout in place of the table */
  int is_detailed;    /* of several scenarios also the table of each */
  const char *output; /* also write the JSON here, complete or not at all; NULL does not */
};

/** Prints to stdout. EXIT_CODE_INVALID_INPUT when the file does not hold what its protocol plans,
 *  when a planned analysis could not be done (all others are printed), or when `output` is the
 *  results file itself; EXIT_CODE_FILE when a file cannot be read or written. A misfit with the
 * published trial is a result, not an error. */
int analyze_file(const char *path, const struct analyze_options *options);
