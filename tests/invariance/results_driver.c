/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small program that stores blocks and assembles a results file; results_ranks.sh runs it on
 * several numbers of ranks and compares the bytes.
 *   results_driver write FILE JOURNAL N_BLOCKS ROWS_PER_BLOCK   under mpirun
 *   results_driver assemble FILE JOURNAL N_BLOCKS               under mpirun
 *   results_driver show FILE                                    without MPI_Init */
#include <inttypes.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/column_table.h"
#include "base/failure.h"
#include "results/results.h"

static const char *const arms[] = {"placebo", "active \xc2\xb5"};
static const struct column subject_columns[] = {
    {.name = "pat", .type = COLUMN_INT32, .label = "Patient"},
    {.name = "USUBJID", .type = COLUMN_TEXT16, .label = "Unique subject identifier"},
    {.name = "arm", .type = COLUMN_CODE, .label = "Arm", .n_categories = 2, .categories = arms},
    {.name = "WT", .type = COLUMN_REAL, .units = "kg", .label = "Body weight"},
};
static const struct column observation_columns[] = {
    {.name = "pat", .type = COLUMN_INT32, .label = "Patient"},
    {.name = "visit", .type = COLUMN_INT16, .label = "Visit"},
    {.name = "time_h", .type = COLUMN_REAL, .units = "h", .label = "Time since first dose"},
    {.name = "DV", .type = COLUMN_REAL, .units = "mg/L", .label = "Observed concentration"},
    {.name = "TRUE", .type = COLUMN_REAL, .units = "mg/L", .label = "True concentration"},
};
static const struct table_layout layouts[] = {
    {.path = "/cohort", .label = "Patients", .n_columns = 4, .columns = subject_columns},
    {.path = "/pk/obs", .label = "Observations", .n_columns = 5, .columns = observation_columns},
    {.path = "/events", .label = "Nothing happened", .n_columns = 2, .columns = subject_columns},
};
enum { N_TABLES = 3 };
static const struct column arm_columns[] = {
    {.name = "arm", .type = COLUMN_CODE, .label = "Arm", .n_categories = 2, .categories = arms},
    {.name = "ratio", .type = COLUMN_REAL, .units = "1", .label = "Allocation ratio"},
};
static const struct table_layout arm_layout = {
    .path = "/study/arms", .label = "Arms", .n_columns = 2, .columns = arm_columns};

static void add_subject(struct column_table *table, int64_t patient)
{
  const size_t row = column_table_add_row(table);
  char name[24];

  snprintf(name, sizeof name, "S%015" PRId64, patient);
  column_table_int(table, row, 0, patient);
  column_table_text(table, row, 1, name);
  if (patient % 3) column_table_int(table, row, 2, patient % 2);
  column_table_real(table, row, 3, 70 + (double)(patient % 9));
}

static void fill_block(struct column_table *tables, int64_t block, int64_t rows_per_block)
{
  const int64_t n_rows = rows_per_block + block % 5 - 2; /* blocks of different lengths */

  for (int t = 0; t < N_TABLES; t++) column_table_empty(&tables[t]);
  for (int64_t k = 0; k < n_rows; k++) {
    const size_t row = column_table_add_row(&tables[1]);
    const int64_t patient = block * (rows_per_block + 2) + k;

    column_table_int(&tables[1], row, 0, patient);
    column_table_int(&tables[1], row, 1, k % 100);
    column_table_real(&tables[1], row, 2, (double)k / 7);
    if (k % 3) column_table_real(&tables[1], row, 3, 1 / (double)(patient + 1));
    column_table_real(&tables[1], row, 4, (double)patient);
    if (k % 8 == 0) add_subject(&tables[0], patient);
  }
}

/* Every rank its own blocks, the last first. */
static int store_blocks(const char *journal, int64_t n_blocks, int64_t rows_per_block)
{
  struct column_table tables[N_TABLES];
  struct segment *segment;
  char path[4096];
  int rank, n_ranks, code;

  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
  mkdir(journal, 0777);
  snprintf(path, sizeof path, "%s/%05d.segment", journal, rank);
  code = segment_create(path, &segment);
  for (int t = 0; t < N_TABLES; t++) column_table_create(&layouts[t], &tables[t]);
  for (int64_t b = n_blocks - 1; b >= 0 && code == EXIT_CODE_OK; b--) {
    if ((b * 7 + b / 3) % n_ranks != rank) continue;
    fill_block(tables, b, rows_per_block);
    code = segment_write(segment, b, N_TABLES, tables);
  }
  for (int t = 0; t < N_TABLES; t++) column_table_clear(&tables[t]);
  return segment_close(&segment) == EXIT_CODE_OK ? code : EXIT_CODE_FILE;
}

static int assemble(const char *path, const char *journal, int64_t n_blocks)
{
  static const char yaml[] = "protocol: \"one\"\n";
  static const struct results_text texts[] = {{"/protocol/yaml", yaml, sizeof yaml - 1},
                                              {"/model/none", "", 0}};
  static const struct results_attribute attributes[] = {
      {"/", "seed", "0x000000000000002a"},
      {"/pk/obs", "note", "written by every rank"},
      {"/cohort/WT", "cdisc_name", "WEIGHT"}};
  struct column_table arm_table;
  struct results_content content = {.n_attributes = 3,
                                    .attributes = attributes,
                                    .n_texts = 2,
                                    .texts = texts,
                                    .n_small_tables = 1,
                                    .small_tables = &arm_table,
                                    .n_tables = N_TABLES,
                                    .tables = layouts,
                                    .n_blocks = n_blocks,
                                    .journal = journal};
  int code;

  column_table_create(&arm_layout, &arm_table);
  for (int arm = 0; arm < 2; arm++) {
    const size_t row = column_table_add_row(&arm_table);

    column_table_int(&arm_table, row, 0, arm);
    column_table_real(&arm_table, row, 1, 1);
  }
  code = results_write(MPI_COMM_WORLD, path, &content);
  column_table_clear(&arm_table);
  return code;
}

/* With or without blocks of its own. */
static int write_file(int n_arguments, char **argument)
{
  const int64_t n_blocks = atoll(argument[4]);
  struct rusage usage;
  double start, stored;
  int code = EXIT_CODE_OK, rank;

  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  start = MPI_Wtime();
  if (n_arguments == 6) code = store_blocks(argument[3], n_blocks, atoll(argument[5]));
  MPI_Allreduce(MPI_IN_PLACE, &code, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (code != EXIT_CODE_OK) return code;
  stored = MPI_Wtime();
  code = assemble(argument[2], argument[3], n_blocks);
  getrusage(RUSAGE_SELF, &usage);
  printf("rank %d: stored in %.2f s, assembled in %.2f s, at most %ld MiB, code %d\n", rank,
         stored - start, MPI_Wtime() - stored, usage.ru_maxrss / 1024, code);
  return code;
}

static int show_file(const char *path)
{
  struct results_file *file;
  int code;

  TRY(results_open(path, &file));
  code = results_show(file);
  results_close(&file);
  return code;
}

int main(int n_arguments, char **argument)
{
  int code;

  if (n_arguments == 3 && strcmp(argument[1], "show") == 0) return show_file(argument[2]);
  if (n_arguments != 6 && n_arguments != 5) return EXIT_CODE_INVALID_INPUT;
  MPI_Init(&n_arguments, &argument);
  code = write_file(n_arguments, argument);
  MPI_Finalize();
  return code;
}
