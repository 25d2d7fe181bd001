/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/log_rank.h
 * Log-rank test of two or more groups (Mantel, Cancer Chemother Rep 1966; 50:163-170; Peto and
 * Peto, J R Stat Soc A 1972; 135:185-207) with the hypergeometric variance for ties. */
#pragma once
#include <stddef.h>
#include "estimators/survival_times.h"

struct log_rank {
  int n_groups;
  size_t n_used, n_missing;    /* a group outside 0..n_groups-1 is missing, too */
  size_t *n_in_group;          /* [group] */
  double *observed, *expected; /* [group] events */
  double *variance;            /* [group][group] of observed - expected */
  /** df: groups that were ever at risk at an event, less one. chi_squared and p are NaN when df is
   * 0 or there is no variance (no events, one group). */
  double chi_squared, df, p;
};

/** `group` is [times->n], 0..n_groups-1. Clear with log_rank_clear(). */
void log_rank(const struct survival_times *times, const int *group, int n_groups,
              struct log_rank *test);
void log_rank_clear(struct log_rank *test);
