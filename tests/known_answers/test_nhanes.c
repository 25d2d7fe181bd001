/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cohort nhanes_adult against an independent program that sampled the same regressions, 60,000
 * men and 60,000 women, and its equations against published test vectors. */
#include "cohort_fixture.h"

#include <math.h>

enum { EACH = 60000 };

/** Samples of one sex, one array per quantity. */
struct sample {
  int n;
  double weight[EACH], bmi[EACH], creatinine[EACH], egfr[EACH];
};

/** How far two samples of EACH may lie apart, given the standard error of one; the independent
 *  figure was rounded to a unit in its last place. Four standard errors of the difference. */
static double allowed(double standard_error, double last_place)
{
  return 4 * sqrt(2.0) * standard_error + last_place / 2;
}

static void assert_near(const char *what, double value, double expected, double tolerance)
{
  if (!(fabs(value - expected) <= tolerance))
    fail_msg("%s is %.5g, expected %.5g within %.2g", what, value, expected, tolerance);
}

static void draw_sexes(struct sample samples[2])
{
  struct fixture fixture;
  double v[32];
  int sex, weight, bmi, creatinine, egfr;

  open_file(&fixture, SOURCE_DIR "/cohorts/nhanes_adult.yaml");
  sex = covariate_named(fixture.cohort, "SEX");
  weight = covariate_named(fixture.cohort, "WT");
  bmi = covariate_named(fixture.cohort, "BMI");
  creatinine = covariate_named(fixture.cohort, "SCR");
  egfr = covariate_named(fixture.cohort, "EGFR");
  for (uint32_t i = 1; samples[0].n < EACH || samples[1].n < EACH; i++) {
    struct sample *sample;

    assert_int_equal(draw_patient(&fixture, i, v), 0);
    sample = &samples[(int)v[sex]];
    if (sample->n == EACH) continue;
    sample->weight[sample->n] = v[weight];
    sample->bmi[sample->n] = v[bmi];
    sample->creatinine[sample->n] = v[creatinine];
    sample->egfr[sample->n++] = v[egfr];
  }
  close_fixture(&fixture);
}

static void assert_mean_and_sd(const double *x, double expected_mean, double expected_sd)
{
  double sum = 0, second = 0, fourth = 0, mean, variance;

  for (int i = 0; i < EACH; i++) sum += x[i];
  mean = sum / EACH;
  for (int i = 0; i < EACH; i++) {
    const double d = (x[i] - mean) * (x[i] - mean);

    second += d;
    fourth += d * d;
  }
  variance = second / EACH;
  assert_near("mean", mean, expected_mean, allowed(sqrt(variance / EACH), 0.1));
  /* The variance of the sample variance is (fourth moment - variance^2) / n. */
  assert_near(
      "sd", sqrt(variance), expected_sd,
      allowed(sqrt((fourth / EACH - variance * variance) / EACH) / (2 * sqrt(variance)), 0.1));
}

static void assert_share(const char *what, int count, double expected_percent)
{
  const double share = (double)count / EACH;

  assert_near(what, 100 * share, expected_percent,
              allowed(100 * sqrt(share * (1 - share) / EACH), 0.1));
}

static int rising(const void *first, const void *second)
{
  const double a = *(const double *)first, b = *(const double *)second;

  return (a > b) - (a < b);
}

/** The standard error of a quantile is sqrt(p (1 - p) / n) over the density there. */
static void assert_p99(double *x, double expected)
{
  double density;

  qsort(x, EACH, sizeof *x, rising);
  density = 0.01 / (x[EACH / 1000 * 995] - x[EACH / 1000 * 985]);
  assert_near("p99", x[EACH / 100 * 99], expected,
              allowed(sqrt(0.99 * 0.01 / EACH) / density, 0.01));
}

static void samples_agree_with_an_independent_generator(void **state)
{
  static const struct {
    double mean, sd, obese, p99, low_egfr;
  } expected[2] = {{91.1, 21.0, 43.1, 1.77, 4.8}, {77.1, 20.8, 43.7, 1.33, 7.0}};
  static struct sample samples[2];

  (void)state;
  draw_sexes(samples);
  for (int sex = 0; sex < 2; sex++) {
    int n_obese = 0, n_low = 0;

    for (int i = 0; i < EACH; i++) {
      n_obese += samples[sex].bmi[i] >= 30;
      n_low += samples[sex].egfr[i] < 60;
    }
    assert_mean_and_sd(samples[sex].weight, expected[sex].mean, expected[sex].sd);
    assert_share("BMI >= 30, %", n_obese, expected[sex].obese);
    assert_share("eGFR < 60, %", n_low, expected[sex].low_egfr);
    assert_p99(samples[sex].creatinine, expected[sex].p99);
  }
}

/** The expression of a covariate, as it stands in the file. */
static const char *expression_of(const struct cohort *cohort, const char *name)
{
  const struct cohort_covariate_entry *entries = cohort->file->covariates.items;

  return entries[covariate_named(cohort, name)].expression.text;
}

/** A derived covariate of nhanes_adult for one given patient. */
static double derived(const char *name, const char *unit, const char *row)
{
  struct fixture nhanes, fixture;
  double v[8], result;
  const char *text, *table;

  open_file(&nhanes, SOURCE_DIR "/cohorts/nhanes_adult.yaml");
  table = arena_format(nhanes.arena, "sex,age,wt,ht,scr\n%s\n", row);
  text = arena_format(nhanes.arena,
                      "schema: 1\ncohort: one\ntitle: One patient\n"
                      "table: {file: table.csv, sampling: in_order, source: here}\ncovariates:\n"
                      "  SEX: {column: sex, categories: [M, F]}\n"
                      "  AGE: {unit: a, column: age}\n"
                      "  WT: {unit: kg, column: wt}\n"
                      "  HT: {unit: cm, column: ht}\n"
                      "  SCR: {unit: mg/dL, column: scr}\n"
                      "  BMI: {unit: kg/m2, expression: \"%s\", source: here}\n"
                      "  RESULT: {unit: \"%s\", expression: \"%s\", source: here}\n",
                      expression_of(nhanes.cohort, "BMI"), unit,
                      expression_of(nhanes.cohort, name));
  open_text(&fixture, text, table);
  assert_int_equal(draw_patient(&fixture, 1, v), 0);
  result = v[covariate_named(fixture.cohort, "RESULT")];
  close_fixture(&fixture);
  close_fixture(&nhanes);
  return result;
}

static void equations_give_published_values(void **state)
{
  (void)state;
  /* Calculator of the National Kidney Foundation: a man of 55 years with 1.2 mg/dL has 71. */
  assert_near("eGFR", derived("EGFR", "mL/min/1.73m2", "M,55,70,165,1.2"), 71, 0.5);
  /* Inker 2021 by hand, 142 (0.9/0.7)^-1.2 0.9938^55 1.012 and 142 (0.6/0.9)^-0.302 0.9938^30. */
  assert_near("eGFR", derived("EGFR", "mL/min/1.73m2", "F,55,70,165,0.9"),
              142 * pow(0.9 / 0.7, -1.2) * pow(0.9938, 55) * 1.012, 1e-9);
  assert_near("eGFR", derived("EGFR", "mL/min/1.73m2", "M,30,70,165,0.6"),
              142 * pow(0.6 / 0.9, -0.302) * pow(0.9938, 30), 1e-9);
  /* The formula of Janmahasatian 2005 by hand: BMI 110 / 1.78^2 = 34.718,
   * 9270 * 110 / (6680 + 216 * 34.718) = 71.92. */
  assert_near("lean body mass", derived("LBM", "kg", "M,40,110,178,1"), 71.92, 0.005);
  /* Cockcroft and Gault by hand: (140 - 50) * 72 / (72 * 1) * 0.85. */
  assert_near("creatinine clearance", derived("CRCL", "mL/min", "F,50,72,165,1"), 76.5, 1e-9);
  assert_near("creatinine clearance", derived("CRCL", "mL/min", "M,50,72,165,1"), 90, 1e-9);
  /* Mosteller by hand: sqrt(180 * 80 / 3600). */
  assert_near("body surface area", derived("BSA", "m2", "M,50,80,180,1"), 2, 1e-12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(samples_agree_with_an_independent_generator),
      cmocka_unit_test(equations_give_published_values),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
