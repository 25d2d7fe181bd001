/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/risk_difference.h"

#include <math.h>

#include "estimators/distributions.h"

/* Enough to exhaust the bits of a double. */
enum { HALVINGS = 80 };

double risk_difference(const struct proportion *first, const struct proportion *second)
{
  return proportion_estimate(first) - proportion_estimate(second);
}

double risk_difference_se(const struct proportion *first, const struct proportion *second)
{
  const double p1 = proportion_estimate(first), p2 = proportion_estimate(second);

  return sqrt(p1 * (1 - p1) / first->n + p2 * (1 - p2) / second->n);
}

static struct interval newcombe(const struct proportion *first, const struct proportion *second,
                                double level)
{
  const struct interval w1 = proportion_interval(first, PROPORTION_WILSON, level);
  const struct interval w2 = proportion_interval(second, PROPORTION_WILSON, level);
  const double p1 = proportion_estimate(first), p2 = proportion_estimate(second);
  const double below = sqrt((p1 - w1.low) * (p1 - w1.low) + (w2.high - p2) * (w2.high - p2));
  const double above = sqrt((w1.high - p1) * (w1.high - p1) + (p2 - w2.low) * (p2 - w2.low));

  return (struct interval){p1 - p2 - below, p1 - p2 + above};
}

static struct interval wald(const struct proportion *first, const struct proportion *second,
                            double level)
{
  const double difference = risk_difference(first, second);
  const double half = normal_critical(level) * risk_difference_se(first, second);

  return (struct interval){difference - half, difference + half};
}

static struct interval agresti_caffo(const struct proportion *first,
                                     const struct proportion *second, double level)
{
  const struct proportion more_first = {.n_events = first->n_events + 1, .n = first->n + 2};
  const struct proportion more_second = {.n_events = second->n_events + 1, .n = second->n + 2};

  return wald(&more_first, &more_second, level);
}

/* Derivative in p2 of the log likelihood along p1 = p2 + delta; it falls in p2. A term without
 * events (or without non-events) is absent, not 0/0. */
static double slope(const struct proportion *first, const struct proportion *second, double delta,
                    double p2)
{
  const double p1 = p2 + delta;
  double sum = 0;

  if (first->n_events > 0) sum += first->n_events / p1;
  if (first->n_events < first->n) sum -= (first->n - first->n_events) / (1 - p1);
  if (second->n_events > 0) sum += second->n_events / p2;
  if (second->n_events < second->n) sum -= (second->n - second->n_events) / (1 - p2);
  return sum;
}

/* The likelihood's p2 under p1 - p2 = delta, by bisection: no cancellation at the margins. */
static double constrained_p2(const struct proportion *first, const struct proportion *second,
                             double delta)
{
  double low = delta < 0 ? -delta : 0, high = delta > 0 ? 1 - delta : 1;

  for (int i = 0; i < HALVINGS; i++) {
    const double middle = low + (high - low) / 2;

    if (slope(first, second, delta, middle) > 0)
      low = middle;
    else
      high = middle;
  }
  return low + (high - low) / 2;
}

/* Score statistic of the hypothesis p1 - p2 = delta; it falls in delta. */
static double score(const struct proportion *first, const struct proportion *second, double delta,
                    double variance_factor)
{
  const double distance = risk_difference(first, second) - delta;
  const double p2 = constrained_p2(first, second, delta), p1 = p2 + delta;
  const double v = p1 * (1 - p1) / first->n + p2 * (1 - p2) / second->n;

  if (distance == 0) return 0;
  return v > 0 ? distance / sqrt(v * variance_factor) : copysign((double)INFINITY, distance);
}

/* The delta between `estimate` and `edge` at which the score reaches z on that side. */
static double score_limit(const struct proportion *first, const struct proportion *second,
                          double edge, double z, double variance_factor)
{
  double inside = risk_difference(first, second), outside = edge;

  for (int i = 0; i < HALVINGS; i++) {
    const double middle = inside + (outside - inside) / 2;

    if (fabs(score(first, second, middle, variance_factor)) <= z)
      inside = middle;
    else
      outside = middle;
  }
  return inside + (outside - inside) / 2;
}

static struct interval score_interval(const struct proportion *first,
                                      const struct proportion *second, double level,
                                      double variance_factor)
{
  const double z = normal_critical(level);

  return (struct interval){score_limit(first, second, -1, z, variance_factor),
                           score_limit(first, second, 1, z, variance_factor)};
}

struct interval risk_difference_interval(const struct proportion *first,
                                         const struct proportion *second,
                                         enum risk_difference_method method, double level)
{
  const double n = first->n + second->n;

  if (first->n > 0 && second->n > 0) {
    switch (method) {
    case RISK_DIFFERENCE_NEWCOMBE:
      return newcombe(first, second, level);
    case RISK_DIFFERENCE_MIETTINEN_NURMINEN:
      return score_interval(first, second, level, n / (n - 1));
    case RISK_DIFFERENCE_MEE:
      return score_interval(first, second, level, 1);
    case RISK_DIFFERENCE_WALD:
      return wald(first, second, level);
    case RISK_DIFFERENCE_AGRESTI_CAFFO:
      return agresti_caffo(first, second, level);
    }
  }
  return (struct interval){(double)NAN, (double)NAN};
}

struct chi_squared_test pearson_chi_squared(const struct proportion *first,
                                            const struct proportion *second, int yates)
{
  const double a = first->n_events, b = first->n - a, c = second->n_events, d = second->n - c;
  const double n = a + b + c + d, margins = (a + b) * (c + d) * (a + c) * (b + d);
  double distance = fabs(a * d - b * c);
  struct chi_squared_test test = {.chi_squared = (double)NAN, .df = 1, .p = (double)NAN};

  if (!(margins > 0)) return test;
  if (yates) distance = distance > n / 2 ? distance - n / 2 : 0;
  test.chi_squared = n * distance * distance / margins;
  test.p = chi_squared_p(test.chi_squared, 1);
  return test;
}
