/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each patient begins with explicit steps, goes over to Rosenbrock steps when stability has limited
 * them for a while, and returns when it no longer would. Where a patient is depends on that patient
 * alone: a lane runs in one of two solvers, and stands in the one that the user sees. */
#include "solver/solver_switching.h"

#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/solver_explicit.h"
#include "solver/solver_rosenbrock.h"

static struct stepping *stepping_of(struct solver *home)
{
  return home->work;
}

static void switching_destroy(struct solver *solver)
{
  struct switching *switching = solver->work;

  if (!switching) return;
  for (int h = 0; h < HOMES; h++) solver_destroy(&switching->homes[h]);
  free(switching->rates);
  free(switching);
}

static int switching_create(const struct ode *ode, const struct tolerance *tolerance,
                            struct solver *solver)
{
  struct switching *switching;

  if (!ode->jacobian)
    return failure(EXIT_CODE_INTERNAL, "the method 'switching' needs the Jacobian of the rates");
  switching = solver->work = memory_new(1, sizeof *switching);
  switching->rates = memory_new((size_t)ode->n_states, sizeof *switching->rates);
  TRY(solver_create(&solver_explicit, ode, tolerance, &switching->homes[FOR_CALM]));
  TRY(solver_create(&solver_rosenbrock, ode, tolerance, &switching->homes[FOR_STIFF]));
  for (int h = 0; h < HOMES; h++) stepping_of(switching->homes[h])->watched = true;
  return EXIT_CODE_OK;
}

static void forget_strikes(struct solver *home, int lane)
{
  struct stepping *stepping = stepping_of(home);

  stepping->strikes[lane] = stepping->calm[lane] = 0;
  stepping->leaving[lane] = 0;
}

/* The lane runs in `to` from where it stands in `from`. */
static void hand_over(const struct solver *from, struct solver *to, int lane)
{
  to->time[lane] = from->time[lane];
  to->stop[lane] = from->stop[lane];
  for (int j = 0; j < to->ode.n_states; j++) to->state[j][lane] = from->state[j][lane];
  to->samples[lane] = from->samples[lane];
  to->next_sample[lane] = from->next_sample[lane];
  to->running[lane] = -1;
  to->accepted[lane] = to->rejected[lane] = 0;
}

static void leave(struct solver *solver, struct solver *home, int lane)
{
  solver->accepted[lane] += home->accepted[lane];
  solver->rejected[lane] += home->rejected[lane];
  home->running[lane] = home->starting[lane] = home->resuming[lane] = 0;
  stepping_of(home)->leaving[lane] = 0;
}

static void begin_run(struct solver *solver, struct switching *switching, int lane)
{
  if (solver->accepted[lane] + solver->rejected[lane] == 0) { /* somebody new */
    switching->home[lane] = FOR_CALM;
    for (int h = 0; h < HOMES; h++) forget_strikes(switching->homes[h], lane);
  }
  for (int h = 0; h < HOMES; h++) switching->homes[h]->running[lane] = 0;
  hand_over(solver, switching->homes[switching->home[lane]], lane);
  switching->homes[switching->home[lane]]->starting[lane] = -1;
  switching->homes[switching->home[lane]]->resuming[lane] = 0;
  solver->starting[lane] = 0;
}

static void end_run(struct solver *solver, struct switching *switching, int lane)
{
  struct solver *home = switching->homes[switching->home[lane]];

  leave(solver, home, lane);
  solver->time[lane] = home->time[lane];
  for (int j = 0; j < solver->ode.n_states; j++) solver->state[j][lane] = home->state[j][lane];
  solver->samples[lane].next = solver->samples[lane].n;
  solver_end_run(solver, lane, home->status[lane]);
}

/* In the middle of a run: the step and the attempts so far go with the lane. */
static void move(struct solver *solver, struct switching *switching, int lane)
{
  struct solver *from = switching->homes[switching->home[lane]];
  struct solver *to = switching->homes[!switching->home[lane]];
  const struct stepping *old = stepping_of(from);
  struct stepping *new = stepping_of(to);

  hand_over(from, to, lane);
  to->starting[lane] = to->resuming[lane] = from->resuming[lane]; /* it may just have crossed */
  leave(solver, from, lane);
  forget_strikes(from, lane);
  forget_strikes(to, lane);
  new->step[lane] = old->step[lane];
  new->last_error[lane] = old->last_error[lane];
  new->attempts[lane] = old->attempts[lane];
  new->shrunk[lane] = old->shrunk[lane];
  switching->home[lane] = !switching->home[lane];
  if (switching->home[lane] == FOR_STIFF) {
    for (int j = 0; j < to->ode.n_states; j++) ((struct rodas *)to->work)->direction[j][lane] = 0;
    return;
  }
  to->ode.rates(to->ode.context, &to->time, to->state, switching->rates);
  for (int j = 0; j < to->ode.n_states; j++)
    ((struct dormand_prince *)to->work)->k[0][j][lane] = switching->rates[j][lane];
}

/* After a round: true if a lane has stopped. */
static bool settle(struct solver *solver, struct switching *switching)
{
  bool ended = false;

  for (int lane = 0; lane < LANES; lane++) {
    const struct solver *home = switching->homes[switching->home[lane]];

    if (!solver->running[lane]) continue;
    if (!home->running[lane]) {
      end_run(solver, switching, lane);
      ended = true;
    } else if (((const struct stepping *)home->work)->leaving[lane]) {
      move(solver, switching, lane);
    }
  }
  return ended;
}

static int switching_advance(struct solver *solver)
{
  struct switching *switching = solver->work;
  bool ended = false;

  for (int h = 0; h < HOMES; h++) {
    switching->homes[h]->running &= solver->running; /* those who were unloaded */
    switching->homes[h]->starting &= solver->running;
    switching->homes[h]->sample = solver->sample;
    switching->homes[h]->listener = solver->listener;
  }
  for (int lane = 0; lane < LANES; lane++) {
    if (solver->starting[lane]) begin_run(solver, switching, lane);
  }
  while (!ended) {
    bool news = false;

    for (int h = 0; h < HOMES; h++) {
      struct solver *home = switching->homes[h];

      if (lane_mask_any(home->running)) news |= stepping_of(home)->attempt(home);
    }
    if (news) ended = settle(solver, switching);
  }
  return EXIT_CODE_OK;
}

const struct solver_method solver_switching = {
    .name = "switching",
    .description = "explicit, or rosenbrock while a patient is stiff",
    .create = switching_create,
    .advance = switching_advance,
    .destroy = switching_destroy,
};
