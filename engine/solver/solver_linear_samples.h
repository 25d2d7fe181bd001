/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_linear_samples.h
 * Samples between two stops, beside the way of the solution: x from where the interval began, the
 * remainder from the interpolant of the step that passes them. Part of solver_linear_attempt.c. */
#pragma once
#include "solver/solver_linear_table.h"

struct attempt {
  lane_mask active, arrives, accepted;
  lanes part, step, end; /* part of the interval; a length; a time */
  lanes per_step;        /* 1 / step */
  lanes error;           /* E */
};

/* State + h theta (k0 + theta (p1 + theta (p2 + theta p3))), p[i] the sum of these times k: the
 * conditions of fourth order leave one weight, that of the seventh stage, to be chosen for every
 * theta. theta^2 (theta - 1) (2 theta - 1) has the right ends, makes the derivative continuous and
 * keeps the fifth-order error within 5 % of the least that is possible. */
static const double interpolant[LINEAR_POWERS - 1][LINEAR_STAGES] = {
    {-55. / 18, 0, 32. / 9, 2. / 3, -16. / 9, -7. / 18, 1},
    {154. / 45, 0, -256. / 45, -4. / 5, 224. / 45, 49. / 45, -3},
    {-58. / 45, 0, 112. / 45, 4. / 15, -128. / 45, -28. / 45, 2}};

#if defined(__AVX512F__)
/* As solver_give_samples(), the lanes' next times side by side. */
INLINE void give_samples(struct solver *solver, lane_mask due)
{
  const __m512i counts = {0, 2, 4, 6, 8, 10, 12, 14}, pointers = {1, 3, 5, 7, 9, 11, 13, 15};
  const __m512i first = {0, 8, 1, 9, 2, 10, 3, 11}, second = {4, 12, 5, 13, 6, 14, 7, 15};
  __m512i low, high, count, times, next;
  __mmask8 more;

  _Static_assert(sizeof(struct lane_samples) == 16, "two numbers and a pointer");
  solver->sample(solver->listener, &due, &solver->next_sample, solver->sampled);
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
}
#else
INLINE void give_samples(struct solver *solver, lane_mask due)
{
  solver_give_samples(solver, &due);
}
#endif

/* Propagators of one lane for its next eight samples, the `first` of the interval and those that
 * follow, side by side in the lanes. */
static void fill_slots(const struct solver *solver, struct propagation *method, int lane,
                       int64_t first)
{
  const lane_mask whole = {0};
  struct sample_propagators *table = &method->samples;
  const struct lane_samples *samples = &solver->samples[lane];
  const int size = 1 + N_ENTRIES, ahead = samples->n - samples->next;
  const int n = ahead < LANES ? ahead : LANES;
  double spans[LANES];

  for (int e = 0; e < N_ENTRIES; e++) table->generator[e] = all(method->matrix[e][lane]);
  for (int i = 0; i < LANES; i++)
    spans[i] = samples->times[samples->next + (i < n ? i : 0)] - method->origin[lane];
  method->table.span = (lanes){spans[0], spans[1], spans[2], spans[3],
                               spans[4], spans[5], spans[6], spans[7]};
  method->table.generator = table->generator;
  sum_levels(solver, method, &whole);
  for (int i = 0; i < n; i++) {
    double *numbers = (double *)(table->slots + (first + i) % LINEAR_SAMPLES * size) + lane;

    numbers[0] = spans[i];
    for (int e = 0; e < N_ENTRIES; e++) numbers[(1 + e) * LANES] = method->table.sum[e][i];
  }
  if (table->n_filled[lane] < first + n) table->n_filled[lane] = first + n;
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

/* At the n-th samples of all lanes, which began together. */
INLINE void sample_together(struct solver *solver, struct propagation *method, lane_mask due,
                            int64_t n)
{
  const lanes *slot = method->samples.slots + n % LINEAR_SAMPLES * (1 + N_ENTRIES);
  const lanes after = solver->next_sample - solver->time;
  const lane_mask filled = (n - method->samples.n_filled) >> 63;
  const lane_mask missing = due & ~(filled & lanes_equal(after, slot[0]));
  SCRATCH(x, N_LINEAR, method->samples.x);

  for (int lane = 0; lane < LANES && lane_mask_any(missing); lane++) {
    if (missing[lane]) fill_slots(solver, method, lane, n);
  }
  ODE_APPLY(slot + 1, method->x[0], x);
  observe_block(solver, x);
  give_samples(solver, due);
}

/* x at the next samples, each lane from a slot of its own. */
INLINE void sample_block(struct solver *solver, struct propagation *method, lane_mask due)
{
  const lane_mask places =
      (method->n_passed & (LINEAR_SAMPLES - 1)) * ((1 + N_ENTRIES) * LANES) +
      (lane_mask){0, 1, 2, 3, 4, 5, 6, 7};
  const double *numbers = (const double *)method->samples.slots;
  const lanes after = solver->next_sample - method->origin;
  const lane_mask filled = (method->n_passed - method->samples.n_filled) >> 63;
  const lane_mask missing = due & ~(filled & lanes_equal(after, gathered(numbers, places)));
  SCRATCH(propagator, N_ENTRIES, method->samples.propagator);
  SCRATCH(x, N_LINEAR, method->samples.x);

  for (int lane = 0; lane < LANES && lane_mask_any(missing); lane++) {
    if (missing[lane]) fill_slots(solver, method, lane, method->n_passed[lane]);
  }
  EACH_ENTRY(e)
  propagator[e] = gathered(numbers + (1 + e) * LANES, places);
  ODE_APPLY(propagator, method->x_origin, x);
  observe_block(solver, x);
}

/* The polynomials of a step, for what is observed of the remainder. */
INLINE void interpolate(const struct solver *solver, struct propagation *method)
{
  EACH_OBSERVED(o)
  {
    EACH_REMAINDER(r)
    {
      if (REMAINDER(r) != OBSERVED(o)) continue;
#pragma GCC unroll 3
      for (int p = 0; p < LINEAR_POWERS - 1; p++) {
        lanes sum = interpolant[p][0] * method->k[0][r];

#pragma GCC unroll 7
        for (int i = 2; i < LINEAR_STAGES; i++) sum += interpolant[p][i] * method->k[i][r];
        method->samples.power[p][r] = sum;
      }
    }
  }
}

/* The remainder at the next samples, a part theta of the step; at its end what it has come to. */
INLINE void sample_remainder(struct solver *solver, struct propagation *method,
                             const struct attempt *attempt)
{
  const lanes passed = solver->next_sample - solver->time;
  const lanes theta = passed * attempt->per_step;
  const lane_mask at_end = lanes_equal(solver->next_sample, attempt->end);

  EACH_OBSERVED(o)
  {
    EACH_REMAINDER(r)
    {
      const int j = REMAINDER(r);
      lanes slope;

      if (j != OBSERVED(o)) continue;
      slope = method->samples.power[1][r] + theta * method->samples.power[2][r];
      slope = method->k[0][r] + theta * (method->samples.power[0][r] + theta * slope);
      solver->sampled[j] = lanes_select(at_end, method->trial[j], solver->state[j] + passed * slope);
    }
  }
}

/* Samples that the step passes or ends at; those at the stop are the state there. */
INLINE void pass_samples(struct solver *solver, struct propagation *method,
                         const struct attempt *attempt, lane_mask moved)
{
  lane_mask due = moved & lanes_at_most(solver->next_sample, attempt->end);

  if (!lane_mask_any(due)) return;
  interpolate(solver, method);
  do {
    const lane_mask at_stop = due & lanes_equal(solver->next_sample, solver->stop);

    sample_remainder(solver, method, attempt);
    sample_block(solver, method, due & ~at_stop);
    if (lane_mask_any(at_stop)) {
      EACH_OBSERVED(o)
      solver->sampled[OBSERVED(o)] = lanes_select(at_stop, method->trial[OBSERVED(o)],
                                                  solver->sampled[OBSERVED(o)]);
    }
    method->n_passed -= due;
    give_samples(solver, due);
    due = moved & lanes_at_most(solver->next_sample, attempt->end);
  } while (lane_mask_any(due));
}
