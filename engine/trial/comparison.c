/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/comparison.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/units.h"

/** Tables round times to five digits. */
static const double time_digits = 6e-5;

/** The worst row of a patient. */
struct deviation {
  double size, expected, got, time;
  int output;
};

static bool refuse(struct comparison *comparison, const struct record_cell *cell,
                   const char *message)
{
  const struct place at = record_lines_place(&comparison->lines, cell);

  diagnostics_error(comparison->lines.diagnostics, &at, "%s", message);
  return false;
}

static int output_named(const struct model *model, const char *name)
{
  for (int i = 0; i < model->n_outputs; i++)
    if (strcasecmp(model->outputs[i].name, name) == 0) return i;
  return -1;
}

bool comparison_begin(struct comparison *comparison, const struct model *model,
                      const struct record_lines *lines)
{
  bool found = false;

  *comparison = (struct comparison){.model = model, .lines = *lines, .id = -1, .time = -1};
  if (!record_lines_next(&comparison->lines))
    return refuse(comparison, NULL, "the file is empty; its first line should name the columns");
  comparison->outputs = arena_new(lines->arena, comparison->lines.n_cells,
                                  sizeof *comparison->outputs);
  for (size_t i = 0; i < comparison->lines.n_cells; i++) {
    const char *name = comparison->lines.cells[i].text;

    comparison->outputs[i] = output_named(model, name);
    found = found || comparison->outputs[i] >= 0;
    if (strcasecmp(name, "ID") == 0) comparison->id = (int)i;
    if (strcasecmp(name, "TIME") == 0) comparison->time = (int)i;
  }
  comparison->n_columns = comparison->lines.n_cells;
  if (found) return true;
  return refuse(comparison, NULL, "no column is an output of the model");
}

void comparison_clear(struct comparison *comparison)
{
  record_lines_clear(&comparison->lines);
}

static bool read_cell(struct comparison *comparison, const struct record_cell *cell, double *value)
{
  *value = (double)NAN;
  if (record_cell_is_missing(cell)) return true;
  return number_parse(cell->text, value) || refuse(comparison, cell, "not a number");
}

/** The row that belongs to a record, or false and a message. */
static bool read_row(struct comparison *comparison, const struct record_patient *patient,
                     const struct record *record)
{
  const struct record_lines *lines = &comparison->lines;
  double time = record->time;

  if (!record_lines_next(&comparison->lines))
    return refuse(comparison, NULL, "fewer rows than there are event records");
  if (lines->n_cells != comparison->n_columns)
    return lines->n_cells > 0 && refuse(comparison, NULL, "not as many cells as column names");
  if (comparison->id >= 0) {
    const struct record_cell *cell = &lines->cells[comparison->id];
    double a, b;

    if (strcmp(cell->text, patient->id) != 0 &&
        !(number_parse(cell->text, &a) && number_parse(patient->id, &b) && a == b))
      return refuse(comparison, cell, "another ID than in this row of the events");
  }
  if (comparison->time < 0) return true;
  if (!read_cell(comparison, &lines->cells[comparison->time], &time)) return false;
  if (fabs(time - record->time) <= time_digits * fabs(record->time)) return true;
  return refuse(comparison, &lines->cells[comparison->time],
                "another TIME than in this row of the events");
}

static double deviation_of(double expected, double got)
{
  const double apart = fabs(got - expected);

  if (isnan(expected)) return 0;
  if (isnan(got)) return (double)INFINITY;
  return expected == 0 ? apart : apart / fabs(expected);
}

static bool compare_row(struct comparison *comparison, double time, const double *got,
                        struct deviation *worst)
{
  for (size_t c = 0; c < comparison->n_columns; c++) {
    const int output = comparison->outputs[c];
    double expected, size;

    if (output < 0) continue;
    if (!read_cell(comparison, &comparison->lines.cells[c], &expected)) return false;
    size = deviation_of(expected, got[output]);
    if (worst->output < 0 || size > worst->size)
      *worst = (struct deviation){size, expected, got[output], time, output};
  }
  return true;
}

static void print_worst(struct comparison *comparison, const struct record_patient *patient,
                        const struct deviation *worst, struct row_text *text)
{
  char line[200];
  const int n = snprintf(line, sizeof line, "%-16s %6zu %10.2e  %-16.16s %12.6g %14.6g %14.6g\n",
                         patient->id, patient->n, worst->size,
                         comparison->model->outputs[worst->output].name, worst->time,
                         worst->expected, worst->got);

  row_text_append(text, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
  if (worst->size > comparison->largest) comparison->largest = worst->size;
}

void comparison_header(struct row_text *text)
{
  char line[200];
  const int n = snprintf(line, sizeof line, "%-16s %6s %10s  %-16s %12s %14s %14s\n", "ID", "rows",
                         "deviation", "output", "TIME", "expected", "got");

  row_text_append(text, line, (size_t)n);
}

bool comparison_read(struct comparison *comparison, const struct record_batch *batch,
                     struct row_text *text)
{
  for (size_t p = 0; p < batch->n_patients; p++) {
    const struct record_patient *patient = &batch->patients[p];
    struct deviation worst = {.output = -1};

    for (size_t i = patient->first; i < patient->first + patient->n; i++) {
      const struct record *record = &batch->records[i];

      if (!read_row(comparison, patient, record)) return false;
      if (text &&
          !compare_row(comparison, record->time, batch->outputs + i * batch->n_outputs, &worst))
        return false;
    }
    if (text) print_worst(comparison, patient, &worst, text);
  }
  return true;
}

bool comparison_end(struct comparison *comparison)
{
  return !record_lines_next(&comparison->lines) ||
         refuse(comparison, NULL, "more rows than there are event records");
}
