/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_internal.h
 * What the methods share: eight lanes on their way. Included by the solver's own files only. */
#pragma once
#include <math.h>

#include "solver/solver.h"

struct lane_samples {
  int n, next; /* times[next] is the first that has not been given */
  const double *times;
};

struct solver;
struct stepping;
struct attempt;
/** What the code of a method calls in the rest; by pointer, for code that is loaded. */
struct solver_host {
  void (*end_run)(struct solver *solver, int lane, enum solve_status status);
  bool (*find_crossings)(struct solver *solver, struct attempt *attempt);
  void (*locate_crossings)(struct solver *solver, const struct stepping *stepping,
                           struct attempt *attempt);
  void (*tell_crossings)(struct solver *solver, struct attempt *attempt);
};

struct solver {
  const struct solver_host *host;
  const struct solver_method *method;
  struct ode ode;
  struct tolerance tolerance;
  lanes time, stop;
  lanes *state; /* [state] */
  lane_mask running;
  lane_mask starting; /* set by solver_run_to(): nothing known of the lane holds any more */
  lane_mask resuming; /* starting in the middle of a run, after a crossing */
  lane_mask accepted, rejected;
  lanes next_sample; /* time of the next sample, infinity if there is none */
  struct lane_samples samples[LANES];
  lanes *sampled; /* [state] at the next samples */
  solver_sample *sample;
  void *listener;
  int n_observed;
  int *observed; /* [n_observed] states that samples need */
  enum solve_status status[LANES];
  lanes *crossed; /* [condition of events] */
  void *work;     /* the method's own */
};

/** The lanes in which a condition is not what is held. */
void solver_crossings(struct solver *solver, const lanes *time, const lanes *state,
                      lane_mask *mask);
/** Lets the context hold what the conditions are where the lane stands, which may move it. */
void solver_settle_events(struct solver *solver, int lane);

/** The lane stands at its stop, all its samples given (SOLVE_OK), or has failed. */
void solver_end_run(struct solver *solver, int lane, enum solve_status status);
/** Gives solver->sampled to the listener as the next sample of the lanes in `due`. Here, so that
 *  next_sample is stored by the instructions that will load it: a vector that was stored in pieces
 *  must wait for all of them. */
static inline void solver_give_samples(struct solver *solver, const lane_mask *due)
{
  double next[LANES];

  solver->sample(solver->listener, due, &solver->next_sample, solver->sampled);
#pragma GCC unroll 8
  for (int lane = 0; lane < LANES; lane++) {
    struct lane_samples *samples = &solver->samples[lane];

    samples->next -= (int)(*due)[lane];
    next[lane] = samples->next < samples->n ? samples->times[samples->next] : (double)INFINITY;
  }
  solver->next_sample = (lanes){next[0], next[1], next[2], next[3],
                                next[4], next[5], next[6], next[7]};
}
