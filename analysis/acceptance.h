/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/acceptance.h
 * The simulated trial beside the published one. The rule: (i) the mean simulated effect lies inside
 * the published confidence interval; (ii) the published estimate lies inside the 95 % prediction
 * interval of the replicates; (iii) the arms' values lie within a stated band of the published
 * ones. When only (iii) fails, the model gives the effect but not the population's level:
 * "transport". */
#pragma once
#include "trial_analysis.h"

enum { ACCEPTANCE_REPLICATES = 200 }; /* what the rule wants at least */

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_TRANSPORT, VERDICT_UNDECIDED };
/** "PASS", "FAIL", "TRANSPORT MISFIT", "NOT DECIDED". */
const char *verdict_text(enum verdict verdict);

struct acceptance {
  const struct published_result *published;
  /** The first of this estimand that compares its arms, else the first; NULL without one. */
  const struct trial_analysis *analysis;
  int has_effect; /* whether an estimate or an interval was published, not only arms */
  /** PASS, FAIL, or UNDECIDED where a figure is missing on either side. */
  enum verdict mean_in_published, published_in_prediction, arms;
  double arm_distance[2]; /* simulated less published; NaN when not published */
  /** PASS needs (i), (ii) and an (iii) that did not fail; UNDECIDED when (i) or (ii) is. */
  enum verdict overall;
  int has_enough_replicates;
};

struct acceptance acceptance(const struct published_result *published,
                             const struct trial_analysis *analyses, int n_analyses);
