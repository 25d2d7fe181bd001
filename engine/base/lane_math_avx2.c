/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/lane_math_variants.h"

/* As in sleef.h, which would include the intrinsics of everything. */
typedef double half_lanes __attribute__((vector_size(32)));
#define DECLARED(name) extern half_lanes Sleef_finz_##name##d4_u10avx2(half_lanes x);
LANE_MATH_EACH(DECLARED)
extern half_lanes Sleef_finz_powd4_u10avx2(half_lanes x, half_lanes y);

enum { HALVES = 2 };

#define DEFINED(name)                                                                              \
  static void name##_avx2(lanes *out, const lanes *x)                                              \
  {                                                                                                \
    half_lanes half[HALVES];                                                                       \
                                                                                                   \
    memcpy(half, x, sizeof half);                                                                  \
    for (int i = 0; i < HALVES; i++) half[i] = Sleef_finz_##name##d4_u10avx2(half[i]);             \
    memcpy(out, half, sizeof half);                                                                \
    *out = lanes_with_one_nan(*out);                                                               \
  }
LANE_MATH_EACH(DEFINED)

static void pow_avx2(lanes *out, const lanes *x, const lanes *y)
{
  half_lanes base[HALVES], power[HALVES];

  memcpy(base, x, sizeof base);
  memcpy(power, y, sizeof power);
  for (int i = 0; i < HALVES; i++) base[i] = Sleef_finz_powd4_u10avx2(base[i], power[i]);
  memcpy(out, base, sizeof base);
  *out = lanes_with_one_nan(*out);
}

#define MEMBER(name) .name = name##_avx2,
const struct lane_math lane_math_avx2 = {LANE_MATH_EACH(MEMBER).pow = pow_avx2};
