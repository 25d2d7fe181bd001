/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/proportion.h"

#include <math.h>

#include "estimators/distributions.h"

struct proportion proportion_of(const double *values, size_t n)
{
  struct proportion proportion = {0};

  for (size_t i = 0; i < n; i++) {
    if (isnan(values[i])) {
      proportion.n_missing++;
      continue;
    }
    proportion.n++;
    proportion.n_events += values[i] != 0;
  }
  return proportion;
}

double proportion_estimate(const struct proportion *proportion)
{
  return proportion->n > 0 ? proportion->n_events / proportion->n : (double)NAN;
}

static struct interval wilson(double p, double n, double z)
{
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  /* The limits are 0 and 1 in exact arithmetic there. */
  const double low = p > 0 ? centre - half : 0, high = p < 1 ? centre + half : 1;

  return (struct interval){low, high};
}

static struct interval wald(double p, double n, double z)
{
  const double half = z * sqrt(p * (1 - p) / n);

  return (struct interval){p - half, p + half};
}

static struct interval by_beta(double events, double others, double tail, double prior)
{
  /* Clopper-Pearson is the case in which each limit gives its own side the prior 1, the other 0. */
  const double inner = prior > 0 ? prior : 0, outer = prior > 0 ? prior : 1;
  const double low = events > 0 ? beta_quantile(tail, events + inner, others + outer) : 0;
  const double high = others > 0 ? beta_quantile(1 - tail, events + outer, others + inner) : 1;

  return (struct interval){low, high};
}

struct interval proportion_interval(const struct proportion *proportion,
                                    enum proportion_method method, double level)
{
  const double x = proportion->n_events, n = proportion->n, p = x / n;
  const double z = normal_critical(level), tail = (1 - level) / 2;

  if (!(n > 0)) return (struct interval){(double)NAN, (double)NAN};
  switch (method) {
  case PROPORTION_WALD:
    return wald(p, n, z);
  case PROPORTION_WILSON:
    return wilson(p, n, z);
  case PROPORTION_CLOPPER_PEARSON:
    return by_beta(x, n - x, tail, 0);
  case PROPORTION_JEFFREYS:
    return by_beta(x, n - x, tail, 0.5);
  case PROPORTION_AGRESTI_COULL:
    return wald((x + z * z / 2) / (n + z * z), n + z * z, z);
  }
  return (struct interval){(double)NAN, (double)NAN};
}
