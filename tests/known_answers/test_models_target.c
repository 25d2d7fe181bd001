/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Target-mediated drug disposition (Mager and Jusko 2001, doi 10.1023/A:1014414520282) after 100
 * nmol into the depot, against an independent integrator (extrapolated linearly implicit Euler of
 * order 6; two tolerances agree in the digits shown; the last entry is that of SciPy's Radau and
 * DOP853, which agree in these digits), and against what holds exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "model_run.h"

enum { SAMPLES = 5, OUTPUTS = 3 };

static const double times[SAMPLES] = {1, 6, 24, 72, 168};
static const struct model_run full = {.path = "engine/models/tmdd_full.yaml"};
static const struct model_run steady = {.path = "engine/models/tmdd_qss.yaml"};

/** `run` tells the model, and a method if not the explicit one; `outputs` is [time][C, R, RC]. */
static void dispose(struct model_run run, double dose_nmol, double outputs[SAMPLES][OUTPUTS])
{
  const struct model_dose dose = {"depot", 0, dose_nmol, 0};
  struct arena *arena = arena_create();
  const struct model *model;
  double *row;

  if (!run.method) run.method = &solver_explicit;
  if (!run.rtol) run.rtol = 1e-11;
  run.n_doses = 1;
  run.doses = &dose;
  run.n_times = SAMPLES;
  run.times = times;
  model = model_of_file(&run, arena);
  assert_int_equal(model->n_outputs, OUTPUTS);
  assert_int_equal(model_output_named(model, "C"), 0);
  assert_int_equal(model_output_named(model, "R"), 1);
  assert_int_equal(model_output_named(model, "RC"), 2);
  row = model_run(&run, model);
  memcpy(outputs, row, sizeof(double) * SAMPLES * OUTPUTS);
  free(row);
  arena_destroy(&arena);
}

/** To the digits that the table shows. */
static void assert_digits(double value, const char *expected)
{
  const char *point = strchr(expected, '.'), *power = strchr(expected, 'e');
  const int decimals = (int)((power ? power : expected + strlen(expected)) - point) - 1;
  char text[40];

  snprintf(text, sizeof text, power ? "%.*e" : "%.*f", decimals, value);
  if (strcmp(text, expected) != 0) fail_msg("%.15g is not %s", value, expected);
}

static void drug_target_and_complex_have_the_digits_of_the_table(void **state)
{
  static const char *const table[SAMPLES][OUTPUTS] = {
      {"325.451331", "6.43044812", "19.1493004"},
      {"1049.87176", "0.289621725", "2.53894595"},
      {"487.710296", "0.613694251", "2.49855227"},
      {"5.24912291", "21.4486401", "0.94702819"},
      {"2.971042e-05", "64.2617918", "1.60905154e-05"}};
  double outputs[SAMPLES][OUTPUTS];

  (void)state;
  dispose(full, 100, outputs);
  for (int t = 0; t < SAMPLES; t++)
    for (int o = 0; o < OUTPUTS; o++) assert_digits(outputs[t][o], table[t][o]);
}

static void the_target_stays_where_it_is_without_drug(void **state)
{
  double outputs[SAMPLES][OUTPUTS];

  (void)state;
  dispose(full, 0, outputs);
  for (int t = 0; t < SAMPLES; t++) {
    assert_true(outputs[t][0] == 0 && outputs[t][2] == 0);
    assert_true(outputs[t][1] == 64.31);
  }
}

/* Radau and DOP853 of SciPy agree in these digits, on the equations of Gibiansky 2008 (doi
 * 10.1007/s10928-008-9102-8) written for the concentrations. */
static void the_quasi_steady_state_has_the_digits_of_an_independent_integrator(void **state)
{
  static const char *const table[SAMPLES][OUTPUTS] = {
      {"325.864901", "6.73138972", "18.3095776"},
      {"1049.89258", "0.289762149", "2.53934978"},
      {"487.707664", "0.613750598", "2.49854694"},
      {"5.27325060", "21.4825244", "0.94558316"},
      {"3.021648e-05", "64.2617560", "1.620811e-05"}};
  double outputs[SAMPLES][OUTPUTS];

  (void)state;
  dispose(steady, 100, outputs);
  for (int t = 0; t < SAMPLES; t++)
    for (int o = 0; o < OUTPUTS; o++) assert_digits(outputs[t][o], table[t][o]);
}

/* Binding 10,000 times as quick as published, in both models: their difference is of its inverse.
 */
static void the_quasi_steady_state_is_the_limit_of_quick_binding(void **state)
{
  const struct model_change quick[] = {
      {.kind = CHANGE_PARAMETER, .name = {.text = "KON"}, .value = {.text = "1010 L/nmol/h"}},
      {.kind = CHANGE_PARAMETER, .name = {.text = "KOFF"}, .value = {.text = "101000 1/h"}}};
  const struct model_change constant = {.kind = CHANGE_PARAMETER,
                                        .name = {.text = "KSS"},
                                        .value = {.text = "100.00198019801981 nmol/L"}};
  struct model_run bound = full, limit = steady;
  double binds[SAMPLES][OUTPUTS], is_bound[SAMPLES][OUTPUTS], worst = 0;

  (void)state;
  bound.n_changes = 2;
  bound.changes = quick;
  bound.method = &solver_rosenbrock;
  bound.rtol = 1e-8;
  limit.n_changes = 1;
  limit.changes = &constant;
  dispose(bound, 100, binds);
  dispose(limit, 100, is_bound);
  for (int t = 0; t < SAMPLES; t++)
    for (int o = 0; o < OUTPUTS; o++) worst = fmax(worst, fabs(binds[t][o] / is_bound[t][o] - 1));
  print_message("farthest from the limit: %.1e\n", worst);
  assert_true(worst < 1e-5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drug_target_and_complex_have_the_digits_of_the_table),
      cmocka_unit_test(the_target_stays_where_it_is_without_drug),
      cmocka_unit_test(the_quasi_steady_state_has_the_digits_of_an_independent_integrator),
      cmocka_unit_test(the_quasi_steady_state_is_the_limit_of_quick_binding),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
