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
    const double distance = judged->analysis->arm[k].centre.mean - published->arm_value[k];

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

struct acceptance acceptance(const struct published_result *published,
                             const struct trial_analysis *analyses, int n_analyses)
{
  struct acceptance judged = {.published = published,
                              .mean_in_published = VERDICT_UNDECIDED,
                              .published_in_prediction = VERDICT_UNDECIDED,
                              .arms = VERDICT_UNDECIDED,
                              .arm_distance = {(double)NAN, (double)NAN},
                              .overall = VERDICT_UNDECIDED};

  for (int i = 0; i < n_analyses && !judged.analysis; i++) {
    if (strcmp(analyses[i].plan->estimand, published->estimand) != 0) continue;
    if (!analyses[i].problem) judged.analysis = &analyses[i];
  }
  if (!judged.analysis) return judged;
  judged.mean_in_published = inside(judged.analysis->effect.mean, published->confidence);
  judged.published_in_prediction = inside(published->estimate, judged.analysis->effect.prediction);
  judged.arms = judge_arms(&judged);
  judged.overall = overall(&judged);
  judged.has_enough_replicates = judged.analysis->effect.n_used >= ACCEPTANCE_REPLICATES;
  return judged;
}
