/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/time_in_range.h
 * Time in therapeutic range by linear interpolation: Rosendaal, Cannegieter, van der Meer, Briet,
 * "A method to determine the optimal intensity of oral anticoagulant therapy", Thromb Haemost 1993;
 * 69:236-239. The straight line between consecutive samples is the patient's course; the times at
 * which it crosses the range are solved exactly, not counted by days.
 * Uses + - x / only, so that the engine gets the same bits everywhere. */
#pragma once
#include "estimators/interval.h"
#include "estimators/samples.h"

/** In the unit of the samples' times. */
struct time_in_range {
  double fraction; /* time_in / time_covered; NaN when nothing is covered */
  double time_in;
  double time_covered;      /* part of the window that lies between two samples */
  size_t n_used, n_missing; /* samples; missing ones are left out and their neighbours joined */
};

/** The share of `window` in which the line through the samples lies in `range`, limits included.
 *  Samples outside the window serve to interpolate at its ends. What does not lie between two
 *  samples is left out of the denominator: it is unknown, not out of range. */
struct time_in_range time_in_range(const struct samples *samples, struct interval window,
                                   struct interval range);
