/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/proportion.h
 * Confidence intervals of one binomial proportion, after Brown, Cai and DasGupta, "Interval
 * estimation for a binomial proportion", Stat Sci 2001; 16:101-133. */
#pragma once
#include <stddef.h>
#include "estimators/interval.h"

enum proportion_method {
  PROPORTION_WALD,            /* p +- z sqrt(pq/n); not cut to [0, 1]; a point at x = 0 and x = n */
  PROPORTION_WILSON,          /* score, without continuity correction */
  PROPORTION_CLOPPER_PEARSON, /* exact, by beta quantiles; 0 at x = 0, 1 at x = n */
  PROPORTION_JEFFREYS,        /* Beta(1/2, 1/2) prior, equal tails; 0 at x = 0, 1 at x = n */
  PROPORTION_AGRESTI_COULL    /* Wald about Wilson's centre; not cut to [0, 1] */
};

struct proportion {
  double n_events;
  double n;         /* used */
  size_t n_missing; /* not in n */
};

/** Counts the values that are not 0; NaN is missing. */
struct proportion proportion_of(const double *values, size_t n);
/** n_events / n; NaN when n is 0. */
double proportion_estimate(const struct proportion *proportion);
/** NaN limits when n is 0. */
struct interval proportion_interval(const struct proportion *proportion,
                                    enum proportion_method method, double level);
