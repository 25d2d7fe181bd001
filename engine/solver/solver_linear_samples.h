/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_linear_samples.h
 * Samples that a step passes, beside the way of the solution: the remainder is that of the step's
 * interpolant. Part of solver_linear_attempt.c. */
#pragma once
#include "solver/solver_linear_slots.h"

struct attempt {
  lane_mask active, arrives, accepted;
  lanes part, step, end; /* part of the interval; a length; a time */
  lanes per_step;        /* 1 / step */
  lanes error;           /* E */
  lanes *x, *k, *trial;  /* [node][linear], [stage][remainder], [state] */
  lanes *power;          /* [power][remainder] */
};

/* State + h theta (k0 + theta (p1 + theta (p2 + theta p3))), p[i] the sum of these times k: the
 * conditions of fourth order leave one weight, that of the seventh stage, to be chosen for every
 * theta. theta^2 (theta - 1) (2 theta - 1) has the right ends, makes the derivative continuous and
 * keeps the fifth-order error within 5 % of the least that is possible. */
static const double interpolant[LINEAR_POWERS][LINEAR_STAGES] = {
    {-55. / 18, 0, 32. / 9, 2. / 3, -16. / 9, -7. / 18, 1},
    {154. / 45, 0, -256. / 45, -4. / 5, 224. / 45, 49. / 45, -3},
    {-58. / 45, 0, 112. / 45, 4. / 15, -128. / 45, -28. / 45, 2}};

/* The polynomials of a step, for what is observed of the remainder. */
INLINE void interpolate(const struct solver *solver, const struct attempt *attempt)
{
  (void)solver;
  EACH_OBSERVED(o)
  {
    EACH_REMAINDER(r)
    {
      if (REMAINDER(r) != OBSERVED(o)) continue;
#pragma GCC unroll 3
      for (int p = 0; p < LINEAR_POWERS; p++) {
        lanes sum = interpolant[p][0] * attempt->k[r];

#pragma GCC unroll 7
        for (int i = 2; i < LINEAR_STAGES; i++)
          sum += interpolant[p][i] * attempt->k[i * N_REMAINDER + r];
        attempt->power[p * N_REMAINDER + r] = sum;
      }
    }
  }
}

/* The remainder at the next samples, a part theta of the step; at its end what it has come to. */
INLINE void sample_remainder(struct solver *solver, const struct attempt *attempt)
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
      slope = attempt->power[N_REMAINDER + r] + theta * attempt->power[2 * N_REMAINDER + r];
      slope = attempt->k[r] + theta * (attempt->power[r] + theta * slope);
      solver->sampled[j] = lanes_select(at_end, attempt->trial[j],
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
  interpolate(solver, attempt);
  do {
    const lane_mask at_stop = due & lanes_equal(solver->next_sample, solver->stop);

    sample_remainder(solver, attempt);
    sample_block(solver, method, method->x_origin, due & ~at_stop, method->n_passed);
    if (lane_mask_any(at_stop)) {
      EACH_OBSERVED(o)
      solver->sampled[OBSERVED(o)] = lanes_select(at_stop, attempt->trial[OBSERVED(o)],
                                                  solver->sampled[OBSERVED(o)]);
    }
    method->n_passed -= due;
    give_samples(solver, due);
    due = moved & lanes_at_most(solver->next_sample, attempt->end);
  } while (lane_mask_any(due));
}
