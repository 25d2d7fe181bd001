/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/trial_report.h
 * Everything that is told about a finished run: who was simulated and who failed, the planned
 * analyses, the comparison with the published trial. Printed as text or as JSON. */
#pragma once
#include <stdio.h>
#include "acceptance.h"
#include "analysis_plan.h"
#include "trial_analysis.h"
#include "trial_rows.h"

/** Patients of an arm by what became of them, over all replicates. */
struct arm_disposition {
  const struct planned_arm *arm;
  size_t n_randomised, n_failed;
  size_t *n_of_status; /* [status], as trial_rows.status_names */
  size_t n_without_status;
};

struct trial_report {
  const struct analysis_plan *plan; /* borrowed, as the rows */
  const struct trial_rows *rows;
  struct arm_disposition *arms; /* [plan->n_arms] */
  size_t n_patients, n_failed, n_not_randomised;
  int n_analyses, n_published;
  struct trial_analysis *analyses;
  struct acceptance *published;
  struct arena *arena;
};

/** Runs everything that is planned. EXIT_CODE_INVALID_INPUT when the file lacks what the plan
 * names; a planned analysis that makes no sense is reported with its problem. */
int trial_report_create(const struct analysis_plan *plan, const struct trial_rows *rows,
                        struct trial_report *report);
void trial_report_clear(struct trial_report *report);
/** Whether a planned analysis could not be done. */
int trial_report_has_problem(const struct trial_report *report);

/** A table for people: ASCII, at most 100 columns. */
void trial_report_print(const struct trial_report *report, FILE *out);
/** The same and the figures of every replicate, as JSON: doubles in full, keys in a fixed order,
 * null where a figure cannot be given. */
void trial_report_json(const struct trial_report *report, FILE *out);
