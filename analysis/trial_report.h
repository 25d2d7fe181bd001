/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/trial_report.h
 * Everything that is told about a finished run: for each scenario who was simulated and who failed,
 * the planned analyses, the comparison with the published trial; then how far scenarios differ.
 * Printed as text or as JSON. */
#pragma once
#include <stdio.h>
#include "acceptance.h"
#include "analysis_plan.h"
#include "trial_analysis.h"
#include "trial_rows.h"

/** Patients of an arm by what became of them, over all replicates of a scenario. */
struct arm_disposition {
  const struct planned_arm *arm;
  size_t n_randomised, n_failed;
  size_t *n_of_status; /* [status], as trial_rows.status_names */
  size_t n_without_status;
};

struct scenario_report {
  const char *name, *label; /* "" when the trial has no scenarios */
  size_t n_replicates, n_patients, n_failed, n_not_randomised;
  struct arm_disposition *arms;    /* [plan->n_arms] */
  struct trial_analysis *analyses; /* [plan->n_analyses] */
  struct acceptance *published;    /* [plan->n_published] */
};

struct model_hash {
  const char *name, *sha256;
};

/** From what the numbers were computed, as the results file says; NULL where it does not. */
struct provenance {
  const char *seed, *engine_version, *inputs_sha256;
  int n_models;
  const struct model_hash *models;
};

struct trial_report {
  const struct analysis_plan *plan; /* borrowed, as the rows */
  const struct trial_rows *rows;
  struct provenance provenance; /* texts borrowed */
  size_t n_scenarios;
  struct scenario_report *scenarios;
  struct arena *arena;
};

/** Runs everything that is planned. EXIT_CODE_INVALID_INPUT when the file lacks what the plan
 *  names; a planned analysis that makes no sense is reported with its problem. */
int trial_report_create(const struct analysis_plan *plan, const struct trial_rows *rows,
                        const struct provenance *provenance, struct trial_report *report);
void trial_report_clear(struct trial_report *report);
/** Whether a planned analysis could not be done. */
int trial_report_has_problem(const struct trial_report *report);

/** The least and the greatest estimate (of an effect, or of an arm) over all scenarios. */
struct scenario_range {
  double low, high; /* NaN when no scenario has one */
  size_t n, n_without;
};
/** `arm` -1: the effect. */
struct scenario_range scenario_range(const struct trial_report *report, int analysis, int arm);

/** Tables for people: ASCII, at most 100 columns. Of several scenarios the ranges; with
 *  `is_detailed` each scenario too. */
void trial_report_print(const struct trial_report *report, int is_detailed, FILE *out);
/** The same and the figures of every replicate, as JSON: doubles in full, proportions as such, keys
 *  in a fixed order, null where a figure cannot be given. */
void trial_report_json(const struct trial_report *report, FILE *out);
