/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/layout.h
 * The tables of a results file and their columns, for one plan. Every table of patients begins with
 * `replicate` and `pat`, and its rows are in the order replicate, patient, time. */
#pragma once
#include "base/column_table.h"
#include "plan/plan.h"

enum table {
  TABLE_COHORT,
  TABLE_RANDOMISATION,
  TABLE_DISPOSITION,
  TABLE_PARAMETERS,
  TABLE_ETAS,
  TABLE_DOSING,
  TABLE_OBSERVATIONS,
  TABLE_TIME_TO_EVENT,
  TABLE_NUMERICS,
  TABLE_INDEX,
  TABLE_FIRST_ENDPOINT /* one for each endpoint that is not a time to an event */
};

/** Columns after replicate and pat, in the order of the layout. */
enum { COLUMN_REPLICATE, COLUMN_PATIENT, COLUMN_FIRST };
enum { COHORT_USUBJID = COLUMN_FIRST, COHORT_ATTEMPT, COHORT_COVARIATES };
enum { RANDOMISATION_ARM = COLUMN_FIRST, RANDOMISATION_STRATUM, RANDOMISATION_BLOCK };
enum { DISPOSITION_ARM = COLUMN_FIRST, DISPOSITION_STATUS, DISPOSITION_TIME };
enum {
  DOSING_TIME = COLUMN_FIRST,
  DOSING_TREATMENT,
  DOSING_AMOUNT,
  DOSING_RATE,
  DOSING_INTERVAL,
  DOSING_ADDITIONAL,
  DOSING_RULE
};
enum {
  OBSERVATION_VISIT = COLUMN_FIRST,
  OBSERVATION_TIME,
  OBSERVATION_ANALYTE,
  OBSERVATION_TRUE,
  OBSERVATION_MEASURED
};
enum { CHANGE_TIME = COLUMN_FIRST, CHANGE_COVARIATE, CHANGE_VALUE };
enum { EVENT_ARM = COLUMN_FIRST, EVENT_PARAMETER, EVENT_TIME, EVENT_CENSORED };
enum { NUMERICS_STEPS = COLUMN_FIRST, NUMERICS_REJECTED };
enum { INDEX_FIRST_OBSERVATION = COLUMN_FIRST, INDEX_OBSERVATIONS, INDEX_FIRST_DOSE, INDEX_DOSES };
enum { ENDPOINT_ARM = COLUMN_FIRST, ENDPOINT_AVAL };

struct layout {
  int n_tables;
  const struct table_layout *tables; /* [table] */
  const int *endpoints;              /* [table - TABLE_FIRST_ENDPOINT] of the plan */
  int n_small;
  struct column_table *small; /* /study/...: the same on every rank */
  int **parameters, **etas;   /* [scenario][of the model] column in its table */
  int **mixtures;             /* likewise, in the table of the parameters */
  int changes;                /* the last table, of covariates that change; -1: none does */
  int lloq, uloq;             /* columns of the observations, each before its flag; -1: no limits */
};

/** Names and lists are the arena's; release the small tables with layout_clear(). */
void layout_create(const struct plan *plan, struct arena *arena, struct layout *layout);
void layout_clear(struct layout *layout);
