/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/segment.h
 * Finished blocks on their way to the results file, one file per rank and launch. */
#pragma once
#include <stdint.h>
#include "base/column_table.h"

/** An append-only file of finished blocks, one per rank and launch, in RUN.journal/. */
struct segment;

/** `path` must not exist yet. The process must ignore SIGXFSZ for a limit on file sizes to be a
 *  message and not a signal. */
int segment_create(const char *path, struct segment **segment);
/** Appends the rows of all tables of one block; on disk when this returns. `block` counts from 0.
 *  Table i always has the same layout. A full disk is EXIT_CODE_FILE with a message, and what was
 *  written before stays readable. Every NaN is stored with the same bits. */
int segment_write(struct segment *segment, int64_t block, int n_tables,
                  const struct column_table *tables);
int segment_close(struct segment **segment);
