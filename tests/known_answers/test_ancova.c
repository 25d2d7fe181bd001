/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "estimators/ancova.h"
#include "reference_cases.h"

enum { ARMS = 3, PER_ARM = 10, PATIENTS = ARMS * PER_ARM };

/* Dried weight of plants: Dobson, An Introduction to Statistical Modelling, 1983, table 7.1.
 * Figures of R 4.2 lm(weight ~ group, PlantGrowth). */
static const double weight[PATIENTS] = {4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14,
                                        4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69,
                                        6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26};

static void fill_arms(int *arm)
{
  for (int i = 0; i < PATIENTS; i++) arm[i] = i / PER_ARM;
}

static void without_covariates_it_is_the_analysis_of_variance(void **state)
{
  int arm[PATIENTS];
  const struct ancova_patients patients = {
      .n = PATIENTS, .n_arms = ARMS, .arm = arm, .outcome = weight};
  struct ancova ancova;
  struct t_test test;

  (void)state;
  fill_arms(arm);
  ancova_fit(&patients, &ancova);
  assert_int_equal(ancova.status, ANCOVA_OK);
  assert_near(ancova.coefficients[0], 5.032, 1e-12);
  assert_near(ancova.coefficients[1], -0.371, 1e-12);
  assert_near(ancova.coefficients[2], 0.494, 1e-12);
  assert_near(ancova.se[0], 0.197128365774, 5e-13);
  assert_near(ancova.se[2], 0.278781608406, 5e-13);
  assert_near(ancova.df, 27, 0);
  assert_near(ancova.f, 4.84608786238, 5e-12);
  assert_near(ancova.f_p, 0.0159099583256, 5e-14);
  test = ancova_difference(&ancova, 2, 0, 0.95);
  assert_near(test.p, 0.087682, 5e-7);
  ancova_clear(&ancova);
}

static void the_sas_leprosy_example_agrees(void **state)
{
  json_t *entry = reference_case("CON-ANCOVA-SAS");
  const double tolerance = reference_number(entry, "tolerance.abs");
  static const char *const names[] = {"A", "D", "F"};
  static const char *const coefficients[] = {"Intercept", "D", "F", "pre"};
  double pre[PATIENTS], post[PATIENTS];
  const double *const covariates[] = {pre};
  int arm[PATIENTS];
  const struct ancova_patients patients = {.n = PATIENTS,
                                           .n_arms = ARMS,
                                           .n_covariates = 1,
                                           .arm = arm,
                                           .outcome = post,
                                           .covariates = covariates};
  struct ancova ancova;
  char path[64];

  (void)state;
  for (int i = 0; i < PATIENTS; i++) {
    json_t *row = json_array_get(reference_at(entry, "inputs.rows"), (size_t)i);

    for (int a = 0; a < ARMS; a++) {
      if (strcmp(json_string_value(json_array_get(row, 0)), names[a]) == 0) arm[i] = a;
    }
    pre[i] = json_number_value(json_array_get(row, 1));
    post[i] = json_number_value(json_array_get(row, 2));
  }
  ancova_fit(&patients, &ancova);
  for (int c = 0; c < 4; c++) {
    snprintf(path, sizeof path, "expected.coef.%s", coefficients[c]);
    assert_near(ancova.coefficients[c], reference_number(entry, path), tolerance);
    snprintf(path, sizeof path, "expected.se.%d", c);
    assert_near(ancova.se[c], reference_number(entry, path), tolerance);
  }
  for (int a = 0; a < ARMS; a++) {
    snprintf(path, sizeof path, "expected.lsmeans.%s", names[a]);
    assert_near(ancova.mean[a], reference_number(entry, path), tolerance);
  }
  /* Printed with four decimals. */
  assert_near(ancova.rss, reference_number(entry, "expected.rss"), 5e-5);
  assert_near(ancova.f, reference_number(entry, "expected.F_drug_typeIII"), 5e-5);
  assert_near(ancova.f_p, reference_number(entry, "expected.p_drug"), 5e-5);
  assert_near(ancova_difference(&ancova, 2, 0, 0.95).estimate, ancova.coefficients[2], 1e-12);
  assert_near(ancova_difference(&ancova, 2, 0, 0.95).se, ancova.se[2], 1e-12);
  ancova_clear(&ancova);
  json_decref(entry);
}

static void with_two_arms_the_f_test_is_the_square_of_t(void **state)
{
  int arm[PATIENTS];
  double covariate[PATIENTS];
  const double *const covariates[] = {covariate};
  const struct ancova_patients patients = {.n = PATIENTS,
                                           .n_arms = 2,
                                           .n_covariates = 1,
                                           .arm = arm,
                                           .outcome = weight,
                                           .covariates = covariates};
  struct ancova ancova;

  (void)state;
  fill_arms(arm); /* the third arm is not of this model: missing */
  for (int i = 0; i < PATIENTS; i++) covariate[i] = (i * 7) % 11;
  ancova_fit(&patients, &ancova);
  assert_int_equal(ancova.n_used, 2 * PER_ARM);
  assert_int_equal(ancova.n_missing, PER_ARM);
  const struct t_test test = ancova_difference(&ancova, 1, 0, 0.95);

  assert_near(ancova.f, test.t * test.t, 1e-12);
  assert_near(ancova.f_p, test.p, 1e-12);
  ancova_clear(&ancova);
}

static void fit_with(const double *covariate, size_t n, struct ancova *ancova)
{
  static int arm[PATIENTS];
  const double *const covariates[] = {covariate};
  const struct ancova_patients patients = {.n = n,
                                           .n_arms = ARMS,
                                           .n_covariates = 1,
                                           .arm = arm,
                                           .outcome = weight,
                                           .covariates = covariates};

  for (size_t i = 0; i < n; i++) arm[i] = (int)(i % ARMS);
  ancova_fit(&patients, ancova);
}

static void a_model_that_cannot_be_fitted_says_why(void **state)
{
  double constant[PATIENTS], useful[PATIENTS];
  struct ancova ancova;

  (void)state;
  for (int i = 0; i < PATIENTS; i++) {
    constant[i] = 0.1;
    useful[i] = i * i;
  }
  fit_with(constant, PATIENTS, &ancova);
  assert_int_equal(ancova.status, ANCOVA_SINGULAR);
  assert_true(isnan(ancova.coefficients[1]));
  ancova_clear(&ancova);
  for (size_t n = 0; n < ARMS; n++) {
    fit_with(useful, n, &ancova);
    assert_int_equal(ancova.status, ANCOVA_EMPTY_ARM);
    assert_true(isnan(ancova_difference(&ancova, 1, 0, 0.95).p));
    ancova_clear(&ancova);
  }
  fit_with(useful, ARMS, &ancova);
  assert_int_equal(ancova.status, ANCOVA_SINGULAR);
  ancova_clear(&ancova);
  fit_with(useful, ARMS + 1, &ancova);
  assert_int_equal(ancova.status, ANCOVA_NO_RESIDUAL);
  assert_true(isfinite(ancova.coefficients[1]));
  assert_true(isnan(ancova.se[1]));
  ancova_clear(&ancova);
}

static void a_patient_with_a_hole_is_missing(void **state)
{
  double covariate[PATIENTS];
  struct ancova ancova;

  (void)state;
  for (int i = 0; i < PATIENTS; i++) covariate[i] = i * i;
  covariate[4] = (double)NAN;
  fit_with(covariate, PATIENTS, &ancova);
  assert_int_equal(ancova.status, ANCOVA_OK);
  assert_int_equal(ancova.n_missing, 1);
  assert_near(ancova.df, PATIENTS - 1 - 4, 0);
  ancova_clear(&ancova);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_covariates_it_is_the_analysis_of_variance),
      cmocka_unit_test(the_sas_leprosy_example_agrees),
      cmocka_unit_test(with_two_arms_the_f_test_is_the_square_of_t),
      cmocka_unit_test(a_model_that_cannot_be_fitted_says_why),
      cmocka_unit_test(a_patient_with_a_hole_is_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
