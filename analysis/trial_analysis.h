/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/trial_analysis.h
 * A planned analysis over all replicates of a scenario: what the trial gives on average, how far
 * one trial may lie from that, how often it would succeed, and how well these figures are known. */
#pragma once
#include "estimators/replicates.h"
#include "replicate_analysis.h"

/** Level of prediction intervals, whatever the level of the analysis. */
extern const double prediction_level;

/** Sums over all replicates, then averages of the replicates' figures. */
struct arm_summary {
  size_t n_randomised, n_failed, n_missing, n_used, n_events;
  size_t n_not_reached; /* replicates whose median time is infinite */
  struct replicate_summary centre, adjusted;
  double sd; /* mean of the replicates' SDs */
};

struct trial_analysis {
  const struct planned_analysis *plan; /* borrowed */
  const char *problem;                 /* not done because ...; NULL otherwise */
  size_t n_replicates;
  struct replicate_result *replicates; /* [replicate] */
  struct arm_summary arm[2];
  /** Of the replicates' estimates. Of a hazard ratio: the geometric mean, sd of the logarithms,
   * mcse by the delta method, quantiles as they are. */
  struct replicate_summary effect;
  double mean_se;                  /* mean of the replicates' standard errors */
  struct interval mean_confidence; /* means of the replicates' limits; geometric for ratios */
  struct rejection_rate rejection; /* p < 1 - level */
  const char *first_problem;       /* of a replicate without an estimate; NULL when all have one */
  /** How far the estimates are from those of the first scenario in the replicates of the same
   *  random numbers: differences; of hazard ratios the ratio, as `effect`. n_used is 0 in the first
   *  scenario. */
  struct replicate_summary change;
};

/** Fills analyses[scenario of the rows]; scenarios are never pooled. EXIT_CODE_INVALID_INPUT when
 *  the file lacks what the plan speaks of. A plan with a `problem`, or one whose covariate the
 *  cohort lacks, gives analyses with that problem. */
int trial_analysis_run(const struct planned_analysis *plan, const struct trial_rows *rows,
                       struct arena *arena, struct trial_analysis *analyses);
/** The arm's value over the replicates: the mean, of median times the median. */
double trial_analysis_centre(const struct trial_analysis *analysis, int arm);
double trial_analysis_centre_mcse(const struct trial_analysis *analysis, int arm);
void trial_analysis_clear(struct trial_analysis *analysis);
