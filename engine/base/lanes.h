/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/lanes.h
 * Eight patients side by side. What happens in one lane never depends on another lane: the same
 * patient gives the same bits in any lane, beside any neighbours, on any vector width.
 * Code that is to use wide registers sits in a file with `#pragma GCC target` above its includes:
 * GCC 12 lowers comparisons of lanes, also those below, before it inlines them elsewhere. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { LANES = 8 };

typedef double lanes __attribute__((vector_size(64)));      /* one number per patient */
typedef int64_t lane_mask __attribute__((vector_size(64))); /* -1 yes, 0 no; what a < b gives */

/** `yes` where the mask is -1, else `no`; both are evaluated. */
static inline __attribute__((always_inline)) lanes lanes_select(lane_mask mask, lanes yes, lanes no)
{
  return (lanes)(((lane_mask)yes & mask) | ((lane_mask)no & ~mask));
}

static inline __attribute__((always_inline)) lanes lanes_abs(lanes x)
{
  return (lanes)((lane_mask)x & INT64_MAX);
}

/** `b` where either is NaN. */
static inline __attribute__((always_inline)) lanes lanes_larger(lanes a, lanes b)
{
  return lanes_select(a > b, a, b);
}

static inline __attribute__((always_inline)) lanes lanes_smaller(lanes a, lanes b)
{
  return lanes_select(a < b, a, b);
}

static inline __attribute__((always_inline)) bool lane_mask_any(lane_mask mask)
{
  mask |= __builtin_shuffle(mask, (lane_mask){4, 5, 6, 7, 0, 1, 2, 3});
  mask |= __builtin_shuffle(mask, (lane_mask){2, 3, 0, 1, 6, 7, 4, 5});
  return (mask[0] | mask[1]) != 0;
}
