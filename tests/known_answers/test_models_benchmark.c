/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fifty patients of the benchmark workloads against trajectories of an independent integrator
 * (Runge-Kutta-Fehlberg 7(8) in 80-bit arithmetic at a relative tolerance of 1e-13). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <time.h>

#include "model_run.h"
#include "reference_cases.h"

#include "benchmark_case.h"

enum { PATIENTS = 50, MOST_SAMPLES = 1000 };

struct workload {
  const char *name, *path;
  struct model_dose dose;
  int n_doses, n_times;
  double every, sampled_every;
};

static const struct workload oral = {
    "W1", "engine/models/pk_2cmt.yaml", {"oral", 0, 100, 0}, 28, 673, 24, 1};
static const struct workload response = {
    "W2",
    "tests/known_answers/models/indirect_response_workload.yaml",
    {"oral", 0, 100, 0},
    28,
    673,
    24,
    1};
static const struct workload neutropenia = {
    "W3", "tests/known_answers/models/neutropenia_workload.yaml", {"iv", 0, 180, 1}, 4, 85, 504,
    24};
static const struct workload target = {
    "W4", "tests/known_answers/models/target_workload.yaml", {"iv", 0, 1400, 0}, 4, 113, 336, 12};
static const struct workload body = {
    "W5b", "engine/models/pbpk_16.yaml", {"oral", 0, 100, 0}, 28, 337, 12, 1};

/** The etas [patient][eta] that give each patient the parameters of the table. */
static double *etas_of(const struct model *model, const struct number_table *individuals)
{
  double *etas = memory_new((size_t)(PATIENTS * model->n_etas), sizeof *etas);

  assert_int_equal(individuals->n_rows, PATIENTS);
  for (int e = 0; e < model->n_etas; e++) {
    const struct model_parameter *parameter = &model->parameters[model->etas[e].parameter];
    const int column = column_named(individuals, parameter->name);

    for (int i = 0; i < PATIENTS; i++)
      etas[i * model->n_etas + e] = log(number_at(individuals, i, column) / parameter->typical);
  }
  return etas;
}

/** max |y - ref| / max(|ref|, 1e-3 max over time of |ref|), over patients and times. */
static double relative_error(const struct workload *workload, const struct model *model, int output,
                             const struct number_table *reference, const double *outputs)
{
  const int n = workload->n_times;
  const int column = column_named(reference, model->outputs[output].name);
  double worst = 0;

  assert_int_equal(reference->n_rows, PATIENTS * n);
  for (int i = 0; i < PATIENTS; i++) {
    double peak = 0;

    for (int t = 0; t < n; t++) peak = fmax(peak, fabs(number_at(reference, i * n + t, column)));
    for (int t = 0; t < n; t++) {
      const double expected = number_at(reference, i * n + t, column);
      const double got = outputs[(i * n + t) * model->n_outputs + output];

      assert_true(isfinite(got));
      worst = fmax(worst, fabs(got - expected) / fmax(fabs(expected), 1e-3 * peak));
    }
  }
  return worst;
}

/** `bounds` is [output]: about three times what was measured. */
static void assert_errors(const struct workload *workload, double rtol, const double *bounds)
{
  struct number_table individuals = benchmark_individuals(workload->name, PATIENTS);
  struct number_table reference = benchmark_reference(workload->name, PATIENTS * MOST_SAMPLES);
  struct arena *arena = arena_create();
  struct model_dose doses[28];
  double times[MOST_SAMPLES], *etas, *outputs;
  struct model_run run = {.path = workload->path,
                          .method = &solver_explicit,
                          .rtol = rtol,
                          .n_doses = workload->n_doses,
                          .doses = doses,
                          .n_times = workload->n_times,
                          .times = times,
                          .samples_see_dose = true,
                          .n_patients = PATIENTS};
  const struct model *model = model_of_file(&run, arena);
  clock_t begin;

  for (int d = 0; d < workload->n_doses; d++) {
    doses[d] = workload->dose;
    doses[d].time = d * workload->every;
  }
  for (int t = 0; t < workload->n_times; t++) times[t] = t * workload->sampled_every;
  run.etas = etas = etas_of(model, &individuals);
  begin = clock();
  outputs = model_run(&run, model);
  begin = clock() - begin;
  print_message("%s at rtol %.0e, %.0f patients per second:", workload->name, rtol,
                PATIENTS * (double)CLOCKS_PER_SEC / (double)begin);
  for (int o = 0; o < model->n_outputs; o++) {
    const double error = relative_error(workload, model, o, &reference, outputs);

    print_message(" %s %.1e", model->outputs[o].name, error);
    if (!(error < bounds[o]))
      fail_msg("%s %s: error %g", workload->name, model->outputs[o].name, error);
  }
  print_message("\n");
  free(outputs);
  free(etas);
  free(individuals.numbers);
  free(reference.numbers);
  arena_destroy(&arena);
}

static void oral_doses_stay_within_the_measured_error(void **state)
{
  (void)state;
  assert_errors(&oral, 1e-6, (double[]){7e-7});
  assert_errors(&oral, 1e-10, (double[]){1e-10});
}

static void an_indirect_response_stays_within_the_measured_error(void **state)
{
  (void)state;
  assert_errors(&response, 1e-6, (double[]){8e-7, 1.3e-7});
  assert_errors(&response, 1e-10, (double[]){1e-10, 2.5e-11});
}

/* Between samples the drug falls far below its absolute tolerance, 1e-8 mg, and the peak of some
 * 5 mg/L is never sampled: the errors of CP are those of what is nearly nothing. */
static void infusions_and_neutrophils_stay_within_the_measured_error(void **state)
{
  (void)state;
  assert_errors(&neutropenia, 1e-6, (double[]){1.5e-3, 6e-5});
  assert_errors(&neutropenia, 1e-10, (double[]){1.5e-7, 9e-9});
}

/* Stiff: stability, not accuracy, asks for short steps, and what they give is better than asked. */
static void binding_to_a_target_stays_within_the_measured_error(void **state)
{
  (void)state;
  assert_errors(&target, 1e-6, (double[]){1.7e-6, 1.1e-5, 1.6e-7});
  assert_errors(&target, 1e-10, (double[]){1.1e-10, 1e-9, 9e-12});
}

static void a_whole_body_stays_within_the_measured_error(void **state)
{
  (void)state;
  assert_errors(&body, 1e-6, (double[]){6e-7, 3.6e-7});
  assert_errors(&body, 1e-10, (double[]){1.5e-10, 3.5e-11});
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(oral_doses_stay_within_the_measured_error),
      cmocka_unit_test(an_indirect_response_stays_within_the_measured_error),
      cmocka_unit_test(infusions_and_neutrophils_stay_within_the_measured_error),
      cmocka_unit_test(binding_to_a_target_stays_within_the_measured_error),
      cmocka_unit_test(a_whole_body_stays_within_the_measured_error),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
