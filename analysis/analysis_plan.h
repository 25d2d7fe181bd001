/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/analysis_plan.h
 * What the protocol wants to know: endpoints, estimands, analyses and published results, read from
 * the resolved protocol that every results file carries. */
#pragma once
#include "estimators/interval.h"
#include "estimators/risk_difference.h"

enum endpoint_type { ENDPOINT_NUMBER, ENDPOINT_RESPONDER, ENDPOINT_TIME_TO_EVENT };

struct planned_arm {
  const char *name, *label;
};

struct planned_endpoint {
  const char *name, *label;
  const char *unit; /* as in the results; "" where there is none; of times always "d" */
  enum endpoint_type type;
};

/** A variant of the trial. */
struct planned_scenario {
  const char *name, *label;
};

/** What may happen after randomisation, and how the estimand takes it (ICH E9(R1)). */
struct intercurrent_event {
  const char *name, *strategy;
};

enum analysis_method {
  METHOD_T_TEST,
  METHOD_WELCH,
  METHOD_ANCOVA,
  METHOD_PROPORTION,
  METHOD_LOG_RANK,
  METHOD_COX,
  METHOD_KAPLAN_MEIER
};
const char *analysis_method_title(enum analysis_method method); /* "Welch t test" */
/** "Miettinen-Nurminen". */
const char *interval_title(enum risk_difference_method method);

enum effect_kind {
  EFFECT_NONE, /* arms are described, not compared */
  EFFECT_MEAN_DIFFERENCE,
  EFFECT_RISK_DIFFERENCE,
  EFFECT_HAZARD_RATIO
};
const char *effect_kind_title(enum effect_kind kind); /* "difference of means" */

/** Treatment `arm[0]` against `arm[1]`: difference first minus second, ratio first to second. An
 *  estimand of more than two treatments makes one of these per treatment, against the last. */
struct planned_analysis {
  const char *estimand, *label, *population;
  const struct planned_endpoint *endpoint;
  int n_events;
  const struct intercurrent_event *events;
  enum analysis_method method;
  enum effect_kind effect;
  int n_arms; /* 1 or 2 */
  const struct planned_arm *arm[2];
  int n_covariates;
  const char **covariates; /* columns of the cohort */
  double level;
  enum risk_difference_method interval;
  const char *interval_name;
  const char *problem; /* why it cannot be done as written; NULL when it can */
};

/** A result of the real trial. NaN and NULL where nothing was published. */
struct published_result {
  const char *estimand, *source, *note;
  const char *arm[2];
  double arm_value[2];
  double estimate, level;
  struct interval confidence;
  double arm_band;              /* allowed distance of the arms' values */
  int trial_data_used_in_model; /* 1, 0, -1 not stated */
};

struct analysis_plan {
  const char *study_id, *study_title;
  int n_replicates; /* planned, of each scenario; 0 when not stated */
  double allowed_failures;
  int n_arms, n_endpoints, n_scenarios, n_analyses, n_published;
  struct planned_arm *arms;
  struct planned_endpoint *endpoints;
  struct planned_scenario *scenarios; /* none: there is one, without a name */
  struct planned_analysis *analyses;
  struct published_result *published;
  struct arena *arena; /* owns all of the above */
};

/** `json` is the text of /protocol/resolved_json. A plan that cannot be understood is
 *  EXIT_CODE_INVALID_INPUT with a message; an analysis that cannot be done carries a `problem`. */
int analysis_plan_load(const char *json, struct analysis_plan *plan);
void analysis_plan_clear(struct analysis_plan *plan);
