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

#include "base/memory.h"
#include "model/model_lanes.h"
#include "moments.h"
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
    "states: {X: {unit: \"1\", rate: -LOG / 1 L * X}}\n"
    "outputs: {X: {unit: \"1\", expression: X + PLAIN + LOGIT + RIGHT + LEFT + FLAT + A + B + C + "
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

struct compiled {
  struct arena *arena;
  const struct model *model;
};

static int compile(void **state)
{
  static struct compiled compiled;
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source source = {"varied", model_text, strlen(model_text)};

  compiled.arena = arena_create();
  compiled.model = model_compile(&source, 0, NULL, compiled.arena, diagnostics);
  diagnostics_print(diagnostics, stderr);
  diagnostics_destroy(&diagnostics);
  *state = &compiled;
  return compiled.model ? 0 : -1;
}

static int release(void **state)
{
  arena_destroy(&((struct compiled *)*state)->arena);
  return 0;
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parameters_have_the_moments_of_their_distributions),
      cmocka_unit_test(etas_of_a_block_have_its_covariance),
      cmocka_unit_test(kappas_of_a_block_have_its_covariance_on_every_occasion),
  };

  return cmocka_run_group_tests(tests, compile, release);
}
