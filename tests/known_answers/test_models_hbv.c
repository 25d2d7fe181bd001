/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chronic hepatitis B (Cortés-Ríos 2025, doi 10.1002/psp4.70122): the typical patient through the
 * phases of its trial, against an independent implicit integrator (extrapolated linearly implicit
 * Euler of order 6; two tolerances agree in the digits shown), and what holds exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <petscsys.h>
#include <string.h>

#include "base/random_stream.h"
#include "model_run.h"

enum { PATIENTS = 50, VISITS = 4, OUTPUTS = 4, MOST_SWITCHES = 4 };
enum { HBSAG, HBV, ALT, CD8 };

/* The equations are far too stiff for an explicit method. */
static const struct solver_method *const method = &solver_petsc;
static const char *const method_options = "-ts_type rosw -ts_rosw_type ra34pw2";

/* Five years (of 365 d) untreated, four under a nucleoside analogue, 48 weeks of the arm, 24 off.
 */
static const double visits[VISITS] = {1825, 3285, 3621, 3789};
enum { UNTREATED, UNDER_NA, UNDER_ARM, OFF };

struct arm {
  int n_switches;
  struct model_dose switches[MOST_SWITCHES];
};

static const struct arm interferon = {
    4, {{"na", 1825, 1, 0}, {"na", 3285, -1, 0}, {"ifn", 3285, 1, 0}, {"ifn", 3621, -1, 0}}};
static const struct arm both = {
    4, {{"na", 1825, 1, 0}, {"ifn", 3285, 1, 0}, {"na", 3621, -1, 0}, {"ifn", 3621, -1, 0}}};

/** Runs one patient, typical but for the changes of `run`; `log10s` is [time][output]. */
static void follow(struct model_run *run, double log10s[VISITS][OUTPUTS])
{
  struct arena *arena = arena_create();
  const struct model *model;
  double *row;

  run->path = "engine/models/hbv_cortes_rios_2025.yaml";
  run->time = "d";
  run->method = method;
  run->rtol = 1e-8;
  run->n_times = VISITS;
  model = model_of_file(run, arena);
  assert_int_equal(model->n_outputs, OUTPUTS);
  assert_int_equal(model_output_named(model, "log10_HBsAg"), HBSAG);
  assert_int_equal(model_output_named(model, "log10_HBV"), HBV);
  assert_int_equal(model_output_named(model, "log10_ALT"), ALT);
  assert_int_equal(model_output_named(model, "log10_CD8"), CD8);
  row = model_run(run, model);
  memcpy(log10s, row, sizeof(double) * VISITS * OUTPUTS);
  free(row);
  arena_destroy(&arena);
}

static void treat(const struct arm *arm, double log10s[VISITS][OUTPUTS])
{
  follow(&(struct model_run){.n_doses = arm->n_switches, .doses = arm->switches, .times = visits},
         log10s);
}

static void assert_digits(double value, const char *expected)
{
  char text[40];

  snprintf(text, sizeof text, "%.6f", value);
  if (strcmp(text, expected) != 0) fail_msg("%.15g is not %s", value, expected);
}

static void the_typical_patient_has_the_known_course_under_interferon(void **state)
{
  double log10s[VISITS][OUTPUTS];

  (void)state;
  treat(&interferon, log10s);
  assert_digits(log10s[UNTREATED][HBSAG], "3.264653");
  assert_digits(log10s[UNTREATED][HBV], "6.030137");
  assert_digits(log10s[UNTREATED][ALT], "1.251116");
  assert_digits(log10s[UNTREATED][CD8], "-0.605470");
  assert_digits(log10s[UNDER_NA][HBV], "4.545137");
  assert_digits(log10s[UNDER_ARM][HBSAG], "2.962694");
  assert_digits(log10s[UNDER_ARM][HBV], "4.262179");
}

static void the_typical_patient_relapses_after_both_treatments(void **state)
{
  double log10s[VISITS][OUTPUTS];

  (void)state;
  treat(&both, log10s);
  assert_digits(log10s[UNDER_ARM][HBSAG], "2.956011");
  assert_digits(log10s[UNDER_ARM][HBV], "2.770495");
  assert_digits(log10s[OFF][HBSAG], "3.270648");
  assert_digits(log10s[OFF][HBV], "6.036131");
}

/* So few cells are infected that nothing is produced: V = V0 exp(-d_V t), and S alike. */
static void an_inoculum_below_the_threshold_is_cleared_exponentially(void **state)
{
  const struct model_change changes[] = {
      {.kind = CHANGE_PARAMETER, .name = {.text = "log10_V0"}, .value = {.text = "-3"}},
      {.kind = CHANGE_PARAMETER, .name = {.text = "log10_beta"}, .value = {.text = "-9.9"}}};
  const double times[VISITS] = {1, 3, 5, 6}, per_day = 0.67 / log(10);
  struct model_run run = {.n_changes = 2, .changes = changes, .times = times};
  double log10s[VISITS][OUTPUTS];

  (void)state;
  follow(&run, log10s);
  for (int v = 0; v < VISITS; v++) {
    const double from_first = per_day * (times[v] - times[0]);

    assert_true(fabs(log10s[v][HBV] - (-3 - per_day * times[v])) < 1e-6);
    assert_true(fabs(log10s[v][HBSAG] - (log10s[0][HBSAG] - from_first)) < 1e-6);
  }
}

static double *random_etas(const struct model *model)
{
  double *etas = memory_new((size_t)(PATIENTS * model->n_etas), sizeof *etas);

  for (int i = 0; i < PATIENTS; i++) {
    const struct random_stream stream = {.seed = 1, .replicate = 1, .patient = (uint32_t)i + 1};

    for (int e = 0; e < model->n_etas; e++)
      etas[i * model->n_etas + e] = model->etas[e].factor[0] *
                                    random_normal(&stream, RANDOM_ETA, (uint32_t)e, 0);
  }
  return etas;
}

/** The first patients of random_etas() under both treatments, [patient][visit][output]; release
 *  with free(). */
static double *random_courses(const struct solver_method *of, int n_patients, const char *options,
                              double rtol, bool stops_at_samples)
{
  struct arena *arena = arena_create();
  struct model_run run = {.path = "engine/models/hbv_cortes_rios_2025.yaml",
                          .time = "d",
                          .method = of,
                          .rtol = rtol,
                          .n_doses = both.n_switches,
                          .doses = both.switches,
                          .n_times = VISITS,
                          .times = visits,
                          .stops_at_samples = stops_at_samples,
                          .n_patients = n_patients};
  const struct model *model = model_of_file(&run, arena);
  double *etas = random_etas(model), *log10s;

  assert_int_equal(PetscOptionsInsertString(NULL, options), 0);
  run.etas = etas;
  log10s = model_run(&run, model);
  assert_int_equal(PetscOptionsInsertString(NULL, method_options), 0);
  free(etas);
  arena_destroy(&arena);
  return log10s;
}

/* Variability over many powers of ten: some clear the virus at once, some under treatment, most
 * never. T cells are left out, because they fall without end where there is no virus. PETSc and the
 * lanes share the rates only, and each has its own way to the moments at which an infection ends.
 */
static void random_patients_are_solved_and_two_methods_agree(void **state)
{
  double *log10s = random_courses(method, PATIENTS, method_options, 1e-6, false);
  double *others = random_courses(&solver_rosenbrock, PATIENTS, method_options, 1e-7, true),
         worst = 0;
  int n_cleared = 0;

  (void)state;
  for (int i = 0; i < PATIENTS * VISITS; i++) {
    for (int o = HBSAG; o <= ALT; o++)
      worst = fmax(worst, fabs(log10s[i * OUTPUTS + o] - others[i * OUTPUTS + o]));
    n_cleared += i % VISITS == OFF && log10s[i * OUTPUTS + HBV] < 1.4;
  }
  print_message("%d of %d without virus at last; largest distance %.1e\n", n_cleared, PATIENTS,
                worst);
  assert_true(n_cleared > 0 && n_cleared < PATIENTS);
  assert_true(worst < 6e-5);
  free(others);
  free(log10s);
}

/* SciPy's Radau at 1e-10, which stops where I crosses the threshold and goes on from there. */
static void some_random_patients_have_the_courses_of_another_program(void **state)
{
  static const struct {
    int patient;
    double log10_hbv[VISITS];
  } courses[] = {{8, {2.321520, 1.653971, -1.080171, 2.682945}},
                 {13, {9.304070, 7.028984, 5.566333, 9.301422}},
                 {19, {4.538810, -10, -10, -10}},
                 {28, {9.301201, 8.757043, -4.542942, 6.931103}}};
  double *log10s = random_courses(method, 29, method_options, 1e-7, false);

  (void)state;
  for (size_t i = 0; i < sizeof courses / sizeof *courses; i++) {
    for (int v = 0; v < VISITS; v++) {
      const double value = log10s[(courses[i].patient * VISITS + v) * OUTPUTS + HBV];

      if (!(fabs(value - courses[i].log10_hbv[v]) < 6e-6))
        fail_msg("patient %d, visit %d: %.8f", courses[i].patient, v, value);
    }
  }
  free(log10s);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_typical_patient_has_the_known_course_under_interferon),
      cmocka_unit_test(the_typical_patient_relapses_after_both_treatments),
      cmocka_unit_test(an_inoculum_below_the_threshold_is_cleared_exponentially),
      cmocka_unit_test(random_patients_are_solved_and_two_methods_agree),
      cmocka_unit_test(some_random_patients_have_the_courses_of_another_program),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return EXIT_FAILURE;
  if (PetscOptionsInsertString(NULL, method_options)) return EXIT_FAILURE;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? EXIT_FAILURE : failed;
}
