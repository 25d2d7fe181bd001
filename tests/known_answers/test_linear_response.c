/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The linear method on an indirect response to an oral drug against trajectories of an independent
 * integrator (Runge-Kutta-Fehlberg 7(8) in 80-bit arithmetic at a relative tolerance of 1e-13). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oral_response.h"
#include "reference_cases.h"

#include "benchmark_case.h"

enum { PATIENTS = 50, SAMPLES = ORAL_HOURS + 1 };

static const struct ode_linear linear = {.n = ORAL_LINEAR,
                                         .n_remainder = 1,
                                         .states = oral_linear,
                                         .remainder = oral_remainder,
                                         .n_entries = ORAL_ENTRIES,
                                         .rows = oral_rows,
                                         .columns = oral_columns,
                                         .matrix = oral_matrix,
                                         .product = oral_product,
                                         .apply = oral_apply,
                                         .rates = oral_response_rate};

static struct oral_individual individual(const struct number_table *table, int row)
{
  const char *const names[] = {"CL", "V2", "Q", "V3", "KA", "R0", "KOUT", "IC50", "IMAX"};
  double values[9];

  for (int i = 0; i < 9; i++) values[i] = number_at(table, row, column_named(table, names[i]));
  return (struct oral_individual){values[0], values[1], values[2], values[3], values[4],
                                  values[5], values[6], values[7], values[8]};
}

/** What all patients did: outputs [patient][sample][2]. */
struct outcome {
  double *outputs;
  int n_samples;
  double accepted, rejected;
};

static struct outcome lives_of(const struct solver_method *method, int every, double rtol)
{
  const double atol[] = {1e-2 * rtol, 1e-2 * rtol, 1e-2 * rtol, 1e-2 * rtol};
  const struct tolerance tolerance = {.rtol = rtol, .atol = atol, .max_steps_per_stop = 1e5};
  struct number_table table = benchmark_individuals("W2", PATIENTS);
  struct outcome outcome = {.n_samples = ORAL_HOURS / every + 1};
  struct oral_ward ward = {.has_response = true};
  const struct ode ode = {
      .n_states = ORAL_STATES, .context = &ward, .rates = oral_rates, .linear = &linear};
  double hours[SAMPLES];

  for (int i = 0; i < outcome.n_samples; i++) hours[i] = i * every;
  outcome.outputs = calloc((size_t)(PATIENTS * outcome.n_samples) * 2, sizeof(double));
  assert_int_equal(solver_create(method, &ode, &tolerance, &ward.solver), 0);
  solver_listen(ward.solver, oral_keep, &ward);
  for (int first = 0; first < PATIENTS; first += LANES) {
    const int n = PATIENTS - first < LANES ? PATIENTS - first : LANES;
    int inside = n;

    for (int lane = 0; lane < n; lane++) {
      const struct oral_individual who = individual(&table, first + lane);

      oral_admit(&ward, lane, &who);
      ward.outputs[lane] = outcome.outputs + (size_t)((first + lane) * outcome.n_samples) * 2;
    }
    while (inside > 0) {
      inside = 0;
      for (int lane = 0; lane < n; lane++) {
        assert_int_equal(solver_status(ward.solver, lane), SOLVE_OK);
        if (solver_is_running(ward.solver, lane) || ward.next[lane] < outcome.n_samples)
          inside += solver_is_running(ward.solver, lane) || oral_go_on(&ward, lane, hours, every);
      }
      assert_int_equal(solver_advance(ward.solver), 0);
    }
    for (int lane = 0; lane < n; lane++) {
      outcome.accepted += solver_count(ward.solver, lane).accepted;
      outcome.rejected += solver_count(ward.solver, lane).rejected;
      assert_int_equal(ward.next[lane], outcome.n_samples);
    }
  }
  solver_destroy(&ward.solver);
  free(table.numbers);
  return outcome;
}

/** max |y - ref| / max(|ref|, 1e-3 max over time of |ref|), over patients and times. */
static double relative_error(const struct outcome *outcome, const struct number_table *reference,
                             int output)
{
  const int n = outcome->n_samples, column = column_named(reference, output ? "RESP" : "CP");
  double worst = 0;

  assert_int_equal(reference->n_rows, PATIENTS * n);
  for (int i = 0; i < PATIENTS; i++) {
    double peak = 0;

    for (int t = 0; t < n; t++) peak = fmax(peak, fabs(number_at(reference, i * n + t, column)));
    for (int t = 0; t < n; t++) {
      const double expected = number_at(reference, i * n + t, column);
      const double got = outcome->outputs[2 * (i * n + t) + output];

      assert_true(isfinite(got));
      worst = fmax(worst, fabs(got - expected) / fmax(fabs(expected), 1e-3 * peak));
    }
  }
  return worst;
}

static void assert_errors(const char *workload, int every, double rtol, double most)
{
  struct number_table reference = benchmark_reference(workload, PATIENTS * SAMPLES);
  struct outcome outcome = lives_of(&solver_linear, every, rtol);
  const double drug = relative_error(&outcome, &reference, 0);
  const double response = relative_error(&outcome, &reference, 1);

  print_message("%s at rtol %.0e: errors %.1e of the drug, %.1e of the response; %.1f steps and "
                "%.1f rejected per dosing interval\n",
                workload, rtol, drug, response, outcome.accepted / (PATIENTS * ORAL_DOSES),
                outcome.rejected / (PATIENTS * ORAL_DOSES));
  assert_true(drug < 1e-12); /* what the reference is good for */
  assert_true(response < most);
  free(outcome.outputs);
  free(reference.numbers);
}

static void a_response_with_hourly_samples_is_as_exact_as_the_tolerance(void **state)
{
  (void)state;
  assert_errors("W2", 1, 1e-6, 2e-6); /* the interpolant, an order below the steps */
  assert_errors("W2", 1, 1e-9, 1e-8);
}

static void a_response_with_rare_samples_is_as_exact_as_the_tolerance(void **state)
{
  (void)state;
  assert_errors("W6", 56, 1e-5, 1e-5);
  assert_errors("W6", 56, 1e-6, 1e-6);
  assert_errors("W6", 56, 1e-9, 1e-8);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_response_with_hourly_samples_is_as_exact_as_the_tolerance),
      cmocka_unit_test(a_response_with_rare_samples_is_as_exact_as_the_tolerance),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
