/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compartment models against closed forms: after a unit bolus the amount in the central volume is a
 * sum of A[i] exp(-rate[i] t), with the rates and weights of a mammillary model (Gibaldi and
 * Perrier, Pharmacokinetics, 2nd edition, chapter 2 and appendix B). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gsl/gsl_poly.h>
#include <math.h>

#include "model_run.h"

enum { SAMPLES = 61, MOST_COMPARTMENTS = 3 };

/** Clearance, volume and, for each peripheral volume, its clearance and volume. */
struct compartments {
  const char *path;
  int n;
  double clearance, volume, flows[2], volumes[2], absorption, fraction;
};

struct exponentials {
  int n;
  double rate[MOST_COMPARTMENTS], weight[MOST_COMPARTMENTS];
};

/* The typical values of the files: a test of the numbers, too. */
static const struct compartments one = {"engine/models/pk_1cmt.yaml", 1, 5, 50, {0}, {0}, 1, 0.7};
static const struct compartments two = {"engine/models/pk_2cmt.yaml", 2, 5, 50, {8}, {100}, 1, 0.7};
static const struct compartments three = {
    "engine/models/pk_3cmt.yaml", 3, 5, 50, {8, 2}, {100, 200}, 1, 0.7};

static double polished(const double coefficients[4], double root)
{
  for (int i = 0; i < 3; i++) {
    const double value = ((root + coefficients[2]) * root + coefficients[1]) * root +
                         coefficients[0];
    const double slope = (3 * root + 2 * coefficients[2]) * root + coefficients[1];

    root -= value / slope;
  }
  return root;
}

/** Minus the roots of the characteristic polynomial. */
static void find_rates(const struct compartments *of, struct exponentials *sum)
{
  const double k10 = of->clearance / of->volume;
  const double k12 = of->flows[0] / of->volume, k13 = of->flows[1] / of->volume;
  const double k21 = of->n > 1 ? of->flows[0] / of->volumes[0] : 0;
  const double k31 = of->n > 2 ? of->flows[1] / of->volumes[1] : 0;
  const double c[4] = {k10 * k21 * k31, k10 * k21 + k10 * k31 + k12 * k31 + k13 * k21 + k21 * k31,
                       k10 + k12 + k13 + k21 + k31, 1};

  sum->n = of->n;
  sum->rate[0] = k10;
  if (of->n == 2)
    assert_int_equal(gsl_poly_solve_quadratic(1, -c[2], k10 * k21, &sum->rate[0], &sum->rate[1]),
                     2);
  if (of->n < 3) return;
  assert_int_equal(
      gsl_poly_solve_cubic(c[2], c[1], c[0], &sum->rate[0], &sum->rate[1], &sum->rate[2]), 3);
  for (int i = 0; i < 3; i++) sum->rate[i] = -polished(c, sum->rate[i]);
}

static struct exponentials exponentials_of(const struct compartments *of)
{
  struct exponentials sum = {0};

  find_rates(of, &sum);
  for (int i = 0; i < sum.n; i++) {
    sum.weight[i] = 1;
    for (int j = 0; j < sum.n - 1; j++)
      sum.weight[i] *= of->flows[j] / of->volumes[j] - sum.rate[i];
    for (int j = 0; j < sum.n; j++)
      if (j != i) sum.weight[i] /= sum.rate[j] - sum.rate[i];
  }
  return sum;
}

/** Concentration at `age` hours after the beginning of a dose. */
static double of_dose(const struct compartments *of, const struct exponentials *sum,
                      const struct model_dose *dose, double age)
{
  const double within = fmin(age, dose->duration), after = age - within;
  double amount = 0;

  if (age < 0) return 0;
  for (int i = 0; i < sum->n; i++) {
    const double rate = sum->rate[i];

    if (dose->route[0] == 'o')
      amount += sum->weight[i] * of->fraction * dose->amount * of->absorption /
                (of->absorption - rate) * exp(-rate * age) * -expm1((rate - of->absorption) * age);
    else if (dose->duration > 0)
      amount += sum->weight[i] * dose->amount / dose->duration / rate * -expm1(-rate * within) *
                exp(-rate * after);
    else
      amount += sum->weight[i] * dose->amount * exp(-rate * age);
  }
  return amount / of->volume;
}

/** Samples every two hours for five days, stopping there or interpolating. */
static double worst_error(const struct compartments *of, const struct model_dose *doses,
                          int n_doses, bool stops_at_samples)
{
  const struct exponentials sum = exponentials_of(of);
  const struct model_change change = {
      .kind = CHANGE_PARAMETER, .name = {.text = "F"}, .value = {.text = "0.7"}};
  double times[SAMPLES], expected[SAMPLES] = {0}, peak = 0, worst = 0, *outputs;
  struct arena *arena = arena_create();
  const struct model_run run = {.path = of->path,
                                .n_changes = 1,
                                .changes = &change,
                                .method = &solver_explicit,
                                .rtol = 1e-10,
                                .n_doses = n_doses,
                                .doses = doses,
                                .n_times = SAMPLES,
                                .times = times,
                                .samples_see_dose = true,
                                .stops_at_samples = stops_at_samples};

  for (int i = 0; i < SAMPLES; i++) {
    times[i] = 2. * i;
    for (int d = 0; d < n_doses; d++)
      expected[i] += of_dose(of, &sum, &doses[d], times[i] - doses[d].time);
    peak = fmax(peak, expected[i]);
  }
  outputs = model_run(&run, model_of_file(&run, arena));
  for (int i = 0; i < SAMPLES; i++)
    worst = fmax(worst, fabs(outputs[i] - expected[i]) / fmax(expected[i], 1e-3 * peak));
  free(outputs);
  arena_destroy(&arena);
  print_message("%s, %s x%d, %s: %.1e\n", of->path, doses->route, n_doses,
                stops_at_samples ? "stopping" : "interpolating", worst);
  return worst;
}

static void assert_closed_form(const struct model_dose *doses, int n_doses)
{
  const struct compartments *const models[] = {&one, &two, &three};

  for (int m = 0; m < 3; m++) {
    assert_true(worst_error(models[m], doses, n_doses, true) < 1e-8);
    assert_true(worst_error(models[m], doses, n_doses, false) < 1e-8);
  }
}

static void a_bolus_decays_as_a_sum_of_exponentials(void **state)
{
  const struct model_dose dose = {"iv", 0, 100, 0};

  (void)state;
  assert_closed_form(&dose, 1);
}

static void an_infusion_rises_and_falls_as_a_sum_of_exponentials(void **state)
{
  const struct model_dose dose = {"iv", 3, 100, 25}; /* beginning and end between samples */

  (void)state;
  assert_closed_form(&dose, 1);
}

static void an_oral_dose_is_absorbed_in_part(void **state)
{
  const struct model_dose dose = {"oral", 0, 100, 0};

  (void)state;
  assert_closed_form(&dose, 1);
}

static void many_doses_by_all_routes_add_up(void **state)
{
  const struct model_dose doses[] = {
      {"iv", 0, 50, 0},     {"oral", 0, 100, 0},  {"oral", 24, 100, 0}, {"iv", 36, 200, 10},
      {"iv", 40, 80, 20.5}, {"oral", 48, 100, 0}, {"iv", 48, 50, 0},    {"iv", 60.5, 30, 0},
      {"oral", 72, 100, 0}, {"iv", 90, 100, 0.25}};

  (void)state;
  assert_closed_form(doses, (int)(sizeof doses / sizeof *doses));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_bolus_decays_as_a_sum_of_exponentials),
      cmocka_unit_test(an_infusion_rises_and_falls_as_a_sum_of_exponentials),
      cmocka_unit_test(an_oral_dose_is_absorbed_in_part),
      cmocka_unit_test(many_doses_by_all_routes_add_up),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
