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
<<<<<<< HEAD
  const struct results_attribute *attributes;
=======
  const struct results_attribute *attributes; /* beside `format` and `format_version` of "/" */
>>>>>>> results
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
<<<<<<< HEAD

/** A finished file, read serially; used by analysis and by `show`. */
struct results_file;
int results_open(const char *path, struct results_file **file);
void results_close(struct results_file **file);
/** NULL when absent; owned by the file. */
const char *results_attribute_text(struct results_file *file, const char *path, const char *name);
/** Bytes of a text dataset, '\0' added; NULL when absent; owned by the file. */
const char *results_read_text(struct results_file *file, const char *path);
/** A table with its columns and rows, owned by the file and kept until results_close(); NULL with
 * no message when absent. */
const struct column_table *results_read_table(struct results_file *file, const char *path);
/** Prints what is in the file: attributes, groups, rows, columns with units and labels. */
int results_show(struct results_file *file);
=======
>>>>>>> results
