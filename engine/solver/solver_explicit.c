/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dormand and Prince 1980, RK5(4)7M, doi 10.1016/0771-050X(80)90013-3: one patient per lane. The
 * steps themselves are in solver_explicit_attempt.c. */
#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/kernel.h"
#include "solver/solver.h"
#include "solver/solver_explicit.h"
#include "solver/solver_internal.h"

static int explicit_create(const struct ode *ode, const struct tolerance *tolerance,
                           struct solver *solver)
{
  static const struct step_attempts attempts = {{[SIMD_BASELINE] = explicit_attempt_baseline,
                                                 [SIMD_AVX2] = explicit_attempt_avx2,
                                                 [SIMD_AVX512] = explicit_attempt_avx512}};
  struct dormand_prince *method = memory_new(1, sizeof *method);

  (void)tolerance;
  stepping_create(ode->n_states, &attempts, ode->kernel ? ode->kernel->explicit_steps : NULL,
                  &method->stepping);
  for (int s = 0; s < STAGES; s++) method->k[s] = memory_new((size_t)ode->n_states, sizeof(lanes));
  solver->work = method;
  return EXIT_CODE_OK;
}

static void explicit_destroy(struct solver *solver)
{
  struct dormand_prince *method = solver->work;

  if (!method) return;
  stepping_clear(&method->stepping);
  for (int s = 0; s < STAGES; s++) free(method->k[s]);
  free(method);
}

const struct solver_method solver_explicit = {
    .name = "explicit",
    .description = "Dormand-Prince 5(4), eight patients at once",
    .create = explicit_create,
    .advance = stepping_advance,
    .destroy = explicit_destroy,
};
