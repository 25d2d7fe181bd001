/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/trial_rows.h
 * The rows of a results file that analyses need, checked to speak of the same patients: one row per
 * replicate and patient, ordered by replicate, then patient. */
#pragma once
#include <stddef.h>
#include "base/column_table.h"

/** As read from the file; borrowed. NULL where the file has no such table. */
struct trial_tables {
  const struct column_table *randomisation, *disposition, *cohort;
  const struct column_table *replicates; /* /study/replicates; NULL: one scenario */
  const struct column_table *time_to_event;
  int n_endpoints;
  const char *const *endpoint_names;                /* [endpoint], the names of /pd/<name> */
  const struct column_table *const *endpoint_table; /* [endpoint] */
};

/** The rows of one replicate. */
struct replicate_rows {
  int replicate; /* its number in the file */
  int within;    /* its number in its scenario: scenarios share its random numbers */
  size_t first, n;
};

/** The replicates of one scenario, a variant of the trial, which follow each other. */
struct scenario_rows {
  const char *name; /* borrowed from the file; "" when it does not tell */
  size_t first, n;  /* of trial_rows.replicates */
};

struct trial_rows {
  struct trial_tables tables;
  size_t n; /* patients over all replicates */
  size_t n_replicates;
  struct replicate_rows *replicates;
  size_t n_scenarios;
  struct scenario_rows *scenarios;
  int n_arms;
  const char *const *arm_names; /* borrowed from the file */
  int *arm;                     /* [row], code; -1 not randomised */
  int n_statuses;
  const char *const *status_names; /* the first is "ok" */
  int *status;                     /* [row], 0 ok, otherwise the reason; -1 not stated */
};

/** EXIT_CODE_INVALID_INPUT with a message when a table is missing or tables disagree. */
int trial_rows_create(const struct trial_tables *tables, struct trial_rows *rows);
void trial_rows_clear(struct trial_rows *rows);
/** A patient without a status has failed: nobody vouches for the values. */
int trial_rows_is_failed(const struct trial_rows *rows, size_t row);
int trial_rows_arm_named(const struct trial_rows *rows, const char *name); /* -1 when absent */

/** Values of one endpoint. */
struct endpoint_rows {
  double *value; /* [row]; NaN missing; time in days of a time to event */
  int *event;    /* [row]: 1 event, 0 censored, -1 missing; NULL for other endpoints */
};
/** EXIT_CODE_INVALID_INPUT with a message when the file lacks the endpoint. Clear with
 *  endpoint_rows_clear(). */
int endpoint_rows_of_value(const struct trial_rows *rows, const char *endpoint,
                           struct endpoint_rows *values);
int endpoint_rows_of_time(const struct trial_rows *rows, const char *endpoint,
                          struct endpoint_rows *values);
void endpoint_rows_clear(struct endpoint_rows *values);

/** Index of a column, -1 when absent. */
int table_column(const struct column_table *table, const char *name);
/** A cell as a number: NaN for a missing code and for text. */
double table_number(const struct column_table *table, int column, size_t row);
