/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/results_example.h
 * Two small tables, a folder that goes away, and an ear on stderr, for the tests of results. */
#pragma once
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/column_table.h"
#include "base/failure.h"
#include "results/results.h"

static const char *const example_arms[] = {"placebo", "10 \xc2\xb5g"};
static const struct column example_subject_columns[] = {
    {.name = "pat", .type = COLUMN_INT32, .label = "Patient"},
    {.name = "USUBJID", .type = COLUMN_TEXT16, .label = "Unique subject identifier"},
    {.name = "arm",
     .type = COLUMN_CODE,
     .label = "Planned arm",
     .n_categories = 2,
     .categories = example_arms},
    {.name = "WT", .type = COLUMN_REAL, .units = "kg", .label = "Body weight"},
};
static const struct column example_visit_columns[] = {
    {.name = "visit", .type = COLUMN_INT16, .label = "Visit"},
    {.name = "DV", .type = COLUMN_REAL, .units = "mg/L", .label = "Concentration"},
};
static const struct table_layout example_layouts[] = {
    {.path = "/cohort", .label = "Patients", .n_columns = 4, .columns = example_subject_columns},
    {.path = "/pk/obs", .label = "Observations", .n_columns = 2, .columns = example_visit_columns},
};
enum { EXAMPLE_TABLES = 2 };

static char example_folder[64];

static inline const char *in_folder(const char *name)
{
  static char paths[4][256];
  static int next;
  char *path = paths[next++ % 4];

  snprintf(path, sizeof paths[0], "%s/%s", example_folder, name);
  return path;
}

/* The block's own number is in every row, and `mark` tells who wrote it. */
static inline int write_example_block(struct segment *segment, int64_t block, int n_rows, int mark)
{
  struct column_table tables[EXAMPLE_TABLES];
  int code;

  for (int t = 0; t < EXAMPLE_TABLES; t++) column_table_create(&example_layouts[t], &tables[t]);
  for (int k = 0; k < n_rows; k++) {
    const size_t row = column_table_add_row(&tables[0]);

    column_table_int(&tables[0], row, 0, block * 1000 + k);
    column_table_text(&tables[0], row, 1, "a name of 16 by.");
    column_table_int(&tables[0], row, 2, mark);
    if (k > 0) column_table_real(&tables[0], row, 3, 70.5 + k);
    for (int v = 0; v < 3; v++) {
      const size_t visit = column_table_add_row(&tables[1]);

      column_table_int(&tables[1], visit, 0, v);
      column_table_real(&tables[1], visit, 1, (double)block + v / 10.0);
    }
  }
  code = segment_write(segment, block, EXAMPLE_TABLES, tables);
  for (int t = 0; t < EXAMPLE_TABLES; t++) column_table_clear(&tables[t]);
  return code;
}

static inline void remove_files(const char *folder)
{
  DIR *open_folder = opendir(folder);
  const struct dirent *entry;
  char path[1024];

  while (open_folder && (entry = readdir(open_folder)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path) continue;
    if (unlink(path) != 0) {
      remove_files(path);
      rmdir(path);
    }
  }
  if (open_folder) closedir(open_folder);
}

static inline int start_with_a_folder(void **state)
{
  (void)state;
  strcpy(example_folder, "/tmp/twintrial_test_XXXXXX");
  return mkdtemp(example_folder) && mkdir(in_folder("journal"), 0777) == 0 ? 0 : -1;
}

static inline int end_with_a_folder(void **state)
{
  (void)state;
  remove_files(example_folder);
  return rmdir(example_folder);
}

static inline int is_there(const char *name)
{
  return access(in_folder(name), F_OK) == 0;
}

static inline size_t load_bytes(const char *path, char *bytes, size_t room)
{
  FILE *file = fopen(path, "rb");
  size_t n_bytes;

  assert_non_null(file);
  n_bytes = fread(bytes, 1, room, file);
  assert_true(n_bytes < room);
  fclose(file);
  return n_bytes;
}

static inline void save_bytes(const char *path, const char *bytes, size_t n_bytes)
{
  FILE *file = fopen(path, "wb");

  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, n_bytes, file), n_bytes);
  assert_int_equal(fclose(file), 0);
}

static inline rlim_t limit_file_size(rlim_t bytes)
{
  struct rlimit limit;
  rlim_t old;

  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  old = limit.rlim_cur;
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  return old;
}

/* What `descriptor` (1 or 2) is given between the two calls. */
static int example_saved;

static inline void listen_to(int descriptor)
{
  const int ear = open(in_folder("heard"), O_RDWR | O_CREAT | O_TRUNC, 0666);

  fflush(stdout);
  assert_true(ear >= 0);
  example_saved = dup(descriptor);
  dup2(ear, descriptor);
  close(ear);
}

static inline const char *heard(int descriptor)
{
  static char words[65536];

  fflush(stdout);
  dup2(example_saved, descriptor);
  close(example_saved);
  words[load_bytes(in_folder("heard"), words, sizeof words)] = '\0';
  unlink(in_folder("heard"));
  return words;
}
