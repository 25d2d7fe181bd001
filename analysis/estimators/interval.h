/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/interval.h
 * A closed interval [low, high]: a therapeutic range, a window of time, confidence limits. */
#pragma once

struct interval {
  double low, high; /* -INFINITY and INFINITY leave a side open; NaN where it cannot be given */
};
