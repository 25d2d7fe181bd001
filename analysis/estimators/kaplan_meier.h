/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/kaplan_meier.h
 * Product-limit estimate (Kaplan and Meier, JASA 1958; 53:457-481) with Greenwood's standard error;
 * pointwise limits on the log scale, as R's survfit() draws them by default, cut at 1. Who is
 * censored at the time of an event is still at risk then. */
#pragma once
#include <stddef.h>
#include "estimators/interval.h"
#include "estimators/survival_times.h"

/** At one distinct time, of an event or of a censoring. */
struct survival_step {
  double time;
  size_t n_at_risk, n_events, n_censored; /* at risk just before */
  double survival;                        /* just after */
  double se;                              /* of survival; NaN once survival is 0 */
  struct interval confidence;             /* NaN once survival is 0 */
};

struct kaplan_meier {
  size_t n_used, n_missing, n_events;
  size_t n_steps;
  struct survival_step *steps; /* ascending time */
};

void kaplan_meier(const struct survival_times *times, double level, struct kaplan_meier *curve);
void kaplan_meier_clear(struct kaplan_meier *curve);

/** Time at which survival falls to 1 - p (p = 0.5: the median); when the curve is flat at just that
 *  height, the middle of the flat, as R does. NaN when it does not fall so far. */
double kaplan_meier_quantile(const struct kaplan_meier *curve, double p);
/** Limits of that time after Brookmeyer and Crowley, Biometrics 1982; 38:29-41: where the pointwise
 *  limits of survival cross 1 - p. NaN for a limit that is not reached. */
struct interval kaplan_meier_quantile_interval(const struct kaplan_meier *curve, double p);
/** Survival just after `time`: 1 before the first step, the last value after the last one (the
 *  caller judges whether to go so far), NaN without patients. */
double kaplan_meier_survival(const struct kaplan_meier *curve, double time);
