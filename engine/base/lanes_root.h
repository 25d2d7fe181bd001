/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/lanes_root.h
 * Square root and floor of eight numbers, exact on every vector width. */
#pragma once
#include "base/lanes.h"
#if defined(__AVX__)
#include <immintrin.h>
#endif

static inline __attribute__((always_inline)) lanes lanes_sqrt(lanes x)
{
#if defined(__AVX512F__)
  return (lanes)_mm512_sqrt_pd((__m512d)x);
#elif defined(__AVX__)
  union lanes_parts value = {x};

  for (int i = 0; i < LANES / LANES_PART; i++)
    value.parts[i] = (lanes_part)_mm256_sqrt_pd((__m256d)value.parts[i]);
  return value.whole;
#else
  for (int l = 0; l < LANES; l++) x[l] = __builtin_sqrt(x[l]);
  return x;
#endif
}

static inline __attribute__((always_inline)) lanes lanes_floor(lanes x)
{
#if defined(__AVX512F__)
  return (lanes)_mm512_floor_pd((__m512d)x);
#elif defined(__AVX__)
  union lanes_parts value = {x};

  for (int i = 0; i < LANES / LANES_PART; i++)
    value.parts[i] = (lanes_part)_mm256_floor_pd((__m256d)value.parts[i]);
  return value.whole;
#else
  for (int l = 0; l < LANES; l++) x[l] = __builtin_floor(x[l]);
  return x;
#endif
}
