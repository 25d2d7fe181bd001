/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/record.h
 * RUN.run.json: what depends on when, where and how a run was made, and therefore stays out of the
 * results file. */
#pragma once
#include <mpi.h>
#include "solver/kernel.h"
#include "trial/coordinator.h"
#include "trial/output.h"
#include "trial/run.h"

struct run_times {
  double simulate_s, assemble_s;
};

struct run_facts {
  const struct run_options *options;
  const struct plan *plan;
  struct kernel_store *kernels; /* with which it was simulated; NULL: none */
  const struct output *output;
  struct simulation_count count;
  struct run_times times;
  const char *sha256; /* of the results file; on rank 0 */
};

/** Collective: gathers the hosts. Rank 0 writes. */
int record_write(MPI_Comm comm, const struct run_facts *facts);
