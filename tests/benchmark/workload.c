/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 1024, MOST_COLUMNS = 16, MOST_INDIVIDUALS = 1000 };

/** Which columns of a table are wanted, in which order. */
struct selection {
  int n;
  int column[MOST_COLUMNS];
};

static int names_in(const char *const *names)
{
  int n = 0;

  while (names[n]) n++;
  return n;
}

static bool select_columns(char *header, const char *const *names, struct selection *selection)
{
  char *rest = header;
  int column = 0, found = 0;

  selection->n = names_in(names);
  for (char *name = strtok_r(header, ",\r\n", &rest); name && column < MOST_COLUMNS;
       name = strtok_r(NULL, ",\r\n", &rest), column++) {
    for (int i = 0; i < selection->n; i++) {
      if (strcmp(names[i], name) != 0) continue;
      selection->column[i] = column;
      found++;
    }
  }
  return found == selection->n;
}

static bool read_row(char *line, const struct selection *selection, double *row)
{
  double numbers[MOST_COLUMNS];
  char *p = line;
  int n = 0;

  while (n < MOST_COLUMNS) {
    char *end;

    numbers[n] = strtod(p, &end);
    if (end == p) return false;
    n++;
    if (*end != ',') break;
    p = end + 1;
  }
  for (int i = 0; i < selection->n; i++) {
    if (selection->column[i] >= n) return false;
    row[i] = numbers[selection->column[i]];
  }
  return true;
}

/** At most `most` rows of `stride` numbers each; how many, or -1. */
static int read_table(const char *command, const char *const *names, int most, int stride,
                      double *rows)
{
  FILE *stream = popen(command, "r");
  char line[LINE_BYTES];
  struct selection selection;
  int n = -1;

  if (!stream) return -1;
  if (fgets(line, sizeof line, stream) && select_columns(line, names, &selection)) n = 0;
  while (n >= 0 && n < most && fgets(line, sizeof line, stream))
    n = read_row(line, &selection, rows + n * stride) ? n + 1 : -1;
  while (fgets(line, sizeof line, stream)) continue; /* or the command dies of a closed pipe */
  return pclose(stream) == 0 ? n : -1;
}

bool workload_load(const struct workload *workload, const char *folder, struct workload_data *data)
{
  const int n_rows = REFERENCE_PATIENTS * workload->n_samples;
  char command[4096];

  data->n_outputs = names_in(workload->outputs);
  data->parameters = calloc(MOST_INDIVIDUALS * MOST_PARAMETERS, sizeof *data->parameters);
  data->reference = calloc((size_t)(n_rows * data->n_outputs), sizeof *data->reference);
  snprintf(command, sizeof command, "cat '%s/%s-individuals.csv'", folder, workload->individuals);
  data->n_individuals = data->parameters
                            ? read_table(command, workload->parameters, MOST_INDIVIDUALS,
                                         MOST_PARAMETERS, data->parameters)
                            : -1;
  if (data->n_individuals < REFERENCE_PATIENTS) {
    fprintf(stderr, "cannot read %d individuals: %s\n", REFERENCE_PATIENTS, command);
    return false;
  }
  snprintf(command, sizeof command, "gzip -dc '%s/%s-reference.csv.gz'", folder, workload->name);
  if (!data->reference ||
      read_table(command, workload->outputs, n_rows, data->n_outputs, data->reference) != n_rows) {
    fprintf(stderr, "cannot read %d rows: %s\n", n_rows, command);
    return false;
  }
  return true;
}

void workload_clear(struct workload_data *data)
{
  free(data->parameters);
  free(data->reference);
  *data = (struct workload_data){0};
}

double workload_error(const struct workload *workload, const struct workload_data *data,
                      const double *values, int output)
{
  const int n = workload->n_samples;
  double worst = 0;

  for (int i = 0; i < REFERENCE_PATIENTS; i++) {
    const double *reference = data->reference + i * n * data->n_outputs + output;
    const double *value = values + i * n * data->n_outputs + output;
    double peak = 0;

    for (int t = 0; t < n; t++) peak = fmax(peak, fabs(reference[t * data->n_outputs]));
    for (int t = 0; t < n; t++) {
      const double expected = reference[t * data->n_outputs];
      const double error = fabs(value[t * data->n_outputs] - expected) /
                           fmax(fabs(expected), 1e-3 * peak);

      if (!(error <= worst)) worst = error;
      if (isnan(error)) return error;
    }
  }
  return worst;
}
