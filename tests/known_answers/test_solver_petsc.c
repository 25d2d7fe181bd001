/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The explicit solver against PETSc TS, which shares no line with it, and PETSc's own types. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <petscsys.h>

#include "initial_value_problems.h"
#include "solver/solver.h"

static void both_solvers_agree_on_saturable_elimination(void **state)
{
  const struct problem problem = {saturable_rates, &saturable_derivatives, 2, 1e-10, 1e-10, 1e5};
  const double dose[] = {100, 0};
  const struct solution ours = solved(&solver_explicit, &problem, dose, 48, 200);
  const struct solution theirs = solved(&solver_petsc, &problem, dose, 48, 200);
  double difference = 0;

  (void)state;
  assert_int_equal(ours.status, SOLVE_OK);
  assert_int_equal(theirs.status, SOLVE_OK);
  assert_int_equal(theirs.n_samples, 200);
  for (int i = 0; i < 200; i++) {
    for (int j = 0; j < 2; j++)
      difference = fmax(difference, fabs(ours.samples[i][j] - theirs.samples[i][j]));
  }
  print_message("largest difference %.2g mg of 100 mg; steps %d and %d\n", difference,
                ours.count.accepted, theirs.count.accepted);
  assert_true(difference > 0 && difference < 1e-6);
}

/* Robertson 1966: the classical stiff kinetics. */
static void robertson_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  const lanes fast = 3e7 * y[1] * y[1], back = 1e4 * y[1] * y[2];

  (void)context;
  (void)t;
  dydt[0] = -0.04 * y[0] + back;
  dydt[1] = 0.04 * y[0] - back - fast;
  dydt[2] = fast;
}

static struct solution robertson_with(const char *type)
{
  const struct problem problem = {robertson_rates, NULL, 3, 1e-6, 1e-10, 1e5};
  const double start[] = {1, 0, 0};
  struct solution solution;

  PetscOptionsSetValue(NULL, "-ts_type", type);
  solution = solved(&solver_petsc, &problem, start, 40, 0);
  PetscOptionsClearValue(NULL, "-ts_type");
  return solution;
}

static void all_types_follow_stiff_kinetics(void **state)
{
  /* Reference values at t = 40: Hindmarsh, LSODE documentation (ODEPACK, example problem). */
  static const double reference[] = {7.158e-1, 9.185e-6, 2.842e-1};
  static const char *const types[] = {"rosw", "bdf", "arkimex", "rk"};

  (void)state;
  for (int i = 0; i < 4; i++) {
    const struct solution solution = robertson_with(types[i]);

    print_message("%s: %d steps, %d rejected\n", types[i], solution.count.accepted,
                  solution.count.rejected);
    assert_int_equal(solution.status, SOLVE_OK);
    for (int j = 0; j < 3; j++) assert_true(fabs(solution.state[j] / reference[j] - 1) < 1e-3);
  }
}

static void implicit_types_need_few_steps_for_stiff_kinetics(void **state)
{
  const int explicit_steps = robertson_with("rk").count.accepted;

  (void)state;
  assert_true(robertson_with("rosw").count.accepted < explicit_steps / 10);
  assert_true(robertson_with("bdf").count.accepted < explicit_steps / 10);
}

static void a_failure_of_any_type_is_a_status_of_the_patient(void **state)
{
  static const char *const types[] = {"rk", "rosw", "bdf", "arkimex"};
  const struct problem explosion = {explosion_rates, &explosion_derivatives, 1, 1e-6, 1e-8, 1e4};
  const double half = 0.5;

  (void)state;
  for (int i = 0; i < 4; i++) {
    struct solution solution;

    PetscOptionsSetValue(NULL, "-ts_type", types[i]);
    solution = solved(&solver_petsc, &explosion, &half, 3, 10);
    PetscOptionsClearValue(NULL, "-ts_type");
    print_message("%s: status %d at %g\n", types[i], solution.status, solution.time);
    assert_int_not_equal(solution.status, SOLVE_OK);
    assert_true(fabs(solution.time - 2) < 1e-2);
  }
}

static void options_choose_the_method(void **state)
{
  const struct problem problem = {decay_rates, &decay_derivatives, 1, 1e-8, 1e-8, 1e5};
  const double one = 1;
  struct solution third_order;

  (void)state;
  PetscOptionsSetValue(NULL, "-ts_rk_type", "3bs");
  third_order = solved(&solver_petsc, &problem, &one, 10, 0);
  PetscOptionsClearValue(NULL, "-ts_rk_type");
  assert_int_equal(third_order.status, SOLVE_OK);
  assert_true(third_order.count.accepted >
              2 * solved(&solver_petsc, &problem, &one, 10, 0).count.accepted);
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
      cmocka_unit_test(both_solvers_agree_on_saturable_elimination),
      cmocka_unit_test(all_types_follow_stiff_kinetics),
      cmocka_unit_test(implicit_types_need_few_steps_for_stiff_kinetics),
      cmocka_unit_test(a_failure_of_any_type_is_a_status_of_the_patient),
      cmocka_unit_test(options_choose_the_method),
  };

  return cmocka_run_group_tests(tests, start_petsc, stop_petsc);
}
