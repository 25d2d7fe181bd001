/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "results/agreement.h"
#include "results/disk.h"
#include "results/segment_format.h"

enum { N_OPEN = 32 }; /* segments held open: there may be more of them than descriptors */
static const char suffix[] = ".segment";

struct journal {
  const struct results_content *content;
  struct arena *arena;
  int n_segments;
  char **paths;       /* [segment], sorted */
  int64_t *entries;   /* [block][ENTRY_WORDS + n_tables] */
  int64_t *row_start; /* [table][n_blocks + 1] */
  int descriptor[N_OPEN];
  int64_t open_segment[N_OPEN]; /* -1 none; segment s may stand at s % N_OPEN only */
};

/* Segment names, each with its '\0', sorted. */
struct names {
  char *bytes;
  size_t n_bytes, capacity;
};

static size_t entry_words(const struct journal *journal)
{
  return ENTRY_WORDS + (size_t)journal->content->n_tables;
}

static int is_segment(const struct dirent *entry)
{
  const size_t length = strlen(entry->d_name), tail = sizeof suffix - 1;

  return length > tail && strcmp(entry->d_name + length - tail, suffix) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name); /* not strcoll: the same order in every locale */
}

static int list_folder(const char *folder, struct names *names)
{
  struct dirent **entries;
  const int n_entries = scandir(folder, &entries, is_segment, by_name);

  if (n_entries < 0) {
    return failure(EXIT_CODE_FILE, "cannot read the folder %s: %s", folder, strerror(errno));
  }
  for (int e = 0; e < n_entries; e++) {
    const size_t bytes = strlen(entries[e]->d_name) + 1;

    names->bytes = memory_grow(names->bytes, names->n_bytes + bytes, &names->capacity, 1);
    memcpy(names->bytes + names->n_bytes, entries[e]->d_name, bytes);
    names->n_bytes += bytes;
    free(entries[e]);
  }
  free(entries);
  return EXIT_CODE_OK;
}

/* One rank looks, so that all see the same folder. */
static int find_segments(MPI_Comm comm, struct journal *journal)
{
  struct names names = {0};
  int rank, code = EXIT_CODE_OK;
  int n_bytes;

  MPI_Comm_rank(comm, &rank);
  if (rank == 0) code = list_folder(journal->content->journal, &names);
  code = agreed(comm, code);
  REQUIRE(names.n_bytes < INT_MAX);
  n_bytes = (int)names.n_bytes;
  MPI_Bcast(&n_bytes, 1, MPI_INT, 0, comm);
  if (rank != 0) names.bytes = memory_new((size_t)n_bytes, 1);
  MPI_Bcast(names.bytes, n_bytes, MPI_CHAR, 0, comm);
  for (int b = 0; b < n_bytes; b++) journal->n_segments += names.bytes[b] == '\0';
  journal->paths = arena_new(journal->arena, (size_t)journal->n_segments, sizeof *journal->paths);
  for (int b = 0, s = 0; b < n_bytes; b += (int)strlen(names.bytes + b) + 1) {
    journal->paths[s++] = arena_format(journal->arena, "%s/%s", journal->content->journal,
                                       names.bytes + b);
  }
  free(names.bytes);
  return code;
}

/* Replaces the list of this rank by that of all ranks, in no particular order. */
static void share_list(MPI_Comm comm, struct block_list *list)
{
  struct block_list all = {0};
  int n_ranks, n_mine = (int)list->n_values;
  int *counts, *starts;

  REQUIRE(list->n_values < INT_MAX);
  MPI_Comm_size(comm, &n_ranks);
  counts = memory_new((size_t)n_ranks, sizeof *counts);
  starts = memory_new((size_t)n_ranks, sizeof *starts);
  MPI_Allgather(&n_mine, 1, MPI_INT, counts, 1, MPI_INT, comm);
  for (int r = 0; r < n_ranks; r++) {
    REQUIRE(all.n_values < INT_MAX);
    starts[r] = (int)all.n_values;
    all.n_values += (size_t)counts[r];
  }
  all.values = memory_new(all.n_values, sizeof *all.values);
  MPI_Allgatherv(list->values, n_mine, MPI_INT64_T, all.values, counts, starts, MPI_INT64_T, comm);
  MPI_Allreduce(&list->n_damaged, &all.n_damaged, 1, MPI_INT64_T, MPI_SUM, comm);
  free(list->values);
  free(counts);
  free(starts);
  *list = all;
}

static int comes_before(const int64_t *a, const int64_t *b)
{
  if (a[ENTRY_SEGMENT] != b[ENTRY_SEGMENT]) return a[ENTRY_SEGMENT] < b[ENTRY_SEGMENT];
  return a[ENTRY_OFFSET] < b[ENTRY_OFFSET];
}

static int arrange_blocks(struct journal *journal, const struct block_list *list, int speaks)
{
  const int64_t n_blocks = journal->content->n_blocks;
  const size_t n_words = entry_words(journal);

  for (int64_t b = 0; b < n_blocks; b++) journal->entries[(size_t)b * n_words + ENTRY_SEGMENT] = -1;
  for (size_t at = 0; at < list->n_values; at += n_words) {
    const int64_t *found = list->values + at;
    int64_t *entry;

    if (found[ENTRY_BLOCK] < 0 || found[ENTRY_BLOCK] >= n_blocks) continue;
    entry = journal->entries + (size_t)found[ENTRY_BLOCK] * n_words;
    if (entry[ENTRY_SEGMENT] < 0 || comes_before(found, entry)) {
      memcpy(entry, found, n_words * sizeof *entry);
    }
  }
  for (int64_t b = 0; b < n_blocks; b++) {
    if (journal->entries[(size_t)b * n_words + ENTRY_SEGMENT] >= 0) continue;
    if (!speaks) return EXIT_CODE_FILE;
    return failure(EXIT_CODE_FILE,
                   "block %" PRId64 " of %" PRId64 " is in none of the %d segments of %s"
                   " (%" PRId64 " damaged records)",
                   b, n_blocks, journal->n_segments, journal->content->journal, list->n_damaged);
  }
  return EXIT_CODE_OK;
}

static void sum_rows(struct journal *journal)
{
  const int64_t n_blocks = journal->content->n_blocks;

  for (int t = 0; t < journal->content->n_tables; t++) {
    int64_t *start = journal->row_start + t * (n_blocks + 1);
    const int64_t *n_rows = journal->entries + ENTRY_WORDS + t;

    for (int64_t b = 0; b < n_blocks; b++) {
      start[b + 1] = start[b] + n_rows[(size_t)b * entry_words(journal)];
    }
  }
}

static int index_segments(MPI_Comm comm, struct journal *journal)
{
  const struct results_content *content = journal->content;
  struct block_list list = {0};
  int rank, n_ranks, code = EXIT_CODE_OK;

  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &n_ranks);
  for (int s = rank; s < journal->n_segments && code == EXIT_CODE_OK; s += n_ranks) {
    code = segment_list(journal->paths[s], s, content->n_tables, content->tables, &list);
  }
  code = agreed(comm, code);
  if (code == EXIT_CODE_OK) {
    share_list(comm, &list);
    code = arrange_blocks(journal, &list, rank == 0);
  }
  free(list.values);
  if (code == EXIT_CODE_OK) sum_rows(journal);
  return code;
}

int journal_open(MPI_Comm comm, const struct results_content *content, struct journal **journal)
{
  struct journal *opened = *journal = memory_new(1, sizeof *opened);
  const size_t n_blocks = (size_t)content->n_blocks;

  opened->content = content;
  opened->arena = arena_create();
  opened->entries = memory_new(n_blocks * entry_words(opened), sizeof *opened->entries);
  opened->row_start = memory_new((size_t)content->n_tables * (n_blocks + 1),
                                 sizeof *opened->row_start);
  for (int k = 0; k < N_OPEN; k++) opened->open_segment[k] = -1;
  if (n_blocks == 0) return EXIT_CODE_OK;
  TRY(find_segments(comm, opened));
  return index_segments(comm, opened);
}

void journal_close(struct journal **journal)
{
  if (!*journal) return;
  for (int k = 0; k < N_OPEN; k++) {
    if ((*journal)->open_segment[k] >= 0) close((*journal)->descriptor[k]);
  }
  free((*journal)->entries);
  free((*journal)->row_start);
  arena_destroy(&(*journal)->arena);
  free(*journal);
  *journal = NULL;
}

int64_t journal_n_rows(const struct journal *journal, int table)
{
  const int64_t n_blocks = journal->content->n_blocks;

  return journal->row_start[table * (n_blocks + 1) + n_blocks];
}

static int open_segment(struct journal *journal, int64_t segment, int *descriptor)
{
  const int64_t place = segment % N_OPEN;

  if (journal->open_segment[place] != segment) {
    if (journal->open_segment[place] >= 0) close(journal->descriptor[place]);
    journal->open_segment[place] = -1;
    journal->descriptor[place] = open(journal->paths[segment], O_RDONLY | O_CLOEXEC);
    if (journal->descriptor[place] < 0) {
      return failure(EXIT_CODE_FILE, "cannot open %s: %s", journal->paths[segment],
                     strerror(errno));
    }
    journal->open_segment[place] = segment;
  }
  *descriptor = journal->descriptor[place];
  return EXIT_CODE_OK;
}

/* Rows first..first+n_rows-1 of one block go to row `to` of the columns. */
static int read_block(struct journal *journal, int table, const int64_t *entry,
                      const int64_t rows[3], char *const *columns)
{
  const struct table_layout *layout = &journal->content->tables[table];
  const int64_t first = rows[0], n_rows = rows[1], to = rows[2];
  int64_t offset = entry[ENTRY_OFFSET];
  int descriptor = -1;

  TRY(open_segment(journal, entry[ENTRY_SEGMENT], &descriptor));
  for (int t = 0; t < table; t++) {
    offset += entry[ENTRY_WORDS + t] * (int64_t)row_size(&journal->content->tables[t]);
  }
  for (int c = 0; c < layout->n_columns; c++) {
    const int64_t size = (int64_t)column_size(layout->columns[c].type);

    TRY(disk_read(descriptor, journal->paths[entry[ENTRY_SEGMENT]], columns[c] + to * size,
                  (size_t)(n_rows * size), offset + first * size));
    offset += entry[ENTRY_WORDS + table] * size;
  }
  return EXIT_CODE_OK;
}

static int64_t block_of_row(const int64_t *row_start, int64_t n_blocks, int64_t row)
{
  int64_t low = 0, high = n_blocks; /* row_start[low] <= row < row_start[high] */

  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;

    if (row_start[middle] <= row)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/** Rows of other tables, counted within their block so far, become rows of the file. */
static void number_rows(const struct journal *journal, int table, int64_t block,
                        const int64_t rows[3], char *const *columns)
{
  const struct table_layout *layout = &journal->content->tables[table];
  const int64_t n_blocks = journal->content->n_blocks;

  for (int c = 0; c < layout->n_columns; c++) {
    char *cells = columns[c] + (size_t)rows[2] * sizeof(int64_t);

    if (layout->columns[c].type != COLUMN_ROW) continue;
    for (int64_t i = 0; i < rows[1]; i++, cells += sizeof(int64_t)) {
      int64_t row; /* cells need not be aligned */

      memcpy(&row, cells, sizeof row);
      row += journal->row_start[layout->columns[c].of_table * (n_blocks + 1) + block];
      memcpy(cells, &row, sizeof row);
    }
  }
}

int journal_read(struct journal *journal, int table, int64_t first, int64_t n_rows,
                 char *const *columns)
{
  const int64_t n_blocks = journal->content->n_blocks;
  const int64_t *start = journal->row_start + table * (n_blocks + 1);
  int64_t done = 0;

  if (n_rows == 0) return EXIT_CODE_OK;
  for (int64_t b = block_of_row(start, n_blocks, first); done < n_rows; b++) {
    const int64_t from = first + done - start[b];
    const int64_t left = n_rows - done, there = start[b + 1] - start[b] - from;
    const int64_t rows[3] = {from, left < there ? left : there, done};

    if (rows[1] == 0) continue;
    TRY(read_block(journal, table, journal->entries + (size_t)b * entry_words(journal), rows,
                   columns));
    number_rows(journal, table, b, rows, columns);
    done += rows[1];
  }
  return EXIT_CODE_OK;
}
