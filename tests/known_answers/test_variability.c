/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawn parameters have the moments that the model declares. Known answers: moments of transformed
 * normal quantities by quadrature (moments.h), covariances as written in the model. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "compiled_text.h"
#include "base/memory.h"
#include "model/model_lanes.h"
#include "moments.h"
#include "solver/kernel.h"
#include "twin/effects.h"

enum { LOG, PLAIN, LOGIT, RIGHT, LEFT, FLAT, N_ALONE };
enum { A = N_ALONE, B, C, D, N_BLOCK = 4 };

static const char model_text[] =
    "schema: 1\nmodel: varied\ntitle: Every distribution, and blocks\nparameters:\n"
    "  LOG: {value: 2 L/h, variability: {sd: 0.5}, source: test}\n"
    "  PLAIN: {value: -3, variability: {distribution: normal, variance: 4}, source: test}\n"
    "  LOGIT: {value: 3, variability: {distribution: logit_normal, sd: 1.2, lower: 2, upper: 12},\n"
    "    source: test}\n"
    "  RIGHT: {value: 5, variability: {distribution: box_cox, lambda: 0.7, sd: 0.4}, source: "
    "test}\n"
    "  LEFT: {value: 5, variability: {distribution: box_cox, lambda: -1.5, sd: 0.4}, source: "
    "test}\n"
    "  FLAT: {value: 5, variability: {distribution: box_cox, lambda: 0, sd: 0.4}, source: test}\n"
    "  A: {value: 1, source: test}\n"
    "  B: {value: 1, variability: {distribution: normal}, source: test}\n"
    "  C: {value: 1, variability: {distribution: box_cox, lambda: 0.5}, source: test}\n"
    "  D: {value: 1, source: test}\n"
    "blocks:\n"
    "  - parameters: [D, A, C, B]\n"
    "    covariance: [0.04, 0.012, 0.09, -0.02, 0.03, 0.16, 0.0199, 0.002, -0.01, 0.0105]\n"
    "  - between: occasions\n"
    "    parameters: [B, LOG, A]\n"
    "    covariance: [0.02, -0.015, 0.03, 0.01, 0.001, 0.05]\n"
    "mixtures:\n"
    "  CLASS: {probabilities: {a: 0.2, b: 0.5, c: 0.3}, source: test}\n"
    "  KIND: {probabilities: {x: 0.9, y: 0.1}, source: test}\n"
    "uncertainty:\n"
    "  - parameters: [LOGIT, LEFT, PLAIN]\n"
    "    covariance: [0.09, 0.02, 0.04, -0.1, 0.05, 1]\n"
    "    source: test\n"
    "  - {parameters: [LOG, RIGHT], scale: plain, covariance: [0.01, 0, 4], source: test}\n"
    "derived: {KINDRED: {unit: \"1\", expression: \"if(CLASS == 'b' and KIND == 'y', 1, 0)\"}}\n"
    "states: {X: {unit: \"1\", rate: -LOG / 1 L * X}}\n"
    "outputs: {X: {unit: \"1\", expression: X + KINDRED + PLAIN + LOGIT + RIGHT + LEFT + FLAT + A "
    "+ B + C + "
    "D}}"
    "\n";

/* [D, A, C, B] and [B, LOG, A], as in the model */
static const int block[N_BLOCK] = {D, A, C, B};
static const double omega[N_BLOCK][N_BLOCK] = {{0.04, 0.012, -0.02, 0.0199},
                                               {0.012, 0.09, 0.03, 0.002},
                                               {-0.02, 0.03, 0.16, -0.01},
                                               {0.0199, 0.002, -0.01, 0.0105}};
enum { N_OCCASION = 3 };
static const int on_occasion[N_OCCASION] = {B, LOG, A};
static const double omega_of_occasions[N_OCCASION][N_OCCASION] = {
    {0.02, -0.015, 0.01}, {-0.015, 0.03, 0.001}, {0.01, 0.001, 0.05}};

static int compile(void **state)
{
  return compile_text("varied", model_text, state);
}

static double log_normal(double eta, const double *of)
{
  return of[0] * exp(eta);
}

static double normal(double eta, const double *of)
{
  return of[0] + eta;
}

static double logit_normal(double eta, const double *of)
{
  const double odds = (of[0] - of[1]) / (of[2] - of[0]) * exp(eta);

  return of[1] + (of[2] - of[1]) * odds / (1 + odds);
}

/* Of its log: the parameter itself has no moments when lambda is positive. */
static double log_of_box_cox(double eta, const double *of)
{
  return log(of[0]) + (pow(exp(eta), of[1]) - 1) / of[1];
}

static void parameters_have_the_moments_of_their_distributions(void **state)
{
  static const struct {
    double (*transform)(double eta, const double *of);
    double of[3], sd;
    bool is_log;
  } expected[N_ALONE] = {
      {log_normal, {2}, 0.5, false},          {normal, {-3}, 2, false},
      {logit_normal, {3, 2, 12}, 1.2, false}, {log_of_box_cox, {5, 0.7}, 0.4, true},
      {log_of_box_cox, {5, -1.5}, 0.4, true}, {log_normal, {5}, 0.4, false}};
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws();
  struct moments moments[N_ALONE];
  struct sample samples[N_ALONE] = {{0}};
  struct model_lanes patients;
  double etas[16];

  for (int i = 0; i < N_ALONE; i++)
    moments[i] = moments_of(expected[i].transform, expected[i].of, expected[i].sd);
  /* the quadrature itself, against closed forms */
  assert_true(fabs(moments[LOG].mean / (2 * exp(0.125)) - 1) < 1e-12);
  assert_true(fabs(moments[LOG].variance / (4 * exp(0.25) * (exp(0.25) - 1)) - 1) < 1e-12);
  assert_true(fabs(moments[PLAIN].fourth - 48) < 1e-9);
  assert_true(fabs(moments[RIGHT].mean - log(5) - (exp(0.5 * 0.28 * 0.28) - 1) / 0.7) < 1e-12);
  model_lanes_create(model, &patients);
  for (int first = 1; first <= n; first += LANES) {
    for (int lane = 0; lane < LANES; lane++) {
      const struct random_stream person = {20261123, 1, (uint32_t)(first + lane)};

      effects_between_patients(model, &person, etas);
      model_lanes_load(&patients, lane, NULL, etas);
    }
    model_lanes_prepare(&patients);
    for (int i = 0; i < N_ALONE; i++)
      for (int lane = 0; lane < LANES; lane++) {
        const double value = model_lanes_parameter(&patients, lane, i);

        sample_add(&samples[i], &moments[i], expected[i].is_log ? log(value) : value);
      }
  }
  for (int i = 0; i < N_ALONE; i++)
    assert_sample(model->parameters[i].name, &samples[i], &moments[i]);
  model_lanes_clear(&patients);
}

static void etas_of_a_block_have_its_covariance(void **state)
{
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws();
  double products[N_BLOCK][N_BLOCK] = {{0}}, with_others[N_BLOCK] = {0}, etas[16];

  for (int p = 1; p <= n; p++) {
    const struct random_stream person = {4, 1, (uint32_t)p};

    effects_between_patients(model, &person, etas);
    for (int i = 0; i < N_BLOCK; i++) {
      const double eta = etas[model->parameters[block[i]].eta];

      for (int j = 0; j < N_BLOCK; j++)
        products[i][j] += eta * etas[model->parameters[block[j]].eta];
      with_others[i] += eta * etas[model->parameters[LOG].eta];
    }
  }
  for (int i = 0; i < N_BLOCK; i++) {
    const char *name = model->parameters[block[i]].name;

    for (int j = 0; j < N_BLOCK; j++)
      assert_covariance(name, products[i][j] / n, n,
                        (double[]){omega[i][i], omega[i][j], omega[j][j]});
    assert_covariance(name, with_others[i] / n, n, (double[]){omega[i][i], 0, 0.25});
  }
}

/* The same patient's next occasion is independent of this one, and both are of the etas. */
static void kappas_of_a_block_have_its_covariance_on_every_occasion(void **state)
{
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws();
  double here[N_OCCASION][N_OCCASION] = {{0}}, next[N_OCCASION][N_OCCASION] = {{0}};
  double with_etas[N_OCCASION] = {0}, kappas[2][8], etas[16];

  assert_int_equal(model->n_kappas, N_OCCASION);
  for (int p = 1; p <= n; p++) {
    const struct random_stream person = {5, 1, (uint32_t)p};

    effects_between_patients(model, &person, etas);
    effects_between_occasions(model, &person, 7 * 1440, kappas[0]);
    effects_between_occasions(model, &person, 14 * 1440, kappas[1]);
    for (int i = 0; i < N_OCCASION; i++) {
      const int of_i = model->parameters[on_occasion[i]].kappa;

      for (int j = 0; j < N_OCCASION; j++) {
        const int of_j = model->parameters[on_occasion[j]].kappa;

        here[i][j] += kappas[0][of_i] * kappas[0][of_j];
        next[i][j] += kappas[0][of_i] * kappas[1][of_j];
      }
      with_etas[i] += kappas[0][of_i] * etas[model->parameters[A].eta];
    }
  }
  for (int i = 0; i < N_OCCASION; i++) {
    const char *name = model->parameters[on_occasion[i]].name;
    const double variance = omega_of_occasions[i][i];

    for (int j = 0; j < N_OCCASION; j++) {
      const double other = omega_of_occasions[j][j];

      assert_covariance(name, here[i][j] / n, n,
                        (double[]){variance, omega_of_occasions[i][j], other});
      assert_covariance(name, next[i][j] / n, n, (double[]){variance, 0, other});
    }
    assert_covariance(name, with_etas[i] / n, n, (double[]){variance, 0, 0.09});
  }
}

/* Joint frequencies of two mixtures, which are independent of each other and of the etas. */
static void latent_categories_have_their_probabilities(void **state)
{
  static const double p_class[] = {0.2, 0.5, 0.3}, p_kind[] = {0.9, 0.1};
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws();
  double counts[3][2] = {{0}}, with_eta[3] = {0}, etas[16];

  for (int i = 1; i <= n; i++) {
    const struct random_stream person = {6, 1, (uint32_t)i};
    int categories[2];

    effects_mixtures(model, &person, categories);
    effects_between_patients(model, &person, etas);
    counts[categories[0]][categories[1]]++;
    with_eta[categories[0]] += etas[model->parameters[LOG].eta];
  }
  for (int c = 0; c < 3; c++) {
    for (int k = 0; k < 2; k++) {
      const double p = p_class[c] * p_kind[k];

      assert_by_chance("CLASS and KIND", counts[c][k] / n, p, sqrt(p * (1 - p) / n));
    }
    assert_by_chance("CLASS and LOG", with_eta[c] / n, 0, sqrt(p_class[c] * 0.25 / n));
  }
}

/* Replicates instead of patients; [LOGIT, LEFT, PLAIN], then [LOG, RIGHT]. */
static void population_parameters_have_the_declared_covariance(void **state)
{
  static const int parameters[] = {LOGIT, LEFT, PLAIN, LOG, RIGHT};
  static const double covariance[5][5] = {{0.09, 0.02, -0.1, 0, 0},
                                          {0.02, 0.04, 0.05, 0, 0},
                                          {-0.1, 0.05, 1, 0, 0},
                                          {0, 0, 0, 0.01, 0},
                                          {0, 0, 0, 0, 4}};
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws();
  double products[5][5] = {{0}}, thetas[5];

  assert_int_equal(model->n_thetas, 5);
  for (int r = 1; r <= n; r++) {
    effects_of_replicate(model, 11, (uint32_t)r, thetas);
    for (int i = 0; i < 5; i++)
      for (int j = 0; j < 5; j++)
        products[i][j] += thetas[model->parameters[parameters[i]].theta] *
                          thetas[model->parameters[parameters[j]].theta];
  }
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++)
      assert_covariance(model->parameters[parameters[i]].name, products[i][j] / n, n,
                        (double[]){covariance[i][i], covariance[i][j], covariance[j][j]});
}

static void thetas_move_typical_values_on_their_scale(void **state)
{
  static const double thetas[] = {0.5, -0.3, 1.5, 0.25, -2}, none[16] = {0};
  static const double typical[N_ALONE] = {2, -3, 3, 5, 5, 5};
  const double moved[N_ALONE] = {2.25, -1.5,          logit_normal(0.5, (double[]){3, 2, 12}),
                                 3,    5 * exp(-0.3), 5};
  const struct model *model = ((struct compiled *)*state)->model;
  struct model_lanes patients;

  model_lanes_create(model, &patients);
  model_lanes_load(&patients, 0, NULL, none);
  model_lanes_load(&patients, 1, NULL, none);
  model_lanes_thetas(&patients, 1, thetas);
  model_lanes_prepare(&patients);
  for (int i = 0; i < N_ALONE; i++) {
    const int theta = model->parameters[i].theta;

    if (i == LOGIT) /* goes through its logit and back */
      assert_true(fabs(model_lanes_parameter(&patients, 0, i) - 3) < 1e-15 * 12);
    else
      assert_true(model_lanes_parameter(&patients, 0, i) == typical[i]);
    assert_true(fabs(model_lanes_parameter(&patients, 1, i) / moved[i] - 1) < 1e-14);
    if (theta >= 0)
      assert_true(fabs(effects_typical(model, theta, thetas[theta]) / moved[i] - 1) < 1e-14);
  }
  model_lanes_clear(&patients);
}

/* What differs by chance, and by how much, is nothing that code is made for. */
static void a_kernel_holds_for_any_uncertainty(void **state)
{
  static const char certain[] =
      "schema: 1\nmodel: m\ntitle: m\nparameters:\n"
      "  CL: {value: 2 L/h, variability: {sd: 0.3}, source: x}\n  V: {value: 5 L, source: x}\n"
      "states: {A: {unit: mg, rate: -CL / V * A}}\noutputs: {C: {unit: mg/L, expression: A / V}}\n";
  static const char more[] =
      "uncertainty: {parameters: [CL, V], covariance: [1, 0, 1], source: x}\n";
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  char names[2][SHA256_TEXT_BYTES], *text;

  (void)state;
  for (int i = 0; i < 2; i++) {
    const char *all = arena_format(arena, "%s%s", certain, i ? more : "");
    const struct source source = {.name = "m", .text = all, .length = strlen(all)};
    const struct model *model = model_compile(&source, 0, NULL, arena, diagnostics);

    assert_non_null(model);
    assert_int_equal(model->n_thetas, 2 * i);
    kernel_name(model, names[i], &text);
    free(text);
  }
  assert_string_equal(names[0], names[1]);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parameters_have_the_moments_of_their_distributions),
      cmocka_unit_test(etas_of_a_block_have_its_covariance),
      cmocka_unit_test(kappas_of_a_block_have_its_covariance_on_every_occasion),
      cmocka_unit_test(latent_categories_have_their_probabilities),
      cmocka_unit_test(population_parameters_have_the_declared_covariance),
      cmocka_unit_test(thetas_move_typical_values_on_their_scale),
      cmocka_unit_test(a_kernel_holds_for_any_uncertainty),
  };

  return cmocka_run_group_tests(tests, compile, release_compiled);
}
