/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/replicates.h
 * What a number means when a trial was simulated many times. Monte-Carlo standard errors after
 * Morris, White and Crowther, Stat Med 2019; 38:2074-2102, table 6. NaN replicates are missing and
 * counted. */
#pragma once
#include <stddef.h>
#include "estimators/interval.h"

struct replicate_summary {
  size_t n_used, n_missing;
  double mean, sd;
  double mcse; /* Monte-Carlo standard error of the mean: sd / sqrt(n_used); NaN for n_used < 2 */
  /** For figures that may be infinite, as a median time that is not reached: their mean would be
   *  that of the finite ones. The error is that of McKean and Schrader, Commun Stat Simul Comput
   *  1984; 13:751-773, from order statistics; NaN for n_used < 7, or where it would be infinite. */
  double median, median_mcse;
  /** Central interval of given level by empirical quantiles (type 7): where the next replicate is
   *  expected, which says how far one real trial may lie from the mean. NaN for n_used < 2. */
  struct interval prediction;
};

struct replicate_summary replicate_summary(const double *values, size_t n, double level);
/** Empirical quantile, 0 <= p <= 1: linear interpolation of order statistics at 1 + (n - 1) p, type
 *  7 of Hyndman and Fan, Am Stat 1996; 50:361-365 (R's default). NaN values are left out, infinite
 *  ones are not; NaN when none is left. */
double replicate_quantile(const double *values, size_t n, double p);

struct rejection_rate {
  size_t n_used, n_missing, n_rejected;
  double rate, mcse; /* sqrt(rate (1 - rate) / n_used) */
};
/** Share of the p values below `alpha`. */
struct rejection_rate rejection_rate(const double *p_values, size_t n, double alpha);
double rejection_rate_mcse(double rate, double n);
/** Smallest number of replicates for which `rate` has a `level` interval of +-`half_width`. */
double replicates_for_half_width(double rate, double half_width, double level);
