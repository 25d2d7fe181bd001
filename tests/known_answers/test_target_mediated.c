/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Rosenbrock method on target-mediated drug disposition, against individuals and trajectories
 * of a reference collection: Runge-Kutta-Fehlberg 7(8) in 80-bit arithmetic at rtol 1e-13. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reference_cases.h"

#include "benchmark_case.h"
#include "solver/solver.h"
#include "target_mediated_ward.h"

enum { MOST_PATIENTS = 50 };

static const char *const parameter_names[] = {"CL",   "V",    "Q",   "VT",  "R0",
                                              "KDEG", "KINT", "KON", "KOFF"};

static void read_target_patients(struct target_patient *patients)
{
  struct number_table table = benchmark_individuals("W4", MOST_PATIENTS);

  for (int p = 0; p < 9; p++) {
    const int column = column_named(&table, parameter_names[p]);

    for (int i = 0; i < MOST_PATIENTS; i++)
      ((double *)&patients[i])[p] = number_at(&table, i, column);
  }
  free(table.numbers);
}

/* The largest error of an output relative to its size, or to a thousandth of its peak. */
static double worst_error(const struct target_course *courses, const struct number_table *reference,
                          int output, int column)
{
  double worst = 0;

  for (int i = 0; i < MOST_PATIENTS; i++) {
    const int first = i * TARGET_SAMPLES;
    double peak = 0;

    for (int s = 0; s < TARGET_SAMPLES; s++)
      peak = fmax(peak, fabs(number_at(reference, first + s, column)));
    for (int s = 0; s < TARGET_SAMPLES; s++) {
      const double exact = number_at(reference, first + s, column);
      const double error = fabs(courses[i].samples[s][output] - exact);

      worst = fmax(worst, error / fmax(fabs(exact), 1e-3 * peak));
    }
  }
  return worst;
}

static void treat(const struct solver_method *method, double rtol, struct target_ward *ward)
{
  const double absolute = rtol / 100;
  const double atol[TARGET_STATES] = {absolute, absolute, absolute, absolute};
  const struct tolerance tolerance = {.rtol = rtol, .atol = atol, .max_steps_per_stop = 1e5};
  const struct ode ode = target_ode(&ward->model);

  assert_int_equal(solver_create(method, &ode, &tolerance, &ward->solver), 0);
  treat_target_patients(ward);
  solver_destroy(&ward->solver);
}

static void assert_agreement(const struct solver_method *method, double rtol,
                             const struct target_course *courses,
                             const struct number_table *reference)
{
  static const char *const names[TARGET_STATES] = {
      [FREE_DRUG] = "L", [RECEPTOR] = "R", [COMPLEX] = "RC"};
  double steps = 0;

  for (int i = 0; i < MOST_PATIENTS; i++) {
    assert_int_equal(courses[i].status, SOLVE_OK);
    steps += courses[i].count.accepted + courses[i].count.rejected;
  }
  print_message("%s, rtol %.0e: %.0f attempted steps per patient", method->name, rtol,
                steps / MOST_PATIENTS);
  for (int j = 0; j < TARGET_STATES; j++) {
    double error;

    if (!names[j]) continue;
    error = worst_error(courses, reference, j, column_named(reference, names[j]));
    print_message(", relative error of %s %.1e", names[j], error);
    assert_true(error < 10 * rtol);
  }
  print_message("\n");
}

static void target_mediated_disposition_agrees_with_an_extended_precision_reference(void **state)
{
  static const struct solver_method *const methods[] = {&solver_rosenbrock, &solver_switching};
  static struct target_patient patients[MOST_PATIENTS];
  static struct target_course courses[MOST_PATIENTS];
  struct target_ward *ward;
  struct number_table reference;

  (void)state;
  read_target_patients(patients); /* skips without them */
  ward = memory_new(1, sizeof *ward);
  reference = benchmark_reference("W4", MOST_PATIENTS * TARGET_SAMPLES);
  ward->patients = patients;
  ward->courses = courses;
  ward->n_patients = MOST_PATIENTS;
  for (int digits = 4; digits <= 8; digits += 2) {
    for (int m = 0; m < 2; m++) {
      treat(methods[m], pow(10, -digits), ward);
      assert_agreement(methods[m], pow(10, -digits), courses, &reference);
    }
  }
  free(reference.numbers);
  free(ward);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(target_mediated_disposition_agrees_with_an_extended_precision_reference),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
