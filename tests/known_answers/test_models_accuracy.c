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

#include "base/random_stream.h"
#include "model_run.h"

enum { PATIENTS = 51, DOSES = 4, SAMPLES_PER_DOSE = 12, SAMPLES = DOSES * SAMPLES_PER_DOSE + 1 };

static const double rtols[3] = {1e-5, 1e-6, 1e-8};

/** How a model is tried: doses of one route, samples until one interval after the last. */
struct trial {
  const char *model, *route;
  double amount, duration, every;
  double error;     /* allowed at 1e-6: about three times what was measured */
  bool is_smooth;   /* else the order of the method is not to be had */
  const char *time; /* the model's unit; NULL: h */
};

/* At a concentration of 0 the derivative of its power in hamberg_2007_warfarin is infinite. In
 * three others too few steps decide the largest error: just after a dose, or 14 d in one go. */
static const struct trial trials[] = {
    {"friberg_2002_docetaxel", "iv", 180, 1, 504, 7e-6, true, NULL},
    {"friberg_2002_paclitaxel", "iv", 300, 3, 504, 7e-6, true, NULL},
    {"hamberg_2007_warfarin", "oral", 5, 0, 24, 5e-6, false, NULL},
    {"hamberg_2010_warfarin_kpd", "oral", 5, 0, 24, 4.2e-6, true, NULL},
    {"indirect_response_1", "oral", 100, 0, 24, 3.6e-6, true, NULL},
    {"indirect_response_2", "oral", 100, 0, 24, 2.5e-6, true, NULL},
    {"indirect_response_3", "oral", 100, 0, 24, 2.2e-6, true, NULL},
    {"indirect_response_4", "oral", 100, 0, 24, 4.2e-6, true, NULL},
    {"pbpk_16", "oral", 100, 0, 12, 4.2e-6, true, NULL},
    {"pk_1cmt", "oral", 100, 0, 24, 1.6e-6, true, NULL},
    {"pk_2cmt", "oral", 100, 0, 24, 8e-7, true, NULL},
    {"pk_3cmt", "oral", 100, 0, 24, 8e-7, true, NULL},
    {"tmdd_full", "depot", 100, 0, 24, 5.4e-6, true, NULL},
    {"tmdd_qss", "depot", 100, 0, 24, 5.4e-6, true, NULL},
    {"effect_compartment", "oral", 50, 0, 24, 9e-7, true, NULL},
    {"pk_1cmt_mm", "oral", 100, 0, 24, 3e-6, false, NULL},
    {"nyberg_2015_warfarin", "oral", 70, 0, 48, 3e-7, true, NULL},
    {"davda_2014_antibody", "sc", 210, 0, 14, 1.5e-6, false, "d"},
    {"gibbs_2017_evolocumab", "sc", 140, 0, 14, 6.3e-5, true, "d"},
    {"zierhut_2008_osteoprotegerin", "sc", 210, 0, 336, 1.8e-5, true, NULL},
    {"simeoni_2004_xenograft", "iv", 30, 0, 4, 1.1e-5, true, "d"},
    {"hcv_kinetics", "exposure", 5, 0, 7, 2.7e-6, true, "d"},
    {"claret_2009_tumour", "dose", 10, 0, 1, 1.7e-6, false, "wk"},
};

/** Too stiff for the explicit lanes (test_models_hbv.c tries it), without doses that could be
 *  repeated, or with covariates that are no ages: PETSc is asked about these by `qualify`. */
static const char *const elsewhere[] = {"hbv_cortes_rios_2025", "bruno_2012_breast_cancer",
                                        "conway_2015_hiv",      "denti_2010_glucose",
                                        "perelson_1993_hiv",    "tumour_burden"};

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

      /* Else an age in years or a weight in kg: no model here has another number. */
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

/** Of the explicit lanes at each of `rtols`. */
static void measure_errors(struct model_run *run, const struct model *model, double errors[3])
{
  double *reference = outputs_of(run, model, &solver_petsc, 1e-11);

  print_message("%s:", model->name);
  for (int k = 0; k < 3; k++) {
    double *y = outputs_of(run, model, &solver_explicit, rtols[k]);

    errors[k] = largest_error(model, y, reference);
    print_message(" %.1e", errors[k]);
    free(y);
  }
  print_message("; order %.2f\n", log10(errors[0] / errors[2]) / log10(rtols[0] / rtols[2]));
  free(reference);
}

static void try_model(const struct trial *trial, double errors[3])
{
  struct arena *arena = arena_create();
  struct model_dose doses[DOSES];
  double times[SAMPLES], *covariates, *etas;
  struct model_run run = {.path = arena_format(arena, "engine/models/%s.yaml", trial->model),
                          .n_doses = DOSES,
                          .doses = doses,
                          .n_times = SAMPLES,
                          .times = times,
                          .samples_see_dose = true,
                          .time = trial->time,
                          .n_patients = PATIENTS};
  const struct model *model = model_of_file(&run, arena);

  for (int d = 0; d < DOSES; d++)
    doses[d] = (struct model_dose){trial->route, d * trial->every, trial->amount, trial->duration};
  for (int t = 0; t < SAMPLES; t++) {
    const double part = (double)(t % SAMPLES_PER_DOSE) / SAMPLES_PER_DOSE;

    times[t] = trial->every * (t / SAMPLES_PER_DOSE + part * part * part); /* dense after a dose */
  }
  draw_patients(model, &covariates, &etas);
  run.covariates = covariates;
  run.etas = etas;
  measure_errors(&run, model, errors);
  free(covariates);
  free(etas);
  arena_destroy(&arena);
}

/* The error of a method of order p with local extrapolation is proportional to the tolerance: its
 * steps go with the p-th root of the tolerance, its error with the p-th power of the steps. */
static void the_lanes_agree_with_petsc_and_err_in_proportion_to_the_tolerance(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
    double errors[3], order;

    try_model(&trials[i], errors);
    order = log10(errors[0] / errors[2]) / log10(rtols[0] / rtols[2]);
    if (!(errors[1] < trials[i].error)) fail_msg("%s: error %g", trials[i].model, errors[1]);
    assert_true(errors[2] < errors[1] && errors[1] < errors[0]);
    if (trials[i].is_smooth && !(order > 0.8 && order < 1.2))
      fail_msg("%s: order %.2f", trials[i].model, order);
  }
}

static bool is_tried(const char *path)
{
  const char *name = strrchr(path, '/') + 1;
  const size_t length = strlen(name) - strlen(".yaml");

  for (size_t i = 0; i < sizeof trials / sizeof *trials; i++)
    if (strlen(trials[i].model) == length && strncmp(trials[i].model, name, length) == 0)
      return true;
  for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
    if (strlen(elsewhere[i]) == length && strncmp(elsewhere[i], name, length) == 0) return true;
  return false;
}

static void no_model_of_the_library_is_left_out(void **state)
{
  glob_t files;

  (void)state;
  assert_int_equal(glob(SOURCE_DIR "/engine/models/*.yaml", 0, NULL, &files), 0);
  for (size_t i = 0; i < files.gl_pathc; i++)
    if (!is_tried(files.gl_pathv[i])) fail_msg("%s is in no list here", files.gl_pathv[i]);
  assert_int_equal(files.gl_pathc,
                   sizeof trials / sizeof *trials + sizeof elsewhere / sizeof *elsewhere);
  globfree(&files);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_model_of_the_library_is_left_out),
      cmocka_unit_test(the_lanes_agree_with_petsc_and_err_in_proportion_to_the_tolerance),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return EXIT_FAILURE;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? EXIT_FAILURE : failed;
}
