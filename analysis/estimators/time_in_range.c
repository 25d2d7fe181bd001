/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/time_in_range.h"

#include <math.h>

#include "base/failure.h"

static double smaller(double a, double b)
{
  return a < b ? a : b;
}

static double larger(double a, double b)
{
  return a > b ? a : b;
}

/* Adds the line from sample i to sample j, cut to the window. */
static void add_line(struct time_in_range *sum, const struct samples *samples, size_t i, size_t j,
                     const struct interval limits[2])
{
  const struct interval window = limits[0], range = limits[1];
  const double start = samples->time[i], length = samples->time[j] - start;
  const double first = samples->value[i], rise = samples->value[j] - first;
  double from = larger(start, window.low), to = smaller(samples->time[j], window.high);

  if (!(to > from)) return;
  sum->time_covered += to - from;
  if (rise == 0) {
    if (first >= range.low && first <= range.high) sum->time_in += to - from;
    return;
  }
  const double at_low = start + (range.low - first) * length / rise;
  const double at_high = start + (range.high - first) * length / rise;
  from = larger(from, smaller(at_low, at_high));
  to = smaller(to, larger(at_low, at_high));
  if (to > from) sum->time_in += to - from;
}

struct time_in_range time_in_range(const struct samples *samples, struct interval window,
                                   struct interval range)
{
  const struct interval limits[2] = {window, range};
  struct time_in_range sum = {0};
  size_t last = 0;

  for (size_t i = 0; i < samples->n; i++) {
    if (!isfinite(samples->time[i]) || !isfinite(samples->value[i])) {
      sum.n_missing++;
      continue;
    }
    if (sum.n_used > 0) {
      REQUIRE(samples->time[i] >= samples->time[last]);
      add_line(&sum, samples, last, i, limits);
    }
    last = i;
    sum.n_used++;
  }
  sum.fraction = sum.time_covered > 0 ? sum.time_in / sum.time_covered : (double)NAN;
  return sum;
}
