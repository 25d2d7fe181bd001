/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_step_course.h
 * Where a step goes and what becomes of its lanes. Included by the files of attempted steps, which
 * are compiled for several instruction sets. */
#pragma once
#include "solver/solver_step_control.h"

#define STRETCH 1.01 /* of a step, rather than leaving a sliver before the stop */

INLINE void plan(const struct solver *solver, const struct stepping *stepping,
                 struct attempt *attempt)
{
  const lanes far = solver->stop - solver->time;

  attempt->active = solver->running & ~solver->starting;
  attempt->last = lanes_at_most(far, STRETCH * stepping->step);
  attempt->step = lanes_select(attempt->last, far, stepping->step);
  attempt->end = lanes_select(attempt->last, solver->stop, solver->time + attempt->step);
  attempt->step = lanes_select(attempt->active, attempt->step, all(0));
}

/** Which steps it takes to move a lane to another method. */
struct patience {
  double strikes, calm; /* so many; so many in a row without one let them be forgotten */
};

INLINE void watch(struct stepping *stepping, const struct patience *patience, lane_mask accepted,
                  lane_mask struck)
{
  const lanes strikes = stepping->strikes + lanes_select(accepted & struck, all(1), all(0));
  const lanes calm = lanes_select(struck, all(0), stepping->calm + 1);

  stepping->calm = lanes_select(accepted, calm, stepping->calm);
  stepping->strikes = lanes_select(lanes_at_most(all(patience->calm), stepping->calm), all(0),
                                   strikes);
  stepping->leaving = accepted & lanes_at_most(all(patience->strikes), stepping->strikes);
}

INLINE lane_mask samples_due(const struct solver *solver, const struct attempt *attempt)
{
  const lane_mask due = attempt->accepted & lanes_at_most(solver->next_sample, attempt->end);

  /* A sample at the moment of a crossing is of the new side. */
  if (N_EVENTS > 0)
    return due & ~(attempt->untold & lanes_equal(solver->next_sample, attempt->end));
  return due;
}

/** From the interpolant. */
INLINE void give_samples(struct solver *solver, const struct stepping *stepping,
                         const struct attempt *attempt)
{
  lane_mask due = samples_due(solver, attempt);

  while (lane_mask_any(due)) {
    const lanes theta = (solver->next_sample - solver->time) / attempt->step;
    const lanes rest = 1 - theta;
    const lane_mask at_end = lanes_equal(solver->next_sample, attempt->end);

    for (int o = 0; o < N_OBSERVED; o++) {
      const int j = OBSERVED(o);
      const lanes inner = stepping->interpolant[2][j] + rest * stepping->interpolant[3][j];
      const lanes outer = stepping->interpolant[1][j] + theta * inner;
      const lanes y = solver->state[j] + theta * (stepping->interpolant[0][j] + rest * outer);

      solver->sampled[j] = lanes_select(at_end, attempt->trial[j], y);
    }
    solver_give_samples(solver, &due);
    due = samples_due(solver, attempt);
  }
}

/** Whether a condition changes in an accepted step, or may. Then, with the interpolant of all
 * states: locate, and after the samples before it tell, and give those of its own time. */
INLINE bool find_crossings(struct solver *solver, struct attempt *attempt)
{
  return N_EVENTS > 0 && solver->host->find_crossings(solver, attempt);
}

/** Moves the accepted lanes; true if a lane has come to its stop or has failed. */
INLINE bool conclude(struct solver *solver, struct stepping *stepping,
                     const struct attempt *attempt)
{
  const lane_mask accepted = attempt->accepted;
  const lane_mask endless = attempt->endless;
  const lane_mask stands = accepted & attempt->last & ~endless;
  lane_mask tiny, weary;
  lanes smallest;

  EACH_STATE(j)
  solver->state[j] = lanes_select(accepted, attempt->trial[j], solver->state[j]);
  solver->time = lanes_select(accepted, attempt->end, solver->time);
  solver->accepted -= accepted;
  solver->rejected -= attempt->active & ~accepted;
  if (N_EVENTS > 0) {
    solver->starting |= attempt->crossing;
    solver->resuming |= attempt->crossing;
  }
  stepping->attempts += lanes_select(attempt->active, all(1), all(0));
  smallest = smallest_step(solver);
  tiny = attempt->active & ~stands & lanes_less(stepping->step, smallest);
  weary = attempt->active & ~stands &
          lanes_at_most(all(solver->tolerance.max_steps_per_stop), stepping->attempts);
  if (!lane_mask_any(stands | tiny | weary | endless)) return false;
  for (int lane = 0; lane < LANES; lane++) {
    if (stands[lane])
      solver_end_run(solver, lane, SOLVE_OK);
    else if (endless[lane])
      solver_end_run(solver, lane, SOLVE_ENDLESS_EVENTS);
    else if (tiny[lane])
      solver_end_run(solver, lane, SOLVE_STEP_TOO_SMALL);
    else if (weary[lane])
      solver_end_run(solver, lane, SOLVE_TOO_MANY_STEPS);
  }
  return true;
}
