/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both solvers against solutions in closed form, evaluated with the C library. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <petscsys.h>

#include "initial_value_problems.h"
#include "solver/solver.h"

static double worst_error(const struct solution *solution, double (*exact)(double time))
{
  double worst = 0;

  for (int i = 0; i < solution->n_samples; i++)
    worst = fmax(worst, fabs(solution->samples[i][0] - exact(solution->times[i])));
  return worst;
}

static double logistic(double time)
{
  return 1 / (1 + 99 * exp(-time));
}

static double bell(double time)
{
  return exp(-time * time);
}

/* Eigenvalues of the two-compartment matrix: trace -0.6, determinant 0.02. */
static double two_compartments(double time)
{
  const double root = sqrt(0.36 - 0.08), fast = (0.6 + root) / 2, slow = (0.6 - root) / 2;

  return ((fast - 0.2) * exp(-fast * time) + (0.2 - slow) * exp(-slow * time)) / (fast - slow);
}

struct known {
  struct problem problem;
  double state[MOST_STATES], stop;
  double (*exact)(double time); /* of the first state */
};

static const struct known knowns[] = {
    {{logistic_rates, &logistic_derivatives, 1, 1e-8, 1e-10, 1e5}, {0.01}, 12, logistic},
    {{oscillator_rates, &oscillator_derivatives, 2, 1e-8, 1e-10, 1e5}, {1, 0}, 20, cos},
    {{bell_rates, &bell_derivatives, 1, 1e-8, 1e-10, 1e5}, {1}, 3, bell},
    {{two_compartment_rates, &two_compartment_derivatives, 2, 1e-8, 1e-10, 1e5},
     {1, 0},
     48,
     two_compartments},
};
enum { N_KNOWNS = sizeof knowns / sizeof *knowns };

static void solutions_agree_with_their_closed_forms_at_500_times(void **state)
{
  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    for (int k = 0; k < N_KNOWNS; k++) {
      const struct known *known = &knowns[k];
      const struct solution solution = solved(*method, &known->problem, known->state, known->stop,
                                              500);
      const double error = worst_error(&solution, known->exact);

      print_message("%s, problem %d: worst error %.2g in %d steps (%d rejected)\n", (*method)->name,
                    k, error, solution.count.accepted, solution.count.rejected);
      assert_int_equal(solution.status, SOLVE_OK);
      assert_int_equal(solution.n_samples, 500);
      assert_true(error < 10 * known->problem.rtol);
    }
  }
}

static void the_error_falls_with_the_tolerance(void **state)
{
  (void)state;
  for (int k = 0; k < N_KNOWNS; k++) {
    struct known known = knowns[k];
    double previous = 1;

    for (int digits = 4; digits <= 11; digits++) {
      struct solution solution;
      double error;

      known.problem.rtol = pow(10, -digits);
      known.problem.atol = known.problem.rtol / 100;
      solution = solved(&solver_explicit, &known.problem, known.state, known.stop, 100);
      error = worst_error(&solution, known.exact);
      assert_int_equal(solution.status, SOLVE_OK);
      assert_true(error < 30 * known.problem.rtol);
      assert_true(error < previous / 2);
      previous = error;
    }
  }
}

/* Steps are limited by the truncation error alone: ten times the digits, 10^(1/5) the steps. */
static void the_number_of_steps_grows_as_for_a_method_of_fifth_order(void **state)
{
  struct known known = knowns[1];
  int steps[2];

  (void)state;
  for (int i = 0; i < 2; i++) {
    known.problem.rtol = i ? 1e-11 : 1e-6;
    known.problem.atol = known.problem.rtol;
    steps[i] = solved(&solver_explicit, &known.problem, known.state, 100, 0).count.accepted;
  }
  assert_true(steps[1] > 8 * steps[0] && steps[1] < 12 * steps[0]);
}

static void repeated_boluses_superpose(void **state)
{
  const struct problem problem = {decay_rates, &decay_derivatives, 1, 1e-9, 1e-9, 1e5};
  double atol[MOST_STATES];

  (void)state;
  for (const struct solver_method *const *method = solver_methods(); *method; method++) {
    struct solver *solver = solver_for(*method, &problem, atol);
    double amount = 100;

    solver_load(solver, 5, 0, &amount);
    for (int dose = 1; dose <= 28; dose++) {
      double exact = 0;

      solver_run_to(solver, 5, 24 * dose);
      while (solver_is_running(solver, 5)) assert_int_equal(solver_advance(solver), 0);
      assert_int_equal(solver_status(solver, 5), SOLVE_OK);
      for (int past = 1; past <= dose; past++) exact += 100 * exp(-0.2 * 24 * past);
      solver_state(solver, 5, &amount);
      assert_true(fabs(amount - exact) < 1e-7);
      amount += 100;
      solver_set_state(solver, 5, &amount);
    }
    solver_destroy(&solver);
  }
}

/* y' = -y / 5 + rate, switched on and off: the rates change between stops. */
static void infusion_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)t;
  dydt[0] = *(const double *)context - 0.2 * y[0];
}

static void an_infusion_may_start_from_an_empty_compartment(void **state)
{
  double rate = 10, amount = 0;
  const double atol = 1e-9, plateau = 50 * (1 - exp(-0.2 * 2));
  const struct ode ode = {.n_states = 1, .context = &rate, .rates = infusion_rates};
  const struct tolerance tolerance = {.rtol = 1e-9, .atol = &atol, .max_steps_per_stop = 1000};
  struct solver *solver;

  (void)state;
  assert_int_equal(solver_create(&solver_explicit, &ode, &tolerance, &solver), 0);
  solver_load(solver, 0, 0, &amount);
  solver_run_to(solver, 0, 2);
  while (solver_is_running(solver, 0)) assert_int_equal(solver_advance(solver), 0);
  solver_state(solver, 0, &amount);
  assert_true(fabs(amount - plateau) < 1e-7);
  rate = 0;
  solver_run_to(solver, 0, 12);
  while (solver_is_running(solver, 0)) assert_int_equal(solver_advance(solver), 0);
  solver_state(solver, 0, &amount);
  assert_true(fabs(amount - plateau * exp(-0.2 * 10)) < 1e-7);
  assert_true(solver_count(solver, 0).accepted < 100);
  solver_destroy(&solver);
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
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(solutions_agree_with_their_closed_forms_at_500_times),
      cmocka_unit_test(the_error_falls_with_the_tolerance),
      cmocka_unit_test(the_number_of_steps_grows_as_for_a_method_of_fifth_order),
      cmocka_unit_test(repeated_boluses_superpose),
      cmocka_unit_test(an_infusion_may_start_from_an_empty_compartment),
  };

  return cmocka_run_group_tests(tests, start_petsc, stop_petsc);
}
