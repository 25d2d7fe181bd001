/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where conditions change. Each lane halves its own interval of time until nothing is left of it:
 * the same patient, the same bits. */
#include <float.h>

#include "solver/solver_stepping.h"

/** Of a time, and of a step, within which nobody needs the time of a crossing any better. */
static const double resolution = 0.25 * DBL_EPSILON, finest_part = 1e-10 * DBL_EPSILON;

void solver_crossings(struct solver *solver, const lanes *time, const lanes *state, lane_mask *mask)
{
  const struct ode_events *events = solver->ode.events;
  lane_mask any = {0};

  events->crossings(solver->ode.context, time, state, solver->crossed);
  for (int e = 0; e < events->n; e++) any |= ~lanes_equal(solver->crossed[e], (lanes){0});
  *mask = any;
}

void solver_settle_events(struct solver *solver, int lane)
{
  const struct ode_events *events = solver->ode.events;

  if (events && !events->cross(solver->ode.context, lane, solver->time[lane], true, solver->state))
    solver->status[lane] = SOLVE_ENDLESS_EVENTS;
}

bool stepping_find_crossings(struct solver *solver, struct attempt *attempt)
{
  solver_crossings(solver, &attempt->end, attempt->trial, &attempt->crossing);
  attempt->crossing &= attempt->accepted;
  attempt->untold = attempt->crossing;
  return lane_mask_any(solver->ode.events->n_within > 0 ? attempt->accepted : attempt->crossing);
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

/** A time before and one after the first change that is seen. */
struct bracket {
  lanes low, high;
};

static void look_within(struct solver *solver, const struct stepping *stepping,
                        struct attempt *attempt, struct bracket *bracket)
{
  const int n = solver->ode.events->n_within;
  const lanes whole = attempt->end - solver->time;
  lane_mask seen = {0}, is;

  for (int i = 1; i <= n; i++) {
    const lanes time = solver->time + whole * ((double)i / (n + 1));

    interpolate_all(solver, stepping, attempt, &time, solver->sampled);
    solver_crossings(solver, &time, solver->sampled, &is);
    is &= attempt->accepted;
    bracket->high = lanes_select(is & ~seen, time, bracket->high);
    seen |= is;
    bracket->low = lanes_select(seen, bracket->low, time);
  }
  attempt->crossing |= seen;
  attempt->untold = attempt->crossing;
}

static void narrow(struct solver *solver, const struct stepping *stepping,
                   const struct attempt *attempt, struct bracket *bracket)
{
  const lanes least = finest_part * lanes_larger(lanes_abs(solver->time), lanes_abs(attempt->end));
  lanes low = bracket->low, high = bracket->high, middle, finest;
  lane_mask open = attempt->crossing, is;

  for (;;) {
    middle = low + 0.5 * (high - low);
    finest = lanes_larger(resolution * lanes_larger(lanes_abs(low), lanes_abs(high)), least);
    open &= lanes_less(low, middle) & lanes_less(middle, high) & lanes_less(finest, high - low);
    if (!lane_mask_any(open)) break;
    interpolate_all(solver, stepping, attempt, &middle, solver->sampled);
    solver_crossings(solver, &middle, solver->sampled, &is);
    high = lanes_select(open & is, middle, high);
    low = lanes_select(open & ~is, middle, low);
  }
  bracket->high = high;
}

void stepping_locate_crossings(struct solver *solver, const struct stepping *stepping,
                               struct attempt *attempt)
{
  struct bracket bracket = {solver->time, attempt->end};
  lane_mask moved;

  if (solver->ode.events->n_within > 0) look_within(solver, stepping, attempt, &bracket);
  narrow(solver, stepping, attempt, &bracket);
  moved = attempt->crossing & lanes_less(bracket.high, attempt->end);
  interpolate_all(solver, stepping, attempt, &bracket.high, solver->sampled);
  for (int j = 0; j < solver->ode.n_states; j++)
    attempt->trial[j] = lanes_select(moved, solver->sampled[j], attempt->trial[j]);
  attempt->end = lanes_select(moved, bracket.high, attempt->end);
  attempt->last &= ~moved;
}

void stepping_tell_crossings(struct solver *solver, struct attempt *attempt)
{
  const struct ode_events *events = solver->ode.events;

  for (int lane = 0; lane < LANES; lane++) {
    if (!attempt->untold[lane]) continue;
    if (!events->cross(solver->ode.context, lane, attempt->end[lane], false, attempt->trial))
      attempt->endless[lane] = -1;
  }
  attempt->untold = (lane_mask){0};
}
