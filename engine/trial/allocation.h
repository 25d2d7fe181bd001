/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/allocation.h
 * Permuted-block randomisation, stratified, in any ratio. The list of a replicate is computed from
 * all its strata before anybody is simulated, and is equal on every rank. */
#pragma once
#include "plan/plan.h"

struct allocation {
  int16_t arm, stratum; /* from 0 */
  int32_t block;        /* within the stratum, from 1 */
};

/** `strata` [patient] gives each patient's stratum, below `n_strata`, in the order of enrolment;
 *  NULL puts all into stratum 0. `list` is [patient]. */
void allocate(const struct plan *plan, int64_t replicate, int n_strata, const int *strata,
              struct allocation *list);
