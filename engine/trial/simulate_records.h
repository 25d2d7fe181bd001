/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/simulate_records.h
 * `twintrial model simulate`: from a model and a file of event records to one row a record, on all
 * ranks of a communicator. */
#pragma once
#include <mpi.h>
#include "twin/record_simulator.h"

struct simulate_records_options {
  const char *model;          /* a file */
  const char *events;         /* a file */
  const char *output;         /* *.csv or *.h5; NULL: CSV to stdout, or nothing but a comparison */
  const char *const *kernels; /* [n_kernels] folders of compiled models */
  int n_kernels;
  const char *expected; /* a file of rows to compare with; NULL: none */
  double tolerance;     /* of the comparison; NaN: none */
  const char *method;   /* NULL: the model's own */
  double rtol;
  bool has_seed;
  uint64_t seed; /* of random effects and errors; without: typical patients, no errors */
  enum covariate_rule rule;
  bool clamps_lag;
};

/** Collective; every rank returns the same exit code. Reads the events twice: all mistakes are told
 *  before anything is simulated. Nothing half-written ever stands under the output's name. */
int simulate_records(MPI_Comm comm, const struct simulate_records_options *options);
