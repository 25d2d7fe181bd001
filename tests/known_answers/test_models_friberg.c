/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's models of chemotherapy and blood cells, given the numbers of individuals of the
 * benchmark's workload W3, which has the same equations, against trajectories of an independent
 * integrator (Runge-Kutta-Fehlberg 7(8) in 80-bit arithmetic at a relative tolerance of 1e-13). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "model_run.h"
#include "reference_cases.h"

#include "benchmark_case.h"

enum { INDIVIDUALS = 3, SAMPLES = 85, DOSES = 4, MOST_CHANGES = 12, VALUE_BYTES = 40 };

/** Typical values instead of the published ones. */
struct numbers {
  int n;
  struct model_change changes[MOST_CHANGES];
  char values[MOST_CHANGES][VALUE_BYTES];
};

static void replace(struct numbers *numbers, const char *name, double value, const char *unit)
{
  char *text = numbers->values[numbers->n];

  snprintf(text, VALUE_BYTES, "%.17g %s", value, unit);
  numbers->changes[numbers->n++] = (struct model_change){
      .kind = CHANGE_PARAMETER, .name = {.text = name}, .value = {.text = text}};
}

/** Amounts and concentrations per mass: a molar mass of one. */
static void replace_cells(struct numbers *numbers, const struct number_table *table, int row)
{
  replace(numbers, "molar_mass", 1, "mg/umol");
  replace(numbers, "CIRC0", number_at(table, row, column_named(table, "CIRC0")), "");
  replace(numbers, "MTT", number_at(table, row, column_named(table, "MTT")), "h");
  replace(numbers, "GAMMA", number_at(table, row, column_named(table, "GAM")), "");
  replace(numbers, "SLOPE", number_at(table, row, column_named(table, "SLOPE")), "L/umol");
}

/** Largest relative error, of what is below a thousandth of the peak relative to that; `outputs`
 *  names drug and cells. */
static double error_of(const char *path, const struct numbers *numbers,
                       const char *const outputs[2], const double *reference)
{
  struct arena *arena = arena_create();
  struct model_dose doses[DOSES];
  double times[SAMPLES], *row, worst = 0;
  const struct model_run run = {.path = path,
                                .n_changes = (size_t)numbers->n,
                                .changes = numbers->changes,
                                .method = &solver_explicit,
                                .rtol = 1e-12,
                                .n_doses = DOSES,
                                .doses = doses,
                                .n_times = SAMPLES,
                                .times = times,
                                .samples_see_dose = true};
  const struct model *model = model_of_file(&run, arena);

  for (int d = 0; d < DOSES; d++) doses[d] = (struct model_dose){"iv", 504. * d, 180, 1};
  for (int t = 0; t < SAMPLES; t++) times[t] = 24. * t;
  row = model_run(&run, model);
  for (int o = 0; o < 2; o++) {
    const int output = model_output_named(model, outputs[o]);

    double peak = 0;

    assert_true(output >= 0);
    for (int t = 0; t < SAMPLES; t++) peak = fmax(peak, reference[2 * t + o]);
    for (int t = 0; t < SAMPLES; t++)
      worst = fmax(worst, fabs(row[t * model->n_outputs + output] - reference[2 * t + o]) /
                              fmax(reference[2 * t + o], 1e-3 * peak));
  }
  print_message("%s: %.1e\n", path, worst);
  free(row);
  arena_destroy(&arena);
  return worst;
}

/** CP and CIRC of an individual, [time][2]. */
static void read_reference(int individual, double reference[SAMPLES * 2])
{
  struct number_table table = benchmark_reference("W3", INDIVIDUALS * SAMPLES);

  assert_int_equal(table.n_rows, INDIVIDUALS * SAMPLES);
  for (int t = 0; t < SAMPLES; t++) {
    reference[2 * t] = number_at(&table, individual * SAMPLES + t, column_named(&table, "CP"));
    reference[2 * t + 1] = number_at(&table, individual * SAMPLES + t,
                                     column_named(&table, "CIRC"));
  }
  free(table.numbers);
}

static void paclitaxel_is_the_workload_with_other_numbers(void **state)
{
  static const char *const outputs[2] = {"CP", "WBC"};
  static const char *const names[] = {"CL", "V1", "Q", "V2"}, *const units[] = {"L/h", "L", "L/h",
                                                                                "L"};
  struct number_table table = benchmark_individuals("W3", INDIVIDUALS);
  double reference[SAMPLES * 2];

  (void)state;
  for (int i = 0; i < INDIVIDUALS; i++) {
    struct numbers numbers = {0};

    for (int k = 0; k < 4; k++)
      replace(&numbers, names[k], number_at(&table, i, column_named(&table, names[k])), units[k]);
    replace_cells(&numbers, &table, i);
    read_reference(i, reference);
    assert_true(error_of("engine/models/friberg_2002_paclitaxel.yaml", &numbers, outputs,
                         reference) < 1e-8);
  }
  free(table.numbers);
}

/* Without its deep volume. */
static void docetaxel_is_the_workload_with_other_numbers(void **state)
{
  static const char *const outputs[2] = {"CP", "ANC"};
  struct number_table table = benchmark_individuals("W3", INDIVIDUALS);
  double reference[SAMPLES * 2];

  (void)state;
  for (int i = 0; i < INDIVIDUALS; i++) {
    const double v1 = number_at(&table, i, column_named(&table, "V1"));
    const double q = number_at(&table, i, column_named(&table, "Q"));
    struct numbers numbers = {0};

    replace(&numbers, "V1", v1, "L");
    replace(&numbers, "K10", number_at(&table, i, column_named(&table, "CL")) / v1, "1/h");
    replace(&numbers, "K12", q / v1, "1/h");
    replace(&numbers, "K21", q / number_at(&table, i, column_named(&table, "V2")), "1/h");
    replace(&numbers, "K13", 0, "1/h");
    replace_cells(&numbers, &table, i);
    read_reference(i, reference);
    assert_true(
        error_of("engine/models/friberg_2002_docetaxel.yaml", &numbers, outputs, reference) < 1e-8);
  }
  free(table.numbers);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paclitaxel_is_the_workload_with_other_numbers),
      cmocka_unit_test(docetaxel_is_the_workload_with_other_numbers),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
