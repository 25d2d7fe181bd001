/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/failure.h"
#include "dense_block.h"
#include "oral_response.h"
#include "solver/solver_linear.h"

/* The method's own file, for its weights. */
linear_attempt linear_attempt_seen;
#define LINEAR_ATTEMPT linear_attempt_seen
#include "solver/solver_linear_attempt.c"

/* y' = y cos t: y = exp(sin t); and z' = -2 t z y / (1 + y), for two states that see each other. */
static void rates_at(double t, const double *y, double *dydt)
{
  dydt[0] = y[0] * cos(t);
  dydt[1] = -2 * t * y[1] * y[0] / (1 + y[0]);
}

/* One step with the weights of the method: the new state and its error estimate. */
static void step(double t, double h, double *y, double *estimate)
{
  double k[LINEAR_STAGES][2], trial[2];

  rates_at(t, y, k[0]);
  for (int s = 1; s < LINEAR_STAGES; s++) {
    for (int j = 0; j < 2; j++) {
      trial[j] = y[j];
      for (int i = 0; i < s; i++) trial[j] += h * weights[s][i] * k[i][j];
    }
    rates_at(t + nodes[s] * h / 4, trial, k[s]);
  }
  for (int j = 0; j < 2; j++) {
    estimate[j] = 0;
    for (int i = 0; i < LINEAR_STAGES; i++) estimate[j] += h * error_weights[i] * k[i][j];
    y[j] = trial[j];
  }
}

/* At time 2 after n steps, by the fifth-order weights or by the embedded ones. */
static void integrate(int n, bool embedded, double *y)
{
  const double h = 2. / n;

  y[0] = y[1] = 1;
  for (int i = 0; i < n; i++) {
    double estimate[2];

    step(i * h, h, y, estimate);
    for (int j = 0; embedded && j < 2; j++) y[j] -= estimate[j];
  }
}

static double order_between(int n, bool embedded)
{
  double coarse[2], fine[2], exact[2], wide, narrow;

  integrate(1000, false, exact);
  integrate(n, embedded, coarse);
  integrate(2 * n, embedded, fine);
  assert_true(fabs(exact[0] - exp(sin(2))) < 1e-13);
  wide = hypot(coarse[0] - exact[0], coarse[1] - exact[1]);
  narrow = hypot(fine[0] - exact[0], fine[1] - exact[1]);
  return log2(wide / narrow);
}

static void the_formulas_are_of_fifth_and_of_fourth_order(void **state)
{
  (void)state;
  print_message("orders %.2f and %.2f\n", order_between(40, false), order_between(40, true));
  assert_true(fabs(order_between(40, false) - 5) < 0.15);
  assert_true(fabs(order_between(40, true) - 4) < 0.15);
}

/* The weights of the interpolant at a part of the step. */
static void weights_at(double theta, double *b)
{
  for (int i = 0; i < LINEAR_STAGES; i++) {
    b[i] = i == 0 ? theta : 0;
    for (int p = 0; p < LINEAR_POWERS; p++) b[i] += interpolant[p][i] * pow(theta, p + 2);
  }
}

/* Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.6: the eight
 * conditions of fourth order of an interpolant. */
static void
the_interpolant_meets_the_conditions_of_fourth_order_at_every_part_of_a_step(void **state)
{
  (void)state;
  for (int part = 0; part <= 64; part++) {
    const double t = part / 64.;
    const double expected[8] = {t,
                                t * t / 2,
                                pow(t, 3) / 3,
                                pow(t, 3) / 6,
                                pow(t, 4) / 4,
                                pow(t, 4) / 8,
                                pow(t, 4) / 12,
                                pow(t, 4) / 24};
    double b[LINEAR_STAGES], sums[8] = {0};

    weights_at(t, b);
    for (int i = 0; i < LINEAR_STAGES; i++) {
      const double c = nodes[i] / 4.;
      double ac = 0, acc = 0, aac = 0;

      for (int j = 0; j < i; j++) {
        const double d = nodes[j] / 4.;

        ac += weights[i][j] * d;
        acc += weights[i][j] * d * d;
        for (int k = 0; k < j; k++) aac += weights[i][j] * weights[j][k] * nodes[k] / 4.;
      }
      sums[0] += b[i];
      sums[1] += b[i] * c;
      sums[2] += b[i] * c * c;
      sums[3] += b[i] * ac;
      sums[4] += b[i] * c * c * c;
      sums[5] += b[i] * c * ac;
      sums[6] += b[i] * acc;
      sums[7] += b[i] * aac;
    }
    for (int i = 0; i < 8; i++) assert_true(fabs(sums[i] - expected[i]) < 1e-14);
  }
}

static void the_interpolant_ends_in_the_step_with_a_continuous_derivative(void **state)
{
  double b[LINEAR_STAGES];

  (void)state;
  weights_at(1, b);
  for (int i = 0; i < LINEAR_STAGES; i++) {
    double slope = i == 0;

    for (int p = 0; p < LINEAR_POWERS; p++) slope += (p + 2) * interpolant[p][i];
    assert_true(fabs(b[i] - (i < LINEAR_STAGES - 1 ? weights[LINEAR_STAGES - 1][i] : 0)) < 1e-15);
    assert_true(fabs(slope - (i == LINEAR_STAGES - 1)) < 2e-15);
  }
}

static void a_problem_without_a_block_is_refused(void **state)
{
  const double atol = 1e-8;
  const struct ode ode = {.n_states = 1, .rates = oral_response_rate};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = &atol, .max_steps_per_stop = 100};
  struct solver *solver;

  (void)state;
  assert_int_equal(solver_create(&solver_linear, &ode, &tolerance, &solver), EXIT_CODE_INTERNAL);
  assert_null(solver);
}

static void growth_without_end_is_not_finite(void **state)
{
  static struct dense_block block;
  struct solver *solver;
  double x = 1;

  (void)state;
  dense_block_create(&block, 1);
  dense_entry(&block, 0, 0, 1);
  solver = dense_solver(&block);
  solver_load(solver, 2, 0, &x);
  assert_int_equal(dense_run(solver, 700, &x), SOLVE_OK);
  assert_true(fabs(x / exp(700) - 1) < 1e-12);
  assert_int_equal(dense_run(solver, 1500, &x), SOLVE_NOT_FINITE);
  assert_true(solver_time(solver, 2) == 700 && isfinite(x));
  solver_destroy(&solver);
}

/* Twenty intervals and six matrices, more than are remembered, in an order that comes back to all:
 * each run ends in the bits that a solver gives that has seen nothing before. */
static void what_is_remembered_has_the_bits_of_what_is_computed(void **state)
{
  static struct dense_block block;
  struct solver *old, *new;

  (void)state;
  dense_block_create(&block, 2);
  dense_entry(&block, 1, 0, 0.5);
  dense_entry(&block, 1, 1, -0.2);
  old = dense_solver(&block);
  for (int run = 0; run < 500; run++) {
    const double stop = 0.25 * (1 + run * run % 20), start[2] = {100, 3};
    double remembered[2], computed[2];

    dense_entry(&block, 0, 0, -0.5 - 0.01 * (run * run * run % 7 % 6));
    dense_entry(&block, 0, 2, run % 2);
    new = dense_solver(&block);
    solver_load(old, 2, 0, start);
    solver_load(new, 2, 0, start);
    assert_int_equal(dense_run(old, stop, remembered), SOLVE_OK);
    assert_int_equal(dense_run(new, stop, computed), SOLVE_OK);
    assert_memory_equal(remembered, computed, sizeof computed);
    solver_destroy(&new);
  }
  solver_destroy(&old);
}

struct tally {
  struct oral_ward ward; /* first: the functions of the response take it for the context */
  int n;
  double last;
};

static void count_sample(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  struct tally *tally = context;

  (void)time;
  if ((*due)[5]) {
    tally->n++;
    tally->last = state[3][5];
  }
}

/* A response with `n` even samples in 24 hours. */
static double response_after_a_day(int n, struct solver_count *count)
{
  static const double atol[ORAL_STATES] = {1e-10, 1e-10, 1e-10, 1e-10};
  const struct ode_linear linear = {.n = ORAL_LINEAR,
                                    .n_remainder = 1,
                                    .states = oral_linear,
                                    .remainder = oral_remainder,
                                    .n_entries = ORAL_ENTRIES,
                                    .rows = oral_rows,
                                    .columns = oral_columns,
                                    .matrix = oral_matrix,
                                    .product = oral_product,
                                    .apply = oral_apply,
                                    .rates = oral_response_rate};
  const struct tolerance tolerance = {.rtol = 1e-8, .atol = atol, .max_steps_per_stop = 100};
  const struct oral_individual who = {5, 50, 8, 100, 1, 100, 0.05, 0.5, 0.9};
  struct tally tally = {.ward = {.has_response = true}};
  const struct ode ode = {.n_states = ORAL_STATES, .context = &tally, .linear = &linear};
  double times[200], state[ORAL_STATES];
  struct solver *solver;

  for (int i = 0; i < n; i++) times[i] = 24. * (i + 1) / n;
  assert_int_equal(solver_create(&solver_linear, &ode, &tolerance, &solver), 0);
  tally.ward.solver = solver;
  oral_admit(&tally.ward, 5, &who);
  solver_listen(solver, count_sample, &tally);
  solver_state(solver, 5, state);
  state[0] = 100;
  solver_set_state(solver, 5, state);
  solver_samples(solver, 5, &(struct sampling){n, times});
  solver_run_to(solver, 5, 24);
  while (solver_is_running(solver, 5)) assert_int_equal(solver_advance(solver), 0);
  assert_int_equal(solver_status(solver, 5), SOLVE_OK);
  solver_state(solver, 5, state);
  assert_int_equal(tally.n, n);
  if (n > 0) assert_true(tally.last == state[3]);
  *count = solver_count(solver, 5);
  solver_destroy(&solver);
  return state[3];
}

static void samples_change_no_bit_of_a_response_and_no_step(void **state)
{
  struct solver_count bare_count, count;
  const double bare = response_after_a_day(0, &bare_count);

  (void)state;
  for (int n = 1; n <= 200; n += 199) {
    assert_true(response_after_a_day(n, &count) == bare);
    assert_int_equal(count.accepted, bare_count.accepted);
    assert_int_equal(count.rejected, bare_count.rejected);
  }
}

static bool nothing_crosses(void *context, int lane, double time, bool has_jumped, lanes *state)
{
  (void)context, (void)lane, (void)time, (void)has_jumped, (void)state;
  return true;
}

static void a_problem_with_events_is_refused(void **state)
{
  const struct ode_events events = {1, 0, oral_response_rate, nothing_crosses};
  const struct ode ode = {.n_states = 1, .rates = oral_response_rate, .events = &events};
  const double atol = 1;
  struct solver *solver;

  (void)state;
  assert_int_equal(
      solver_create(&solver_linear, &ode, &(struct tolerance){1e-6, &atol, 10}, &solver), 2);
  assert_null(solver);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_problem_with_events_is_refused),
      cmocka_unit_test(the_formulas_are_of_fifth_and_of_fourth_order),
      cmocka_unit_test(
          the_interpolant_meets_the_conditions_of_fourth_order_at_every_part_of_a_step),
      cmocka_unit_test(the_interpolant_ends_in_the_step_with_a_continuous_derivative),
      cmocka_unit_test(a_problem_without_a_block_is_refused),
      cmocka_unit_test(growth_without_end_is_not_finite),
      cmocka_unit_test(what_is_remembered_has_the_bits_of_what_is_computed),
      cmocka_unit_test(samples_change_no_bit_of_a_response_and_no_step),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
