/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/plan/plan.h
 * What a protocol, its cohort and its models say together: every reference resolved, every quantity
 * in one unit, every rule compiled. Times are whole minutes since the first dose, so that whether
 * two things coincide is never a question of rounding. */
#pragma once
#include "model/model.h"
#include "plan/inputs.h"
#include "population/cohort.h"
#include "protocol/protocol_file.h"

enum { MAX_MEASURES = 16, NO_TIME = -1 };

/** A quantity that is measured at encounters; what rules and endpoints may read. */
struct plan_measure {
  const char *name, *label, *unit_text;
  struct unit unit;
};

struct plan_visit {
  int32_t minute;
  uint32_t measures; /* bit i: measure i */
  int code;          /* index among the plan's visit names */
};

/** One covariate of a model from one of the cohort: value * factor, or category[value]. */
struct plan_link {
  int covariate;
  double factor;
  const int *category; /* NULL for a number */
};

/** One variant of the trial; without `scenarios` there is one, called "base". */
struct plan_scenario {
  const char *name, *label;
  const struct model *model;
  const char *solver;            /* its name: the protocol's, or what auto is for the model */
  const struct plan_link *links; /* [covariate of the model] */
  int outputs[MAX_MEASURES];     /* of the model, per measure */
  double factors[MAX_MEASURES];  /* from the output's unit to the measure's */
  int n_visits;
  const struct plan_visit *visits; /* by time */
  const int *routes;               /* [intervention] route of the model */
  const double *dose_factors;      /* [intervention] from its unit to the state's */
  int32_t occasion_min;            /* 0: one occasion */
};

struct plan_intervention {
  const char *name, *label, *unit_text;
  struct unit unit;
  double step; /* 0: not rounded */
};

/** Registers are -1 where the line has no such part; times are 0 where it has none. */
struct plan_action {
  int when, dose, hold_until;
  int32_t hold_min, next_encounter_min;
};

struct plan_rule {
  int code; /* index among the plan's rule names */
  int first_day, last_day, n_actions;
  const struct plan_action *actions;
};

/** An input "dose given k days before". */
struct plan_lag {
  int days, reg;
};

struct plan_administration {
  int intervention;
  int32_t start_min, frequency_min, end_min, infusion_min; /* frequency 0: one dose */
  int n_rules, n_lags, fixed_code, n_covariates, n_measures;
  const struct plan_rule *rules;
  int dose; /* register of the fixed dose, -1 with rules */
  const struct program *program;
  int first_covariate, day, last_dose; /* input registers; covariates in a row */
  int measures[MAX_MEASURES];
  const struct plan_lag *lags;
};

struct plan_arm {
  const char *name, *label;
  int ratio, n_administrations;
  const struct plan_administration *administrations;
};

/** How a covariate changes: at these minutes, or every so often. */
struct plan_course {
  int covariate;     /* of the cohort */
  int32_t every_min; /* 0: at `minutes` */
  int n;
  const int32_t *minutes; /* ascending */
  const double *values;   /* [n]; NULL: the expression's */
  int reg;                /* of the expression in the plan's course_program */
};

struct plan_stratum {
  int covariate; /* categorical, of the cohort */
};

struct plan_endpoint {
  const struct endpoint_entry *entry;
  int measure;
  double low, high; /* in the measure's unit; infinite where open */
  int32_t from_min, to_min, time_min;
};

struct plan {
  const struct protocol_file *file;
  const struct plan_inputs *inputs;
  const char *solver_options; /* "" without */
  const struct cohort *cohort;
  uint64_t seed;
  int64_t n_patients, n_replicates; /* of each scenario */
  int32_t end_min;
  int n_scenarios, n_arms, n_interventions, n_measures, n_endpoints;
  int n_visit_names, n_rule_names, n_block_sizes, n_strata;
  const struct plan_scenario *scenarios;
  const struct plan_arm *arms;
  const struct plan_intervention *interventions;
  const struct plan_measure *measures;
  const struct plan_endpoint *endpoints;
  const char *const *visit_names, *const *rule_names; /* the last visit: unscheduled */
  const int *block_sizes;
  const struct plan_stratum *strata;
  int n_courses;
  const struct plan_course *courses;
  const struct program *course_program;
  int first_course_input, course_time; /* registers; covariates at first in a row, hours */
};

/** What a command line changes of a protocol; 0: as written. The resolved copy has the changes. */
struct plan_changes {
  int64_t replicates, patients;
  double rtol;
  const char *method;
  const char *solver_options; /* for PETSc, as written; NULL without */
};

/** NULL and diagnostics when something does not fit. All memory is the arena's. */
const struct plan *plan_build(const struct plan_inputs *inputs, const struct plan_changes *changes,
                              struct arena *arena, struct diagnostics *diagnostics);
