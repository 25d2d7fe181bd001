/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The explicit lanes against PETSc TS, which shares only the rates with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <petscsys.h>

#include "model_run.h"

enum { SAMPLES = 57, DOSES = 14 };

/** Largest relative distance over two weeks of daily doses, a sample every six hours. */
static double distance(const char *path, const double *covariates, double amount)
{
  struct arena *arena = arena_create();
  struct model_dose doses[DOSES];
  double times[SAMPLES], *lanes_say, *petsc_says, worst = 0;
  struct model_run run = {.path = path,
                          .method = &solver_explicit,
                          .rtol = 1e-10,
                          .n_doses = DOSES,
                          .doses = doses,
                          .n_times = SAMPLES,
                          .times = times,
                          .stops_at_samples = true,
                          .covariates = covariates};
  const struct model *model = model_of_file(&run, arena);

  for (int d = 0; d < DOSES; d++) doses[d] = (struct model_dose){"oral", 24. * d, amount, 0};
  for (int t = 0; t < SAMPLES; t++) times[t] = 6. * t;
  lanes_say = model_run(&run, model);
  run.method = &solver_petsc;
  petsc_says = model_run(&run, model);
  for (int i = 0; i < SAMPLES * model->n_outputs; i++)
    if (petsc_says[i] != 0)
      worst = fmax(worst, fabs(lanes_say[i] / petsc_says[i] - 1));
    else
      assert_true(lanes_say[i] == 0);
  assert_true(petsc_says[SAMPLES * model->n_outputs - 1] != petsc_says[model->n_outputs - 1]);
  print_message("%s: %.1e\n", path, worst);
  free(lanes_say);
  free(petsc_says);
  arena_destroy(&arena);
  return worst;
}

static void petsc_agrees_on_warfarin(void **state)
{
  const double covariates[] = {71, 0, 0};

  (void)state;
  assert_true(distance("engine/models/hamberg_2007_warfarin.yaml", covariates, 5) < 1e-8);
}

static void petsc_agrees_on_an_indirect_response(void **state)
{
  (void)state;
  assert_true(distance("engine/models/indirect_response_2.yaml", NULL, 100) < 1e-8);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(petsc_agrees_on_warfarin),
      cmocka_unit_test(petsc_agrees_on_an_indirect_response),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return EXIT_FAILURE;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? EXIT_FAILURE : failed;
}
