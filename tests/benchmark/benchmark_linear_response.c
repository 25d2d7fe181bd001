/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the linear method costs with a remainder of one state, on AVX-512: two compartments with
 * absorption and a response, 28 daily doses, hourly and rare samples. */
#pragma GCC target("avx512f,avx512dq,avx512vl")
#include "../oral_response.h"

#define N_STATES                  4
#define N_OBSERVED                2
#define OBSERVED(i)               (1 + 2 * (i))
#define N_LINEAR                  3
#define LINEAR(i)                 (i)
#define N_REMAINDER               1
#define REMAINDER(i)              3
#define N_ENTRIES                 ORAL_ENTRIES
#define ODE_MATRIX(out)           oral_matrix(solver->ode.context, 0, 0, out)
#define ODE_PRODUCT(a, b, out)    oral_product(solver->ode.context, a, b, out)
#define ODE_APPLY(d, x, out)      oral_apply(solver->ode.context, d, x, out)
#define ODE_REMAINDER(t, y, dydt) oral_response_rate(solver->ode.context, t, y, dydt)
#include "solver/solver_linear.h"

linear_attempt linear_attempt_compiled;
#define LINEAR_ATTEMPT linear_attempt_compiled
#include "solver/solver_linear_attempt.c"

#include "linear_trial.h"

int main(void)
{
  static struct oral_ward ward = {.has_response = true};
  const double atol[4] = {1e-8, 1e-8, 1e-8, 1e-8};
  const int observed[2] = {1, 3};
  const struct ode_linear linear = {.n = 3,
                                    .states = oral_linear,
                                    .n_remainder = 1,
                                    .remainder = oral_remainder,
                                    .rates = oral_response_rate,
                                    .n_entries = ORAL_ENTRIES,
                                    .rows = oral_rows,
                                    .columns = oral_columns,
                                    .matrix = oral_matrix,
                                    .product = oral_product,
                                    .apply = oral_apply};
  const struct ode ode = {
      .n_states = 4, .context = &ward, .linear = &linear, .n_observed = 2, .observed = observed};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = atol, .max_steps_per_stop = 1e5};

  report("linear block and response", &ode, &tolerance, 1);
  report("linear block and response", &ode, &tolerance, 56);
  return EXIT_SUCCESS;
}
