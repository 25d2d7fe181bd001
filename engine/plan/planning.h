/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/plan/planning.h
 * What the steps of plan_build() share; of no use outside this folder. */
#pragma once
#include "plan/plan.h"

struct planning {
  struct arena *arena;
  struct diagnostics *diagnostics;
  const struct plan_inputs *inputs;
  const struct protocol_file *file;
  struct plan *plan;
  const char **visit_names, **rule_names; /* growing */
  size_t n_visit_names, n_rule_names;
  bool is_read; /* all of the protocol; otherwise defaults stand where nothing could be read */
  bool is_measure_missing; /* what an encounter measures could not be read */
};

/** Steps, in this order. Each reports what is wrong and goes on as far as it can. */
void plan_interventions(struct planning *planning);
void plan_scenarios(struct planning *planning);  /* models, measures, visits */
void plan_covariates(struct planning *planning); /* their courses */
void plan_allocation(struct planning *planning);
void plan_arms(struct planning *planning); /* administrations and their rules */
void plan_endpoints(struct planning *planning);
void plan_estimands(struct planning *planning); /* and their analyses */

/** Whole minutes; anything else is an error at `at`. */
int32_t plan_minutes(struct planning *planning, double time_h, const struct place *at,
                     const char *what);
/** When the end of the study could not be read, nothing is said to be after it. */
bool plan_has_end(const struct planning *planning);
/** Adds a name unless it is there; returns its index. */
int plan_name(struct planning *planning, const char **names, size_t *n, const char *name);
int plan_measure_named(const struct plan *plan, const char *name);
int plan_covariate_named(const struct plan *plan, const char *name);
