/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <petscsys.h>

#include "base/failure.h"
#include "initial_value_problems.h"
#include "solver/solver.h"

static const struct problem decay = {decay_rates, &decay_derivatives, 1, 1e-6, 1e-8, 1e4};

static void methods_are_found_by_name(void **state)
{
  (void)state;
  assert_ptr_equal(solver_method_named("explicit"), &solver_explicit);
  assert_ptr_equal(solver_method_named("linear"), &solver_linear);
  assert_ptr_equal(solver_method_named("petsc"), &solver_petsc);
  assert_null(solver_method_named("implicit"));
  for (const struct solver_method *const *method = solver_methods(); *method; method++)
    assert_ptr_equal(solver_method_named((*method)->name), *method);
}

static void a_lane_stands_exactly_at_its_stop(void **state)
{
  const double one = 1;

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    const struct solution solution = solved(*method, &decay, &one, 1. / 3, 1);

    assert_int_equal(solution.status, SOLVE_OK);
    assert_true(solution.time == 1. / 3);
    assert_true(solution.count.accepted > 0);
  }
}

static void a_sample_at_the_stop_is_the_state_there(void **state)
{
  const double one = 1;

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    const struct solution solution = solved(*method, &decay, &one, 10, 7);

    assert_int_equal(solution.n_samples, 7);
    assert_true(solution.times[6] == 10);
    assert_true(solution.samples[6][0] == solution.state[0]);
  }
}

/* Except where steps end at samples: there the change is within the tolerance. */
static void samples_do_not_change_the_solution(void **state)
{
  const double one = 1;

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    if (*method == &solver_linear) continue;
    const struct solution bare = solved(*method, &decay, &one, 10, 0);
    const struct solution sampled = solved(*method, &decay, &one, 10, 300);

    assert_int_equal(sampled.n_samples, 300);
    assert_true(sampled.state[0] == bare.state[0]);
    assert_int_equal(sampled.count.accepted, bare.count.accepted);
  }
}

static void a_state_that_is_not_finite_fails_its_lane(void **state)
{
  const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    for (int i = 0; i < 3; i++)
      assert_int_equal(solved(*method, &decay, &bad[i], 1, 0).status, SOLVE_NOT_FINITE);
  }
}

static void reciprocal_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = 1 / y[0];
}

static void reciprocal_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  entries[0] = -1 / (y[0] * y[0]);
}

static const struct ode_jacobian reciprocal_derivatives = DENSE_JACOBIAN(1, reciprocal_jacobian,
                                                                         false);

static void a_rate_that_is_not_finite_at_the_start_fails_its_lane(void **state)
{
  const struct problem reciprocal = {reciprocal_rates, &reciprocal_derivatives, 1, 1e-6, 1e-8, 1e4};
  const double zero = 0;

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++)
    assert_int_equal(solved(*method, &reciprocal, &zero, 1, 0).status, SOLVE_NOT_FINITE);
}

static void a_solution_that_ends_in_infinity_fails_its_lane_near_the_pole(void **state)
{
  const struct problem explosion = {explosion_rates, &explosion_derivatives, 1, 1e-6, 1e-8, 1e4};
  const double half = 0.5;

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    const struct solution solution = solved(*method, &explosion, &half, 3, 0);

    assert_int_equal(solution.status, SOLVE_STEP_TOO_SMALL);
    assert_true(fabs(solution.time - 2) < 1e-4);
  }
}

static void stiff_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = -1e6 * (y[0] - 1);
}

static void stiff_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  (void)y;
  entries[0] = (lanes){0} - 1e6;
}

static const struct ode_jacobian stiff_derivatives = DENSE_JACOBIAN(1, stiff_jacobian, false);

static void a_lane_gives_up_after_the_attempts_that_it_may_make(void **state)
{
  const struct problem stiff = {stiff_rates, &stiff_derivatives, 1, 1e-6, 1e-8, 10};
  const double zero = 0;

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    const struct solution solution = solved(*method, &stiff, &zero, 10, 0);

    assert_int_equal(solution.status, SOLVE_TOO_MANY_STEPS);
    assert_true(solution.time < 10);
  }
  assert_int_equal(solved(&solver_explicit, &stiff, &zero, 10, 0).count.accepted +
                       solved(&solver_explicit, &stiff, &zero, 10, 0).count.rejected,
                   10);
}

static void attempts_count_anew_from_each_stop(void **state)
{
  const struct problem short_of_steps = {decay_rates, &decay_derivatives, 1, 1e-6, 1e-8, 20};
  struct solver *solver;
  double atol[MOST_STATES];
  const double one = 1;

  (void)state;
  solver = solver_for(&solver_explicit, &short_of_steps, atol);
  solver_load(solver, 3, 0, &one);
  for (int stop = 1; stop <= 30; stop++) {
    solver_run_to(solver, 3, stop);
    while (solver_is_running(solver, 3)) assert_int_equal(solver_advance(solver), 0);
    assert_int_equal(solver_status(solver, 3), SOLVE_OK);
  }
  assert_true(solver_count(solver, 3).accepted > 20);
  solver_destroy(&solver);
}

static void a_state_at_rest_stays_there(void **state)
{
  const struct problem resting = {decay_rates, &decay_derivatives, 1, 1e-6, 0, 1e4};
  const double zero = 0;

  (void)state;
  assert_int_equal(solved(&solver_explicit, &resting, &zero, 1000, 5).status, SOLVE_OK);
  assert_true(solved(&solver_explicit, &resting, &zero, 1000, 5).state[0] == 0);
}

static void a_stop_closer_than_a_step_costs_one_step(void **state)
{
  const double one = 1;

  (void)state;
  assert_int_equal(solved(&solver_explicit, &decay, &one, 1e-9, 1).count.accepted, 1);
}

static void infusion_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = 10 - y[0];
}

/* How long the first step may be must not be guessed below what the clock resolves at that time. */
static void an_infusion_begins_late_with_hardly_anything_there(void **state)
{
  static const struct problem infusion = {infusion_rates, &decay_derivatives, 1, 1e-8, 1e-10, 1e4};

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    for (double start = 1e-16; start < 1e-4; start *= 3) {
      double atol[MOST_STATES], y = start;
      struct solver *solver = solver_for(*method, &infusion, atol);

      solver_load(solver, 3, 20000, &y);
      solver_run_to(solver, 3, 20001);
      while (solver_is_running(solver, 3)) assert_int_equal(solver_advance(solver), 0);
      assert_int_equal(solver_status(solver, 3), SOLVE_OK);
      solver_state(solver, 3, &y);
      assert_true(fabs(y - (10 - (10 - start) * exp(-1))) < 1e-6);
      solver_destroy(&solver);
    }
  }
}

static void advance_returns_when_the_first_lane_stands(void **state)
{
  struct solver *solver;
  double atol[MOST_STATES];
  const double one = 1;

  (void)state;
  solver = solver_for(&solver_explicit, &decay, atol);
  assert_int_equal(solver_advance(solver), 0); /* nobody runs */
  solver_load(solver, 1, 0, &one);
  solver_load(solver, 6, 5, &one);
  solver_run_to(solver, 1, 1000);
  solver_run_to(solver, 6, 5.5);
  assert_int_equal(solver_advance(solver), 0);
  assert_true(solver_is_running(solver, 1) && !solver_is_running(solver, 6));
  assert_true(solver_time(solver, 6) == 5.5);
  solver_unload(solver, 1);
  assert_false(solver_is_running(solver, 1));
  solver_destroy(&solver);
}

static void petsc_refuses_options_that_name_no_method(void **state)
{
  const struct ode ode = {.n_states = 1, .rates = decay_rates};
  const double atol = 1e-8;
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = &atol, .max_steps_per_stop = 100};
  struct solver *solver;

  (void)state;
  PetscOptionsSetValue(NULL, "-ts_type", "nonsense");
  PetscPushErrorHandler(PetscReturnErrorHandler, NULL);
  assert_int_equal(solver_create(&solver_petsc, &ode, &tolerance, &solver), EXIT_CODE_INTERNAL);
  PetscPopErrorHandler();
  PetscOptionsClearValue(NULL, "-ts_type");
  assert_null(solver);
}

static void petsc_must_have_been_started(void **state)
{
  const struct ode ode = {.n_states = 1, .rates = decay_rates};
  const double atol = 1e-8;
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = &atol, .max_steps_per_stop = 100};
  struct solver *solver;

  (void)state;
  assert_int_equal(solver_create(&solver_petsc, &ode, &tolerance, &solver), EXIT_CODE_INTERNAL);
  assert_null(solver);
}

static int start_petsc(void **state)
{
  (void)state;
  return PetscInitializeNoArguments();
}

static int stop_petsc(void **state)
{
  (void)state;
  return PetscFinalize();
}

int main(void)
{
  const struct CMUnitTest before[] = {cmocka_unit_test(petsc_must_have_been_started)};
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(methods_are_found_by_name),
      cmocka_unit_test(a_lane_stands_exactly_at_its_stop),
      cmocka_unit_test(a_sample_at_the_stop_is_the_state_there),
      cmocka_unit_test(samples_do_not_change_the_solution),
      cmocka_unit_test(a_state_that_is_not_finite_fails_its_lane),
      cmocka_unit_test(a_rate_that_is_not_finite_at_the_start_fails_its_lane),
      cmocka_unit_test(a_solution_that_ends_in_infinity_fails_its_lane_near_the_pole),
      cmocka_unit_test(a_lane_gives_up_after_the_attempts_that_it_may_make),
      cmocka_unit_test(attempts_count_anew_from_each_stop),
      cmocka_unit_test(a_state_at_rest_stays_there),
      cmocka_unit_test(a_stop_closer_than_a_step_costs_one_step),
      cmocka_unit_test(an_infusion_begins_late_with_hardly_anything_there),
      cmocka_unit_test(advance_returns_when_the_first_lane_stands),
      cmocka_unit_test(petsc_refuses_options_that_name_no_method),
  };

  return cmocka_run_group_tests(before, NULL, NULL) +
         cmocka_run_group_tests(tests, start_petsc, stop_petsc);
}
