/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_rosenbrock.h
 * Between the parts of the Rosenbrock method: what it keeps, and one attempted step of all lanes,
 * compiled once per vector instruction set. Included by the solver's own files only. */
#pragma once
#include "solver/solver_stepping.h"

enum { ROSENBROCK_STAGES = 8 };

struct rodas {
  struct stepping stepping;
  lanes *k;              /* [stage][state] of the transformed stages: parts of the new state */
  lanes *rates;          /* [state] of a stage; then the right-hand side of its linear equations */
  lanes *before, *after; /* [state] rates before and after a small step */
  lanes *direction;      /* [state] of the dominant eigenvalue, for whoever watches */
  lanes *jacobian;       /* [entry], then the derivatives with respect to time [state] */
  lanes *factors;        /* [factor] */
};

step_attempt rosenbrock_attempt_baseline, rosenbrock_attempt_avx2, rosenbrock_attempt_avx512;
