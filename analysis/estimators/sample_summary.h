/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/sample_summary.h
 * Number, mean and standard deviation of a sample that may have holes. */
#pragma once
#include <stddef.h>

struct sample_summary {
  size_t n_used, n_missing; /* NaN is missing */
  double mean;              /* NaN when n_used is 0 */
  double sd;                /* divisor n - 1; NaN when n_used < 2 */
};

/** Two passes, in the order of the array. */
struct sample_summary sample_summary(const double *values, size_t n);
