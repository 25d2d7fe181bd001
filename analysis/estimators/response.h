/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/response.h
 * Endpoints of one patient that look at the samples themselves, with no line between them.
 * Uses + - x / and comparisons only, so that the engine gets the same bits everywhere.
 * Samples outside the window are neither used nor missing: they do not belong to the endpoint. */
#pragma once
#include "estimators/interval.h"
#include "estimators/samples.h"

/** Which of the samples in the window must lie in the range. */
enum response_rule { RESPONSE_ANY, RESPONSE_ALL, RESPONSE_LAST };

struct response {
  double value;             /* 1 responder, 0 not, NaN when the window holds no sample */
  size_t n_used, n_missing; /* samples in the window */
};
/** Is any, are all, is the last of the samples in `window` within `range`? "At least x" is
 *  {x, INFINITY}, "at most x" is {-INFINITY, x}; limits are included. A sample whose time is
 *  missing cannot be placed and counts as missing. */
struct response response(const struct samples *samples, struct interval window,
                         struct interval range, enum response_rule rule);

struct first_response {
  double time;  /* of the event or of the censoring; NaN when there is neither */
  int censored; /* CDISC CNSR: 0 event, 1 censored */
  size_t n_used, n_missing;
};
/** First sample in `window` within `range`; the event's time is that sample's time. Without one the
 *  patient is censored at `end`, or at the last sample in the window when `end` is NaN. */
struct first_response first_response(const struct samples *samples, struct interval window,
                                     struct interval range, double end);

struct sampled_value {
  double value, time; /* NaN when no sample lies near enough */
  size_t n_used, n_missing;
};
/** The sample nearest to `time` and at most `allowed` away; the earlier of two as near, the later
 *  in the list of two at one time. `allowed` 0 takes a sample at that very time only. */
struct sampled_value value_at(const struct samples *samples, double time, double allowed);

/** value_at(time) - value_at(baseline); its `time` is that of the later value. n_used is 2 when it
 *  could be formed. */
struct sampled_value change_from_baseline(const struct samples *samples, double baseline,
                                          double time, double allowed);
