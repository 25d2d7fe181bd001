/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/lane_math_variants.h"

/* As in sleef.h, which would include the intrinsics of everything. */
#define DECLARED(name) extern lanes Sleef_finz_##name##d8_u10avx512f(lanes x);
LANE_MATH_EACH(DECLARED)
extern lanes Sleef_finz_powd8_u10avx512f(lanes x, lanes y);

#define DEFINED(name)                                                                              \
  static void name##_avx512(lanes *out, const lanes *x)                                            \
  {                                                                                                \
    *out = lanes_with_one_nan(Sleef_finz_##name##d8_u10avx512f(*x));                               \
  }
LANE_MATH_EACH(DEFINED)

static void pow_avx512(lanes *out, const lanes *x, const lanes *y)
{
  *out = lanes_with_one_nan(Sleef_finz_powd8_u10avx512f(*x, *y));
}

#define MEMBER(name) .name = name##_avx512,
const struct lane_math lane_math_avx512 = {LANE_MATH_EACH(MEMBER).pow = pow_avx512};
