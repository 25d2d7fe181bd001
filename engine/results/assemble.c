/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/results.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "results/agreement.h"
#include "results/disk.h"
#include "results/hdf5_door.h"
#include "results/journal.h"
#include "results/segment_format.h"
#include "results/skeleton.h"

enum { BUFFER_BYTES = 8 << 20 };

/* One table on its way into the open file. */
struct filling {
  MPI_Comm comm;
  hid_t file, transfer;
  const char *path;
  struct journal *journal;
  const struct table_layout *layout;
  int table;
  hid_t *datasets; /* [column] */
  char **columns;  /* [column] in buffer */
  char *buffer;
};

/* n_rows cells of every column, from row `first` on. */
static int write_cells(const struct filling *filling, int64_t first, int64_t n_rows)
{
  const hsize_t start = (hsize_t)first, count = (hsize_t)n_rows;
  int code = EXIT_CODE_OK;

  for (int c = 0; c < filling->layout->n_columns && code == EXIT_CODE_OK; c++) {
    const hid_t type = hdf5_column_type(filling->layout->columns[c].type);
    const hid_t there = H5Dget_space(filling->datasets[c]);
    const hid_t here = H5Screate_simple(1, &count, NULL);

    H5Sselect_hyperslab(there, H5S_SELECT_SET, &start, NULL, &count, NULL);
    errno = 0;
    if (H5Dwrite(filling->datasets[c], type, here, there, filling->transfer, filling->columns[c]) <
        0) {
      code = hdf5_failure("write", filling->path);
    }
    H5Sclose(here);
    H5Sclose(there);
    H5Tclose(type);
  }
  return code;
}

/* This rank's share of the rows, a buffer at a time. */
static int write_share(struct filling *filling)
{
  const struct table_layout *layout = filling->layout;
  const int64_t n_rows = journal_n_rows(filling->journal, filling->table);
  const int64_t room = BUFFER_BYTES / (int64_t)row_size(layout), at_once = room > 0 ? room : 1;
  int rank, n_ranks;
  int64_t end;

  MPI_Comm_rank(filling->comm, &rank);
  MPI_Comm_size(filling->comm, &n_ranks);
  end = n_rows * (rank + 1) / n_ranks;
  filling->columns[0] = filling->buffer;
  for (int c = 1; c < layout->n_columns; c++) {
    filling->columns[c] = filling->columns[c - 1] +
                          (size_t)at_once * column_size(layout->columns[c - 1].type);
  }
  for (int64_t next = n_rows * rank / n_ranks; next < end; next += at_once) {
    const int64_t n = end - next < at_once ? end - next : at_once;

    TRY(journal_read(filling->journal, filling->table, next, n, filling->columns));
    TRY(write_cells(filling, next, n));
  }
  return EXIT_CODE_OK;
}

static int fill_table(struct filling *filling)
{
  const struct table_layout *layout = filling->layout;
  const hid_t group = H5Gopen2(filling->file, layout->path, H5P_DEFAULT);
  int code = EXIT_CODE_OK;

  filling->datasets = memory_new((size_t)layout->n_columns, sizeof *filling->datasets);
  filling->columns = memory_new((size_t)layout->n_columns, sizeof *filling->columns);
  for (int c = 0; c < layout->n_columns; c++) {
    filling->datasets[c] = H5Dopen2(group, layout->columns[c].name, H5P_DEFAULT);
    if (filling->datasets[c] < 0 && code == EXIT_CODE_OK)
      code = hdf5_failure("open", filling->path);
  }
  code = agreed(filling->comm, code);
  if (code == EXIT_CODE_OK) code = agreed(filling->comm, write_share(filling));
  for (int c = 0; c < layout->n_columns; c++) {
    if (filling->datasets[c] >= 0) H5Dclose(filling->datasets[c]);
  }
  if (group >= 0) H5Gclose(group);
  free(filling->datasets);
  free(filling->columns);
  return code;
}

static size_t largest_row(const struct results_content *content)
{
  size_t largest = 0;

  for (int t = 0; t < content->n_tables; t++) {
    const size_t row = row_size(&content->tables[t]);

    if (row > largest) largest = row;
  }
  return largest;
}

/* Closing writes a few bytes from one rank while the others wait: on a full disk they would wait
 * for ever. What is there is of no use any more. */
static void make_room(MPI_Comm comm, const char *path)
{
  int rank;

  MPI_Comm_rank(comm, &rank);
  if (rank == 0 && truncate(path, 0) != 0) {
    failure(EXIT_CODE_FILE, "cannot empty %s: %s", path, strerror(errno));
  }
}

static int fill_tables(MPI_Comm comm, const char *path, const struct results_content *content,
                       struct journal *journal)
{
  const hid_t access = hdf5_file_access(), transfer = H5Pcreate(H5P_DATASET_XFER);
  struct filling filling = {.comm = comm, .transfer = transfer, .path = path, .journal = journal};
  int code;

  hdf5_silence();
  H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL);
  H5Pset_all_coll_metadata_ops(access, 1);
  /* Shares are long and contiguous, and when one rank's disk fails in a collective write of HDF5
   * 1.10 or of Open MPI's aggregators, the others wait for it for ever. */
  H5Pset_dxpl_mpio(transfer, H5FD_MPIO_INDEPENDENT);
  filling.file = H5Fopen(path, H5F_ACC_RDWR, access);
  code = agreed(comm, filling.file < 0 ? hdf5_failure("open", path) : EXIT_CODE_OK);
  filling.buffer = memory_new(BUFFER_BYTES + largest_row(content), 1);
  for (int t = 0; t < content->n_tables && code == EXIT_CODE_OK; t++) {
    filling.table = t;
    filling.layout = &content->tables[t];
    code = fill_table(&filling);
  }
  if (code != EXIT_CODE_OK) make_room(comm, path);
  if (filling.file >= 0 && H5Fclose(filling.file) < 0 && code == EXIT_CODE_OK) {
    code = hdf5_failure("close", path);
  }
  H5Pclose(transfer);
  H5Pclose(access);
  free(filling.buffer);
  return agreed(comm, code);
}

static int publish(const char *partial, const char *path)
{
  if (rename(partial, path) != 0) {
    return failure(EXIT_CODE_FILE, "cannot rename %s to %s: %s", partial, path, strerror(errno));
  }
  return disk_sync_folder_of(path);
}

static int write_skeleton(const char *path, const struct results_content *content,
                          const struct journal *journal)
{
  int64_t *n_rows = memory_new((size_t)content->n_tables, sizeof *n_rows);
  int code;

  for (int t = 0; t < content->n_tables; t++) n_rows[t] = journal_n_rows(journal, t);
  code = skeleton_write(path, content, n_rows);
  free(n_rows);
  return code;
}

int results_write(MPI_Comm comm, const char *path, const struct results_content *content)
{
  struct arena *arena = arena_create();
  const char *partial = arena_format(arena, "%s.partial", path);
  struct journal *journal = NULL;
  int rank, code;

  MPI_Comm_rank(comm, &rank);
  if (rank == 0) unlink(partial); /* a killed run's bytes must not show in the gaps of the new */
  code = journal_open(comm, content, &journal);
  if (code == EXIT_CODE_OK) {
    code = agreed(comm, rank == 0 ? write_skeleton(partial, content, journal) : EXIT_CODE_OK);
    if (code == EXIT_CODE_OK) code = fill_tables(comm, partial, content, journal);
    /* Every rank: what another computer still holds in memory, only that one can put on disk. */
    if (code == EXIT_CODE_OK) code = agreed(comm, disk_sync(partial));
    if (code == EXIT_CODE_OK)
      code = agreed(comm, rank == 0 ? publish(partial, path) : EXIT_CODE_OK);
    if (code != EXIT_CODE_OK && rank == 0) unlink(partial);
  }
  journal_close(&journal);
  arena_destroy(&arena);
  return code;
}
