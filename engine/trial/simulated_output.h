/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/simulated_output.h
 * Where the rows of simulated records go: CSV, in the order of the batches, or a results file. */
#pragma once
#include <mpi.h>
#include <stdio.h>
#include "results/segment.h"
#include "trial/output.h"
#include "trial/text_in_order.h"

struct simulated_output {
  MPI_Comm comm;
  int rank;
  const char *path; /* NULL: stdout */
  /* CSV */
  const char *partial;
  struct text_in_order text;
  /* HDF5 */
  bool is_hdf5;
  struct output names;
  struct segment *segment;
  struct column_table table;
};

/** Collective, as are the others. `columns` and the arena are borrowed until the close. */
int simulated_output_open(MPI_Comm comm, const char *path, const struct simulated_columns *columns,
                          struct arena *arena, struct simulated_output *output);
/** Every rank calls it for every batch, in their order; only the batch of rank b modulo the number
 *  of ranks is read. */
int simulated_output_write(struct simulated_output *output, int64_t b,
                           const struct record_batch *batch);
/** With a code other than 0 nothing is left behind; returns the code of the whole. */
int simulated_output_close(struct simulated_output *output, int64_t n_batches, int code);
