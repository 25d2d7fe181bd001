/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "estimators/cox.h"
#include "estimators/kaplan_meier.h"
#include "estimators/log_rank.h"
#include "reference_cases.h"

enum { MOST = 64 };

struct trial {
  size_t n;
  double time[MOST], x[MOST];
  int event[MOST], group[MOST];
};

static struct survival_times times_of(const struct trial *trial)
{
  return (struct survival_times){.n = trial->n, .time = trial->time, .event = trial->event};
}

/* Weeks of remission: Freireich et al., Blood 1963; 21:699-716, 6-mercaptopurine (group 0) and
 * placebo (group 1); analysed by Cox 1972. Figures of R 4.2, survival 3.5. */
static const struct trial remission = {
    .n = 42,
    .time = {6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35,
             1, 1, 2, 2, 3,  4,  4,  5,  5,  8, 8, 8,  8,  11, 11, 12, 12, 15, 17, 22, 23},
    .x = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
          1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    .event = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
              1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    .group = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
              1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};

static struct trial trial_at(const char *id)
{
  json_t *entry = reference_case(id);
  struct trial trial = {0};
  double status[MOST];

  trial.n = reference_numbers(entry, "inputs.time", trial.time, MOST);
  reference_numbers(entry, "inputs.status", status, MOST);
  if (json_object_get(json_object_get(entry, "inputs"), "x")) {
    reference_numbers(entry, "inputs.x", trial.x, MOST);
  }
  for (size_t i = 0; i < trial.n; i++) trial.event[i] = status[i] > 0;
  json_decref(entry);
  return trial;
}

/* "first 11 Maintained, next 12 Nonmaintained" */
static struct trial leukaemia(void)
{
  struct trial trial = trial_at("TTE-AML-LR");

  for (size_t i = 0; i < trial.n; i++) {
    trial.group[i] = i >= 11;
    trial.x[i] = i >= 11;
  }
  return trial;
}

static void fit(const struct trial *trial, enum cox_ties ties, int max_iterations, struct cox *cox)
{
  const double *const covariates[] = {trial->x};
  const struct cox_model model = {.times = times_of(trial),
                                  .n_covariates = 1,
                                  .covariates = covariates,
                                  .ties = ties,
                                  .max_iterations = max_iterations};

  cox_fit(&model, cox);
}

static void remission_on_six_mercaptopurine_agrees_with_r(void **state)
{
  static const double survival[] = {0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448};
  static const double se[] = {0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346};
  struct trial treated = remission;
  struct survival_times times;
  struct kaplan_meier curve;
  struct interval limits;
  int k = 0;

  (void)state;
  treated.n = 21;
  times = times_of(&treated);
  kaplan_meier(&times, 0.95, &curve);
  for (size_t i = 0; i < curve.n_steps; i++) {
    if (curve.steps[i].n_events == 0) continue;
    assert_near(curve.steps[i].survival, survival[k], 5e-4);
    assert_near(curve.steps[i].se, se[k], 5e-5);
    k++;
  }
  assert_int_equal(k, 7);
  assert_int_equal(curve.n_events, 9);
  limits = kaplan_meier_quantile_interval(&curve, 0.5);
  assert_near(kaplan_meier_quantile(&curve, 0.5), 23, 0);
  assert_near(limits.low, 16, 0);
  assert_true(isnan(limits.high));
  kaplan_meier_clear(&curve);
}

static void the_remission_trial_agrees_with_r(void **state)
{
  const struct survival_times times = times_of(&remission);
  struct log_rank test;
  struct cox cox;

  (void)state;
  log_rank(&times, remission.group, 2, &test);
  assert_near(test.chi_squared, 16.7929409892, 1e-9);
  log_rank_clear(&test);
  fit(&remission, COX_EFRON, 0, &cox);
  assert_int_equal(cox.status, COX_CONVERGED);
  assert_near(cox.coefficients[0], 1.572125, 5e-7);
  assert_near(cox.se[0], 0.412397, 5e-7);
  cox_clear(&cox);
  fit(&remission, COX_BRESLOW, 0, &cox);
  assert_near(cox.coefficients[0], 1.509191, 5e-7);
  assert_near(cox.se[0], 0.409564, 5e-7);
  cox_clear(&cox);
}

static void the_leukaemia_log_rank_case_agrees(void **state)
{
  json_t *entry = reference_case("TTE-AML-LR");
  const struct trial trial = leukaemia();
  const struct survival_times times = times_of(&trial);
  const double tolerance = reference_number(entry, "tolerance.abs");
  struct log_rank test;

  (void)state;
  log_rank(&times, trial.group, 2, &test);
  for (int g = 0; g < 2; g++) {
    assert_near(test.observed[g], reference_number(entry, g ? "expected.O.1" : "expected.O.0"), 0);
    assert_near(test.expected[g], reference_number(entry, g ? "expected.E.1" : "expected.E.0"),
                tolerance);
  }
  assert_near(test.variance[0], reference_number(entry, "expected.V"), tolerance);
  assert_near(test.chi_squared, reference_number(entry, "expected.chisq"), tolerance);
  assert_near(test.p, reference_number(entry, "expected.p"), tolerance);
  log_rank_clear(&test);
  json_decref(entry);
}

/* The case's survival; limits and medians of both arms of R 4.2, survival 3.5. */
static void the_leukaemia_kaplan_meier_case_agrees(void **state)
{
  json_t *entry = reference_case("TTE-AML-KM");
  struct trial trial = leukaemia();
  struct survival_times times;
  struct kaplan_meier curve;
  double time[MOST], survival[MOST], se[MOST];
  size_t k = 0;

  (void)state;
  reference_numbers(entry, "expected.time", time, MOST);
  reference_numbers(entry, "expected.surv", survival, MOST);
  reference_numbers(entry, "expected.se", se, MOST);
  trial.n = 11;
  times = times_of(&trial);
  kaplan_meier(&times, 0.95, &curve);
  for (size_t i = 0; i < curve.n_steps; i++) {
    if (curve.steps[i].n_events == 0) continue;
    assert_near(curve.steps[i].time, time[k], 0);
    assert_near(curve.steps[i].survival, survival[k], 1e-4);
    assert_near(curve.steps[i].se, se[k], 1e-4);
    k++;
  }
  assert_int_equal(k, 7);
  assert_near(curve.steps[3].confidence.low, 0.3768670595016798, 1e-14);
  assert_near(curve.steps[3].confidence.high, 0.999157600228473, 1e-14);
  assert_near(curve.steps[0].confidence.high, 1, 0);
  assert_near(kaplan_meier_quantile(&curve, 0.5), 31, 0);
  assert_near(kaplan_meier_quantile_interval(&curve, 0.5).low, 18, 0);
  assert_true(isnan(kaplan_meier_quantile_interval(&curve, 0.5).high));
  assert_near(kaplan_meier_quantile_interval(&curve, 0.25).low, 13, 0);
  assert_near(kaplan_meier_survival(&curve, 8.9), 1, 0);
  assert_near(kaplan_meier_survival(&curve, 30), 0.613636363636364, 1e-14);
  kaplan_meier_clear(&curve);
  json_decref(entry);
}

static void check_cox(const char *id, const struct trial *trial, enum cox_ties ties)
{
  json_t *entry = reference_case(id), *expected = reference_at(entry, "expected");
  const double tolerance = reference_number(entry, "tolerance.abs");
  struct cox cox;

  fit(trial, ties, 0, &cox);
  assert_int_equal(cox.status, COX_CONVERGED);
  assert_near(cox.coefficients[0],
              reference_number(expected, json_object_get(expected, "beta") ? "beta" : "coef"),
              tolerance);
  if (json_object_get(expected, "se")) {
    assert_near(cox.se[0], reference_number(expected, "se"), tolerance);
    assert_near(cox.log_likelihood_null, reference_number(expected, "loglik.0"), tolerance);
    assert_near(cox.log_likelihood, reference_number(expected, "loglik.1"), tolerance);
  } else {
    assert_near(cox.log_likelihood_null, reference_number(expected, "loglik0"), tolerance);
    assert_near(cox.log_likelihood, reference_number(expected, "loglik"), tolerance);
  }
  cox_clear(&cox);
  json_decref(entry);
}

static void the_leukaemia_cox_case_agrees(void **state)
{
  const struct trial trial = leukaemia();

  (void)state;
  check_cox("TTE-AML-COX", &trial, COX_EFRON);
}

/* Therneau's six patients, whose Breslow estimate is a closed form. */
static const struct trial six = {
    .n = 6, .time = {1, 1, 6, 6, 8, 9}, .x = {1, 1, 1, 0, 0, 0}, .event = {1, 0, 1, 1, 0, 1}};

static void six_patients_have_a_closed_form_with_breslows_ties(void **state)
{
  struct cox cox;

  (void)state;
  fit(&six, COX_BRESLOW, 0, &cox);
  assert_int_equal(cox.status, COX_CONVERGED);
  assert_near(cox.coefficients[0], log((3 + sqrt(33)) / 2), 1e-10);
  cox_clear(&cox);
  fit(&six, COX_BRESLOW, 1, &cox);
  assert_int_equal(cox.status, COX_NOT_CONVERGED);
  assert_near(cox.coefficients[0], 1.6, 1e-12);
  cox_clear(&cox);
}

static void the_six_patient_cases_agree(void **state)
{
  const struct trial breslow = trial_at("TTE-TEST1-BRESLOW");
  const struct trial efron = trial_at("TTE-TEST1-EFRON");

  (void)state;
  check_cox("TTE-TEST1-BRESLOW", &breslow, COX_BRESLOW);
  check_cox("TTE-TEST1-EFRON", &efron, COX_EFRON);
}

struct ovarian {
  struct trial trial;
  double age[MOST], residual[MOST], performance[MOST];
  int treatment[MOST], four[MOST];
};

static struct ovarian ovarian(void)
{
  struct ovarian patients = {0};
  char path[4096], line[256];
  FILE *file;

  snprintf(path, sizeof path, "%s/trial-statistics/data/survival_ovarian.csv", reference_folder());
  file = fopen(path, "r");
  if (!file || !fgets(line, sizeof line, file)) fail_msg("cannot read %s", path);
  while (fgets(line, sizeof line, file)) {
    const size_t i = patients.trial.n++;
    double status;

    assert_true(i < MOST);
    assert_int_equal(sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf", &patients.trial.time[i], &status,
                            &patients.age[i], &patients.residual[i], &patients.trial.x[i],
                            &patients.performance[i]),
                     6);
    patients.trial.event[i] = status > 0;
    patients.treatment[i] = (int)patients.trial.x[i] - 1;
    patients.four[i] = ((int)patients.performance[i] - 1) * 2 + (int)patients.residual[i] - 1;
  }
  fclose(file);
  return patients;
}

static void the_ovarian_log_rank_case_agrees(void **state)
{
  const struct ovarian patients = ovarian();
  json_t *entry = reference_case("TTE-OVARIAN-LR");
  const struct survival_times times = times_of(&patients.trial);
  const double tolerance = reference_number(entry, "tolerance.abs");
  struct log_rank test;

  (void)state;
  log_rank(&times, patients.treatment, 2, &test);
  assert_near(test.observed[0], reference_number(entry, "expected.O.0"), 0);
  assert_near(test.expected[0], reference_number(entry, "expected.E.0"), tolerance);
  assert_near(test.expected[1], reference_number(entry, "expected.E.1"), tolerance);
  assert_near(test.chi_squared, reference_number(entry, "expected.chisq"), tolerance);
  assert_near(test.p, reference_number(entry, "expected.p"), tolerance);
  log_rank_clear(&test);
  json_decref(entry);
}

/* R 4.2, survival 3.5: coxph(~ age + rx + resid.ds + ecog.ps), survdiff(~ ecog.ps + resid.ds). */
static void several_covariates_and_groups_agree_with_r(void **state)
{
  static const double coefficients[] = {0.124813078795161, -0.914499919555316, 0.826186440824394,
                                        0.336211686226082};
  static const double se[] = {0.046890363007898, 0.653315630665603, 0.789611060845238,
                              0.643923062731319};
  const struct ovarian patients = ovarian();
  const double *const covariates[] = {patients.age, patients.trial.x, patients.residual,
                                      patients.performance};
  const struct cox_model model = {
      .times = times_of(&patients.trial), .n_covariates = 4, .covariates = covariates};
  struct log_rank test;
  struct cox cox;

  (void)state;
  cox_fit(&model, &cox);
  assert_int_equal(cox.status, COX_CONVERGED);
  for (int c = 0; c < 4; c++) {
    assert_near(cox.coefficients[c], coefficients[c], 1e-8);
    assert_near(cox.se[c], se[c], 1e-8);
  }
  assert_near(cox.log_likelihood_null, -34.9849403711626, 1e-12);
  assert_near(cox.log_likelihood, -26.4632935167108, 1e-12);
  cox_clear(&cox);
  log_rank(&model.times, patients.four, 4, &test);
  assert_near(test.chi_squared, 4.99337882311759, 1e-12);
  assert_near(test.expected[3], 2.57518625449572, 1e-13);
  assert_near(test.df, 3, 0);
  log_rank_clear(&test);
}

static void without_events_there_is_nothing_to_test(void **state)
{
  struct trial quiet = six;
  struct survival_times times;
  struct kaplan_meier curve;
  struct log_rank test;
  struct cox cox;

  (void)state;
  memset(quiet.event, 0, sizeof quiet.event);
  times = times_of(&quiet);
  kaplan_meier(&times, 0.95, &curve);
  assert_true(isnan(kaplan_meier_quantile(&curve, 0.5)));
  assert_near(kaplan_meier_survival(&curve, 9), 1, 0);
  kaplan_meier_clear(&curve);
  quiet.group[0] = 1;
  log_rank(&times, quiet.group, 2, &test);
  assert_true(isnan(test.p));
  log_rank_clear(&test);
  fit(&quiet, COX_EFRON, 0, &cox);
  assert_int_equal(cox.status, COX_NO_EVENTS);
  assert_true(isnan(cox.coefficients[0]));
  assert_true(isnan(cox_hazard_ratio(&cox, 0, 0.95).estimate));
  cox_clear(&cox);
}

/* Without censoring the curve is the empirical one, and Greenwood's variance the binomial one. */
static void when_all_have_the_event_survival_is_the_empirical_share(void **state)
{
  const double time[] = {4, 2, 1, 3};
  const int event[] = {1, 1, 1, 1};
  const struct survival_times times = {.n = 4, .time = time, .event = event};
  struct kaplan_meier curve;

  (void)state;
  kaplan_meier(&times, 0.95, &curve);
  for (size_t i = 0; i < 4; i++) {
    const double share = (3 - (double)i) / 4;

    assert_near(curve.steps[i].survival, share, 1e-15);
    if (share > 0) assert_near(curve.steps[i].se, sqrt(share * (1 - share) / 4), 1e-15);
  }
  assert_true(isnan(curve.steps[3].confidence.high));
  /* Flat at one half between 2 and 3: R prints 2.5, limits 1 and none. */
  assert_near(kaplan_meier_quantile(&curve, 0.5), 2.5, 0);
  assert_near(kaplan_meier_quantile_interval(&curve, 0.5).low, 1, 0);
  assert_true(isnan(kaplan_meier_quantile_interval(&curve, 0.5).high));
  kaplan_meier_clear(&curve);
}

static void complete_separation_ends_and_is_reported(void **state)
{
  struct trial apart = {.n = 20};
  struct cox cox;

  (void)state;
  for (size_t i = 0; i < apart.n; i++) {
    apart.time[i] = (double)(i + 1);
    apart.event[i] = i < 10;
    apart.x[i] = i < 10;
  }
  fit(&apart, COX_EFRON, 0, &cox);
  assert_int_equal(cox.status, COX_SEPARATED);
  assert_true(cox.n_iterations <= 40);
  assert_true(isnan(cox_hazard_ratio(&cox, 0, 0.95).p));
  cox_clear(&cox);
  for (size_t i = 0; i < apart.n; i++) apart.x[i] = 1;
  fit(&apart, COX_EFRON, 0, &cox);
  assert_int_equal(cox.status, COX_SINGULAR);
  cox_clear(&cox);
}

static void no_one_or_two_patients_do_no_harm(void **state)
{
  (void)state;
  for (size_t n = 0; n <= 2; n++) {
    struct trial few = six;
    struct survival_times times;
    struct kaplan_meier curve;
    struct log_rank test;
    struct cox cox;

    few.n = n;
    few.group[1] = 1;
    times = times_of(&few);
    kaplan_meier(&times, 0.95, &curve);
    assert_int_equal(curve.n_used, n);
    if (n == 0) assert_true(isnan(kaplan_meier_survival(&curve, 1)));
    kaplan_meier_clear(&curve);
    log_rank(&times, few.group, 2, &test);
    assert_int_equal(isnan(test.p) != 0, n < 2);
    log_rank_clear(&test);
    fit(&few, COX_EFRON, 0, &cox);
    assert_int_equal(cox.status, n == 0 ? COX_NO_EVENTS : COX_SINGULAR);
    cox_clear(&cox);
  }
}

static void missing_times_events_groups_and_covariates_are_counted(void **state)
{
  struct trial holes = remission;
  const struct survival_times times = times_of(&holes);
  struct kaplan_meier curve;
  struct log_rank test;
  struct cox cox;

  (void)state;
  holes.time[0] = (double)NAN;
  holes.event[1] = -1;
  holes.group[2] = 7;
  holes.x[3] = (double)NAN;
  kaplan_meier(&times, 0.95, &curve);
  assert_int_equal(curve.n_missing, 2);
  assert_int_equal(curve.n_used, 40);
  kaplan_meier_clear(&curve);
  log_rank(&times, holes.group, 2, &test);
  assert_int_equal(test.n_missing, 3);
  assert_int_equal(test.n_used, 39);
  log_rank_clear(&test);
  fit(&holes, COX_EFRON, 0, &cox);
  assert_int_equal(cox.n_missing, 3);
  assert_int_equal(cox.n_events, 27);
  cox_clear(&cox);
}

static void a_group_never_at_risk_leaves_the_test_of_the_others(void **state)
{
  const struct survival_times times = times_of(&remission);
  struct log_rank two, three;

  (void)state;
  log_rank(&times, remission.group, 2, &two);
  log_rank(&times, remission.group, 3, &three);
  assert_near(three.df, 1, 0);
  assert_near(three.chi_squared, two.chi_squared, 1e-12);
  log_rank_clear(&two);
  log_rank_clear(&three);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(remission_on_six_mercaptopurine_agrees_with_r),
      cmocka_unit_test(the_remission_trial_agrees_with_r),
      cmocka_unit_test(the_leukaemia_log_rank_case_agrees),
      cmocka_unit_test(the_leukaemia_kaplan_meier_case_agrees),
      cmocka_unit_test(the_leukaemia_cox_case_agrees),
      cmocka_unit_test(six_patients_have_a_closed_form_with_breslows_ties),
      cmocka_unit_test(the_six_patient_cases_agree),
      cmocka_unit_test(the_ovarian_log_rank_case_agrees),
      cmocka_unit_test(several_covariates_and_groups_agree_with_r),
      cmocka_unit_test(without_events_there_is_nothing_to_test),
      cmocka_unit_test(when_all_have_the_event_survival_is_the_empirical_share),
      cmocka_unit_test(complete_separation_ends_and_is_reported),
      cmocka_unit_test(no_one_or_two_patients_do_no_harm),
      cmocka_unit_test(missing_times_events_groups_and_covariates_are_counted),
      cmocka_unit_test(a_group_never_at_risk_leaves_the_test_of_the_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
