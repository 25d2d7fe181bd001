/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The warfarin models against trajectories of an independent prototype, printed with six decimals,
 * and against table 5 of Hamberg et al. 2007, doi 10.1038/sj.clpt.6100084: the racemic doses that
 * give an INR of 2.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "model_run.h"
#include "reference_cases.h"

enum { GOLDEN_DAYS = 8, TABLE_DAY = 200, GENOTYPES = 6, CELLS = 54 };

static const double golden_days[GOLDEN_DAYS] = {1, 3, 5, 7, 10, 14, 21, 30};
static const struct model_change one_stage = {
    .kind = CHANGE_PARAMETER, .name = {.text = "transit_stages"}, .value = {.text = "1"}};

static void give_daily(struct model_dose *doses, int n, double amount)
{
  for (int d = 0; d < n; d++) doses[d] = (struct model_dose){"oral", 24. * d, amount, 0};
}

/** 5 mg a day, CYP2C9 wild type, GG, 71 years: the outputs at golden_days, before the dose. */
static double *golden_run(struct model_run *run, int *n_outputs)
{
  static const double covariates[] = {71, 0, 0};
  struct model_dose doses[30];
  double times[GOLDEN_DAYS], *outputs;
  struct arena *arena = arena_create();
  const struct model *model;

  give_daily(doses, 30, 5);
  for (int i = 0; i < GOLDEN_DAYS; i++) times[i] = 24 * golden_days[i];
  run->method = &solver_explicit;
  run->rtol = 1e-10;
  run->n_doses = 30, run->doses = doses;
  run->n_times = GOLDEN_DAYS, run->times = times;
  run->covariates = covariates;
  model = model_of_file(run, arena);
  outputs = model_run(run, model);
  *n_outputs = model->n_outputs;
  assert_int_equal(model_output_named(model, "INR"), 0);
  arena_destroy(&arena);
  return outputs;
}

static void assert_golden(struct model_run *run, const double *expected)
{
  int n_outputs;
  double *outputs = golden_run(run, &n_outputs), worst = 0;

  for (int i = 0; i < GOLDEN_DAYS; i++) {
    const double error = fabs(outputs[i * n_outputs] - expected[i]);

    if (error > worst) worst = error;
    assert_near(outputs[i * n_outputs], expected[i], 1e-6);
  }
  print_message("%s: largest distance from the six decimals %.1e\n", run->path, worst);
  free(outputs);
}

static void hamberg_2007_follows_the_prototype_with_six_stages(void **state)
{
  const double expected[] = {1.061426, 1.227851, 1.390412, 1.533529,
                             1.696745, 1.827958, 1.920288, 1.947810};
  struct model_run run = {.path = "engine/models/hamberg_2007_warfarin.yaml"};
  double *outputs;
  int n_outputs;

  (void)state;
  assert_golden(&run, expected);
  outputs = golden_run(&run, &n_outputs);
  assert_int_equal(n_outputs, 2);
  assert_near(outputs[(GOLDEN_DAYS - 1) * 2 + 1], 0.2551829, 1e-7); /* mg/L on day 30 */
  free(outputs);
}

static void hamberg_2007_follows_the_prototype_with_one_stage(void **state)
{
  const double expected[] = {1.000117, 1.053253, 1.293742, 1.493272,
                             1.683015, 1.826837, 1.925259, 1.953897};
  struct model_run run = {
      .path = "engine/models/hamberg_2007_warfarin.yaml", .n_changes = 1, .changes = &one_stage};

  (void)state;
  assert_golden(&run, expected);
}

static void hamberg_2010_follows_the_prototype(void **state)
{
  const double expected[] = {1.100165, 1.402924, 1.620166, 1.764081,
                             1.879116, 1.929551, 1.941857, 1.942399};
  struct model_run run = {.path = "engine/models/hamberg_2010_warfarin_kpd.yaml"};

  (void)state;
  assert_golden(&run, expected);
}

/** Hour and height of the peak of the INR after one dose of 10 mg. */
static void find_peak(struct model_run *run, double *hour, double *inr)
{
  enum { SAMPLES = 2401 }; /* every 0.1 h for ten days */
  static const double covariates[] = {71, 0, 0};
  const struct model_dose dose = {"oral", 0, 10, 0};
  struct arena *arena = arena_create();
  double times[SAMPLES], *outputs;

  for (int i = 0; i < SAMPLES; i++) times[i] = 0.1 * i;
  run->path = "engine/models/hamberg_2007_warfarin.yaml";
  run->method = &solver_explicit;
  run->rtol = 1e-8;
  run->n_doses = 1, run->doses = &dose;
  run->n_times = SAMPLES, run->times = times;
  run->covariates = covariates;
  outputs = model_run(run, model_of_file(run, arena));
  *inr = 0;
  for (int i = 0; i < SAMPLES; i++) {
    if (outputs[2 * i] <= *inr) continue;
    *inr = outputs[2 * i];
    *hour = times[i];
  }
  free(outputs);
  arena_destroy(&arena);
}

static void a_single_dose_peaks_at_25_or_109_hours(void **state)
{
  struct model_run six = {0}, one = {.n_changes = 1, .changes = &one_stage};
  double hour, inr;

  (void)state;
  find_peak(&six, &hour, &inr);
  print_message("six stages: peak %.4f at %.1f h\n", inr, hour);
  assert_near(hour, 25, 0.5);
  assert_near(inr, 1.14, 0.005);
  find_peak(&one, &hour, &inr);
  print_message("one stage: peak %.4f at %.1f h\n", inr, hour);
  assert_near(hour, 109, 0.5);
}

/* Table 5: mg/day by CYP2C9 (rows, in the order of the model), VKORC1 and age. */
static const double table_5[GENOTYPES][3][3] = {
    {{9.08, 7.72, 6.36}, {5.94, 5.06, 4.16}, {4.32, 3.68, 3.04}},
    {{6.22, 5.30, 4.40}, {4.10, 3.50, 2.90}, {2.98, 2.54, 2.10}},
    {{5.04, 4.30, 3.58}, {3.30, 2.82, 2.34}, {2.40, 2.06, 1.71}},
    {{2.54, 2.16, 1.77}, {1.66, 1.41, 1.16}, {1.21, 1.03, 0.84}},
    {{2.82, 2.40, 1.97}, {1.85, 1.57, 1.29}, {1.35, 1.14, 0.94}},
    {{1.38, 1.18, 1.00}, {0.90, 0.77, 0.65}, {0.66, 0.56, 0.47}}};

static void the_doses_of_table_5_give_an_inr_of_two_and_a_half(void **state)
{
  static const double time = 24. * TABLE_DAY;
  struct model_dose doses[TABLE_DAY];
  double covariates[CELLS * 3], amounts[CELLS], *outputs, lowest = 1, highest = -1, sum = 0;
  struct arena *arena = arena_create();
  const struct model_run run = {.path = "engine/models/hamberg_2007_warfarin.yaml",
                                .method = &solver_explicit,
                                .rtol = 1e-6,
                                .n_doses = TABLE_DAY,
                                .doses = doses,
                                .n_times = 1,
                                .times = &time,
                                .n_patients = CELLS,
                                .covariates = covariates,
                                .amounts = amounts};
  const struct model *model = model_of_file(&run, arena);

  (void)state;
  assert_string_equal(model->covariates[1].categories[4], "*2/*3");
  assert_string_equal(model->covariates[2].categories[1], "GA");
  give_daily(doses, TABLE_DAY, 1);
  for (int i = 0; i < CELLS; i++) {
    const int cyp2c9 = i / 9, vkorc1 = i / 3 % 3, age = i % 3;

    covariates[3 * i] = 50 + 20 * age;
    covariates[3 * i + 1] = cyp2c9;
    covariates[3 * i + 2] = vkorc1;
    amounts[i] = table_5[cyp2c9][vkorc1][age];
  }
  outputs = model_run(&run, model);
  for (int i = 0; i < CELLS; i++) {
    const double distance = outputs[2 * i] / 2.5 - 1;

    lowest = fmin(lowest, distance);
    highest = fmax(highest, distance);
    sum += distance;
    if (!(distance >= -0.04 && distance <= 0.02))
      fail_msg("%s %s, %g years, %g mg/day: INR %.4f", model->covariates[1].categories[i / 9],
               model->covariates[2].categories[i / 3 % 3], covariates[3 * i], amounts[i],
               outputs[2 * i]);
  }
  print_message("table 5: %+.1f %% to %+.1f %%, mean %+.1f %%\n", 100 * lowest, 100 * highest,
                100 * sum / CELLS);
  free(outputs);
  arena_destroy(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hamberg_2007_follows_the_prototype_with_six_stages),
      cmocka_unit_test(hamberg_2007_follows_the_prototype_with_one_stage),
      cmocka_unit_test(hamberg_2010_follows_the_prototype),
      cmocka_unit_test(a_single_dose_peaks_at_25_or_109_hours),
      cmocka_unit_test(the_doses_of_table_5_give_an_inr_of_two_and_a_half),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
