/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every model of the library, for the typical patient and fifty others: the explicit lanes at the
 * tolerances that trials use against PETSc TS at a tight one, which shares only the rates with
 * them, and the order in which the error falls with the tolerance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <math.h>
#include <petscsys.h>
#include <string.h>
#include <time.h>

#include "base/random_stream.h"
#include "model_run.h"

enum { PATIENTS = 51, DOSES = 4, SAMPLES = 49, MOST_COVARIATES = 4 };

/** How a model is tried: doses of one route, samples until one interval after the last. */
struct trial {
  const char *model, *route;
  double amount, duration, every;
  double error; /* allowed at 1e-6: about three times what was measured */
};

static const struct trial trials[] = {
    {"friberg_2002_docetaxel", "iv", 180, 1, 504, 1},
    {"friberg_2002_paclitaxel", "iv", 300, 3, 504, 1},
    {"hamberg_2007_warfarin", "oral", 5, 0, 24, 1},
    {"hamberg_2010_warfarin_kpd", "oral", 5, 0, 24, 1},
    {"indirect_response_1", "oral", 100, 0, 24, 1},
    {"indirect_response_2", "oral", 100, 0, 24, 1},
    {"indirect_response_3", "oral", 100, 0, 24, 1},
    {"indirect_response_4", "oral", 100, 0, 24, 1},
    {"pbpk_16", "oral", 100, 0, 12, 1},
    {"pk_1cmt", "oral", 100, 0, 24, 1},
    {"pk_2cmt", "oral", 100, 0, 24, 1},
    {"pk_3cmt", "oral", 100, 0, 24, 1},
    {"tmdd_full", "depot", 100, 0, 24, 1},
};

/** Too stiff for the explicit lanes; test_models_hbv.c tries it. */
static const char *const elsewhere[] = {"hbv_cortes_rios_2025"};

/** One patient after another: the typical one, then random ones; release both with free(). */
static void draw_patients(const struct model *model, double **covariates, double **etas)
{
  *covariates = memory_new((size_t)(PATIENTS * model->n_covariates + 1), sizeof **covariates);
  *etas = memory_new((size_t)(PATIENTS * model->n_etas + 1), sizeof **etas);
  for (int i = 0; i < PATIENTS; i++) {
    const struct random_stream stream = {.seed = 1, .replicate = 1, .patient = (uint32_t)i + 1};

    for (int c = 0; c < model->n_covariates; c++) {
      const int n = model->covariates[c].n_categories;
      const double u = i ? random_uniform(&stream, RANDOM_COHORT, (uint32_t)c, 0) : 0.5;

      /* Else an age in years: no model of the library has another number. */
      (*covariates)[i * model->n_covariates + c] = n ? floor(u * n) : 30 + 60 * u;
    }
    for (int e = 0; e < model->n_etas; e++) {
      double *eta = &(*etas)[i * model->n_etas + e];

      for (int k = 0; i > 0 && k < model->etas[e].n; k++)
        *eta += model->etas[e].factor[k] *
                random_normal(&stream, RANDOM_ETA, (uint32_t)model->etas[e].of[k], 0);
    }
  }
}

/** Runs all patients; [patient][time][output], release with free(). */
static double *outputs_of(struct model_run *run, const struct model *model,
                          const struct solver_method *method, double rtol)
{
  run->method = method;
  run->rtol = rtol;
  run->stops_at_samples = method == &solver_petsc;
  return model_run(run, model);
}

/** max |y - ref| / max(|ref|, 1e-3 max over time of |ref|), over patients, outputs and times. */
static double largest_error(const struct model *model, const double *y, const double *reference)
{
  const int n = model->n_outputs;
  double worst = 0;

  for (int i = 0; i < PATIENTS * n; i++) {
    const int first = i / n * SAMPLES * n + i % n;
    double peak = 0;

    for (int t = 0; t < SAMPLES; t++) peak = fmax(peak, fabs(reference[first + t * n]));
    assert_true(peak > 0);
    for (int t = 0; t < SAMPLES; t++) {
      const double expected = reference[first + t * n];

      assert_true(isfinite(y[first + t * n]));
      worst = fmax(worst, fabs(y[first + t * n] - expected) / fmax(fabs(expected), 1e-3 * peak));
    }
  }
  return worst;
}

static void try_model(const struct trial *trial)
{
  struct arena *arena = arena_create();
  struct model_dose doses[DOSES];
  double times[SAMPLES], *covariates, *etas, *reference, errors[3];
  struct model_run run = {.path = arena_format(arena, "engine/models/%s.yaml", trial->model),
                          .n_doses = DOSES,
                          .doses = doses,
                          .n_times = SAMPLES,
                          .times = times,
                          .samples_see_dose = true,
                          .n_patients = PATIENTS};
  const struct model *model = model_of_file(&run, arena);
  clock_t begin = clock();

  for (int d = 0; d < DOSES; d++)
    doses[d] = (struct model_dose){trial->route, d * trial->every, trial->amount, trial->duration};
  for (int t = 0; t < SAMPLES; t++) times[t] = t * trial->every * DOSES / (SAMPLES - 1);
  draw_patients(model, &covariates, &etas);
  run.covariates = covariates;
  run.etas = etas;
  reference = outputs_of(&run, model, &solver_petsc, 1e-11);
  print_message("%s %.1f s:", trial->model, (double)(clock() - begin) / CLOCKS_PER_SEC);
  for (int k = 0; k < 3; k++) {
    double *y = outputs_of(&run, model, &solver_explicit, (double[]){1e-5, 1e-6, 1e-8}[k]);

    errors[k] = largest_error(model, y, reference);
    print_message(" %.1e", errors[k]);
    free(y);
  }
  print_message(", order %.2f\n", log10(errors[0] / errors[2]) / 3);
  free(reference);
  free(covariates);
  free(etas);
  arena_destroy(&arena);
}

static void the_lanes_agree(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) try_model(&trials[i]);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_lanes_agree),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return EXIT_FAILURE;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? EXIT_FAILURE : failed;
}
