/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "twin/record_reading.h"

enum { MOST_PATIENTS = 256, MOST_RECORDS = 1 << 16 };

static bool read_header(struct record_reader *reader)
{
  struct record_lines *lines = &reader->lines;
  struct text *names;

  if (!record_lines_next(lines)) {
    const struct place at = record_lines_place(lines, NULL);

    diagnostics_error(lines->diagnostics, &at,
                      "the file is empty; its first line should name the columns");
    return false;
  }
  if (lines->n_cells == 0) return false;
  names = arena_new(reader->arena, lines->n_cells, sizeof *names);
  for (size_t i = 0; i < lines->n_cells; i++)
    names[i] = (struct text){
        arena_text(reader->arena, lines->cells[i].text, strlen(lines->cells[i].text)),
        record_lines_place(lines, &lines->cells[i])};
  if (lines->n_cells == 1 && strpbrk(names[0].text, ";\t ")) {
    diagnostics_error(lines->diagnostics, &names[0].at,
                      "one column only; columns are separated by commas");
    return false;
  }
  return record_columns_read(reader->model, &(struct list){lines->n_cells, names, NULL},
                             reader->arena, lines->diagnostics, &reader->columns);
}

struct record_reader *record_reader_create(const struct model *model,
                                           const struct record_source *source)
{
  struct record_reader *reader = memory_new(1, sizeof *reader);
  struct arena *arena = source->arena;

  reader->model = model;
  reader->arena = arena;
  reader->rule = source->rule;
  reader->lines = (struct record_lines){.file = source->file,
                                        .name = source->name,
                                        .arena = arena,
                                        .diagnostics = source->diagnostics};
  reader->infused = arena_new(arena, (size_t)model->n_states, sizeof *reader->infused);
  if (!read_header(reader)) record_reader_destroy(&reader);
  if (!reader) return NULL;
  reader->n_given = (size_t)(model->n_covariates + reader->columns.n_parameters);
  reader->held_given = arena_new(arena, reader->n_given, sizeof *reader->held_given);
  return reader;
}

void record_reader_destroy(struct record_reader **reader)
{
  if (!*reader) return;
  record_lines_clear(&(*reader)->lines);
  free(*reader);
  *reader = NULL;
}

int record_reader_given(const struct record_reader *reader, const int **parameters)
{
  *parameters = reader->columns.parameters;
  return reader->columns.n_parameters;
}

const bool *record_reader_infused(const struct record_reader *reader)
{
  return reader->infused;
}

bool record_reader_varies(const struct record_reader *reader)
{
  return reader->varies;
}

bool record_reader_moves(const struct record_reader *reader)
{
  return reader->varies && reader->rule == COVARIATES_LINEAR;
}

/** The next record that can be read into reader->held; false at the end. */
static bool hold_next(struct record_reader *reader)
{
  while (!reader->has_held && !reader->is_done) {
    if (!record_lines_next(&reader->lines)) {
      reader->is_done = true;
      return false;
    }
    reader->has_held = reader->lines.n_cells > 0 && record_hold(reader);
    reader->has_left_out = reader->has_left_out || !reader->has_held;
  }
  return reader->has_held;
}

/** Cells without a value have that of the record before; the first ones that of the first after. */
static void fill(struct record_reader *reader, struct record_batch *batch)
{
  const struct record_patient *patient = &batch->patients[batch->n_patients - 1];

  for (size_t g = 0; g < reader->n_given; g++) {
    double *column = batch->given + patient->first * batch->n_given + g, last = (double)NAN;

    for (size_t i = 0; i < patient->n && isnan(last); i++) last = column[i * batch->n_given];
    if (isnan(last) && !reader->has_left_out) record_report_missing(reader, patient, (int)g);
    for (size_t i = 0; i < patient->n; i++) {
      double *value = &column[i * batch->n_given];

      if (isnan(*value)) *value = last;
      reader->varies = reader->varies || *value != last;
      last = *value;
    }
  }
}

static void take_held(struct record_reader *reader, struct record_batch *batch)
{
  double *given;
  struct record *record = record_batch_add(batch, &given);

  *record = reader->held;
  if (given) memcpy(given, reader->held_given, reader->n_given * sizeof *given);
  reader->has_held = false;
}

/** A patient's records are those that stand together under one ID. */
static void read_patient(struct record_reader *reader, struct record_batch *batch)
{
  struct record_patient *patient = record_batch_add_patient(batch);

  memcpy(patient->id, reader->held_id, RECORD_ID_BYTES);
  patient->number = reader->n_patients++;
  reader->last_time = -(double)INFINITY;
  reader->first_line = reader->held.line;
  do {
    record_check_time(reader);
    take_held(reader, batch);
  } while (hold_next(reader) && memcmp(patient->id, reader->held_id, RECORD_ID_BYTES) == 0);
  fill(reader, batch);
}

bool record_reader_next(struct record_reader *reader, struct record_batch *batch)
{
  record_batch_empty(batch);
  batch->n_given = reader->n_given;
  while (batch->n_patients < MOST_PATIENTS && batch->n_records < MOST_RECORDS && hold_next(reader))
    read_patient(reader, batch);
  return batch->n_patients > 0;
}
