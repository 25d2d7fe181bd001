/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where conditions change. Each lane halves its own interval of time until nothing is left of it:
 * the same patient, the same bits. */
#include <float.h>

#include "solver/solver_stepping.h"

/** Of the later end of a step: nobody needs the time of a crossing near 0 any better. */
static const double resolution = 0.25 * DBL_EPSILON;

void solver_crossings(struct solver *solver, const lanes *time, const lanes *state, lane_mask *mask)
{
  const struct ode_events *events = solver->ode.events;
  lane_mask any = {0};

  events->crossings(solver->ode.context, time, state, solver->crossed);
  for (int e = 0; e < events->n; e++) any |= ~lanes_equal(solver->crossed[e], (lanes){0});
  *mask = any;
}

void solver_tell_crossings(struct solver *solver, int lane, double time)
{
  const struct ode_events *events = solver->ode.events;

  for (int e = 0; e < events->n; e++)
    if (solver->crossed[e][lane] != 0) events->cross(solver->ode.context, lane, e, time);
}

void solver_settle_events(struct solver *solver, int lane)
{
  lane_mask mask;

  if (!solver->ode.events) return;
  solver_crossings(solver, &solver->time, solver->state, &mask);
  solver_tell_crossings(solver, lane, solver->time[lane]);
}

void stepping_find_crossings(struct solver *solver, struct attempt *attempt)
{
  solver_crossings(solver, &attempt->end, attempt->trial, &attempt->crossing);
  attempt->crossing &= attempt->accepted;
  attempt->untold = attempt->crossing;
}

static void interpolate_all(const struct solver *solver, const struct stepping *stepping,
                            const struct attempt *attempt, const lanes *time, lanes *state)
{
  const lanes theta = (*time - solver->time) / attempt->step, rest = 1 - theta;
  lanes *const *terms = stepping->interpolant;

  for (int j = 0; j < solver->ode.n_states; j++) {
    const lanes inner = terms[2][j] + rest * terms[3][j], outer = terms[1][j] + theta * inner;

    state[j] = solver->state[j] + theta * (terms[0][j] + rest * outer);
  }
}

void stepping_locate_crossings(struct solver *solver, const struct stepping *stepping,
                               struct attempt *attempt)
{
  lanes low = solver->time, high = attempt->end, middle;
  const lanes finest = resolution * lanes_larger(lanes_abs(low), lanes_abs(high));
  lane_mask open = attempt->crossing, is, moved;

  for (;;) {
    middle = low + 0.5 * (high - low);
    open &= lanes_less(low, middle) & lanes_less(middle, high) & lanes_less(finest, high - low);
    if (!lane_mask_any(open)) break;
    interpolate_all(solver, stepping, attempt, &middle, solver->sampled);
    solver_crossings(solver, &middle, solver->sampled, &is);
    high = lanes_select(open & is, middle, high);
    low = lanes_select(open & ~is, middle, low);
  }
  moved = attempt->crossing & lanes_less(high, attempt->end);
  interpolate_all(solver, stepping, attempt, &high, solver->sampled);
  for (int j = 0; j < solver->ode.n_states; j++)
    attempt->trial[j] = lanes_select(moved, solver->sampled[j], attempt->trial[j]);
  attempt->end = lanes_select(moved, high, attempt->end);
  attempt->last &= ~moved;
}

void stepping_tell_crossings(struct solver *solver, struct attempt *attempt)
{
  lane_mask mask;

  solver_crossings(solver, &attempt->end, attempt->trial, &mask);
  for (int lane = 0; lane < LANES; lane++)
    if (attempt->untold[lane]) solver_tell_crossings(solver, lane, attempt->end[lane]);
  attempt->untold = (lane_mask){0};
}
