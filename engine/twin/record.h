/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record.h
 * Event records as NONMEM means them: what was done to patients and when they were observed. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** EVID */
enum record_event {
  RECORD_OBSERVATION,
  RECORD_DOSE,
  RECORD_OTHER, /* covariates change */
  RECORD_RESET,
  RECORD_RESET_AND_DOSE
};

/** RATE, beside numbers above 0 */
enum { RATE_BOLUS = 0, RATE_OF_MODEL = -1, DURATION_OF_MODEL = -2 };

struct record {
  double time;                   /* in the model's time */
  double amount, rate, interval; /* AMT, RATE, II: the state's unit and the model's time */
  int32_t additional;            /* ADDL */
  int32_t occasion;              /* OCC, 0 without */
  int32_t line, column;          /* in the file: of the record, of its amount */
  int16_t state, route;          /* of a dose: where it goes; how, -1 where no route ends */
  unsigned char event;           /* enum record_event */
  unsigned char steady_state;    /* SS: 0, 1 or 2 */
};

/** With whose covariates a patient lives between two records. */
enum covariate_rule {
  COVARIATES_NEXT,  /* those of the next record (NONMEM) */
  COVARIATES_LAST,  /* those of the last one */
  COVARIATES_LINEAR /* between the two, linearly in time; given parameters are the next one's */
};

/** How a patient's simulation ended; what is not OK holds from the first row without values on. */
enum record_status {
  RECORD_OK,
  RECORD_TOO_MANY_STEPS,
  RECORD_STEP_TOO_SMALL,
  RECORD_NOT_FINITE,
  RECORD_NO_STEADY_STATE,
  RECORD_STEADY_STATE_UNSOLVED,  /* the solver cannot follow the patient from dose to dose */
  RECORD_STEADY_STATE_OF_EVENTS, /* events that assign: what waits belongs to the state, too */
  RECORD_STEADY_STATE_OF_TIME,   /* rates that depend on TIME have none */
  RECORD_DOSE_UNDEFINED,         /* its lag, fraction, rate or duration makes no sense */
  RECORD_LAG_AND_INTERVAL,       /* a steady state whose lag is not shorter than its interval */
  RECORD_ENDLESS_EVENTS,
  N_RECORD_STATUSES
};
extern const char *const record_status_names[N_RECORD_STATUSES];

enum { RECORD_ID_BYTES = 17 }; /* 16 characters */

/** Records first .. first + n - 1 of a batch. */
struct record_patient {
  char id[RECORD_ID_BYTES]; /* as in the file */
  size_t first, n;
  int64_t number; /* of the patient in the file, from 0 */
  enum record_status status;
  size_t failed_at; /* record of the batch; first + n when all is well */
};

/** Whole patients with their records and what came out of them. */
struct record_batch {
  size_t n_patients, n_records;
  struct record_patient *patients;
  struct record *records;
  double *given;   /* [record][covariate, then given parameter] */
  double *outputs; /* [record][output]; NaN from the record on at which a patient failed */
  size_t n_given, n_outputs;
  size_t patient_capacity, record_capacity, given_capacity, output_capacity;
};

void record_batch_clear(struct record_batch *batch); /* frees */
void record_batch_empty(struct record_batch *batch); /* keeps the memory */
struct record_patient *record_batch_add_patient(struct record_batch *batch);
/** A zeroed record of the last patient; `given` is set to its row [n_given]. Both are valid until
 *  the next one is added. */
struct record *record_batch_add(struct record_batch *batch, double **given);
/** Room for the outputs of all records. */
void record_batch_make_room(struct record_batch *batch, size_t n_outputs);
