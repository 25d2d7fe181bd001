/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/two_sample.h
 * t tests from summaries: Student 1908 (pooled variance), Welch 1947 with Satterthwaite's degrees
 * of freedom, one sample, pairs. The counts of used and missing observations are in the summaries.
 */
#pragma once
#include "estimators/interval.h"
#include "estimators/sample_summary.h"

/** A difference of means. Everything after `estimate` is NaN when a variance cannot be estimated
 *  (fewer than two observations where two are needed); t and p are NaN and the interval is a point
 *  when the data are constant (se 0). */
struct t_test {
  double estimate, se, df, t;
  double p; /* two-sided */
  struct interval confidence;
};

/** estimate = mean of `first` - mean of `second`; one variance for both. Either may have a single
 *  observation as long as the other has two. */
struct t_test student_t_test(const struct sample_summary *first,
                             const struct sample_summary *second, double level);
/** As above, each with its own variance; both need two observations. */
struct t_test welch_t_test(const struct sample_summary *first, const struct sample_summary *second,
                           double level);
/** estimate = mean - `null_mean`; the interval is of this difference. */
struct t_test one_sample_t_test(const struct sample_summary *sample, double null_mean,
                                double level);
/** Summary of first[i] - second[i]; a pair with a NaN is missing. */
struct sample_summary paired_differences(const double *first, const double *second, size_t n);
