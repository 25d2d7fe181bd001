/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_stepping.h
 * What the one-step methods share: eight lanes that try a step, each of its own length, keep or
 * reject it and choose the next. Included by the solver's own files only. */
#pragma once
#include "base/lane_math.h"
#include "solver/solver_internal.h"

enum { INTERPOLANTS = 4 };

/** Attempts one step in every running lane; true when a lane has stopped, for whatever reason. */
typedef bool step_attempt(struct solver *solver);

/** The first member of what such a method keeps in solver->work. */
struct stepping {
  lanes *trial; /* [state] room for an attempt's */
  /** [term][state], observed states at least: with theta the part of the step that has gone and
   * rest what is left, y0 + theta (i[0] + rest (i[1] + theta (i[2] + rest i[3]))). */
  lanes *interpolant[INTERPOLANTS];
  lanes step;        /* what the controller wants; a stop may allow less */
  lanes last_error;  /* E of the last accepted step */
  lanes attempts;    /* since the run began */
  lane_mask shrunk;  /* the last attempt was rejected, so the next step must not be longer */
  bool watched;      /* someone may move lanes to another method: what follows is filled */
  lanes strikes;     /* steps that told against this method */
  lanes calm;        /* steps since then that did not */
  lane_mask leaving; /* enough of it */
  double per_state;  /* 1 / number of states */
  const struct lane_math *math;
  step_attempt *attempt;
};

/** One attempted step in every running lane. */
struct attempt {
  lanes *trial;     /* [state] the argument of a stage, and in the end the new state */
  lane_mask active; /* running, and past its start */
  lane_mask last;   /* would reach the stop */
  lane_mask accepted;
  lane_mask crossing; /* accepted, and an event changes at the end */
  lane_mask untold;   /* of these, whoever is not yet told */
  lane_mask endless;  /* of these, whoever cannot go on */
  lanes step, end;    /* end is a time; that of a crossing is before the step is over */
  lanes error;        /* E, the mean of squared scaled errors */
  lanes probe; /* in starting lanes: length of the Euler step that tells the second derivative */
};

/** The same steps compiled for each instruction set. */
struct step_attempts {
  step_attempt *for_simd[SIMD_AVX512 + 1];
};

/** What stepping_clear() frees, and the attempt for this processor: `compiled` of the problem's
 *  kernel if there is one. */
void stepping_create(int n_states, const struct step_attempts *attempts, step_attempt *compiled,
                     struct stepping *stepping);
void stepping_clear(struct stepping *stepping);
/** Of an attempt that is judged: who crosses at its end. Whether anybody does, or may within it. */
bool stepping_find_crossings(struct solver *solver, struct attempt *attempt);
/** Finds who crosses within the step. Moves the ends of all who cross, and the new states with
 * them, back to where they do: the first moments, to the resolution of the clock, at which the
 * other value holds. */
void stepping_locate_crossings(struct solver *solver, const struct stepping *stepping,
                               struct attempt *attempt);
/** Their states at the end may then be others. */
void stepping_tell_crossings(struct solver *solver, struct attempt *attempt);
/** The `advance` of such a method. */
int stepping_advance(struct solver *solver);
