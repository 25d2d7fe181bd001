/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dormand and Prince 1980, RK5(4)7M, doi 10.1016/0771-050X(80)90013-3: one patient per lane. The
 * steps themselves are in solver_explicit_attempt.c. */
#include <stdlib.h>

#include "base/failure.h"
#include "base/lane_math.h"
#include "base/memory.h"
#include "solver/kernel.h"
#include "solver/solver.h"
#include "solver/solver_explicit.h"
#include "solver/solver_internal.h"

static int explicit_create(const struct ode *ode, const struct tolerance *tolerance,
                           struct solver *solver)
{
  static explicit_attempt *const attempts[] = {[SIMD_BASELINE] = explicit_attempt_baseline,
                                               [SIMD_AVX2] = explicit_attempt_avx2,
                                               [SIMD_AVX512] = explicit_attempt_avx512};
  const enum simd simd = simd_choice();
  const size_t n = (size_t)ode->n_states;
  struct dormand_prince *method = memory_new(1, sizeof *method);

  (void)tolerance;
  for (int s = 0; s < STAGES; s++) method->k[s] = memory_new(n, sizeof(lanes));
  for (int i = 0; i < INTERPOLANTS; i++) method->interpolant[i] = memory_new(n, sizeof(lanes));
  method->trial = memory_new(n, sizeof(lanes));
  method->per_state = 1. / ode->n_states;
  method->math = lane_math(simd);
  method->attempt = ode->kernel ? ode->kernel->explicit_attempt : attempts[simd];
  solver->work = method;
  return EXIT_CODE_OK;
}

static int explicit_advance(struct solver *solver)
{
  struct dormand_prince *method = solver->work;

  while (!method->attempt(solver, method)) continue;
  return EXIT_CODE_OK;
}

static void explicit_destroy(struct solver *solver)
{
  struct dormand_prince *method = solver->work;

  if (!method) return;
  for (int s = 0; s < STAGES; s++) free(method->k[s]);
  for (int i = 0; i < INTERPOLANTS; i++) free(method->interpolant[i]);
  free(method->trial);
  free(method);
}

const struct solver_method solver_explicit = {
    .name = "explicit",
    .description = "Dormand-Prince 5(4), eight patients at once",
    .create = explicit_create,
    .advance = explicit_advance,
    .destroy = explicit_destroy,
};
