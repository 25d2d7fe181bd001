/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/qualification/answer.h
 * What the solvers say to one case. */
#pragma once
#include "qualification/qualification_file.h"
#include "solver/kernel.h"

/** Relative tolerance with which all solvers run. */
#define QUALIFICATION_RTOL 1e-10

/** To one known answer; plain, so that ranks can send it. */
struct answer {
  double got;            /* of the solver that is farthest away */
  int8_t farthest;       /* that solver, a place in solver_methods() */
  int8_t has_other_bits; /* instruction sets or compiled steps differ in a bit */
  int8_t status;         /* why there is no value, enum record_status */
  uint8_t methods;       /* bits: solvers that were asked */
};

bool answer_is_right(const struct known_answer *known, const struct answer *answer);

/** Where cases are run. */
struct laboratory {
  const char *library; /* folder of models */
  struct kernel_store *kernels;
  struct diagnostics *diagnostics;
};

/** `answers` [answer of the case], zeroed. 0 or an exit code; diagnostics when the case itself is
 *  wrong. */
int answer_case(const struct laboratory *laboratory, const struct qualification_case *one,
                struct answer *answers);
