/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/coordinator.h
 * Rank 0 hands out blocks as ranks become free, and computes too. What is computed does not depend
 * on who computes it. */
#pragma once
#include <mpi.h>
#include "trial/block.h"
#include "trial/progress.h"

struct segment;

struct simulation_count {
  int64_t n_patients, n_failed; /* of the whole run; the same on every rank */
};

/** One rank's part in the work; all borrowed. */
struct crew {
  MPI_Comm comm;
  int64_t n_blocks;
  struct block_runner *runner;
  int n_tables;
  struct segment *segment;
  struct progress *progress; /* shown by rank 0 */
};

/** Collective. Every block is run once and written to this rank's segment. All ranks return the
 *  same code. */
int coordinate(const struct crew *crew, struct simulation_count *count);
