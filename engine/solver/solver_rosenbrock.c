/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steinebach 2023, Rodas5P, doi 10.1007/s10543-023-00967-x, of order 5(4), L-stable and stiffly
 * accurate: one patient per lane. The steps themselves are in solver_rosenbrock_attempt.c. */
#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/solver.h"
#include "solver/solver_internal.h"
#include "solver/kernel.h"
#include "solver/solver_rosenbrock.h"

static int rosenbrock_create(const struct ode *ode, const struct tolerance *tolerance,
                             struct solver *solver)
{
  static const struct step_attempts attempts = {{[SIMD_BASELINE] = rosenbrock_attempt_baseline,
                                                 [SIMD_AVX2] = rosenbrock_attempt_avx2,
                                                 [SIMD_AVX512] = rosenbrock_attempt_avx512}};
  const size_t n = (size_t)ode->n_states;
  struct rodas *method;

  (void)tolerance;
  if (!ode->jacobian)
    return failure(EXIT_CODE_INTERNAL, "the method 'rosenbrock' needs the Jacobian of the rates");
  method = memory_new(1, sizeof *method);
  stepping_create(ode->n_states, &attempts, ode->kernel ? ode->kernel->rosenbrock_steps : NULL,
                  &method->stepping);
  method->k = memory_new(ROSENBROCK_STAGES * n, sizeof(lanes));
  method->rates = memory_new(n, sizeof(lanes));
  method->before = memory_new(n, sizeof(lanes));
  method->after = memory_new(n, sizeof(lanes));
  method->direction = memory_new(n, sizeof(lanes));
  method->jacobian = memory_new((size_t)ode->jacobian->n_entries + n, sizeof(lanes));
  method->factors = memory_new((size_t)ode->jacobian->n_factors, sizeof(lanes));
  solver->work = method;
  return EXIT_CODE_OK;
}

static void rosenbrock_destroy(struct solver *solver)
{
  struct rodas *method = solver->work;

  if (!method) return;
  stepping_clear(&method->stepping);
  free(method->k);
  free(method->rates);
  free(method->before);
  free(method->after);
  free(method->direction);
  free(method->jacobian);
  free(method->factors);
  free(method);
}

const struct solver_method solver_rosenbrock = {
    .name = "rosenbrock",
    .description = "Rodas5P 5(4), stiff, eight patients at once",
    .create = rosenbrock_create,
    .advance = stepping_advance,
    .destroy = rosenbrock_destroy,
};
