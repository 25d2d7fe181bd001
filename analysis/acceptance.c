/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acceptance.h"

#include <math.h>
#include <string.h>

const char *verdict_text(enum verdict verdict)
{
  static const char *const texts[] = {"PASS", "FAIL", "TRANSPORT MISFIT", "NOT DECIDED"};

  return texts[verdict];
}

/* NaN anywhere leaves it open. */
static enum verdict inside(double value, struct interval interval)
{
  if (isnan(value) || isnan(interval.low) || isnan(interval.high)) return VERDICT_UNDECIDED;
  return value >= interval.low && value <= interval.high ? VERDICT_PASS : VERDICT_FAIL;
}

static enum verdict judge_arms(struct acceptance *judged)
{
  const struct published_result *published = judged->published;
  enum verdict verdict = VERDICT_UNDECIDED;

  for (int k = 0; k < judged->analysis->plan->n_arms; k++) {
    const double distance = trial_analysis_centre(judged->analysis, k) - published->arm_value[k];

    judged->arm_distance[k] = distance;
    if (isnan(distance) || isnan(published->arm_band)) continue;
    if (fabs(distance) > published->arm_band)
      verdict = VERDICT_FAIL;
    else if (verdict == VERDICT_UNDECIDED)
      verdict = VERDICT_PASS;
  }
  return verdict;
}

static enum verdict overall(const struct acceptance *judged)
{
  if (judged->mean_in_published == VERDICT_FAIL ||
      judged->published_in_prediction == VERDICT_FAIL) {
    return VERDICT_FAIL;
  }
  if (judged->mean_in_published == VERDICT_UNDECIDED ||
      judged->published_in_prediction == VERDICT_UNDECIDED) {
    return VERDICT_UNDECIDED;
  }
  return judged->arms == VERDICT_FAIL ? VERDICT_TRANSPORT : VERDICT_PASS;
}

static const struct trial_analysis *
analysis_of(const char *estimand, const struct trial_analysis *analyses, int n_analyses)
{
  const struct trial_analysis *first = NULL;

  for (int i = 0; i < n_analyses; i++) {
    if (analyses[i].problem || strcmp(analyses[i].plan->estimand, estimand) != 0) continue;
    if (analyses[i].plan->effect != EFFECT_NONE) return &analyses[i];
    if (!first) first = &analyses[i];
  }
  return first;
}

struct acceptance acceptance(const struct published_result *published,
                             const struct trial_analysis *analyses, int n_analyses)
{
  struct acceptance judged = {.published = published,
                              .analysis = analysis_of(published->estimand, analyses, n_analyses),
                              .has_effect = !isnan(published->estimate) ||
                                            !isnan(published->confidence.low),
                              .mean_in_published = VERDICT_UNDECIDED,
                              .published_in_prediction = VERDICT_UNDECIDED,
                              .arms = VERDICT_UNDECIDED,
                              .arm_distance = {(double)NAN, (double)NAN},
                              .overall = VERDICT_UNDECIDED};

  if (!judged.analysis) return judged;
  judged.mean_in_published = inside(judged.analysis->effect.mean, published->confidence);
  judged.published_in_prediction = inside(published->estimate, judged.analysis->effect.prediction);
  judged.arms = judge_arms(&judged);
  judged.overall = overall(&judged);
  judged.has_enough_replicates = judged.analysis->effect.n_used >= ACCEPTANCE_REPLICATES;
  return judged;
}
