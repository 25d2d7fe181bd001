/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *const record_status_names[N_RECORD_STATUSES] = {
    "ok",
    "too many steps",
    "step too small",
    "not finite",
    "no steady state",
    "steady state not solved",
    "events assign",
    "rates depend on time",
    "undefined dose",
    "lag not below interval",
    "events without end",
};

void record_batch_clear(struct record_batch *batch)
{
  free(batch->patients);
  free(batch->records);
  free(batch->given);
  free(batch->outputs);
  *batch = (struct record_batch){0};
}

void record_batch_empty(struct record_batch *batch)
{
  batch->n_patients = batch->n_records = 0;
}

struct record_patient *record_batch_add_patient(struct record_batch *batch)
{
  batch->patients = memory_grow(batch->patients, batch->n_patients + 1, &batch->patient_capacity,
                                sizeof *batch->patients);
  batch->patients[batch->n_patients] = (struct record_patient){.first = batch->n_records};
  return &batch->patients[batch->n_patients++];
}

struct record *record_batch_add(struct record_batch *batch, double **given)
{
  struct record *record;

  batch->records = memory_grow(batch->records, batch->n_records + 1, &batch->record_capacity,
                               sizeof *batch->records);
  batch->given = memory_grow(batch->given, (batch->n_records + 1) * batch->n_given,
                             &batch->given_capacity, sizeof *batch->given);
  record = &batch->records[batch->n_records];
  *record = (struct record){0};
  *given = batch->n_given ? batch->given + batch->n_records * batch->n_given : NULL;
  batch->n_records++;
  batch->patients[batch->n_patients - 1].n++;
  return record;
}

void record_batch_make_room(struct record_batch *batch, size_t n_outputs)
{
  batch->n_outputs = n_outputs;
  batch->outputs = memory_grow(batch->outputs, batch->n_records * n_outputs,
                               &batch->output_capacity, sizeof *batch->outputs);
}
