/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_explicit.h
 * Between the parts of the explicit method: what it keeps, and one attempted step of all lanes,
 * compiled once per vector instruction set. Included by the solver's own files only. */
#pragma once
#include "base/lane_math.h"
#include "solver/solver_internal.h"

enum { STAGES = 7, INTERPOLANTS = 4 };

struct dormand_prince;
/** Attempts one step in every running lane; true when a lane has stopped, for whatever reason. */
typedef bool explicit_attempt(struct solver *solver, struct dormand_prince *method);

struct dormand_prince {
  lanes *k[STAGES]; /* [stage][state] rates; k[0] carries over to the next step */
  lanes *trial;     /* [state] the argument of a stage, and in the end the new state */
  lanes *interpolant[INTERPOLANTS]; /* [term][state] */
  lanes step;                       /* what the controller wants; a stop may allow less */
  lanes last_error;                 /* E of the last accepted step */
  lanes attempts;                   /* since the run began */
  lane_mask shrunk; /* the last attempt was rejected, so the next step must not be longer */
  double per_state; /* 1 / number of states */
  const struct lane_math *math;
  explicit_attempt *attempt;
};

explicit_attempt explicit_attempt_baseline, explicit_attempt_avx2, explicit_attempt_avx512;
