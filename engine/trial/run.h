/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/run.h
 * `twintrial run`: from a protocol to a results file, on all ranks of a communicator. */
#pragma once
#include <mpi.h>
#include <stdbool.h>
#include "plan/plan.h"
#include "trial/progress.h"

struct run_options {
  const char *protocol, *library; /* file; folder of library models */
  const char *const *kernels;     /* [n_kernels] folders of compiled models */
  int n_kernels;
  const char *output; /* NULL: the protocol's base name, .h5 */
  struct plan_changes changes;
  int block_size; /* 0: the default */
  enum progress_style progress;
  bool is_fresh;  /* compute again what is complete */
  bool is_forced; /* with is_fresh: replace results of other inputs */
  int n_arguments;
  char **arguments; /* the command line, for RUN.run.json */
};

/** Collective; every rank returns the same exit code. Writes RUN.h5, RUN.run.json and RUN.sha256.
 */
int run_trial(MPI_Comm comm, const struct run_options *options);
