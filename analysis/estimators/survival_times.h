/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/survival_times.h
 * Right-censored times, as the estimators of survival take them. */
#pragma once
#include <stddef.h>

/** A patient is missing when the time is NaN or negative, or the event neither 0 nor 1. Borrowed.
 */
struct survival_times {
  size_t n;
  const double *time;
  const int *event; /* 1 event, 0 censored: the opposite of CDISC's CNSR */
};

int survival_time_is_missing(const struct survival_times *times, size_t i);
/** Indices of those not missing, by time; at one time in the order of the arrays. Returns how many;
 *  `order` holds times->n. */
size_t survival_order(const struct survival_times *times, size_t *order);
