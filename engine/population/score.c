/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/score.h"

#include <math.h>

#include "base/lane_math.h"

double truncated_score(double z, double lower, double upper)
{
  double below, between, p, score;

  /* The lower tail is exact where the upper one is 1 minus something small. */
  if (lower > 0) return -truncated_score(-z, -upper, -lower);
  below = normal_cumulative(lower);
  between = normal_cumulative(upper) - below;
  if (!(between > 0)) return (double)NAN;
  p = below + normal_cumulative(z) * between;
  if (!(p > 0)) return lower;
  if (!(p < 1)) return upper;
  score = normal_quantile(p);
  return score < lower ? lower : (score > upper ? upper : score);
}

double interpolated(int n, const double *x, const double *y, double at)
{
  int i = 1;

  while (i < n - 1 && at > x[i]) i++;
  return y[i - 1] + (at - x[i - 1]) / (x[i] - x[i - 1]) * (y[i] - y[i - 1]);
}
