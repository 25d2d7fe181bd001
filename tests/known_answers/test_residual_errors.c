/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measured values have the errors that the model declares. Known answers: the standard deviation as
 * a function of the true value, correlations as declared, exp(-distance / time) of errors that are
 * correlated in time (an Ornstein-Uhlenbeck process), limits of quantification. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "compiled_text.h"
#include "base/memory.h"
#include "model/model.h"
#include "moments.h"
#include "twin/effects.h"

enum {
  LOG,
  PROP,
  ADD,
  BOTH,
  POWER,
  BLOCK_LOG,
  BLOCK_BOTH,
  BLOCK_POWER,
  SLOW,
  SLOW_OTHER,
  LASTING,
  LIMITED
};

static const char model_text[] =
    "schema: 1\nmodel: measured\ntitle: Every residual error\n"
    "parameters: {K: {value: 1 1/h, source: test}}\n"
    "states: {X: {unit: mg/L, rate: -K * X}}\n"
    "outputs:\n"
    "  LOG: {unit: mg/L, expression: X, residual: {log_normal: 0.3}}\n"
    "  PROP: {unit: mg/L, expression: X, residual: {proportional: 0.2}}\n"
    "  ADD: {unit: mg/L, expression: X, residual: {additive: 500 ug/L}}\n"
    "  BOTH: {unit: mg/L, expression: X, residual: {proportional: 0.1, additive: 0.4 mg/L}}\n"
    "  POWER: {unit: mg/L, expression: X, residual: {proportional: 0.3, power: 0.6}}\n"
    "  BLOCK_LOG: {unit: mg/L, expression: X, residual: {log_normal: 0.3}}\n"
    "  BLOCK_BOTH: {unit: mg/L, expression: X, residual: {proportional: 0.1, additive: 0.4 mg/L}}\n"
    "  BLOCK_POWER: {unit: mg/L, expression: X, residual: {proportional: 0.3, power: 0.6}}\n"
    "  SLOW: {unit: mg/L, expression: X, residual: {additive: 2 mg/L, correlation_time: 2 d}}\n"
    "  SLOW_OTHER: {unit: mg/L, expression: X, residual: {log_normal: 0.3, correlation_time: 48 "
    "h}}\n"
    "  LASTING: {unit: mg/L, expression: X, residual: {additive: 2 mg/L, correlation_time: 40 d}}\n"
    "  LIMITED: {unit: mg/L, expression: X, lloq: 50 ug/L, uloq: 20 mg/L}\n"
    "residual_blocks:\n"
    "  - {outputs: [BLOCK_POWER, BLOCK_LOG, BLOCK_BOTH], correlation: [0.5, -0.3, 0.4]}\n"
    "  - {outputs: [SLOW, SLOW_OTHER], correlation: -0.6}\n";

static int compile(void **state)
{
  return compile_text("measured", model_text, state);
}

/* The standard deviations as the model above writes them; of the log where is_log. */
static double declared_sd(int output, double truth)
{
  switch (output) {
  case LOG:
  case BLOCK_LOG:
  case SLOW_OTHER:
    return 0.3;
  case PROP:
    return 0.2 * fabs(truth);
  case ADD:
    return 0.5;
  case BOTH:
  case BLOCK_BOTH:
    return sqrt(0.01 * truth * truth + 0.16);
  case POWER:
  case BLOCK_POWER:
    return 0.3 * pow(fabs(truth), 0.6);
  default:
    return 2;
  }
}

/** The error in standard deviations. */
static double error_of(const struct model *model, int output, const struct random_stream *stream,
                       int32_t minute, double truth)
{
  const double measured = effects_measured(model, output, stream, minute, truth);
  const bool is_log = output == LOG || output == BLOCK_LOG || output == SLOW_OTHER;

  return (is_log ? log(measured / truth) : measured - truth) / declared_sd(output, truth);
}

static void errors_have_the_declared_variance_at_every_true_value(void **state)
{
  static const double truths[] = {0.05, 1, 8, 300};
  static const struct moments standard = {0, 1, 3};
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws();

  for (int output = LOG; output <= LASTING; output++)
    for (int t = 0; t < 4; t++) {
      struct sample sample = {0};

      for (int p = 1; p <= n; p++)
        sample_add(
            &sample, &standard,
            error_of(model, output, &(struct random_stream){8, 1, (uint32_t)p}, 60 * t, truths[t]));
      assert_sample(model->outputs[output].name, &sample, &standard);
    }
}

static void negative_true_values_have_errors_of_their_size(void **state)
{
  const struct model *model = ((struct compiled *)*state)->model;
  const struct random_stream stream = {8, 1, 5};

  for (int output = PROP; output <= POWER; output++)
    assert_true(isfinite(effects_measured(model, output, &stream, 0, -4)));
  assert_true(effects_measured(model, PROP, &stream, 0, -4) ==
              -effects_measured(model, PROP, &stream, 0, 4));
  assert_true(effects_measured(model, PROP, &stream, 0, 0) == 0);
  assert_true(effects_measured(model, POWER, &stream, 0, 0) == 0);
}

static void a_value_without_a_logarithm_is_measured_as_it_is(void **state)
{
  const struct model *model = ((struct compiled *)*state)->model;
  const struct random_stream stream = {8, 1, 5};

  assert_true(effects_measured(model, LOG, &stream, 0, 0) == 0);
  assert_true(effects_measured(model, LOG, &stream, 0, -1e-9) == -1e-9);
  assert_true(effects_measured(model, BLOCK_LOG, &stream, 0, -1e-9) == -1e-9);
  assert_true(isnan(effects_measured(model, LOG, &stream, 0, (double)NAN)));
}

static void errors_of_a_block_are_correlated_at_the_same_time_only(void **state)
{
  static const int outputs[] = {BLOCK_POWER, BLOCK_LOG, BLOCK_BOTH, LOG};
  static const double truths[] = {7, 0.2, 3, 1};
  static const double correlation[4][4] = {
      {1, 0.5, -0.3, 0}, {0.5, 1, 0.4, 0}, {-0.3, 0.4, 1, 0}, {0, 0, 0, 1}};
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws();
  double now[4][4] = {{0}}, later[4][4] = {{0}};

  for (int p = 1; p <= n; p++) {
    const struct random_stream stream = {9, 3, (uint32_t)p};
    double errors[2][4];

    for (int i = 0; i < 4; i++) {
      errors[0][i] = error_of(model, outputs[i], &stream, 1440, truths[i]);
      errors[1][i] = error_of(model, outputs[i], &stream, 1441, truths[i]);
    }
    for (int i = 0; i < 4; i++)
      for (int j = 0; j < 4; j++) {
        now[i][j] += errors[0][i] * errors[0][j];
        later[i][j] += errors[0][i] * errors[1][j];
      }
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      const char *name = model->outputs[outputs[i]].name;

      assert_covariance(name, now[i][j] / n, n, (double[]){1, correlation[i][j], 1});
      assert_covariance(name, later[i][j] / n, n, (double[]){1, 0, 1});
    }
}

/* Before minute 0, close by, days apart, on either side of what the process is first laid down at
 * (65,536 minutes), and on it. */
static const int32_t minutes[] = {-3000, 0, 37, 1440, 4321, 65535, 65536, 66000, 140000};
enum { N_MINUTES = sizeof minutes / sizeof *minutes };
static const double time_min = 2880, lasting_min = 57600;

static double over_time(double time, int i, int j)
{
  return exp(-fabs((double)(minutes[i] - minutes[j])) / time);
}

static void errors_in_time_are_correlated_by_their_distance(void **state)
{
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws() / 2;
  double products[N_MINUTES][N_MINUTES] = {{0}}, across[N_MINUTES][N_MINUTES] = {{0}};
  double beyond[N_MINUTES] = {0}; /* of a minute, given the one before: with the one before that */

  for (int p = 1; p <= n; p++) {
    const struct random_stream stream = {10, 1, (uint32_t)p};
    double slow[N_MINUTES], other[N_MINUTES];

    for (int i = 0; i < N_MINUTES; i++) {
      slow[i] = error_of(model, SLOW, &stream, minutes[i], 5);
      other[i] = error_of(model, SLOW_OTHER, &stream, minutes[i], 5);
    }
    for (int i = 0; i < N_MINUTES; i++) {
      for (int j = 0; j < N_MINUTES; j++) {
        products[i][j] += slow[i] * slow[j];
        across[i][j] += slow[i] * other[j];
      }
      if (i >= 2)
        beyond[i] += slow[i - 2] * (slow[i] - over_time(time_min, i - 1, i) * slow[i - 1]);
    }
  }
  for (int i = 0; i < N_MINUTES; i++) {
    for (int j = 0; j < N_MINUTES; j++) {
      const double expected = over_time(time_min, i, j);

      assert_covariance("SLOW", products[i][j] / n, n, (double[]){1, expected, 1});
      assert_covariance("SLOW and SLOW_OTHER", across[i][j] / n, n,
                        (double[]){1, -0.6 * expected, 1});
    }
    if (i >= 2)
      assert_covariance(
          "SLOW, two steps", beyond[i] / n, n,
          (double[]){1, 0, 1 - over_time(time_min, i - 1, i) * over_time(time_min, i - 1, i)});
  }
}

/* Longer than the stride at which the process is first laid down. */
static void errors_that_last_for_weeks_are_correlated_by_their_distance(void **state)
{
  const struct model *model = ((struct compiled *)*state)->model;
  const int n = n_draws() / 2;
  double products[N_MINUTES][N_MINUTES] = {{0}};

  for (int p = 1; p <= n; p++) {
    const struct random_stream stream = {11, 1, (uint32_t)p};
    double lasting[N_MINUTES];

    for (int i = 0; i < N_MINUTES; i++)
      lasting[i] = error_of(model, LASTING, &stream, minutes[i], 5);
    for (int i = 0; i < N_MINUTES; i++)
      for (int j = 0; j < N_MINUTES; j++) products[i][j] += lasting[i] * lasting[j];
  }
  for (int i = 0; i < N_MINUTES; i++)
    for (int j = 0; j < N_MINUTES; j++)
      assert_covariance("LASTING", products[i][j] / n, n,
                        (double[]){1, over_time(lasting_min, i, j), 1});
}

/* What the limits are compared with is the measured value, and the limit is what is reported. */
static void values_beyond_the_limits_are_reported_as_the_limits(void **state)
{
  const struct model_output *limited = &((struct compiled *)*state)->model->outputs[LIMITED];
  const struct {
    double value, reported;
    enum quantification quantification;
  } cases[] = {{0.049, 0.05, BELOW_LLOQ}, {-1, 0.05, BELOW_LLOQ}, {0.05, 0.05, QUANTIFIED},
               {20, 20, QUANTIFIED},      {21, 20, ABOVE_ULOQ},   {3, 3, QUANTIFIED}};
  double missing = (double)NAN;

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value = cases[i].value;

    assert_int_equal(effects_reported(limited, &value), cases[i].quantification);
    assert_true(value == cases[i].reported);
  }
  assert_int_equal(effects_reported(limited, &missing), QUANTIFIED);
  assert_true(isnan(missing));
}

static void an_output_without_limits_is_reported_as_measured(void **state)
{
  double value = -7;

  assert_int_equal(effects_reported(&((struct compiled *)*state)->model->outputs[PROP], &value),
                   QUANTIFIED);
  assert_true(value == -7);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_have_the_declared_variance_at_every_true_value),
      cmocka_unit_test(negative_true_values_have_errors_of_their_size),
      cmocka_unit_test(a_value_without_a_logarithm_is_measured_as_it_is),
      cmocka_unit_test(errors_of_a_block_are_correlated_at_the_same_time_only),
      cmocka_unit_test(errors_in_time_are_correlated_by_their_distance),
      cmocka_unit_test(errors_that_last_for_weeks_are_correlated_by_their_distance),
      cmocka_unit_test(values_beyond_the_limits_are_reported_as_the_limits),
      cmocka_unit_test(an_output_without_limits_is_reported_as_measured),
  };

  return cmocka_run_group_tests(tests, compile, release_compiled);
}
