/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/lane_math.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/lane_math_variants.h"

/* sleef.h hides these from a file that is not compiled for FMA. */
#define DECLARED(name) extern double Sleef_finz_##name##d1_u10purecfma(double x);
LANE_MATH_EACH(DECLARED)
extern double Sleef_finz_powd1_u10purecfma(double x, double y);

bool simd_is_supported(enum simd simd)
{
  /* SLEEF's pure C variants are themselves compiled for AVX2 and FMA: without those, no variant
   * runs at all. */
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");

  if (simd != SIMD_AVX512) return avx2;
  return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

enum simd simd_choice(void)
{
  const char *wish = getenv("TWINTRIAL_SIMD");
  enum simd choice = simd_is_supported(SIMD_AVX512) ? SIMD_AVX512 : SIMD_AVX2;

  if (!simd_is_supported(SIMD_BASELINE)) {
    exit(failure(EXIT_CODE_LAUNCH, "this processor has no AVX2 and FMA instructions (x86-64-v3), "
                                   "which twintrial needs for reproducible results"));
  }
  if (!wish) return choice;
  for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
    if (!strcmp(wish, simd_name(simd))) return simd < choice ? simd : choice;
  }
  exit(failure(EXIT_CODE_INVALID_INPUT,
               "TWINTRIAL_SIMD is '%s'; it is one of baseline, avx2 and avx512", wish));
}

const char *simd_name(enum simd simd)
{
  static const char *const names[] = {"baseline", "avx2", "avx512"};

  return names[simd];
}

/* The sign and payload of a NaN are the one thing in which SLEEF's variants differ. */
static double one_nan(double x)
{
  return isnan(x) ? (double)NAN : x;
}

#define DEFINED(name)                                                                              \
  double math_##name(double x)                                                                     \
  {                                                                                                \
    return one_nan(Sleef_finz_##name##d1_u10purecfma(x));                                          \
  }                                                                                                \
                                                                                                   \
  static void name##_baseline(lanes *out, const lanes *x)                                          \
  {                                                                                                \
    for (int lane = 0; lane < LANES; lane++) (*out)[lane] = math_##name((*x)[lane]);               \
  }
LANE_MATH_EACH(DEFINED)

double math_pow(double x, double y)
{
  return one_nan(Sleef_finz_powd1_u10purecfma(x, y));
}

static void pow_baseline(lanes *out, const lanes *x, const lanes *y)
{
  for (int lane = 0; lane < LANES; lane++) (*out)[lane] = math_pow((*x)[lane], (*y)[lane]);
}

const struct lane_math *lane_math(enum simd simd)
{
#define BASELINE(name) .name = name##_baseline,
  static const struct lane_math baseline = {LANE_MATH_EACH(BASELINE).pow = pow_baseline};
  static const struct lane_math *const variants[] = {[SIMD_BASELINE] = &baseline,
                                                     [SIMD_AVX2] = &lane_math_avx2,
                                                     [SIMD_AVX512] = &lane_math_avx512};

  return variants[simd];
}

/* Highest power first. */
static double polynomial(int n, const double *coefficients, double x)
{
  double sum = coefficients[0];

  for (int i = 1; i < n; i++) sum = sum * x + coefficients[i];
  return sum;
}

double normal_cumulative(double x)
{
  static const double numerator[] = {3.52624965998911e-02, 0.700383064443688, 6.37396220353165,
                                     33.912866078383,      112.079291497871,  221.213596169931,
                                     220.206867912376};
  static const double denominator[] = {8.83883476483184e-02, 1.75566716318264, 16.064177579207,
                                       86.7807322029461,     296.564248779674, 637.333633378831,
                                       793.826512519948,     440.413735824752};
  const double distance = fabs(x);
  double tail;

  if (isnan(x)) return x;
  if (distance > 38.5) {
    tail = 0;
  } else if (distance < 7.07106781186547) {
    tail = math_exp(-distance * distance / 2) * polynomial(7, numerator, distance) /
           polynomial(8, denominator, distance);
  } else {
    double fraction = distance + 0.65;

    for (int k = 4; k >= 1; k--) fraction = distance + k / fraction;
    tail = math_exp(-distance * distance / 2) / fraction / 2.506628274631;
  }
  return x > 0 ? 1 - tail : tail;
}

double normal_quantile(double p)
{
  static const double a[] = {2.5090809287301226727e+3, 3.3430575583588128105e+4,
                             6.7265770927008700853e+4, 4.5921953931549871457e+4,
                             1.3731693765509461125e+4, 1.9715909503065514427e+3,
                             1.3314166789178437745e+2, 3.3871328727963666080e+0};
  static const double b[] = {5.2264952788528545610e+3, 2.8729085735721942674e+4,
                             3.9307895800092710610e+4, 2.1213794301586595867e+4,
                             5.3941960214247511077e+3, 6.8718700749205790830e+2,
                             4.2313330701600911252e+1, 1.0};
  static const double c[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2,
                             2.41780725177450611770e-1, 1.27045825245236838258e+0,
                             3.64784832476320460504e+0, 5.76949722146069140550e+0,
                             4.63033784615654529590e+0, 1.42343711074968357734e+0};
  static const double d[] = {1.05075007164441684324e-9, 5.47593808499534494600e-4,
                             1.51986665636164571966e-2, 1.48103976427480074590e-1,
                             6.89767334985100004550e-1, 1.67638483018380384940e+0,
                             2.05319162663775882187e+0, 1.0};
  static const double e[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
                             1.24266094738807843860e-3, 2.65321895265761230930e-2,
                             2.96560571828504891230e-1, 1.78482653991729133580e+0,
                             5.46378491116411436990e+0, 6.65790464350110377720e+0};
  static const double f[] = {2.04426310338993978564e-15, 1.42151175831644588870e-7,
                             1.84631831751005468180e-5,  7.86869131145613259100e-4,
                             1.48753612908506148525e-2,  1.36929880922735805310e-1,
                             5.99832206555887937690e-1,  1.0};
  const double q = p - 0.5;
  double r, distance;

  if (fabs(q) <= 0.425) {
    r = 0.180625 - q * q;
    return q * polynomial(8, a, r) / polynomial(8, b, r);
  }
  r = sqrt(-math_log(q < 0 ? p : 1 - p));
  if (r <= 5)
    distance = polynomial(8, c, r - 1.6) / polynomial(8, d, r - 1.6);
  else
    distance = polynomial(8, e, r - 5) / polynomial(8, f, r - 5);
  return q < 0 ? -distance : distance;
}
