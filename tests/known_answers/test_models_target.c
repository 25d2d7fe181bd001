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

/** `outputs` is [time][C, R, RC]. */
static void dispose(double dose_nmol, double outputs[SAMPLES][OUTPUTS])
{
  const struct model_dose dose = {"depot", 0, dose_nmol, 0};
  struct arena *arena = arena_create();
  const struct model_run run = {.path = "engine/models/tmdd_full.yaml",
                                .method = &solver_explicit,
                                .rtol = 1e-11,
                                .n_doses = 1,
                                .doses = &dose,
                                .n_times = SAMPLES,
                                .times = times};
  const struct model *model = model_of_file(&run, arena);
  double *row;

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
  dispose(100, outputs);
  for (int t = 0; t < SAMPLES; t++)
    for (int o = 0; o < OUTPUTS; o++) assert_digits(outputs[t][o], table[t][o]);
}

static void the_target_stays_where_it_is_without_drug(void **state)
{
  double outputs[SAMPLES][OUTPUTS];

  (void)state;
  dispose(0, outputs);
  for (int t = 0; t < SAMPLES; t++) {
    assert_true(outputs[t][0] == 0 && outputs[t][2] == 0);
    assert_true(outputs[t][1] == 64.31);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drug_target_and_complex_have_the_digits_of_the_table),
      cmocka_unit_test(the_target_stays_where_it_is_without_drug),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
