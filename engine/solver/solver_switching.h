/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_switching.h
 * Two solvers that share eight lanes. Included by the solver's own files only. */
#pragma once
#include "solver/solver_internal.h"

enum { FOR_CALM, FOR_STIFF, HOMES };

struct switching {
  struct solver *homes[HOMES]; /* explicit and Rosenbrock, each of all eight lanes */
  int home[LANES];             /* where the lane runs, or ran last */
  lanes *rates;                /* [state] */
};
