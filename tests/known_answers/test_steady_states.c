/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steady states against closed forms, against printed output of NONMEM, and where there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <petscsys.h>

#include "steady_search.h"

static const struct solver_method *const methods[] = {
    &solver_explicit, &solver_rosenbrock, &solver_switching, &solver_petsc, &solver_linear};
enum { METHODS = 5, NONLINEAR_METHODS = 4 }; /* the first of them take any model */

static void assert_relative(double value, double expected, double most)
{
  if (!(fabs(value - expected) <= most * fabs(expected)))
    fail_msg("%.17g is not %.17g: relative error %.2g", value, expected,
             (value - expected) / expected);
}

/** The states [state] that every method finds. */
static void assert_found(const struct regimen *regimen, double phase, const double *expected,
                         double most)
{
  const int n_methods = strcmp(regimen->route, "saturable") == 0 ? NONLINEAR_METHODS : METHODS;

  for (int m = 0; m < n_methods; m++) {
    const struct found found = found_of(regimen, methods[m], phase);

    assert_int_equal(found.status, STEADY_OK);
    for (int i = 0; i < found.n_states; i++) assert_relative(found.state[i], expected[i], most);
  }
}

static void assert_status(const struct regimen *regimen, int n_methods, enum steady_status status)
{
  for (int m = 0; m < n_methods; m++)
    assert_int_equal(found_of(regimen, methods[m], regimen->interval).status, status);
}

#define BEGINNING "schema: 1\nmodel: m\ntitle: t\n"
#define OUTPUT    "outputs: {Y: {unit: mg, expression: A}}\n"

/* CL 10 L/h, V 80 L, KA 1.2 /h. */
static const char oral[] = BEGINNING
    "parameters: {K: {value: 0.125 1/h, source: test}, KA: {value: 1.2 1/h, source: test}}\n"
    "states:\n"
    "  D: {unit: mg, rate: -KA * D}\n"
    "  A: {unit: mg, rate: KA * D - K * A}\n"
    "routes: {oral: {state: D}, iv: {state: A}}\n" OUTPUT;
static const double oral_k = 0.125, oral_ka = 1.2;

/* sum of exp(-k (phase + n interval)) over n >= 0 */
static double accumulated(double k, double interval, double phase)
{
  return exp(-k * phase) / -expm1(-k * interval);
}

static void boluses_accumulate_to_the_textbook_steady_state(void **state)
{
  const struct regimen regimen = {.text = oral, .route = "oral", .interval = 12, .amount = 100};
  const double phases[] = {0, 0.5, 7, 12};

  (void)state;
  for (int p = 0; p < 4; p++) {
    const double slow = accumulated(oral_k, 12, phases[p]);
    const double fast = accumulated(oral_ka, 12, phases[p]);
    const double expected[] = {100 * fast, 100 * oral_ka / (oral_ka - oral_k) * (slow - fast)};

    assert_found(&regimen, phases[p], expected, 3e-10);
  }
}

static void the_linear_method_is_exact(void **state)
{
  const struct regimen regimen = {.text = oral, .route = "oral", .interval = 12, .amount = 100};
  const struct found found = found_of(&regimen, &solver_linear, 3);
  const double slow = accumulated(oral_k, 12, 3), fast = accumulated(oral_ka, 12, 3);

  (void)state;
  assert_int_equal(found.status, STEADY_OK);
  assert_true(found.iterations <= 2);
  assert_relative(found.state[0], 100 * fast, 1e-14);
  assert_relative(found.state[1], 100 * oral_ka / (oral_ka - oral_k) * (slow - fast), 1e-14);
}

/* k10 0.3, k12 0.2, k21 0.1 /h: the exponents are the roots of x^2 - (sum) x + k10 k21. */
static void boluses_into_two_compartments_have_two_exponents(void **state)
{
  static const char text[] = BEGINNING
      "parameters: {K: {value: 0.3 1/h, source: test}, IN: {value: 0.2 1/h, source: test},\n"
      "             OUT: {value: 0.1 1/h, source: test}}\n"
      "states:\n"
      "  A: {unit: mg, rate: -(K + IN) * A + OUT * P}\n"
      "  P: {unit: mg, rate: IN * A - OUT * P}\n"
      "routes: {iv: {state: A}}\n" OUTPUT;
  const struct regimen regimen = {.text = text, .route = "iv", .interval = 8, .amount = 50};
  const double root = sqrt(0.6 * 0.6 - 4 * 0.3 * 0.1), a = (0.6 + root) / 2, b = (0.6 - root) / 2;
  const double phases[] = {0, 1, 8};

  (void)state;
  for (int p = 0; p < 3; p++) {
    const double fast = 50 * accumulated(a, 8, phases[p]), slow = 50 * accumulated(b, 8, phases[p]);
    const double expected[] = {((a - 0.1) * fast + (0.1 - b) * slow) / (a - b),
                               0.2 * (slow - fast) / (a - b)};

    assert_found(&regimen, phases[p], expected, 3e-10);
  }
}

/** What an infusion at rate 1 from 0 to `end` has brought to depot and central by `time`. */
static void add_infusion(double end, double time, double *depot, double *central)
{
  const double since = fmax(time - end, 0), for_ = fmin(time, end);
  const double d = -expm1(-oral_ka * for_) / oral_ka;
  const double slow = -expm1(-oral_k * for_) / oral_k;
  const double c = oral_ka / (oral_ka - oral_k) * (slow - d);
  const double between = (exp(-oral_k * since) - exp(-oral_ka * since)) / (oral_ka - oral_k);

  *depot += d * exp(-oral_ka * since);
  *central += c * exp(-oral_k * since) + oral_ka * d * between;
}

/* Duration below the interval, equal to it, a multiple, in between, and longer than many. */
static void infusions_add_up_however_long_they_are(void **state)
{
  const double durations[] = {2, 12, 24, 16, 0.5, 61};

  (void)state;
  for (int d = 0; d < 6; d++) {
    const struct regimen regimen = {
        .text = oral, .route = "oral", .interval = 12, .rate = 75, .duration = durations[d]};
    const double phases[] = {0, 0.25, 1, 4, 11, 12};

    for (int p = 0; p < 6; p++) {
      double expected[2] = {0};

      for (int n = 0; n < 60; n++)
        add_infusion(durations[d], 12 * n + phases[p], &expected[0], &expected[1]);
      expected[0] *= 75;
      expected[1] *= 75;
      if (phases[p] > 0 || durations[d] >= 12) assert_found(&regimen, phases[p], expected, 3e-10);
    }
  }
}

/* RATE 75, AMT 1200 (16 h), II 12, SS 1, as NONMEM prints it. */
static void overlapping_infusions_are_those_of_nonmem(void **state)
{
  const struct regimen regimen = {
      .text = oral, .route = "oral", .interval = 12, .rate = 75, .duration = 16};
  const double phases[] = {0, 0.25, 0.5, 4};
  const double printed[4][2] = {
      {62.5042, 724.7889}, {78.70197, 723.4747}, {90.70158, 726.331}, {124.48568, 870.0308}};

  (void)state;
  for (int p = 0; p < 4; p++) assert_found(&regimen, phases[p], printed[p], 4e-7);
}

/* VMAX 10 mg/h, KM 5 mg. */
static const char saturable[] = BEGINNING
    "parameters: {VMAX: {value: 10 mg/h, source: test}, KM: {value: 5 mg, source: test}}\n"
    "states: {A: {unit: mg, rate: -VMAX * A / (KM + A)}}\n"
    "routes: {saturable: {state: A}}\n" OUTPUT;

/* KM log(1 + dose / trough) + dose = VMAX interval, solved by bisection for the trough. */
static double saturable_trough(double dose, double interval)
{
  double low = 1e-12, high = 1e12;

  for (int i = 0; i < 200; i++) {
    const double middle = sqrt(low * high);

    if (5 * log1p(dose / middle) + dose > 10 * interval)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* Near saturation a change of 1e-12 of the dose moves the trough by 1e-12 / (1 - input)^2. */
static void saturable_elimination_takes_a_dose_from_peak_to_trough(void **state)
{
  const double inputs[] = {0.1, 0.5, 0.9, 0.99, 0.999};

  (void)state;
  for (int d = 0; d < 5; d++) {
    const struct regimen regimen = {
        .text = saturable, .route = "saturable", .interval = 12, .amount = inputs[d] * 120};
    const double expected = saturable_trough(inputs[d] * 120, 12) + inputs[d] * 120;
    const double left = 1 - inputs[d];

    assert_found(&regimen, 0, &expected, 1e-10 + 1e-12 / (left * left));
  }
}

static void nothing_comes_to_rest_above_the_greatest_elimination(void **state)
{
  const double inputs[] = {1, 1.001, 1.5, 30};

  (void)state;
  for (int d = 0; d < 4; d++) {
    const struct regimen boluses = {
        .text = saturable, .route = "saturable", .interval = 12, .amount = inputs[d] * 120};
    const struct regimen infusion = {
        .text = saturable, .route = "saturable", .rate = inputs[d] * 10};

    assert_status(&boluses, NONLINEAR_METHODS, STEADY_NONE);
    assert_status(&infusion, NONLINEAR_METHODS, STEADY_NONE);
  }
}

static void an_infusion_without_end_balances_elimination(void **state)
{
  const struct regimen linear = {.text = oral, .route = "oral", .rate = 6};
  const double expected[] = {6 / oral_ka, 6 / oral_k};
  const double inputs[] = {0.5, 0.99};

  (void)state;
  assert_found(&linear, 0, expected, 1e-11);
  for (int d = 0; d < 2; d++) {
    const struct regimen regimen = {
        .text = saturable, .route = "saturable", .rate = 10 * inputs[d]};
    const double amount = 5 * inputs[d] / (1 - inputs[d]);

    assert_found(&regimen, 0, &amount, 1e-8);
  }
}

static void a_compartment_that_only_gains_has_no_steady_state(void **state)
{
  static const char text[] = BEGINNING
      "parameters:\n"
      "  K: {value: 0 1/h, variability: {distribution: normal, sd: 0.1}, source: test}\n"
      "  KA: {value: 1 1/h, source: test}\n"
      "states:\n"
      "  D: {unit: mg, rate: -KA * D}\n"
      "  A: {unit: mg, rate: KA * D - K * A}\n"
      "routes: {oral: {state: D}, iv: {state: A}}\n" OUTPUT;
  const struct regimen doses = {.text = text, .route = "oral", .interval = 12, .amount = 100};
  const struct regimen infusion = {.text = text, .route = "iv", .rate = 1};

  (void)state;
  assert_status(&doses, METHODS, STEADY_NONE);
  assert_status(&infusion, METHODS, STEADY_NONE);
}

static const char area[] = BEGINNING
    "parameters: {K: {value: 0.125 1/h, source: test}}\n"
    "states:\n"
    "  A: {unit: mg, rate: -K * A}\n"
    "  AREA: {unit: mg.h, rate: A}\n"
    "  STILL: {unit: mg, initial: 3 mg, rate: 0 * K * STILL}\n"
    "routes: {iv: {state: A}, odd: {state: AREA}, still: {state: STILL}}\n" OUTPUT;

static void what_only_counts_counts_from_the_last_dose(void **state)
{
  const struct regimen regimen = {.text = area, .route = "iv", .interval = 12, .amount = 100};
  const double after = 100 * accumulated(0.125, 12, 0);
  const double expected[] = {after * exp(-0.125 * 12), 100 / 0.125, 3};

  (void)state;
  assert_found(&regimen, 12, expected, 1e-10);
}

static void doses_into_what_only_counts_or_stands_still_add_up_for_ever(void **state)
{
  const struct regimen odd = {.text = area, .route = "odd", .interval = 12, .amount = 1};
  const struct regimen still = {.text = area, .route = "still", .interval = 12, .amount = 1};

  (void)state;
  assert_status(&odd, METHODS, STEADY_NONE);
  assert_status(&still, METHODS, STEADY_NONE);
}

static void a_state_may_be_negative(void **state)
{
  static const char text[] = BEGINNING "parameters: {K: {value: 0.5 1/h, source: test}}\n"
                                       "states:\n"
                                       "  A: {unit: mg, rate: -K * A}\n"
                                       "  E: {unit: mg, initial: 90 mg, rate: -K * (E + A)}\n"
                                       "routes: {iv: {state: A}}\n" OUTPUT;
  const struct regimen regimen = {.text = text, .route = "iv", .interval = 2, .amount = 10};
  const double q = exp(-1.), a = 10 / (1 - q);
  const double expected[] = {a * q, -0.5 * 2 * a * q / (1 - q)};

  (void)state;
  assert_found(&regimen, 2, expected, 1e-10);
}

/* The brusselator with its state at rest exactly: everything near it flees to a cycle. */
static void a_state_from_which_its_neighbours_flee_is_none(void **state)
{
  static const char text[] = BEGINNING
      "parameters: {B: {value: 3, source: test}, K: {value: 1 1/h, source: test}}\n"
      "states:\n"
      "  A: {unit: mg, rate: -K * A}\n"
      "  X: {unit: \"1\", initial: 1, rate: K * (1 - (B + 1) * X + X * X * Z)}\n"
      "  Z: {unit: \"1\", initial: 3, rate: K * (B * X - X * X * Z)}\n"
      "routes: {iv: {state: A}}\n" OUTPUT;
  const struct regimen regimen = {.text = text, .route = "iv", .interval = 3, .amount = 1};

  (void)state;
  assert_status(&regimen, METHODS, STEADY_NONE);
}

static void rates_that_depend_on_time_have_none(void **state)
{
  static const char *const texts[] = {
      BEGINNING "parameters: {K: {value: 1 1/h, source: test}}\n"
                "states: {A: {unit: mg, rate: -K * A * (2 + TIME * K)}}\n"
                "routes: {iv: {state: A}}\n" OUTPUT,
      BEGINNING "parameters: {K: {value: 1 1/h, source: test}}\n"
                "states: {A: {unit: mg, rate: \"-if(late, 2, 1) * K * A\"}}\n"
                "events: {late: {when: TIME >= 100 h}}\n"
                "routes: {iv: {state: A}}\n" OUTPUT,
      BEGINNING "parameters: {K: {value: 1 1/h, source: test}}\n"
                "states: {A: {unit: mg, rate: \"-if(first(low) > 3 h, 2, 1) * K * A\"}}\n"
                "events: {low: {when: A < 1 mg}}\n"
                "routes: {iv: {state: A}}\n" OUTPUT};

  (void)state;
  for (int t = 0; t < 3; t++) {
    const struct regimen regimen = {.text = texts[t], .route = "iv", .interval = 12, .amount = 1};

    assert_status(&regimen, NONLINEAR_METHODS, STEADY_TIME);
  }
}

static void a_patient_who_cannot_be_followed_has_a_status(void **state)
{
  static const char text[] = BEGINNING "parameters: {K: {value: 1 1/mg/h, source: test}}\n"
                                       "states: {A: {unit: mg, rate: K * A * A}}\n"
                                       "routes: {iv: {state: A}}\n" OUTPUT;
  const struct regimen regimen = {.text = text, .route = "iv", .interval = 12, .amount = 1};

  (void)state;
  assert_status(&regimen, NONLINEAR_METHODS, STEADY_NOT_SOLVED);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(boluses_accumulate_to_the_textbook_steady_state),
      cmocka_unit_test(the_linear_method_is_exact),
      cmocka_unit_test(boluses_into_two_compartments_have_two_exponents),
      cmocka_unit_test(infusions_add_up_however_long_they_are),
      cmocka_unit_test(overlapping_infusions_are_those_of_nonmem),
      cmocka_unit_test(saturable_elimination_takes_a_dose_from_peak_to_trough),
      cmocka_unit_test(nothing_comes_to_rest_above_the_greatest_elimination),
      cmocka_unit_test(an_infusion_without_end_balances_elimination),
      cmocka_unit_test(a_compartment_that_only_gains_has_no_steady_state),
      cmocka_unit_test(what_only_counts_counts_from_the_last_dose),
      cmocka_unit_test(doses_into_what_only_counts_or_stands_still_add_up_for_ever),
      cmocka_unit_test(a_state_may_be_negative),
      cmocka_unit_test(a_state_from_which_its_neighbours_flee_is_none),
      cmocka_unit_test(rates_that_depend_on_time_have_none),
      cmocka_unit_test(a_patient_who_cannot_be_followed_has_a_status),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return EXIT_FAILURE;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? EXIT_FAILURE : failed;
}
