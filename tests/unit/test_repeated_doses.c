/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repeated doses against closed forms and against the solver, which lives through them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dense_block.h"
#include "solver/repeated_doses.h"
#include "solver/solver.h"

static void assert_relative(double value, double expected, double most)
{
  const double error = fabs((value - expected) / expected);

  if (!(error <= most)) fail_msg("%.17g is not %.17g: error %.2g", value, expected, error);
}

/* Absorption and elimination; the rate of elimination differs by lane. */
static void oral_block(struct dense_block *block)
{
  dense_block_create(block, 2);
  dense_entry(block, 0, 0, -1);
  dense_entry(block, 1, 0, 1);
  for (int lane = 0; lane < LANES; lane++) block->a[1][1][lane] = -0.05 * (lane + 1);
}

static void boluses_accumulate_to_the_textbook_steady_state(void **state)
{
  static struct dense_block block;
  const struct ode ode = {.n_states = 2, .context = &block, .linear = &block.linear};
  const lanes bolus[2] = {(lanes){0} + 100, {0}};
  struct repeated_doses *doses;
  lanes matrix[6], x[2];

  (void)state;
  oral_block(&block);
  doses = repeated_doses_create(&ode);
  dense_matrix(&block, NULL, NULL, matrix);
  repeated_doses_load(doses,
                      &(struct dosing_interval){(lanes){0} + 24, {0}, bolus, matrix, matrix});
  repeated_doses_steady(doses, x);
  for (int lane = 0; lane < LANES; lane++) {
    const double ke = 0.05 * (lane + 1);
    const double slow = exp(-ke * 24) / -expm1(-ke * 24), fast = exp(-24.) / -expm1(-24.);

    assert_relative(x[0][lane], 100 / -expm1(-24.), 1e-14);
    assert_relative(x[1][lane], 100 / (1 - ke) * (slow - fast),
                    1e-11); /* lane 7: 6e-5 of the dose */
  }
  repeated_doses_destroy(&doses);
}

static void infusions_accumulate_to_the_textbook_steady_state(void **state)
{
  static struct dense_block block;
  const struct ode ode = {.n_states = 1, .context = &block, .linear = &block.linear};
  const lanes no_bolus = {0};
  struct repeated_doses *doses;
  lanes during[2], after[2], x;

  (void)state;
  dense_block_create(&block, 1);
  dense_entry(&block, 0, 0, -0.3);
  doses = repeated_doses_create(&ode);
  dense_matrix(&block, NULL, NULL, after);
  dense_entry(&block, 0, 1, 10);
  dense_matrix(&block, NULL, NULL, during);
  repeated_doses_load(
      doses, &(struct dosing_interval){(lanes){0} + 8, (lanes){0} + 2, &no_bolus, during, after});
  repeated_doses_steady(doses, &x);
  for (int lane = 0; lane < LANES; lane++) {
    /* after 2 hours' infusion and 6 hours more, the same again */
    const double end = 10 / 0.3 * -expm1(-0.3 * 2) * exp(-0.3 * 6);

    assert_relative(x[lane], end / -expm1(-0.3 * 8), 1e-14);
  }
  repeated_doses_destroy(&doses);
}

static void a_compartment_that_only_gains_has_no_steady_state(void **state)
{
  static struct dense_block block;
  const struct ode ode = {.n_states = 2, .context = &block, .linear = &block.linear};
  struct repeated_doses *doses;
  const lanes bolus[2] = {(lanes){0} + 100, {0}};
  lanes matrix[6], x[2];

  (void)state;
  oral_block(&block);
  block.a[1][1][3] = 0;
  doses = repeated_doses_create(&ode);
  dense_matrix(&block, NULL, NULL, matrix);
  repeated_doses_load(doses,
                      &(struct dosing_interval){(lanes){0} + 24, {0}, bolus, matrix, matrix});
  repeated_doses_steady(doses, x);
  for (int lane = 0; lane < LANES; lane++) assert_true(isnan(x[1][lane]) == (lane == 3));
  repeated_doses_destroy(&doses);
}

/* One of 1, 2, .. 57 doses in each lane; a loading state before the first. */
static void n_doses_lead_where_living_through_them_leads(void **state)
{
  static struct dense_block block;
  const struct ode ode = {.n_states = 2, .context = &block, .linear = &block.linear};
  const lanes bolus[2] = {(lanes){0} + 100, (lanes){0} + 5};
  struct repeated_doses *doses;
  int32_t n_doses[LANES];
  lanes during[6], after[6], x[2] = {(lanes){0} + 7, (lanes){0} + 300};

  (void)state;
  oral_block(&block);
  doses = repeated_doses_create(&ode);
  dense_matrix(&block, NULL, NULL, after);
  dense_entry(&block, 1, 2, 4);
  dense_matrix(&block, NULL, NULL, during);
  repeated_doses_load(
      doses, &(struct dosing_interval){(lanes){0} + 12, (lanes){0} + 1.5, bolus, during, after});
  for (int lane = 0; lane < LANES; lane++) n_doses[lane] = 1 + 8 * lane;
  repeated_doses_give(doses, n_doses, x);
  for (int lane = 0; lane < LANES; lane++) {
    double lived[2] = {7 + 100, 300 + 5}, known = -0.05 * (lane + 1);
    struct solver *solver = dense_solver(&block);

    dense_entry(&block, 1, 1, known);
    solver_load(solver, 2, 0, lived);
    for (int dose = 1; dose < n_doses[lane]; dose++) {
      dense_entry(&block, 1, 2, 4);
      assert_int_equal(dense_run(solver, 12 * dose - 10.5, lived), SOLVE_OK);
      dense_entry(&block, 1, 2, 0);
      assert_int_equal(dense_run(solver, 12 * dose, lived), SOLVE_OK);
      lived[0] += 100;
      lived[1] += 5;
      solver_set_state(solver, 2, lived);
    }
    assert_relative(x[0][lane], lived[0], 1e-14);
    assert_relative(x[1][lane], lived[1], 3e-14);
    solver_destroy(&solver);
  }
  repeated_doses_destroy(&doses);
}

static void many_doses_come_to_the_steady_state(void **state)
{
  static struct dense_block block;
  const struct ode ode = {.n_states = 2, .context = &block, .linear = &block.linear};
  const lanes bolus[2] = {(lanes){0} + 100, {0}};
  struct repeated_doses *doses;
  int32_t n_doses[LANES];
  lanes matrix[6], x[2] = {{0}}, steady[2];

  (void)state;
  oral_block(&block);
  doses = repeated_doses_create(&ode);
  dense_matrix(&block, NULL, NULL, matrix);
  repeated_doses_load(doses,
                      &(struct dosing_interval){(lanes){0} + 24, {0}, bolus, matrix, matrix});
  repeated_doses_steady(doses, steady);
  for (int lane = 0; lane < LANES; lane++) n_doses[lane] = lane % 2 ? 100000 : INT32_MAX;
  repeated_doses_give(doses, n_doses, x);
  for (int lane = 0; lane < LANES; lane++) {
    assert_relative(x[0][lane], steady[0][lane], 1e-14);
    assert_relative(x[1][lane], steady[1][lane], 1e-13);
  }
  repeated_doses_destroy(&doses);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(boluses_accumulate_to_the_textbook_steady_state),
      cmocka_unit_test(infusions_accumulate_to_the_textbook_steady_state),
      cmocka_unit_test(a_compartment_that_only_gains_has_no_steady_state),
      cmocka_unit_test(n_doses_lead_where_living_through_them_leads),
      cmocka_unit_test(many_doses_come_to_the_steady_state),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
