/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/two_sample.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "estimators/distributions.h"

static struct t_test t_test(double estimate, double se, double df, double level)
{
  struct t_test test = {.estimate = estimate, .se = se, .df = df};
  const double half = se > 0 ? t_critical(level, df) * se : se;

  test.t = se > 0 ? estimate / se : (double)NAN;
  test.p = t_two_sided_p(test.t, df);
  test.confidence = (struct interval){estimate - half, estimate + half};
  return test;
}

static double sum_of_squares(const struct sample_summary *sample)
{
  return sample->n_used > 1 ? (double)(sample->n_used - 1) * sample->sd * sample->sd : 0;
}

struct t_test student_t_test(const struct sample_summary *first,
                             const struct sample_summary *second, double level)
{
  const double n1 = (double)first->n_used, n2 = (double)second->n_used, df = n1 + n2 - 2;
  const double estimate = first->mean - second->mean;

  if (n1 < 1 || n2 < 1 || df < 1) return t_test(estimate, (double)NAN, (double)NAN, level);
  const double variance = (sum_of_squares(first) + sum_of_squares(second)) / df;

  return t_test(estimate, sqrt(variance * (1 / n1 + 1 / n2)), df, level);
}

struct t_test welch_t_test(const struct sample_summary *first, const struct sample_summary *second,
                           double level)
{
  const double n1 = (double)first->n_used, n2 = (double)second->n_used;
  const double v1 = first->sd * first->sd / n1, v2 = second->sd * second->sd / n2;
  const double df = (v1 + v2) * (v1 + v2) / (v1 * v1 / (n1 - 1) + v2 * v2 / (n2 - 1));

  return t_test(first->mean - second->mean, sqrt(v1 + v2), df, level);
}

struct t_test one_sample_t_test(const struct sample_summary *sample, double null_mean, double level)
{
  const double n = (double)sample->n_used;

  return t_test(sample->mean - null_mean, sample->sd / sqrt(n), n < 2 ? (double)NAN : n - 1, level);
}

struct sample_summary paired_differences(const double *first, const double *second, size_t n)
{
  double *differences = memory_new(n, sizeof *differences);
  struct sample_summary summary;

  for (size_t i = 0; i < n; i++) differences[i] = first[i] - second[i];
  summary = sample_summary(differences, n);
  free(differences);
  return summary;
}
