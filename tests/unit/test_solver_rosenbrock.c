/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the Rosenbrock method does with derivatives that are missing, infinite or of time. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/failure.h"
#include "initial_value_problems.h"
#include "solver/solver.h"

static void a_problem_without_jacobian_is_refused(void **state)
{
  const struct ode ode = {.n_states = 1, .rates = decay_rates};
  const double atol = 1e-8;
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = &atol, .max_steps_per_stop = 100};
  struct solver *solver;

  (void)state;
  assert_int_equal(solver_create(&solver_rosenbrock, &ode, &tolerance, &solver),
                   EXIT_CODE_INTERNAL);
  assert_null(solver);
  assert_int_equal(solver_create(&solver_switching, &ode, &tolerance, &solver), EXIT_CODE_INTERNAL);
  assert_null(solver);
}

/* y' = 1 - y^(1/2), through the root: its derivative is infinite at 0. */
static void root_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  for (int lane = 0; lane < LANES; lane++) dydt[0][lane] = 1 - sqrt(y[0][lane]);
}

static void root_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  for (int lane = 0; lane < LANES; lane++) entries[0][lane] = -0.5 / sqrt(y[0][lane]);
}

static const struct ode_jacobian root_derivatives = DENSE_JACOBIAN(1, root_jacobian, false);

/* t = -2 (r + log(1 - r)), r the root of y. */
static void a_derivative_may_be_infinite_where_the_rate_is_not(void **state)
{
  const struct problem problem = {root_rates, &root_derivatives, 1, 1e-6, 1e-8, 1e4};
  const double zero = 0;
  const struct solution solution = solved(&solver_rosenbrock, &problem, &zero, 2, 0);
  const double root = sqrt(solution.state[0]);

  (void)state;
  assert_int_equal(solution.status, SOLVE_OK);
  assert_true(fabs(-2 * (root + log(1 - root)) - 2) < 1e-5);
}

static void nothing_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  (void)y;
  entries[0] = (lanes){0} + (double)NAN;
}

static void a_derivative_that_is_never_a_number_costs_steps_but_no_accuracy(void **state)
{
  static const struct ode_jacobian nothing = DENSE_JACOBIAN(1, nothing_jacobian, false);
  const struct problem problem = {decay_rates, &nothing, 1, 1e-6, 1e-8, 1e4};
  const double one = 1;
  const struct solution solution = solved(&solver_rosenbrock, &problem, &one, 10, 0);

  (void)state;
  assert_int_equal(solution.status, SOLVE_OK);
  assert_true(fabs(solution.state[0] - exp(-2)) < 1e-5);
}

/* y' = cos t: all that the steps see of it beside its rates is the derivative in time. */
static void wave_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)y;
  for (int lane = 0; lane < LANES; lane++) dydt[0][lane] = cos((*t)[lane]);
}

static void wave_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)y;
  entries[0] = (lanes){0};
  for (int lane = 0; lane < LANES; lane++) entries[1][lane] = -sin((*t)[lane]);
}

static void the_derivative_in_time_is_used(void **state)
{
  static const struct ode_jacobian with_time = DENSE_JACOBIAN(1, wave_jacobian, true);
  static const struct ode_jacobian without_time = DENSE_JACOBIAN(1, wave_jacobian, false);
  const struct problem complete = {wave_rates, &with_time, 1, 1e-8, 1e-8, 1e5};
  const struct problem incomplete = {wave_rates, &without_time, 1, 1e-8, 1e-8, 1e5};
  const double zero = 0;
  const struct solution solution = solved(&solver_rosenbrock, &complete, &zero, 10, 100);

  (void)state;
  for (int i = 0; i < solution.n_samples; i++)
    assert_true(fabs(solution.samples[i][0] - sin(solution.times[i])) < 1e-7);
  assert_true(solved(&solver_rosenbrock, &incomplete, &zero, 10, 0).count.accepted >
              2 * solution.count.accepted);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_problem_without_jacobian_is_refused),
      cmocka_unit_test(a_derivative_may_be_infinite_where_the_rate_is_not),
      cmocka_unit_test(a_derivative_that_is_never_a_number_costs_steps_but_no_accuracy),
      cmocka_unit_test(the_derivative_in_time_is_used),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
