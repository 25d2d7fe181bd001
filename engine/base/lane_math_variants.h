/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/lane_math_variants.h
 * For lane_math.c: the files that are compiled for newer processors. */
#pragma once
#include "base/lane_math.h"

/** Every function of one number. */
#define LANE_MATH_EACH(of)                                                                         \
  of(exp) of(log) of(log10) of(sin) of(cos) of(tan) of(asin) of(acos) of(atan) of(sinh) of(cosh)   \
      of(tanh)

extern const struct lane_math lane_math_avx2, lane_math_avx512;

/** The sign and payload of a NaN are the one thing in which SLEEF's variants differ. */
static inline __attribute__((always_inline)) lanes lanes_with_one_nan(lanes x)
{
  return lanes_select(lanes_equal(x, x), x, (lanes){0} + __builtin_nan(""));
}
