/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/block.h
 * A block of patients: drawn, allocated, simulated, told as rows in the order of their ids. What
 * comes out depends on the block alone, not on the rank that computes it. */
#pragma once
#include "trial/enrol.h"
#include "trial/layout.h"
#include "twin/simulator.h"

struct block_settings {
  struct kernel_store *kernels;
  int size; /* patients */
};

struct block_runner;
struct block_runner *block_runner_create(const struct plan *plan, const struct layout *layout,
                                         const struct block_settings *settings);
void block_runner_destroy(struct block_runner **runner);
/** Runs block `block` of trial_n_blocks(); its rows are in block_tables() until the next run. */
int block_run(struct block_runner *runner, int64_t block, const struct pulse *pulse);
const struct column_table *block_tables(const struct block_runner *runner);
int block_n_patients(const struct block_runner *runner); /* of the last run */
int block_n_failed(const struct block_runner *runner);
int64_t trial_n_blocks(const struct plan *plan, int block_size);
