/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/journal.h
 * All blocks of all segments, as one table of rows in block order, whoever wrote them. */
#pragma once
#include <mpi.h>
#include <stdint.h>
#include "results/results.h"

struct journal;

/** Collective. Every rank checks some segments and learns of all; the same code on every rank.
 *  EXIT_CODE_FILE when a block 0..n_blocks-1 is in no segment. `content` is borrowed. */
int journal_open(MPI_Comm comm, const struct results_content *content, struct journal **journal);
void journal_close(struct journal **journal);

/** Rows of a table over all blocks. */
int64_t journal_n_rows(const struct journal *journal, int table);
/** Copies rows first..first+n_rows-1 of a table; columns[c] has room for n_rows cells. */
int journal_read(struct journal *journal, int table, int64_t first, int64_t n_rows,
                 char *const *columns);
