/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The four indirect response models (Dayneka, Garg and Jusko 1993, doi 10.1007/BF01061691) after
 * 100 mg by mouth, against an independent integrator (extrapolated linearly implicit Euler of
 * order 6; two tolerances agree in the digits shown). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "model_run.h"

enum { SAMPLES = 4 };

static const double times[SAMPLES] = {2, 6, 24, 48};

/** `outputs` is [time][CP, R]. */
static void respond(int kind, double outputs[SAMPLES][2])
{
  const struct model_dose dose = {"oral", 0, 100, 0};
  struct arena *arena = arena_create();
  const struct model_run run = {
      .path = arena_format(arena, "engine/models/indirect_response_%d.yaml", kind),
      .method = &solver_explicit,
      .rtol = 1e-12,
      .n_doses = 1,
      .doses = &dose,
      .n_times = SAMPLES,
      .times = times};
  const struct model *model = model_of_file(&run, arena);
  double *row;

  assert_int_equal(model_output_named(model, "CP"), 0);
  assert_int_equal(model_output_named(model, "R"), 1);
  assert_int_equal(model->n_outputs, 2);
  row = model_run(&run, model);
  for (int i = 0; i < SAMPLES; i++) {
    outputs[i][0] = row[2 * i];
    outputs[i][1] = row[2 * i + 1];
  }
  free(row);
  arena_destroy(&arena);
}

/** To the decimals that the table shows. */
static void assert_digits(double value, const char *expected)
{
  const char *decimals = strchr(expected, '.') + 1;
  char text[40];

  snprintf(text, sizeof text, "%.*f", (int)strlen(decimals), value);
  if (strcmp(text, expected) != 0) fail_msg("%.15g is not %s", value, expected);
}

static void all_four_give_the_digits_of_the_table(void **state)
{
  static const char *const table[SAMPLES][5] = {
      {"3.62800961", "1.9643471", "10.9273097", "8.0356529", "3.06628246"},
      {"2.94311182", "1.97998354", "12.8571773", "8.02001646", "3.12352447"},
      {"1.42819882", "2.89765789", "8.67171927", "7.10234211", "3.52281883"},
      {"0.671755281", "3.72797485", "6.71555232", "6.27202515", "3.98789503"}};

  (void)state;
  for (int kind = 1; kind <= 4; kind++) {
    double outputs[SAMPLES][2];

    respond(kind, outputs);
    for (int i = 0; i < SAMPLES; i++) {
      assert_digits(outputs[i][0], table[i][0]);
      assert_digits(outputs[i][1], table[i][kind]);
    }
  }
}

/* R' = KIN (1 -+ h) - KOUT R: the distances from KIN / KOUT = 5 obey opposite equations. */
static void inhibited_and_stimulated_production_are_mirror_images(void **state)
{
  double inhibited[SAMPLES][2], stimulated[SAMPLES][2];

  (void)state;
  respond(1, inhibited);
  respond(3, stimulated);
  for (int i = 0; i < SAMPLES; i++) {
    assert_true(inhibited[i][1] < 5);
    assert_true(fabs(inhibited[i][1] + stimulated[i][1] - 10) < 1e-8);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_four_give_the_digits_of_the_table),
      cmocka_unit_test(inhibited_and_stimulated_production_are_mirror_images),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
