/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/benchmark_case.h
 * Individuals and reference trajectories of the benchmark: comma-separated numbers under one line
 * of names, as <folder>/benchmark/<workload>-individuals.csv and -reference.csv.gz. Include after
 * reference_cases.h. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct number_table {
  int n_columns, n_rows;
  char names[16][16];
  double *numbers; /* [row][column] */
};

/** At most `most` rows of what a command prints. */
static inline struct number_table read_numbers(const char *command, int most)
{
  struct number_table table = {0};
  FILE *stream = popen(command, "r");
  char line[1024], *rest = line;

  if (!stream || !fgets(line, sizeof line, stream)) fail_msg("no output: %s", command);
  for (char *name = strtok_r(line, ",\n", &rest); name; name = strtok_r(NULL, ",\n", &rest))
    snprintf(table.names[table.n_columns++], sizeof table.names[0], "%s", name);
  table.numbers = calloc((size_t)most * (size_t)table.n_columns, sizeof *table.numbers);
  while (table.n_rows < most && fgets(line, sizeof line, stream)) {
    char *p = line;

    for (int i = 0; i < table.n_columns; i++) {
      table.numbers[table.n_rows * table.n_columns + i] = strtod(p, &p);
      p += *p == ',';
    }
    table.n_rows++;
  }
  while (fgets(line, sizeof line, stream)) continue; /* or the command dies of a closed pipe */
  assert_int_equal(pclose(stream), 0);
  return table;
}

static inline int column_named(const struct number_table *table, const char *name)
{
  for (int i = 0; i < table->n_columns; i++)
    if (strcmp(table->names[i], name) == 0) return i;
  fail_msg("no column %s", name);
  return -1;
}

static inline double number_at(const struct number_table *table, int row, int column)
{
  return table->numbers[row * table->n_columns + column];
}

static inline struct number_table benchmark_individuals(const char *workload, int most)
{
  char command[4096];

  snprintf(command, sizeof command, "cat '%s/benchmark/%s-individuals.csv'", reference_folder(),
           workload);
  return read_numbers(command, most);
}

static inline struct number_table benchmark_reference(const char *workload, int most)
{
  char command[4096];

  snprintf(command, sizeof command, "gzip -dc '%s/benchmark/%s-reference.csv.gz'",
           reference_folder(), workload);
  return read_numbers(command, most);
}
