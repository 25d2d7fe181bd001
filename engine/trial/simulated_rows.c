/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/simulated_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void row_text_append(struct row_text *text, const char *bytes, size_t n)
{
  text->bytes = memory_grow(text->bytes, text->n + n, &text->capacity, 1);
  memcpy(text->bytes + text->n, bytes, n);
  text->n += n;
}

static void append_text(struct row_text *text, const char *words)
{
  row_text_append(text, words, strlen(words));
}

static void append_number(struct row_text *text, double value)
{
  char digits[40];

  if (isnan(value)) {
    row_text_append(text, ",NA", 3);
    return;
  }
  for (int n = 15; n <= 17; n++) {
    snprintf(digits, sizeof digits, ",%.*g", n, value);
    if (n == 17 || strtod(digits + 1, NULL) == value) break;
  }
  append_text(text, digits);
}

void simulated_header(const struct simulated_columns *columns, struct row_text *text)
{
  char name[RECORD_RESULT_NAME_BYTES];

  append_text(text, "ID,TIME,EVID");
  for (int i = 0; i < columns->n; i++) {
    record_result_name(columns->model, &columns->results[i], name);
    row_text_append(text, ",", 1);
    append_text(text, name);
  }
  append_text(text, ",STATUS\n");
}

static enum record_status status_at(const struct record_patient *patient, size_t record)
{
  return record >= patient->failed_at ? patient->status : RECORD_OK;
}

void simulated_text(const struct record_batch *batch, struct row_text *text)
{
  for (size_t p = 0; p < batch->n_patients; p++) {
    const struct record_patient *patient = &batch->patients[p];

    for (size_t i = patient->first; i < patient->first + patient->n; i++) {
      const struct record *record = &batch->records[i];
      const char event[] = {',', (char)('0' + record->event)};

      append_text(text, patient->id);
      append_number(text, record->time);
      row_text_append(text, event, sizeof event);
      for (size_t o = 0; o < batch->n_outputs; o++)
        append_number(text, batch->outputs[i * batch->n_outputs + o]);
      row_text_append(text, ",", 1);
      append_text(text, record_status_names[status_at(patient, i)]);
      row_text_append(text, "\n", 1);
    }
  }
}

enum { FIRST_OUTPUT = 3 };

static struct column result_column(const struct simulated_columns *results, int i,
                                   struct arena *arena)
{
  static const char *const labels[] = {NULL, "measured", "1: quantified, 0: at a limit"};
  const struct record_result *result = &results->results[i];
  const struct model_output *output = &results->model->outputs[result->output];
  char *name = arena_new(arena, RECORD_RESULT_NAME_BYTES, 1);

  record_result_name(results->model, result, name);
  return (struct column){.name = name,
                         .type = COLUMN_REAL,
                         .units = result->value == RECORD_QUANTIFIED ? NULL : output->unit_text,
                         .label = result->value == RECORD_TRUTH ? output->label
                                                                : labels[result->value]};
}

const struct table_layout *simulated_layout(const struct simulated_columns *results,
                                            struct arena *arena)
{
  static const char *const events[] = {"observation", "dose", "other", "reset", "reset and dose"};
  const int n = FIRST_OUTPUT + results->n + 1;
  struct column *columns = arena_new(arena, (size_t)n, sizeof *columns);
  struct table_layout *layout = arena_new(arena, 1, sizeof *layout);

  columns[0] = (struct column){.name = "ID", .type = COLUMN_TEXT16, .label = "Patient"};
  columns[1] = (struct column){
      .name = "TIME", .type = COLUMN_REAL, .units = results->model->time_text, .label = "Time"};
  columns[2] = (struct column){.name = "EVID",
                               .type = COLUMN_CODE,
                               .label = "Event",
                               .n_categories = 5,
                               .categories = events};
  for (int i = 0; i < results->n; i++) columns[FIRST_OUTPUT + i] = result_column(results, i, arena);
  columns[n - 1] = (struct column){.name = "STATUS",
                                   .type = COLUMN_CODE,
                                   .label = "How the simulation went",
                                   .n_categories = N_RECORD_STATUSES,
                                   .categories = record_status_names};
  *layout = (struct table_layout){"/records", "Outputs at the records of the event file", n,
                                  columns};
  return layout;
}

void simulated_table(const struct record_batch *batch, struct column_table *table)
{
  column_table_empty(table);
  for (size_t p = 0; p < batch->n_patients; p++) {
    const struct record_patient *patient = &batch->patients[p];

    for (size_t i = patient->first; i < patient->first + patient->n; i++) {
      const struct record *record = &batch->records[i];
      const size_t row = column_table_add_row(table);
      int column = 0;

      column_table_text(table, row, column++, patient->id);
      column_table_real(table, row, column++, record->time);
      column_table_int(table, row, column++, record->event);
      for (size_t o = 0; o < batch->n_outputs; o++)
        column_table_real(table, row, column++, batch->outputs[i * batch->n_outputs + o]);
      column_table_int(table, row, column, status_at(patient, i));
    }
  }
}
