/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/lane_math.h
 * The project's one math file. Every elementary function behind a number in a results file is one
 * of these: bit-identical on AVX-512, AVX2 and baseline x86-64-v3 (SLEEF's deterministic variants,
 * Sleef_finz_*; sqrt is exact by IEEE 754). libm's transcendental functions are not, and stay out.
 */
#pragma once
#include <stdbool.h>
#include "base/lanes.h"

/** The vector instruction set in use; chosen once, before the first call, never per patient. */
enum simd { SIMD_BASELINE, SIMD_AVX2, SIMD_AVX512 };

/** Whether this processor can run it. AVX-512 means its F, DQ and VL parts, AVX2 includes FMA. The
 *  baseline is code without vector instructions of its own, but SLEEF's scalar functions use AVX2
 *  and FMA, so that a processor without them runs none of the three. */
bool simd_is_supported(enum simd simd);
/** The best that this processor has, or less if the environment variable TWINTRIAL_SIMD says
 *  baseline, avx2 or avx512 (a wish for more than the processor has is ignored, another word ends
 * the program with exit code 2). Ends the process with exit code 6 and a message when none is
 * supported: call it before any other function here.
 */
enum simd simd_choice(void);
const char *simd_name(enum simd simd);

/** Over lanes; `out` may be one of the arguments. Within 1 unit in the last place; a NaN is always
 *  the same NaN. At the very edge of overflow the answer may be infinite
 *  already: the largest double to the power of 1, sinh and cosh from 709.79 on. */
typedef void lane_math_function(lanes *out, const lanes *x);
struct lane_math {
  lane_math_function *exp, *log, *log10;
  lane_math_function *sin, *cos, *tan, *asin, *acos, *atan; /* in radians, however many */
  lane_math_function *sinh, *cosh, *tanh;
  void (*pow)(lanes *out, const lanes *x, const lanes *y);
};
const struct lane_math *lane_math(enum simd simd);

/** The same functions, the same bits, for one number. */
double math_exp(double x);
double math_log(double x);
double math_log10(double x);
double math_sin(double x);
double math_cos(double x);
double math_tan(double x);
double math_asin(double x);
double math_acos(double x);
double math_atan(double x);
double math_sinh(double x);
double math_cosh(double x);
double math_tanh(double x);
double math_pow(double x, double y);

/** Standard normal distribution function; absolute error below 1e-15, relative error in the lower
 *  tail below 1e-8 (Hart 1968 as arranged by
 *  West 2005, "Better approximations to cumulative normal functions"). */
double normal_cumulative(double x);
/** Its inverse, 0 < p < 1 (Wichura 1988, algorithm AS 241, PPND16); relative error about 1e-16.
 *  NaN for other p. */
double normal_quantile(double p);
