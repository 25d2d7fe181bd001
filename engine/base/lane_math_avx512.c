/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/lane_math_variants.h"

/* As in sleef.h, which would include the intrinsics of everything. */
extern lanes Sleef_finz_expd8_u10avx512f(lanes x);
extern lanes Sleef_finz_logd8_u10avx512f(lanes x);
extern lanes Sleef_finz_powd8_u10avx512f(lanes x, lanes y);

static void exp_avx512(lanes *out, const lanes *x)
{
  *out = lanes_with_one_nan(Sleef_finz_expd8_u10avx512f(*x));
}

static void log_avx512(lanes *out, const lanes *x)
{
  *out = lanes_with_one_nan(Sleef_finz_logd8_u10avx512f(*x));
}

static void pow_avx512(lanes *out, const lanes *x, const lanes *y)
{
  *out = lanes_with_one_nan(Sleef_finz_powd8_u10avx512f(*x, *y));
}

const struct lane_math lane_math_avx512 = {.exp = exp_avx512, .log = log_avx512, .pow = pow_avx512};
