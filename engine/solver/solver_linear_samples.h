/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_linear_samples.h
 * Samples between two stops, beside the way of the solution: x from where the interval began, the
 * remainder from the interpolant of the step that passes them. Part of solver_linear_attempt.c. */
#pragma once
#include "solver/solver_linear_table.h"

struct attempt {
  lane_mask active, arrives, accepted;
  lanes part, step, end; /* part of the interval; a length; a time */
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

/* Propagators of one lane for its next eight samples, the `first` of the interval and those that
 * follow, side by side in the lanes. */
static void fill_slots(const struct solver *solver, struct propagation *method, int lane,
                       int64_t first)
{
  static const int whole[LANES] = {0};
  struct sample_propagators *table = &method->samples;
  const struct lane_samples *samples = &solver->samples[lane];
  const int size = N_ENTRIES + LINEAR_SAMPLE_ENTRY, ahead = samples->n - samples->next;
  const int n = ahead < LANES ? ahead : LANES;
  double spans[LANES];

  for (int e = 0; e < N_ENTRIES; e++) table->generator[e] = all(method->matrix[e][lane]);
  for (int i = 0; i < LANES; i++)
    spans[i] = samples->times[samples->next + (i < n ? i : 0)] - method->origin[lane];
  memcpy(&method->table.span, spans, sizeof spans);
  method->table.generator = table->generator;
  sum_levels(solver, method, whole);
  for (int i = 0; i < n; i++) {
    double *numbers = (double *)(table->slots + (first + i) % LINEAR_SAMPLES * size) + lane;

    numbers[LINEAR_SAMPLE_AFTER * LANES] = spans[i];
    numbers[LINEAR_SAMPLE_IDENTITY * LANES] = method->identity[lane];
    for (int e = 0; e < N_ENTRIES; e++)
      numbers[(LINEAR_SAMPLE_ENTRY + e) * LANES] = method->table.sum[e][i];
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
    solver_give_samples(solver, &due);
    due = stand & lanes_at_most(solver->next_sample, solver->stop);
  }
}

/* At the n-th samples of all lanes, which began together. */
INLINE void sample_together(struct solver *solver, struct propagation *method, lane_mask due,
                            int64_t n)
{
  const int size = N_ENTRIES + LINEAR_SAMPLE_ENTRY;
  const lanes *numbers = method->samples.slots + n % LINEAR_SAMPLES * size;
  const lanes after = solver->next_sample - solver->time;
  const lane_mask missing = due & ~(lanes_equal(after, numbers[LINEAR_SAMPLE_AFTER]) &
                                    lanes_equal(method->identity, numbers[LINEAR_SAMPLE_IDENTITY]));
  SCRATCH(x, N_LINEAR, method->samples.x);

  for (int lane = 0; lane < LANES && lane_mask_any(missing); lane++) {
    if (missing[lane]) fill_slots(solver, method, lane, n);
  }
  ODE_APPLY(numbers + LINEAR_SAMPLE_ENTRY, method->x[0], x);
  observe_block(solver, x);
  solver_give_samples(solver, &due);
}

/* x at the next samples, each lane from a slot of its own. */
INLINE void sample_block(struct solver *solver, struct propagation *method, lane_mask due)
{
  const int size = N_ENTRIES + LINEAR_SAMPLE_ENTRY;
  const lane_mask places = (method->n_passed & (LINEAR_SAMPLES - 1)) * (size * LANES) +
                           (lane_mask){0, 1, 2, 3, 4, 5, 6, 7};
  const double *numbers = (const double *)method->samples.slots;
  const lanes after = solver->next_sample - method->origin;
  const lane_mask missing =
      due &
      ~(lanes_equal(after, gathered(numbers + LINEAR_SAMPLE_AFTER * LANES, places)) &
        lanes_equal(method->identity, gathered(numbers + LINEAR_SAMPLE_IDENTITY * LANES, places)));
  SCRATCH(propagator, N_ENTRIES, method->samples.propagator);
  SCRATCH(x, N_LINEAR, method->samples.x);

  for (int lane = 0; lane < LANES && lane_mask_any(missing); lane++) {
    if (missing[lane]) fill_slots(solver, method, lane, method->n_passed[lane]);
  }
  EACH_ENTRY(e)
  propagator[e] = gathered(numbers + (LINEAR_SAMPLE_ENTRY + e) * LANES, places);
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
  const lanes theta = passed / attempt->step;
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
      solver->sampled[j] = lanes_select(at_end, method->trial[j],
                                        solver->state[j] + passed * slope);
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
    solver_give_samples(solver, &due);
    due = moved & lanes_at_most(solver->next_sample, attempt->end);
  } while (lane_mask_any(due));
}
