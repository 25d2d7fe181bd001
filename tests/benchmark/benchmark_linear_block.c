/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the linear method costs without a remainder, on AVX-512: two compartments with absorption,
 * 28 daily doses, hourly and rare samples. */
#pragma GCC target("avx512f,avx512dq,avx512vl")
#include "../oral_response.h"

#define N_STATES                  3
#define N_OBSERVED                1
#define OBSERVED(i)               1
#define N_LINEAR                  3
#define LINEAR(i)                 (i)
#define N_REMAINDER               0
#define REMAINDER(i)              (i)
#define N_ENTRIES                 ORAL_ENTRIES
#define ODE_MATRIX(out)           oral_matrix(solver->ode.context, 0, 0, out)
#define ODE_PRODUCT(a, b, out)    oral_product(solver->ode.context, a, b, out)
#define ODE_APPLY(d, x, out)      oral_apply(solver->ode.context, d, x, out)
#define ODE_REMAINDER(t, y, dydt) ((void)(t), (void)(dydt))
#include "solver/solver_linear.h"

linear_attempt linear_attempt_compiled;
#define LINEAR_ATTEMPT linear_attempt_compiled
#include "solver/solver_linear_attempt.c"

#include "linear_trial.h"

int main(void)
{
  static struct oral_ward ward = {.has_response = false};
  const double atol[3] = {1e-8, 1e-8, 1e-8};
  const int observed = 1;
  const struct ode_linear linear = {.n = 3,
                                    .states = oral_linear,
                                    .n_entries = ORAL_ENTRIES,
                                    .rows = oral_rows,
                                    .columns = oral_columns,
                                    .matrix = oral_matrix,
                                    .product = oral_product,
                                    .apply = oral_apply};
  const struct ode ode = {
      .n_states = 3, .context = &ward, .linear = &linear, .n_observed = 1, .observed = &observed};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = atol, .max_steps_per_stop = 1e5};

  report("linear block", &ode, &tolerance, 1);
  report("linear block", &ode, &tolerance, 56);
  return EXIT_SUCCESS;
}
