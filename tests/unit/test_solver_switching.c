/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who goes over to Rosenbrock steps, and who returns. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "initial_value_problems.h"
#include "solver/solver.h"
#include "stiff_problems.h"

static void a_problem_that_is_not_stiff_has_the_bits_of_the_explicit_method(void **state)
{
  const struct problem problem = {oscillator_rates, &oscillator_derivatives, 2, 1e-8, 1e-10, 1e5};
  const double start[] = {1, 0};
  const struct solution switching = solved(&solver_switching, &problem, start, 100, 300);
  const struct solution explicit = solved(&solver_explicit, &problem, start, 100, 300);

  (void)state;
  assert_memory_equal(&switching, &explicit, sizeof explicit);
}

/* y' = -speed (y - cos t / 2), speed 1000 until `slow_at`, then 0.1; cosine by a second and third
 * state, so that it is autonomous. */
struct brake {
  double slow_at;
};

static lanes speed(const void *context, const lanes *t)
{
  lanes fast = {0};

  for (int lane = 0; lane < LANES; lane++)
    fast[lane] = (*t)[lane] < ((const struct brake *)context)->slow_at ? 1000 : 0.1;
  return fast;
}

static void brake_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  dydt[0] = speed(context, t) * (0.5 * y[1] - y[0]);
  dydt[1] = -y[2];
  dydt[2] = y[1];
}

static void brake_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)y;
  for (int e = 0; e < 9; e++) entries[e] = (lanes){0};
  entries[0] = -speed(context, t);
  entries[1] = 0.5 * speed(context, t);
  entries[5] = (lanes){0} - 1;
  entries[7] = (lanes){0} + 1;
}

static const struct ode_jacobian brake_derivatives = DENSE_JACOBIAN(3, brake_jacobian, false);

static struct solver_count steps_with_brake(const struct solver_method *method, double slow_at,
                                            double *end)
{
  struct brake brake = {slow_at};
  const struct ode ode = {
      .n_states = 3, .context = &brake, .rates = brake_rates, .jacobian = &brake_derivatives};
  const double atol[] = {1e-8, 1e-8, 1e-8};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = atol, .max_steps_per_stop = 1e6};
  double state[] = {0, 1, 0};
  struct solver_count count;
  struct solver *solver;

  assert_int_equal(solver_create(method, &ode, &tolerance, &solver), 0);
  solver_load(solver, 2, 0, state);
  solver_run_to(solver, 2, 100);
  while (solver_is_running(solver, 2)) assert_int_equal(solver_advance(solver), 0);
  assert_int_equal(solver_status(solver, 2), SOLVE_OK);
  solver_state(solver, 2, state);
  *end = state[0];
  count = solver_count(solver, 2);
  solver_destroy(&solver);
  return count;
}

static void a_stiff_problem_costs_few_steps(void **state)
{
  double explicit_end, end;
  const struct solver_count explicit = steps_with_brake(&solver_explicit, 1000, &explicit_end);
  const struct solver_count switching = steps_with_brake(&solver_switching, 1000, &end);

  (void)state;
  print_message("%d steps, explicit %d\n", switching.accepted, explicit.accepted);
  assert_true(fabs(end - explicit_end) < 1e-5);
  assert_true(20 * switching.accepted < explicit.accepted);
}

/* With stiffness gone the steps are those of the explicit method again. */
static void a_problem_that_is_stiff_no_longer_returns_to_explicit_steps(void **state)
{
  double slow_end, switching_end, rosenbrock_end;
  const struct solver_count slow = steps_with_brake(&solver_explicit, 0, &slow_end);
  const struct solver_count rosenbrock = steps_with_brake(&solver_rosenbrock, 1, &rosenbrock_end);
  const struct solver_count switching = steps_with_brake(&solver_switching, 1, &switching_end);

  (void)state;
  print_message("%d steps, explicit without the stiff part %d, rosenbrock %d\n", switching.accepted,
                slow.accepted, rosenbrock.accepted);
  assert_true(fabs(switching_end - rosenbrock_end) < 1e-4);
  assert_true(switching.accepted != rosenbrock.accepted);
}

static void attempts_count_through_a_change_of_method(void **state)
{
  const struct problem patient = {van_der_pol_rates, &van_der_pol_derivatives, 2, 1e-6, 1e-8, 1e5};
  struct problem weary = patient;
  const double start[] = {2, 0};
  const struct solution whole = solved(&solver_switching, &patient, start, 2000, 0);
  const int attempts = whole.count.accepted + whole.count.rejected;

  (void)state;
  assert_int_equal(whole.status, SOLVE_OK);
  weary.max_steps = attempts;
  assert_int_equal(solved(&solver_switching, &weary, start, 2000, 0).status, SOLVE_OK);
  weary.max_steps = attempts - 1;
  assert_int_equal(solved(&solver_switching, &weary, start, 2000, 0).status, SOLVE_TOO_MANY_STEPS);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_problem_that_is_not_stiff_has_the_bits_of_the_explicit_method),
      cmocka_unit_test(a_stiff_problem_costs_few_steps),
      cmocka_unit_test(a_problem_that_is_stiff_no_longer_returns_to_explicit_steps),
      cmocka_unit_test(attempts_count_through_a_change_of_method),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
