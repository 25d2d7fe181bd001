/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_lanes.h
 * The arithmetic that the steps of all methods share. Included by the files of attempted steps,
 * which are compiled for several instruction sets. */
#pragma once
#include <float.h>

#include "base/lanes.h"
#include "solver/solver_internal.h"

#define INLINE static inline __attribute__((always_inline)) /* lanes never pass by value */

INLINE lanes all(double x)
{
  return (lanes){0} + x;
}

INLINE lane_mask is_finite(lanes x)
{
  return lanes_at_most(lanes_abs(x), all(DBL_MAX));
}

INLINE lanes scale(const struct solver *solver, int j, lanes size)
{
  return (solver->tolerance.atol[j] + DBL_MIN) + solver->tolerance.rtol * size;
}

/* 2^20 log2(x), linear between powers of 2: the upper half of the bits of a positive double. */
INLINE lane_mask rough_logarithm(lanes x)
{
  return ((lane_mask)x - (lane_mask)all(1)) >> 32;
}

/* Its inverse, from 2^52 log2(x), within 0.3 % of a true power of 2: what a double with these bits
 * lacks is (m^2 + 2) / 3 in place of its mantissa m. */
INLINE lanes rough_power(lane_mask logarithm)
{
  const int64_t mantissa_bits = (INT64_C(1) << 52) - 1;
  const lane_mask bits = logarithm + (lane_mask)all(1);
  const lanes mantissa = (lanes)((bits & mantissa_bits) | (lane_mask)all(1));

  return (lanes)(bits & ~mantissa_bits) * ((mantissa * mantissa + 2) * (1. / 3));
}
