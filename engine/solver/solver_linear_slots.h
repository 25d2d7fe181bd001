/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_linear_slots.h
 * x at samples between two stops: from where the interval began, by propagators that are remembered
 * for samples that come again. Which ones are changes no bit. Part of solver_linear_attempt.c. */
#pragma once
#include "solver/solver_linear_table.h"

#if defined(__AVX512F__)
/* As solver_give_samples(): the next times side by side, on their way while others listen. */
INLINE void give_samples(struct solver *solver, lane_mask due)
{
  const __m512i counts = {0, 2, 4, 6, 8, 10, 12, 14}, pointers = {1, 3, 5, 7, 9, 11, 13, 15};
  const __m512i first = {0, 8, 1, 9, 2, 10, 3, 11}, second = {4, 12, 5, 13, 6, 14, 7, 15};
  const lanes now = solver->next_sample;
  __m512i low, high, count, times, next;
  __mmask8 more;

  _Static_assert(sizeof(struct lane_samples) == 16, "two numbers and a pointer");
  low = _mm512_loadu_si512(solver->samples);
  high = _mm512_loadu_si512(solver->samples + LANES / 2);
  times = _mm512_permutex2var_epi64(low, pointers, high);
  count = _mm512_permutex2var_epi64(low, counts, high);
  count = _mm512_sub_epi64(count, _mm512_slli_epi64((__m512i)due, 32));
  next = _mm512_srli_epi64(count, 32);
  more = _mm512_cmplt_epi64_mask(next, _mm512_srli_epi64(_mm512_slli_epi64(count, 32), 32));
  times = _mm512_add_epi64(times, _mm512_slli_epi64(next, 3));
  solver->next_sample = (lanes)_mm512_mask_i64gather_pd((__m512d)all((double)INFINITY), more, times,
                                                        NULL, 1);
  times = _mm512_permutex2var_epi64(low, pointers, high);
  _mm512_storeu_si512(solver->samples, _mm512_permutex2var_epi64(count, first, times));
  _mm512_storeu_si512(solver->samples + LANES / 2, _mm512_permutex2var_epi64(count, second, times));
  solver->sample(solver->listener, &due, &now, solver->sampled);
}
#else
INLINE void give_samples(struct solver *solver, lane_mask due)
{
  solver_give_samples(solver, &due);
}
#endif

/* Where samples have their slots: those of one interval each another one, as long as they are not
 * more than half of the slots, and a sample that comes earlier in another interval as well. */
INLINE lane_mask slots_of(lane_mask number, lanes part)
{
  const lane_mask place = (lane_mask)(LINEAR_SAMPLES / 2 * part + 0x1p52);

  return (number + place) & (LINEAR_SAMPLES - 1);
}

/* Propagators of one lane for its next eight samples, the `first` of the interval and those that
 * follow, side by side in the lanes. */
static void fill_slots(const struct solver *solver, struct propagation *method, int lane,
                       int64_t first)
{
  const lane_mask whole = {0};
  struct sample_propagators *table = &method->samples;
  const struct lane_samples *samples = &solver->samples[lane];
  const int ahead = samples->n - samples->next, n = ahead < LANES ? ahead : LANES;
  double spans[LANES];
  lane_mask slot;

  for (int e = 0; e < N_ENTRIES; e++) table->generator[e] = all(method->matrix[e][lane]);
  for (int i = 0; i < LANES; i++)
    spans[i] = samples->times[samples->next + (i < n ? i : 0)] - method->origin[lane];
  method->table.span = (lanes){spans[0], spans[1], spans[2], spans[3],
                               spans[4], spans[5], spans[6], spans[7]};
  method->table.generator = table->generator;
  sum_levels(solver, method, &whole);
  slot = slots_of(first + (lane_mask){0, 1, 2, 3, 4, 5, 6, 7},
                  method->table.span * method->per_interval[lane]);
  for (int i = 0; i < n; i++) {
    double *numbers = (double *)(table->slots + slot[i] * (1 + N_ENTRIES)) + lane;

    numbers[0] = spans[i];
    for (int e = 0; e < N_ENTRIES; e++) numbers[(1 + e) * LANES] = method->table.sum[e][i];
    table->filled[lane] |= (int64_t)(UINT64_C(1) << slot[i]);
  }
}

/* What of x the samples need. */
INLINE void observe_block(struct solver *solver, const lanes *x)
{
  EACH_OBSERVED(o)
  {
    EACH_LINEAR(i)
    {
      if (LINEAR(i) == OBSERVED(o)) solver->sampled[OBSERVED(o)] = x[i];
    }
  }
}

/* Samples at the stop, where the lanes now stand. */
INLINE void give_states(struct solver *solver, lane_mask stand)
{
  lane_mask due = stand & lanes_at_most(solver->next_sample, solver->stop);

  while (lane_mask_any(due)) {
    EACH_OBSERVED(o) solver->sampled[OBSERVED(o)] = solver->state[OBSERVED(o)];
    give_samples(solver, due);
    due = stand & lanes_at_most(solver->next_sample, solver->stop);
  }
}

/* x at the next samples, which are the ones of these numbers since the origin. */
INLINE void sample_block(struct solver *solver, struct propagation *method, const lanes *origin,
                         lane_mask due, lane_mask number)
{
  const lanes after = solver->next_sample - method->origin;
  const lane_mask slot = slots_of(number, after * method->per_interval);
  const lane_mask together = (lane_mask){0} + slot[0];
  const lane_mask lane_numbers = {0, 1, 2, 3, 4, 5, 6, 7};
  const lane_mask places = slot * ((1 + N_ENTRIES) * LANES) + lane_numbers;
  const lanes *there = method->samples.slots + slot[0] * (1 + N_ENTRIES);
  const double *numbers = (const double *)method->samples.slots;
  const bool is_apart = N_REMAINDER > 0 || lane_mask_any(due & (slot ^ together));
  const lanes key = is_apart ? gathered(numbers, places) : there[0];
  const lane_mask filled = -((method->samples.filled >> slot) & 1);
  const lane_mask missing = due & ~(filled & lanes_equal(after, key));
  SCRATCH(propagator, N_ENTRIES, method->samples.propagator);
  SCRATCH(x, N_LINEAR, method->samples.x);

  for (int lane = 0; lane < LANES && lane_mask_any(missing); lane++) {
    if (missing[lane]) fill_slots(solver, method, lane, number[lane]);
  }
  if (is_apart) {
    EACH_ENTRY(e) propagator[e] = gathered(numbers + (1 + e) * LANES, places);
    ODE_APPLY(propagator, origin, x);
  } else {
    ODE_APPLY(there + 1, origin, x);
  }
  observe_block(solver, x);
}
