/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/replicates.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "estimators/distributions.h"
#include "estimators/sample_summary.h"

static int ascending(const void *left, const void *right)
{
  const double a = *(const double *)left, b = *(const double *)right;

  return a < b ? -1 : a > b;
}

/* Those that are no NaN; free() them. */
static double *sort(const double *values, size_t n, size_t *n_used)
{
  double *sorted = memory_new(n, sizeof *sorted);

  *n_used = 0;
  for (size_t i = 0; i < n; i++) {
    if (!isnan(values[i])) sorted[(*n_used)++] = values[i];
  }
  qsort(sorted, *n_used, sizeof *sorted, ascending);
  return sorted;
}

double replicate_quantile(const double *values, size_t n, double p)
{
  double quantile = (double)NAN;
  size_t n_used;
  double *sorted = sort(values, n, &n_used);

  if (n_used > 0 && p >= 0 && p <= 1) {
    const double position = (double)(n_used - 1) * p;
    const size_t below = (size_t)floor(position);
    const size_t above = position > (double)below ? below + 1 : below;

    quantile = sorted[below];
    if (sorted[above] > sorted[below]) /* or both are infinite */
      quantile += (position - (double)below) * (sorted[above] - sorted[below]);
  }
  free(sorted);
  return quantile;
}

/* Half the distance of the limits of a 99 % interval of the median, in standard errors. */
static double median_mcse(const double *values, size_t n)
{
  const double z = normal_critical(0.99);
  size_t n_used;
  double *sorted = sort(values, n, &n_used), error = (double)NAN;

  const double rank = round(((double)n_used + 1) / 2 - z * sqrt((double)n_used / 4));

  if (n_used > 0 && rank >= 1)
    error = (sorted[n_used - (size_t)rank] - sorted[(size_t)rank - 1]) / (2 * z);
  free(sorted);
  return isinf(error) ? (double)NAN : error;
}

struct replicate_summary replicate_summary(const double *values, size_t n, double level)
{
  const struct sample_summary sample = sample_summary(values, n);
  struct replicate_summary summary = {.n_used = sample.n_used,
                                      .n_missing = sample.n_missing,
                                      .mean = sample.mean,
                                      .sd = sample.sd,
                                      .mcse = sample.sd / sqrt((double)sample.n_used),
                                      .median = replicate_quantile(values, n, 0.5),
                                      .median_mcse = median_mcse(values, n),
                                      .prediction = {(double)NAN, (double)NAN}};

  if (sample.n_used < 2) return summary;
  summary.prediction.low = replicate_quantile(values, n, (1 - level) / 2);
  summary.prediction.high = replicate_quantile(values, n, (1 + level) / 2);
  return summary;
}

double rejection_rate_mcse(double rate, double n)
{
  return n > 0 ? sqrt(rate * (1 - rate) / n) : (double)NAN;
}

struct rejection_rate rejection_rate(const double *p_values, size_t n, double alpha)
{
  struct rejection_rate result = {.rate = (double)NAN};

  for (size_t i = 0; i < n; i++) {
    if (isnan(p_values[i])) {
      result.n_missing++;
      continue;
    }
    result.n_used++;
    result.n_rejected += p_values[i] < alpha;
  }
  if (result.n_used > 0) result.rate = (double)result.n_rejected / (double)result.n_used;
  result.mcse = rejection_rate_mcse(result.rate, (double)result.n_used);
  return result;
}

double replicates_for_half_width(double rate, double half_width, double level)
{
  const double z = normal_critical(level);

  return ceil(z * z * rate * (1 - rate) / (half_width * half_width));
}
