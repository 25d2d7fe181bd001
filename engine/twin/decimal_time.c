/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/decimal_time.h"

#include <math.h>
#include <stdbool.h>

static const double ticks_per_unit = 1e9, most_ticks = 0x1p53;

/** True when the double is the one nearest to a number of ticks: then it stands for that. */
static bool is_decimal(double time, double *ticks)
{
  *ticks = floor(time * ticks_per_unit + 0.5);
  return fabs(*ticks) < most_ticks && *ticks / ticks_per_unit == time;
}

double decimal_time_after(double start, int64_t n, double step)
{
  double first, each;

  if (is_decimal(start, &first) && is_decimal(step, &each) &&
      fabs(first) + (double)n * fabs(each) < most_ticks)
    return (first + (double)n * each) / ticks_per_unit;
  return start + (double)n * step;
}
