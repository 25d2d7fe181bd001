/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chains: an amount that enters a chain of n states with rate constant k leaves it after a time
 * with the gamma distribution of shape n and rate k. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "model_run.h"

static const char delay[] = "schema: 1\n"
                            "model: delay\n"
                            "title: A chain that ends in a state\n"
                            "parameters:\n"
                            "  KTR: {value: 0.8 1/h, source: test}\n"
                            "states:\n"
                            "  GONE: {unit: mg, rate: T_out}\n"
                            "chains:\n"
                            "  T: {states: 5, unit: mg, rate: KTR, label: Transit}\n"
                            "routes:\n"
                            "  in: {state: T1}\n"
                            "outputs:\n"
                            "  GONE: {unit: mg, expression: GONE}\n"
                            "  THIRD: {unit: mg, expression: T3}\n"
                            "  FLOW: {unit: mg/h, expression: T_out}\n";

enum { SHAPE = 5, SAMPLES = 40, GONE = 0, THIRD, FLOW, OUTPUTS };

/** (k t)^j / j! exp(-k t) */
static double poisson(double kt, int j)
{
  double term = exp(-kt);

  for (int i = 1; i <= j; i++) term *= kt / i;
  return term;
}

static void assert_near(double value, double expected)
{
  if (!(fabs(value - expected) < 1e-9 * 100)) fail_msg("%.15g is not %.15g", value, expected);
}

static void follows_the_gamma_distribution(const struct solver_method *method)
{
  const struct model_dose dose = {"in", 0, 100, 0};
  double times[SAMPLES], *outputs;
  struct arena *arena = arena_create();
  const struct model_run run = {.text = delay,
                                .method = method,
                                .rtol = 1e-11,
                                .n_doses = 1,
                                .doses = &dose,
                                .n_times = SAMPLES,
                                .times = times};
  const struct model *model = model_of_file(&run, arena);

  assert_int_equal(model->n_states, SHAPE + 1);
  assert_string_equal(model->states[1].name, "T1");
  assert_string_equal(model->states[5].label, "Transit, 5 of 5");
  for (int t = 0; t < SAMPLES; t++) times[t] = 0.5 * (t + 1);
  outputs = model_run(&run, model);
  for (int t = 0; t < SAMPLES; t++) {
    const double kt = 0.8 * times[t], *row = outputs + t * OUTPUTS;
    double left = 0;

    for (int j = 0; j < SHAPE; j++) left += poisson(kt, j);
    assert_near(row[GONE], 100 * (1 - left));
    assert_near(row[THIRD], 100 * poisson(kt, 2));
    assert_near(row[FLOW], 100 * 0.8 * poisson(kt, SHAPE - 1));
  }
  free(outputs);
  arena_destroy(&arena);
}

static void what_leaves_a_chain_was_delayed_by_a_gamma_time(void **state)
{
  (void)state;
  follows_the_gamma_distribution(&solver_explicit);
  follows_the_gamma_distribution(&solver_rosenbrock);
}

static void a_chain_is_a_linear_block(void **state)
{
  (void)state;
  follows_the_gamma_distribution(&solver_linear);
}

/* Filled as in the steady state of a constant input, nothing changes. */
static void a_chain_in_steady_state_stays_there(void **state)
{
  static const char steady[] =
      "schema: 1\n"
      "model: steady\n"
      "title: A chain alone\n"
      "parameters:\n"
      "  KTR: {value: 3 1/d, source: test}\n"
      "  BASE: {value: 5 mg, source: test}\n"
      "chains:\n"
      "  T: {states: 3, unit: mg, rate: KTR, input: KTR * BASE, initial: BASE, scale: 5 mg}\n"
      "outputs:\n"
      "  T: {unit: mg, expression: T3}\n"
      "  OUT: {unit: mg/d, expression: T_out}\n";
  const double times[2] = {1, 400};
  struct arena *arena = arena_create();
  const struct model_run run = {
      .text = steady, .method = &solver_explicit, .rtol = 1e-6, .n_times = 2, .times = times};
  double *outputs = model_run(&run, model_of_file(&run, arena));

  (void)state;
  for (int t = 0; t < 2; t++) {
    assert_true(outputs[2 * t] == 5);
    assert_true(outputs[2 * t + 1] == 15);
  }
  free(outputs);
  arena_destroy(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_leaves_a_chain_was_delayed_by_a_gamma_time),
      cmocka_unit_test(a_chain_is_a_linear_block),
      cmocka_unit_test(a_chain_in_steady_state_stays_there),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
