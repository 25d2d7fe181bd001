/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/lanes.h
 * Eight patients side by side. What happens in one lane never depends on another lane: the same
 * patient gives the same bits in any lane, beside any neighbours, on any vector width. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

enum { LANES = 8 };

typedef double lanes __attribute__((vector_size(64)));      /* one number per patient */
typedef int64_t lane_mask __attribute__((vector_size(64))); /* -1 yes, 0 no; what a < b gives */

/** `yes` where the mask is -1, else `no`; both are evaluated. */
static inline __attribute__((always_inline)) lanes lanes_select(lane_mask mask, lanes yes, lanes no)
{
  return (lanes)(((lane_mask)yes & mask) | ((lane_mask)no & ~mask));
}

/* GCC 12 compares vectors that are wider than the registers one number after the other, and it
 * settles that before it inlines. So: compare through these, in a file of its own for each
 * instruction set (the build compiles *_avx2.c and *_avx512.c for theirs). */
#if defined(__AVX512F__)
#define LANES_COMPARED(a, operator, b) ((a) operator(b))
#else
#if defined(__AVX__)
enum { LANES_PART = 4 };
#else
enum { LANES_PART = 2 };
#endif
typedef double lanes_part __attribute__((vector_size(8 * LANES_PART)));
typedef int64_t lane_mask_part __attribute__((vector_size(8 * LANES_PART)));
union lanes_parts {
  lanes whole;
  lanes_part parts[LANES / LANES_PART];
};
union lane_mask_parts {
  lane_mask whole;
  lane_mask_part parts[LANES / LANES_PART];
};
#define LANES_COMPARED(a, operator, b)                                                             \
  __extension__({                                                                                  \
    const union lanes_parts left_ = {a}, right_ = {b};                                             \
    union lane_mask_parts mask_;                                                                   \
    for (int part_ = 0; part_ < LANES / LANES_PART; part_++)                                       \
      mask_.parts[part_] = left_.parts[part_] operator right_.parts[part_];                        \
    mask_.whole;                                                                                   \
  })
#endif

static inline __attribute__((always_inline)) lane_mask lanes_less(lanes a, lanes b)
{
  return LANES_COMPARED(a, <, b);
}

static inline __attribute__((always_inline)) lane_mask lanes_at_most(lanes a, lanes b)
{
  return LANES_COMPARED(a, <=, b);
}

static inline __attribute__((always_inline)) lane_mask lanes_equal(lanes a, lanes b)
{
  return LANES_COMPARED(a, ==, b);
}

static inline __attribute__((always_inline)) lanes lanes_abs(lanes x)
{
  return (lanes)((lane_mask)x & INT64_MAX);
}

/** `b` where either is NaN. */
static inline __attribute__((always_inline)) lanes lanes_larger(lanes a, lanes b)
{
  return lanes_select(lanes_less(b, a), a, b);
}

static inline __attribute__((always_inline)) lanes lanes_smaller(lanes a, lanes b)
{
  return lanes_select(lanes_less(a, b), a, b);
}

static inline __attribute__((always_inline)) bool lane_mask_any(lane_mask mask)
{
#if defined(__AVX512F__)
  return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0;
#else
  mask |= __builtin_shufflevector(mask, mask, 4, 5, 6, 7, 0, 1, 2, 3);
  mask |= __builtin_shufflevector(mask, mask, 2, 3, 0, 1, 6, 7, 4, 5);
  return (mask[0] | mask[1]) != 0;
#endif
}

/** A function of eight patients. What a, b and out hold is said where one is asked for. A lane of
 *  `out` depends on that lane of a, b and the context only, and is the same bits whatever the other
 *  lanes hold (they may hold anything, NaN included). `out` is none of the arguments. (Lanes go
 *  by reference: code for other instruction sets passes them by value in other places.) */
typedef void lane_function(void *context, const lanes *a, const lanes *b, lanes *out);
