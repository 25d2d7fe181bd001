/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/results.h
 * From rows in memory to one HDF5 file with the same bytes on any number of ranks:
 *   block of patients -> record in this rank's segment file -> at the end, assembled in block
 * order. Free of the trial: a table is a struct table_layout, a text is bytes. */
#pragma once
#include <mpi.h>
#include <stddef.h>
#include <stdint.h>
#include "base/column_table.h"
#include "results/results_file.h"
#include "results/segment.h"

/** What stands in the file beside the tables of the blocks. All borrowed. */
struct results_attribute {
  const char *path; /* "/" or a group or dataset */
  const char *name, *text;
};
struct results_text { /* uint8[n], exact bytes */
  const char *path;
  const char *bytes;
  size_t length;
};
struct results_content {
  int n_attributes, n_texts, n_small_tables, n_tables;
  const struct results_attribute *attributes; /* beside `format` and `format_version` of "/" */
  const struct results_text *texts;
  const struct column_table *small_tables; /* the same on every rank, written by rank 0 */
  const struct table_layout *tables;       /* of the blocks, in the order of segment_write */
  int64_t n_blocks;                        /* every block 0..n_blocks-1 must be in a segment */
  const char *journal;                     /* folder: every *.segment in it is read */
};

/** Collective over `comm`. Writes `path`.partial and renames it when everything is on disk: nothing
 *  half-written ever stands under `path`. The bytes are a function of the content and the rows.
 *  Blocks from n_blocks on are left out; of a block that is there twice, the first by name of the
 *  segment is taken; a record that is torn or damaged counts as not there. Every rank returns the
 *  same code. Memory: a fixed buffer per rank and a few words per block. */
int results_write(MPI_Comm comm, const char *path, const struct results_content *content);
