/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/population/cohort.h
 * Virtual patients drawn from a covariate distribution, or taken from a table of real ones. Any
 * patient by id, in any order, on any rank. Knows nothing about arms or drugs. */
#pragma once
#include "base/random_stream.h"
#include "expression/program.h"
#include "population/cohort_file.h"

/** One column of a patient's covariates; its value is in `unit`, or the index of a category. */
struct cohort_covariate {
  const char *name, *label, *unit_text; /* unit_text is NULL for categories */
  struct unit unit;
  int n_categories; /* 0 for a number */
  const char *const *categories;
};

struct cohort {
  const char *name, *title;
  const struct cohort_file *file; /* as written */
  int n_covariates;
  const struct cohort_covariate *covariates;
  int64_t n_rows; /* of a table of real patients taken in order; else 0 */
  const struct cohort_program *program;
};

/** NULL and diagnostics when the file is not a cohort. `table` is the CSV file that it names
 *  (cohort_table_path()), NULL without one. `eligibility` holds conditions (struct formula) on the
 *  covariates, from the protocol; the cohort's own are added. All memory is the arena's. */
const struct cohort *cohort_compile(const struct source *source, const struct source *table,
                                    const struct list *eligibility, struct arena *arena,
                                    struct diagnostics *diagnostics);
/** The path of the CSV file that a cohort file names, in the folder of the cohort's source unless
 * it is absolute, with the place of the name; its text is NULL when it names none. */
struct text cohort_table_path(const struct source *source, struct arena *arena,
                              struct diagnostics *diagnostics);

/** Working memory of one caller. */
struct cohort_sampler;
struct cohort_sampler *cohort_sampler_create(const struct cohort *cohort);
void cohort_sampler_destroy(struct cohort_sampler **sampler);

enum { COHORT_MAX_ATTEMPTS = 10000, COHORT_NOT_ELIGIBLE = -1, COHORT_NO_VALUE = -2 };
/** Covariates [covariate] of a patient (ids from 1), redrawn until eligible. Returns the attempt
 *  (0 is the first draw) that was taken, or
 *  COHORT_NOT_ELIGIBLE: none of COHORT_MAX_ATTEMPTS was eligible, or the patient is a row of a
 *    table with nothing left to draw again;
 *  COHORT_NO_VALUE: an expression or a parameter has no meaning for this patient (0/0, a negative
 *    standard deviation); the first covariate that is not finite is the one.
 *  Same stream, same patient. With n_rows the id is at most n_rows. */
int cohort_patient(struct cohort_sampler *sampler, const struct random_stream *stream,
                   double *covariates);
