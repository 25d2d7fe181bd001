/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/moments.h
 * Sample moments against those of a distribution, within what chance allows: 4.5 standard errors,
 * which are computed from the distribution as well. Draws have keys: a test that passes always
 * passes. Include after cmocka.h. */
#pragma once
#include <math.h>
#include <stdlib.h>

static const double chance = 4.5; /* standard errors: 7 in a million, both sides together */

/** A million draws where TWINTRIAL_FULL is set, a twentieth of them elsewhere. */
static inline int n_draws(void)
{
  return getenv("TWINTRIAL_FULL") ? 1000000 : 50000;
}

struct moments {
  double mean, variance, fourth; /* of the distribution; the fourth about the mean */
};

/** Of transform(eta) for a normal eta, by the trapezoidal rule over twelve standard deviations
 * either side, which for smooth functions is exact to rounding. */
static inline struct moments moments_of(double (*transform)(double eta, const double *of),
                                        const double *of, double sd)
{
  enum { POINTS = 9601 };
  const double step = 24.0 / (POINTS - 1), density = 0.39894228040143267794;
  struct moments moments = {0};

  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < POINTS; i++) {
      const double z = -12 + i * step, weight = step * density * exp(-z * z / 2);
      const double value = transform(sd * z, of), from_mean = value - moments.mean;

      if (pass == 0)
        moments.mean += weight * value;
      else {
        moments.variance += weight * from_mean * from_mean;
        moments.fourth += weight * from_mean * from_mean * from_mean * from_mean;
      }
    }
    if (pass == 0) moments.variance = moments.fourth = 0;
  }
  return moments;
}

/** Sums of what is compared. */
struct sample {
  int n;
  double sum, squares; /* of the deviations from the distribution's mean */
};

static inline void sample_add(struct sample *sample, const struct moments *moments, double value)
{
  const double from_mean = value - moments->mean;

  sample->n++;
  sample->sum += from_mean;
  sample->squares += from_mean * from_mean;
}

static inline void assert_by_chance(const char *what, double got, double expected,
                                    double standard_error)
{
  if (fabs(got - expected) <= chance * standard_error) return;
  fail_msg("%s: got %.8g, expected %.8g, %.2f standard errors away", what, got, expected,
           (got - expected) / standard_error);
}

static inline void assert_sample(const char *what, const struct sample *sample,
                                 const struct moments *moments)
{
  const double n = sample->n, variance = moments->variance;

  assert_by_chance(what, sample->sum / n, 0, sqrt(variance / n));
  assert_by_chance(what, sample->squares / n, variance,
                   sqrt((moments->fourth - variance * variance) / n));
}

/** Mean product of two normal quantities of mean 0, against their covariance. */
static inline void assert_covariance(const char *what, double mean_product, int n,
                                     const double covariance[3])
{
  assert_by_chance(what, mean_product, covariance[1],
                   sqrt((covariance[0] * covariance[2] + covariance[1] * covariance[1]) / n));
}
