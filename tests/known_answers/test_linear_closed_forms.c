/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear blocks against their solutions in closed form, evaluated with the C library in long
 * double. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dense_block.h"
#include "solver/solver.h"

static void assert_relative(double value, long double expected, double most)
{
  const double error = (double)fabsl((value - expected) / expected);

  if (!(error <= most)) fail_msg("%.17g is not %.17Lg: error %.2g", value, expected, error);
}

/* Micro-constants of two compartments with absorption from a gut. */
static const double ka = 1.1, ke = 0.1, k12 = 0.16, k21 = 0.08;

static void oral_block(struct dense_block *block, int n)
{
  dense_block_create(block, n);
  dense_entry(block, 0, 0, -ka);
  dense_entry(block, 1, 0, ka);
  dense_entry(block, 1, 1, -(ke + k12));
  dense_entry(block, 1, 2, k21);
  dense_entry(block, 2, 1, k12);
  dense_entry(block, 2, 2, -k21);
}

/* Amount in the central compartment after a unit dose into the gut; or its integral. */
static long double oral_amount(long double t, bool integral)
{
  const long double sum = (long double)ke + k12 + k21, product = (long double)ke * k21;
  const long double root = sqrtl(sum * sum - 4 * product);
  const long double rates[3] = {(sum + root) / 2, product / ((sum + root) / 2), ka};
  long double amount = 0;

  for (int i = 0; i < 3; i++) {
    long double coefficient = ka * (k21 - rates[i]);

    for (int j = 0; j < 3; j++) {
      if (j != i) coefficient /= rates[j] - rates[i];
    }
    amount += coefficient * (integral ? -expm1l(-rates[i] * t) / rates[i] : expl(-rates[i] * t));
  }
  return amount;
}

struct seen {
  int n;
  double times[1000], amounts[1000];
};

static void see(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  struct seen *seen = context;

  if (!(*due)[2]) return;
  seen->times[seen->n] = (*time)[2];
  seen->amounts[seen->n++] = state[1][2];
}

static void oral_doses_superpose_at_every_hour_of_four_weeks(void **state)
{
  static struct dense_block block;
  static struct seen seen;
  double times[672], x[3] = {0};
  struct solver *solver;

  (void)state;
  oral_block(&block, 3);
  solver = dense_solver(&block);
  for (int i = 0; i < 672; i++) times[i] = i + 1;
  solver_listen(solver, see, &seen);
  solver_load(solver, 2, 0, x);
  for (int dose = 0; dose < 28; dose++) {
    x[0] += 100;
    solver_set_state(solver, 2, x);
    solver_samples(solver, 2, &(struct sampling){24, times + 24 * dose});
    assert_int_equal(dense_run(solver, 24 * (dose + 1), x), SOLVE_OK);
  }
  assert_int_equal(seen.n, 672);
  for (int i = 0; i < seen.n; i++) {
    long double amount = 0;

    assert_true(seen.times[i] == times[i]);
    for (int dose = 0; dose < 28 && 24 * dose < times[i]; dose++)
      amount += 100 * oral_amount((long double)times[i] - 24 * dose, false);
    assert_relative(seen.amounts[i], amount, 2e-14);
  }
  assert_int_equal(solver_count(solver, 2).accepted, 28); /* samples are no steps */
  solver_destroy(&solver);
}

/* The slow modes keep their digits over any interval that is one step. */
static void one_step_is_exact_whatever_its_length(void **state)
{
  static struct dense_block block;
  struct solver *solver;
  double x[3];

  (void)state;
  oral_block(&block, 3);
  solver = dense_solver(&block);
  for (int power = -6; power <= 6; power++) {
    const double length = ldexp(1, power), dose[3] = {100, 0, 0};

    solver_load(solver, 2, 0, dose);
    assert_int_equal(dense_run(solver, length, x), SOLVE_OK);
    assert_relative(x[1], 100 * oral_amount(length, false), 2e-13);
  }
  solver_destroy(&solver);
}

static void an_area_under_the_curve_is_a_state_with_eigenvalue_zero(void **state)
{
  static struct dense_block block;
  struct solver *solver;
  double x[4] = {100, 0, 0, 0};

  (void)state;
  oral_block(&block, 4);
  dense_entry(&block, 3, 1, 1 / 50.);
  solver = dense_solver(&block);
  solver_load(solver, 2, 0, x);
  for (double time = 0.5; time < 1000; time *= 2) {
    assert_int_equal(dense_run(solver, time, x), SOLVE_OK);
    assert_relative(x[3], 2 * oral_amount(time, true), 1e-14);
  }
  solver_destroy(&solver);
}

/* A chain of equal rates has one eigenvector only; compartment i is (k t)^i exp(-k t) / i!. */
static void a_transit_chain_gives_the_gamma_densities(void **state)
{
  static struct dense_block block;
  const double k = 0.7;
  struct solver *solver;
  double x[MOST_LINEAR];

  (void)state;
  dense_block_create(&block, MOST_LINEAR);
  for (int i = 0; i < MOST_LINEAR; i++) {
    dense_entry(&block, i, i, -k);
    if (i > 0) dense_entry(&block, i, i - 1, k);
  }
  solver = dense_solver(&block);
  for (double time = 0.01; time < 20; time *= 1.7) {
    const double start[MOST_LINEAR] = {1};
    long double expected = expl(-(long double)k * time);

    solver_load(solver, 2, 0, start);
    assert_int_equal(dense_run(solver, time, x), SOLVE_OK);
    for (int i = 0; i < MOST_LINEAR; i++) {
      /* of what fell below the first digits of the dose, fewer are left */
      assert_true(fabsl(x[i] - expected) < 1e-15 + 1e-13 * expected);
      expected *= (long double)k * time / (i + 1);
    }
  }
  solver_destroy(&solver);
}

static void complex_eigenvalues_turn_a_damped_circle(void **state)
{
  static struct dense_block block;
  struct solver *solver;
  double x[2] = {1, 0};

  (void)state;
  dense_block_create(&block, 2);
  dense_entry(&block, 0, 0, -0.01);
  dense_entry(&block, 0, 1, -0.75);
  dense_entry(&block, 1, 0, 0.75);
  dense_entry(&block, 1, 1, -0.01);
  solver = dense_solver(&block);
  solver_load(solver, 2, 0, x);
  for (int i = 1; i <= 100; i++) {
    const long double radius = expl(-(long double)0.01 * i);

    assert_int_equal(dense_run(solver, i, x), SOLVE_OK);
    assert_true(fabsl(x[0] - radius * cosl(0.75L * i)) < 3e-14);
    assert_true(fabsl(x[1] - radius * sinl(0.75L * i)) < 3e-14);
  }
  solver_destroy(&solver);
}

/* 10 mg/h for 2 hours of every 8: c comes and goes at the stops, with matrices known already. */
static void infusions_superpose_at_their_ends(void **state)
{
  static struct dense_block block;
  const long double k = (long double)0.3;
  struct solver *solver;
  double x = 0;

  (void)state;
  dense_block_create(&block, 1);
  dense_entry(&block, 0, 0, -0.3);
  solver = dense_solver(&block);
  solver_load(solver, 2, 0, &x);
  for (int dose = 0; dose < 30; dose++) {
    long double expected = 0;

    dense_entry(&block, 0, 1, 10);
    assert_int_equal(dense_run(solver, 8 * dose + 2, &x), SOLVE_OK);
    for (int past = 0; past <= dose; past++)
      expected += 10 / k * -expm1l(-2 * k) * expl(-k * (8 * past));
    assert_relative(x, expected, 1e-14);
    dense_entry(&block, 0, 1, 0);
    assert_int_equal(dense_run(solver, 8 * dose + 8, &x), SOLVE_OK);
    assert_relative(x, expected * expl(-6 * k), 1e-14);
  }
  solver_destroy(&solver);
}

/* A fast exchange, 3 to and 1 fro, drained slowly. The squarings round the sums of its columns at
 * the time scale of the exchange, and that error grows as the interval does. */
static void a_stiff_exchange_loses_digits_as_its_rates_times_the_interval(void **state)
{
  static struct dense_block block;
  const double slow = 0x1p-10, hours = 100;

  (void)state;
  for (double fast = 1; fast < 1e8; fast *= 8) {
    const long double sum = 4 * fast + slow, product = slow * fast;
    const long double small = 2 * product / (sum + sqrtl(sum * sum - 4 * product));
    const long double large = sum - small;
    double x[2] = {1, 0}, error;
    struct solver *solver;

    dense_block_create(&block, 2);
    dense_entry(&block, 0, 0, -(3 * fast + slow)); /* exact */
    dense_entry(&block, 0, 1, fast);
    dense_entry(&block, 1, 0, 3 * fast);
    dense_entry(&block, 1, 1, -fast);
    solver = dense_solver(&block);
    solver_load(solver, 2, 0, x);
    assert_int_equal(dense_run(solver, hours, x), SOLVE_OK);
    error = (double)fabsl(x[1] / (3 * fast / (large - small) * expl(-small * hours)) - 1);
    print_message("exchange at %.0f per hour, drain at %.4f: error %.1e\n", fast, slow, error);
    assert_true(error < 4 * DBL_EPSILON * fast * hours);
    solver_destroy(&solver);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(oral_doses_superpose_at_every_hour_of_four_weeks),
      cmocka_unit_test(one_step_is_exact_whatever_its_length),
      cmocka_unit_test(an_area_under_the_curve_is_a_state_with_eigenvalue_zero),
      cmocka_unit_test(a_transit_chain_gives_the_gamma_densities),
      cmocka_unit_test(complex_eigenvalues_turn_a_damped_circle),
      cmocka_unit_test(infusions_superpose_at_their_ends),
      cmocka_unit_test(a_stiff_exchange_loses_digits_as_its_rates_times_the_interval),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
