/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/model_lanes.h"

/* A text compiled, with what was said about it. */
struct compiled {
  struct arena *arena;
  struct diagnostics *diagnostics;
  struct source source;
  const struct model *model;
};

static void compile(struct compiled *compiled, const char *text, size_t n_changes,
                    const struct model_change *changes)
{
  compiled->arena = arena_create();
  compiled->diagnostics = diagnostics_create();
  compiled->source = (struct source){"m.yaml", text, strlen(text), 0};
  compiled->model = model_compile(&compiled->source, n_changes, changes, compiled->arena,
                                  compiled->diagnostics);
}

static void compile_good(struct compiled *compiled, const char *text, size_t n_changes,
                         const struct model_change *changes)
{
  compile(compiled, text, n_changes, changes);
  diagnostics_print(compiled->diagnostics, stderr);
  assert_non_null(compiled->model);
}

static void release(struct compiled *compiled)
{
  diagnostics_destroy(&compiled->diagnostics);
  arena_destroy(&compiled->arena);
}

static void assert_close(double value, double expected)
{
  if (!(fabs(value - expected) <= 4e-15 * fabs(expected)))
    fail_msg("%.17g is not %.17g", value, expected);
}

/* One parameter of each kind; the effects add up on the scale of eta. */
static const char varied[] =
    "schema: 1\n"
    "model: varied\n"
    "title: Every kind of variability\n"
    "covariates:\n"
    "  AGE: {unit: a}\n"
    "  SEX: {categories: [F, M]}\n"
    "parameters:\n"
    "  CL: {value: 2 L/h, times: \"(AGE / 40 a) ^ 0.75\", variability: {variance: 0.09},\n"
    "       inter_occasion: {sd: 0.2}, source: test}\n"
    "  V: {by: SEX, values: {F: 10 L, M: 20 L}, variability: {sd: 0.25}, source: test}\n"
    "  BASE: {value: 100 mg, variability: {distribution: normal, sd: 10},\n"
    "         inter_occasion: {variance: 4}, source: test}\n"
    "  F: {value: 0.7, variability: {distribution: logit_normal, sd: 0.5}, source: test}\n"
    "  G: {value: 3, variability: {distribution: logit_normal, sd: 0.4, lower: 2, upper: 12},\n"
    "      inter_occasion: {sd: 0.1}, source: test}\n"
    "  K: {value: 5 1/h, inter_occasion: {sd: 0.3}, source: test}\n"
    "states:\n"
    "  A: {unit: mg, initial: BASE, rate: -CL / V * A - G * K * A}\n"
    "routes:\n"
    "  iv: {state: A, fraction: F}\n"
    "outputs:\n"
    "  C: {unit: mg/L, expression: A / V}\n";

enum { CL, V, BASE, F, G, K };

static double logit_normal(double typical, double lower, double upper, double effect)
{
  const double logit = log((typical - lower) / (upper - typical)) + effect;

  return lower + (upper - lower) / (1 + exp(-logit));
}

static void assert_parameters(struct model_lanes *patients, int lane, const double *expected)
{
  for (int i = 0; i < 6; i++) assert_close(model_lanes_parameter(patients, lane, i), expected[i]);
  assert_close(model_lanes_entry(patients, lane, 0).fraction, expected[F]);
}

static void individual_parameters_follow_their_distributions(void **state)
{
  const double covariates[] = {60, 1}, other_covariates[] = {40, 0};
  const double etas[] = {0.3, -0.2, 7, 1.5, -0.8}, none[5] = {0};
  const double kappas[] = {-0.1, 2.5, 0.4, 0.25}; /* CL, BASE, G, K */
  const double cl = 2 * pow(60. / 40, 0.75);
  const double alone[] = {cl * exp(0.3),
                          20 * exp(-0.2),
                          107,
                          logit_normal(0.7, 0, 1, 1.5),
                          logit_normal(3, 2, 12, -0.8),
                          5};
  const double on_occasion[] = {cl * exp(0.3 - 0.1),
                                20 * exp(-0.2),
                                109.5,
                                logit_normal(0.7, 0, 1, 1.5),
                                logit_normal(3, 2, 12, -0.8 + 0.4),
                                5 * exp(0.25)};
  const double typical[] = {2, 10, 100, 0.7, 3, 5};
  struct compiled compiled;
  struct model_lanes patients;
  double initial;

  (void)state;
  compile_good(&compiled, varied, 0, NULL);
  assert_int_equal(compiled.model->n_etas, 5);
  assert_int_equal(compiled.model->n_kappas, 4);
  model_lanes_create(compiled.model, &patients);
  model_lanes_load(&patients, 2, covariates, etas);
  model_lanes_load(&patients, 7, other_covariates, none);
  model_lanes_prepare(&patients);
  assert_parameters(&patients, 2, alone);
  assert_parameters(&patients, 7, typical);
  model_lanes_kappas(&patients, 2, kappas);
  model_lanes_prepare(&patients);
  assert_parameters(&patients, 2, on_occasion);
  assert_parameters(&patients, 7, typical);
  model_lanes_initial(&patients, 2, &initial);
  assert_close(initial, 109.5);
  model_lanes_clear(&patients);
  release(&compiled);
}

static void rates_outputs_and_infusions_use_the_individual_values(void **state)
{
  const double covariates[] = {40, 1}, none[5] = {0};
  struct compiled compiled;
  struct model_lanes patients;
  lanes time = {0}, y = (lanes){0} + 30, dydt;
  lanes concentration;

  (void)state;
  compile_good(&compiled, varied, 0, NULL);
  model_lanes_create(compiled.model, &patients);
  for (int lane = 0; lane < LANES; lane++) model_lanes_load(&patients, lane, covariates, none);
  model_lanes_prepare(&patients);
  model_lanes_infusion(&patients, 3, 0, 8);
  model_lanes_rates(&patients, &time, &y, &dydt);
  assert_close(dydt[0], -2. / 20 * 30 - 3 * 5 * 30);
  assert_close(dydt[3], -2. / 20 * 30 - 3 * 5 * 30 + 8);
  model_lanes_outputs(&patients, &time, &y, &concentration);
  assert_close(concentration[5], 1.5);
  model_lanes_clear(&patients);
  release(&compiled);
}

static void changes_replace_numbers_in_any_unit(void **state)
{
  const struct model_change changes[] = {
      {CHANGE_PARAMETER, {.text = "CL"}, {.text = "50 mL/min"}},
      {CHANGE_PARAMETER, {.text = "V"}, {.text = "1500 cL"}}, /* for both sexes */
      {CHANGE_BETWEEN_PATIENTS, {.text = "V"}, {.text = "0"}},
      {CHANGE_BETWEEN_OCCASIONS, {.text = "V"}, {.text = "0.15"}},
      {CHANGE_RESIDUAL, {.text = "C"}, {.text = "0.1"}}};
  const double covariates[] = {40, 1}, none[5] = {0};
  struct compiled compiled;
  struct model_lanes patients;

  (void)state;
  compile_good(&compiled, varied, 5, changes);
  assert_int_equal(compiled.model->parameters[V].eta, -1);
  assert_int_equal(compiled.model->n_kappas, 5);
  assert_true(compiled.model->parameters[V].kappa_sd == 0.15);
  assert_true(compiled.model->outputs[0].log_normal == 0.1);
  model_lanes_create(compiled.model, &patients);
  model_lanes_load(&patients, 0, covariates, none);
  model_lanes_prepare(&patients);
  assert_close(model_lanes_parameter(&patients, 0, CL), 3);
  assert_close(model_lanes_parameter(&patients, 0, V), 15);
  model_lanes_clear(&patients);
  release(&compiled);
}

/* Three correlated parameters, out of the order of the file, and one beside them. */
static const char correlated[] = "schema: 1\n"
                                 "model: correlated\n"
                                 "title: A block\n"
                                 "parameters:\n"
                                 "  A: {value: 1, source: test}\n"
                                 "  B: {value: 2, variability: {sd: 0.5}, source: test}\n"
                                 "  C: {value: 3, source: test}\n"
                                 "  D: {value: 4, variability: {distribution: normal},\n"
                                 "      source: test}\n"
                                 "blocks:\n"
                                 "  - parameters: [D, A, C]\n"
                                 "    covariance: [0.04, 0.01, 0.09, -0.02, 0.03, 0.16]\n"
                                 "states:\n"
                                 "  X: {unit: \"1\", rate: -A * B * C * D * X / 1 h}\n"
                                 "outputs:\n"
                                 "  X: {unit: \"1\", expression: X}\n";

/** Covariance of the etas of two parameters, from the factors of independent normals. */
static double covariance(const struct model *model, int first, int second)
{
  const struct model_effect *a = &model->etas[model->parameters[first].eta];
  const struct model_effect *b = &model->etas[model->parameters[second].eta];
  double sum = 0;

  for (int i = 0; i < a->n; i++)
    for (int j = 0; j < b->n; j++)
      if (a->of[i] == b->of[j]) sum += a->factor[i] * b->factor[j];
  return sum;
}

static void assert_block(const struct model *model, double scale_of_a)
{
  enum { D = 3 };
  const int order[] = {D, 0, 2};
  const double lower[3][3] = {{0.04}, {0.01, 0.09}, {-0.02, 0.03, 0.16}};

  for (int i = 0; i < 3; i++) {
    for (int j = 0; j <= i; j++) {
      const double scale = (order[i] == 0 ? scale_of_a : 1) * (order[j] == 0 ? scale_of_a : 1);

      assert_true(fabs(covariance(model, order[i], order[j]) - scale * lower[i][j]) < 1e-16);
      assert_true(covariance(model, order[i], order[j]) == covariance(model, order[j], order[i]));
    }
    assert_true(covariance(model, order[i], 1) == 0);
  }
  assert_true(covariance(model, 1, 1) == 0.25);
  assert_true(fabs(model->parameters[0].eta_sd - scale_of_a * 0.3) < 1e-16);
}

static void the_factor_of_a_block_gives_its_covariance_back(void **state)
{
  struct compiled compiled;

  (void)state;
  compile_good(&compiled, correlated, 0, NULL);
  assert_int_equal(compiled.model->n_etas, 4);
  assert_int_equal(compiled.model->parameters[3].distribution, DISTRIBUTION_NORMAL);
  assert_block(compiled.model, 1);
  release(&compiled);
}

static void a_change_within_a_block_keeps_the_correlations(void **state)
{
  const struct model_change half = {CHANGE_BETWEEN_PATIENTS, {.text = "A"}, {.text = "0.15"}};
  const struct model_change none = {CHANGE_BETWEEN_PATIENTS, {.text = "A"}, {.text = "0"}};
  struct compiled compiled;

  (void)state;
  compile_good(&compiled, correlated, 1, &half);
  assert_block(compiled.model, 0.5);
  release(&compiled);
  compile_good(&compiled, correlated, 1, &none);
  assert_block(compiled.model, 0);
  release(&compiled);
}

/* Where the condition is held, whatever the state, rates and outputs are linear. */
static void an_event_is_held_until_its_crossing_is_told(void **state)
{
  static const char switched[] =
      "schema: 1\nmodel: switched\ntitle: A switch\n"
      "parameters: {K: {value: 2 1/h, source: test}, LIMIT: {value: 3 mg, source: test}}\n"
      "states: {A: {unit: mg, rate: \"-if(high, 4 * K, K) * A\"}}\n"
      "events: {high: {when: LIMIT < A}}\n"
      "outputs: {T: {unit: min, expression: first(high)}}\n";
  const lanes time = {0};
  struct compiled compiled;
  struct model_lanes patients;
  const double none = 0;
  lanes y = (lanes){0} + 5, low = (lanes){0} + 1, out, minutes;

  (void)state;
  compile_good(&compiled, switched, 0, NULL);
  assert_int_equal(compiled.model->jacobian->n_entries, 1);
  assert_int_equal(compiled.model->linear->n, 1);
  assert_int_not_equal(compiled.model->method, METHOD_LINEAR);
  model_lanes_create(compiled.model, &patients);
  for (int lane = 0; lane < LANES; lane++) model_lanes_load(&patients, lane, &none, &none);
  model_lanes_prepare(&patients);
  model_lanes_crossings(&patients, &time, &y, &out);
  assert_true(out[2] == 1 && out[3] == 1);
  model_lanes_rates(&patients, &time, &y, &out);
  assert_true(out[2] == -10 && out[3] == -10);
  assert_true(model_lanes_cross(&patients, 3, 1.5, false, &y));
  model_lanes_crossings(&patients, &time, &y, &out);
  assert_true(out[2] == 1 && out[3] == 0);
  model_lanes_jacobian(&patients, &time, &y, &out);
  assert_true(out[2] == -2 && out[3] == -8);
  assert_true(model_lanes_cross(&patients, 3, 2, false, &low));
  assert_true(model_lanes_cross(&patients, 3, 2.5, false, &y));
  model_lanes_outputs(&patients, &time, &y, &minutes);
  assert_true(isnan(minutes[2]) && minutes[3] == 90);
  model_lanes_load(&patients, 3, &none, &none);
  model_lanes_prepare(&patients);
  model_lanes_outputs(&patients, &time, &y, &minutes);
  assert_true(isnan(minutes[3]));
  model_lanes_clear(&patients);
  release(&compiled);
}

/* Each has constant derivatives almost everywhere, and is not linear. */
static void a_step_in_a_rate_is_not_linear(void **state)
{
  static const char *const rates[] = {
      "if(TIME < 10 h, R, 0 mg/h) - K * A", "if(A < 10 mg, R, 0 mg/h)",
      "R * floor((TIME in h) / 12) - K * A", "if(B < 1 mg, R, 0 mg/h) - K * A"};

  (void)state;
  for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
    struct compiled compiled;
    char text[800];

    snprintf(text, sizeof text,
             "schema: 1\nmodel: m\ntitle: m\ntime: h\n"
             "parameters: {K: {value: 0.1 1/h, source: s}, R: {value: 1 mg/h, source: s}}\n"
             "states: {A: {unit: mg, rate: \"%s\"}, B: {unit: mg, rate: -K * B}}\n"
             "outputs: {A: {unit: mg, expression: A + B}}\n",
             rates[i]);
    compile_good(&compiled, text, 0, NULL);
    assert_int_equal(compiled.model->linear->n, 1);
    assert_int_equal(compiled.model->linear->states[0], 1);
    assert_int_not_equal(compiled.model->method, METHOD_LINEAR);
    release(&compiled);
  }
}

/* Its factors would not fit into a program: it does without a Jacobian. */
static void a_model_of_many_coupled_states_compiles(void **state)
{
  struct compiled compiled;
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);

  (void)state;
  fprintf(
      out,
      "schema: 1\nmodel: m\ntitle: m\ntime: h\nparameters: {K: {value: 0.1 1/mg/h, source: s}}\n"
      "derived: {S: {unit: mg, expression: X0");
  for (int i = 1; i < 80; i++) fprintf(out, " + X%d", i);
  fprintf(out, "}}\nstates:\n");
  for (int i = 0; i < 80; i++) fprintf(out, "  X%d: {unit: mg, rate: -K * X%d * S}\n", i, i);
  fprintf(out, "outputs: {S: {unit: mg, expression: S}}\n");
  fclose(out);
  compile_good(&compiled, text, 0, NULL);
  assert_null(compiled.model->jacobian);
  assert_int_equal(compiled.model->method, METHOD_EXPLICIT);
  release(&compiled);
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(individual_parameters_follow_their_distributions),
      cmocka_unit_test(rates_outputs_and_infusions_use_the_individual_values),
      cmocka_unit_test(changes_replace_numbers_in_any_unit),
      cmocka_unit_test(the_factor_of_a_block_gives_its_covariance_back),
      cmocka_unit_test(a_step_in_a_rate_is_not_linear),
      cmocka_unit_test(a_model_of_many_coupled_states_compiles),
      cmocka_unit_test(an_event_is_held_until_its_crossing_is_told),
      cmocka_unit_test(a_change_within_a_block_keeps_the_correlations),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
