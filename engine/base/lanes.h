/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/lanes.h
 * Eight patients side by side. What happens in one lane never depends on another lane: the same
 * patient gives the same bits in any lane, beside any neighbours, on any vector width. */
#pragma once
#include <stdint.h>

enum { LANES = 8 };

typedef double lanes __attribute__((vector_size(64)));      /* one number per patient */
typedef int64_t lane_mask __attribute__((vector_size(64))); /* -1 yes, 0 no; what a < b gives */

/** `yes` where the mask is -1, else `no`; both are evaluated. */
static inline __attribute__((always_inline)) lanes lanes_select(lane_mask mask, lanes yes, lanes no)
{
  return (lanes)(((lane_mask)yes & mask) | ((lane_mask)no & ~mask));
}
