/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_explicit.h
 * Between the parts of the explicit method: what it keeps, and one attempted step of all lanes,
 * compiled once per vector instruction set. Included by the solver's own files only. */
#pragma once
#include "solver/solver_stepping.h"

enum { STAGES = 7 };

struct dormand_prince {
  struct stepping stepping;
  lanes *k[STAGES]; /* [stage][state] rates; k[0] carries over to the next step */
};

step_attempt explicit_attempt_baseline, explicit_attempt_avx2, explicit_attempt_avx512;
