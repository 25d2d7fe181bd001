/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "base/lane_math.h"
#include "base/random_stream.h"

static const double special[] = {0.0,
                                 -0.0,
                                 INFINITY,
                                 -INFINITY,
                                 (double)NAN,
                                 -(double)NAN,
                                 1,
                                 -1,
                                 2,
                                 -2,
                                 0.5,
                                 -0.5,
                                 3,
                                 -3,
                                 DBL_MAX,
                                 -DBL_MAX,
                                 DBL_MIN,
                                 -DBL_MIN,
                                 0x1p-1074,
                                 -0x1p-1074,
                                 1e-310,
                                 -1e-310,
                                 DBL_MIN - 0x1p-1074,
                                 1 - DBL_EPSILON / 2,
                                 1 + DBL_EPSILON,
                                 709.78,
                                 709.79,
                                 -708.3,
                                 -708.5,
                                 -744.4,
                                 -745.1,
                                 -745.2,
                                 1e10,
                                 -1e10,
                                 0x1p53,
                                 0x1p53 - 1,
                                 1 - 0x1p53,
                                 1e19,
                                 1.0 / 3,
                                 700,
                                 -700,
                                 1e300,
                                 -1e300,
                                 1e-300,
                                 -1e-300};
enum { N_SPECIAL = sizeof special / sizeof *special };

static int64_t bits(double x)
{
  int64_t word;

  memcpy(&word, &x, sizeof word);
  return word;
}

/* Arguments for the comparison of variants: TWINTRIAL_FULL=1 asks for all that the claim needs. */
static int sample_size(void)
{
  const char *full = getenv("TWINTRIAL_FULL");

  return full && !strcmp(full, "1") ? 10000000 : 500000;
}

static double uniform(uint32_t index, uint32_t draw, double low, double high)
{
  const struct random_stream stream = {.seed = 1, .replicate = 1, .patient = index};

  return low + (high - low) * random_uniform(&stream, RANDOM_ETA, draw, 0);
}

/* Any double at all: NaN, infinite and subnormal ones too. */
static double any_double(uint32_t index, uint32_t draw)
{
  const uint32_t counter[4] = {index, draw}, key[2] = {0};
  uint32_t words[4];
  double x;

  random_block(counter, key, words);
  memcpy(&x, words, sizeof x);
  return x;
}

/* Half of the arguments from where results are ordinary numbers, half from everywhere. */
static double exp_argument(uint32_t i)
{
  if (i % 4 == 0) return any_double(i, 0);
  return i % 4 == 1 ? uniform(i, 0, -750, 710) : uniform(i, 0, -2, 2);
}

static double log_argument(uint32_t i)
{
  if (i % 4 == 0) return any_double(i, 0);
  return i % 4 == 1 ? fabs(any_double(i, 0)) : uniform(i, 0, 0.5, 2);
}

static double pow_base(uint32_t i)
{
  return i % 4 == 0 ? any_double(i, 0) : math_exp(uniform(i, 0, -20, 20));
}

static double pow_power(uint32_t i)
{
  if (i % 4 == 0) return any_double(i, 1);
  return i % 4 == 1 ? floor(uniform(i, 1, -9, 10)) : uniform(i, 1, -35, 35);
}

static double angle(uint32_t i)
{
  if (i % 4 == 0) return any_double(i, 0);
  return i % 4 == 1 ? uniform(i, 0, -1e6, 1e6) : uniform(i, 0, -7, 7);
}

static double sine_argument(uint32_t i)
{
  return i % 4 == 0 ? any_double(i, 0) : uniform(i, 0, -1, 1);
}

/* A function of one number: in lanes, alone, and to 80 bits, and where it is tried. */
static const struct function {
  const char *name;
  size_t member; /* of struct lane_math */
  double (*alone)(double x);
  long double (*exact)(long double x);
  double (*argument)(uint32_t index);
} functions[] = {
#define FUNCTION(name, argument)                                                                   \
  {                                                                                                \
#name, offsetof(struct lane_math, name), math_##name, name##l, argument                        \
  }
    FUNCTION(exp, exp_argument),   FUNCTION(log, log_argument),   FUNCTION(log10, log_argument),
    FUNCTION(sin, angle),          FUNCTION(cos, angle),          FUNCTION(tan, angle),
    FUNCTION(asin, sine_argument), FUNCTION(acos, sine_argument), FUNCTION(atan, angle),
    FUNCTION(sinh, exp_argument),  FUNCTION(cosh, exp_argument),  FUNCTION(tanh, exp_argument),
};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

static lane_math_function *in_lanes(const struct lane_math *math, const struct function *function)
{
  lane_math_function *result;

  memcpy(&result, (const char *)math + function->member, sizeof result);
  return result;
}

/* Eight arguments have the same bits in every variant as one number at a time. */
static void assert_variants_agree(const struct function *function, const lanes *x)
{
  for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
    lanes values;

    if (!simd_is_supported(simd)) continue;
    in_lanes(lane_math(simd), function)(&values, x);
    for (int lane = 0; lane < LANES; lane++)
      if (bits(values[lane]) != bits(function->alone((*x)[lane])))
        fail_msg("%s %s(%a)", simd_name(simd), function->name, (*x)[lane]);
  }
}

static void assert_powers_agree(const lanes *x, const lanes *y)
{
  for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
    lanes values;

    if (!simd_is_supported(simd)) continue;
    lane_math(simd)->pow(&values, x, y);
    for (int lane = 0; lane < LANES; lane++)
      if (bits(values[lane]) != bits(math_pow((*x)[lane], (*y)[lane])))
        fail_msg("%s pow(%a, %a)", simd_name(simd), (*x)[lane], (*y)[lane]);
  }
}

static void all_variants_have_the_same_bits_for_random_arguments(void **state)
{
  const int n = sample_size();

  (void)state;
  for (int i = 0; i < n; i += LANES) {
    lanes x, y;

    for (int f = 0; f < N_FUNCTIONS; f++) {
      for (int lane = 0; lane < LANES; lane++)
        x[lane] = functions[f].argument((uint32_t)(i + lane));
      assert_variants_agree(&functions[f], &x);
    }
    for (int lane = 0; lane < LANES; lane++) {
      x[lane] = pow_base((uint32_t)(i + lane));
      y[lane] = pow_power((uint32_t)(i + lane));
    }
    assert_powers_agree(&x, &y);
  }
}

static void all_variants_have_the_same_bits_for_special_values(void **state)
{
  (void)state;
  for (int i = 0; i < N_SPECIAL; i++) {
    const lanes x = (lanes){0} + special[i];

    for (int f = 0; f < N_FUNCTIONS; f++) assert_variants_agree(&functions[f], &x);
    for (int j = 0; j < N_SPECIAL; j++) {
      const lanes y = (lanes){0} + special[j];

      assert_powers_agree(&x, &y);
    }
  }
}

static void special_values_are_those_of_the_c_standard(void **state)
{
  (void)state;
  assert_true(math_exp(0) == 1 && math_exp(-0.0) == 1);
  assert_true(math_exp(INFINITY) == INFINITY && math_exp(-INFINITY) == 0);
  assert_true(math_exp(710) == INFINITY && math_exp(-746) == 0);
  assert_true(isnan(math_exp(NAN)) && isnan(math_log(NAN)) && isnan(math_log(-1)));
  assert_true(math_log(1) == 0 && math_log(0) == -INFINITY && math_log(-0.0) == -INFINITY);
  assert_true(math_log(INFINITY) == INFINITY);
  assert_true(math_pow(NAN, 0) == 1 && math_pow(1, NAN) == 1 && isnan(math_pow(NAN, 1)));
  assert_true(math_pow(-2, 3) == -8 && math_pow(-2, 2) == 4 && isnan(math_pow(-2, 0.5)));
  assert_true(math_pow(0, 2) == 0 && math_pow(0, -1) == INFINITY && math_pow(0, 0) == 1);
  assert_true(math_pow(2, 1024) == INFINITY && math_pow(2, -1080) == 0);
}

static void a_nan_is_always_the_same_nan(void **state)
{
  const int64_t nan_bits = INT64_C(0x7ff8000000000000);

  (void)state;
  assert_int_equal(bits(math_log(-3)), nan_bits);
  assert_int_equal(bits(math_exp(-(double)NAN)), nan_bits);
  assert_int_equal(bits(math_pow(-3, 0.5)), nan_bits);
}

/* Distance in units in the last place of a double of the size of `exact`. */
static double error_ulp(double value, long double exact)
{
  const int exponent = ilogbl(exact) < -1022 ? -1022 : ilogbl(exact);

  return (double)(fabsl((long double)value - exact) / ldexpl(1, exponent - 52));
}

/* The C library's 80-bit functions, with 11 bits more, stand for the exact values. */
static void results_are_within_one_unit_in_the_last_place(void **state)
{
  double worst_pow = 0;

  (void)state;
  for (int f = 0; f < N_FUNCTIONS; f++) {
    double worst = 0;

    for (uint32_t i = 0; i < 400000; i++) {
      const double x = functions[f].argument(i);
      const long double exact = functions[f].exact((long double)x);

      if (isfinite(x) && exact != 0 && fabsl(exact) >= 0x1p-1074L && fabsl(exact) < 8.9e307L)
        worst = fmax(worst, error_ulp(functions[f].alone(x), exact));
    }
    print_message("largest error of %s: %.3f units in the last place\n", functions[f].name, worst);
    assert_true(worst > 0.4 && worst <= 1 + 0x1p-10); /* the exact values are rounded, too */
  }
  for (uint32_t i = 0; i < 400000; i++) {
    const double base = pow_base(i), power = pow_power(i);
    const long double raised = powl(base, power);

    if (fabsl(raised) >= 0x1p-1074L && fabsl(raised) < 1e308L)
      worst_pow = fmax(worst_pow, error_ulp(math_pow(base, power), raised));
  }
  print_message("largest error of pow: %.3f units in the last place\n", worst_pow);
  assert_true(worst_pow > 0.4 && worst_pow <= 1);
}

/* The values are by mpmath, with 60 digits. */
static void angles_are_reduced_exactly_however_large(void **state)
{
  (void)state;
  assert_true(fabs(math_sin(0x1p120) - 0.37782010936075202) < 1e-15);
  assert_true(fabs(math_cos(1e22) - 0.52321478539513895) < 1e-15);
  assert_true(isnan(math_sin(INFINITY)) && isnan(math_cos(-INFINITY)) && isnan(math_asin(1.1)));
  assert_true(math_tanh(1000) == 1 && math_sinh(-0.0) == 0 && math_cosh(INFINITY) == INFINITY);
}

static void normal_cumulative_agrees_with_gsl(void **state)
{
  double worst = 0, worst_tail = 0;

  (void)state;
  for (double x = -37; x <= 37; x += 1.0 / 1024) {
    const double exact = gsl_cdf_ugaussian_P(x), error = fabs(normal_cumulative(x) - exact);

    worst = fmax(worst, error);
    if (x < 0) worst_tail = fmax(worst_tail, error / exact);
  }
  print_message("normal_cumulative: absolute error %.2g, relative in the lower tail %.2g\n", worst,
                worst_tail);
  assert_true(worst < 1e-15 && worst_tail < 1e-8);
  assert_true(normal_cumulative(0) == 0.5);
  assert_true(normal_cumulative(INFINITY) == 1 && normal_cumulative(-INFINITY) == 0);
  assert_true(isnan(normal_cumulative(NAN)));
}

static void normal_quantile_gives_the_published_values(void **state)
{
  /* Wichura 1988, section "Test results" of AS 241. */
  (void)state;
  assert_true(fabs(normal_quantile(0.25) / -0.6744897501960817 - 1) < 1e-15);
  assert_true(fabs(normal_quantile(0.001) / -3.090232306167814 - 1) < 1e-15);
  assert_true(fabs(normal_quantile(1e-20) / -9.262340089798408 - 1) < 1e-15);
}

static void normal_quantile_agrees_with_gsl(void **state)
{
  double worst = 0;

  (void)state;
  for (uint32_t i = 0; i < 100000; i++) {
    const double p = i % 2 ? uniform(i, 0, 0, 1) : math_exp(uniform(i, 0, -700, 0));
    const double exact = gsl_cdf_ugaussian_Pinv(p);

    if (p < 1 && exact != 0) worst = fmax(worst, fabs(normal_quantile(p) / exact - 1));
  }
  print_message("normal_quantile: relative error %.2g\n", worst);
  assert_true(worst < 1e-14);
  assert_true(normal_quantile(0.5) == 0);
  assert_true(isnan(normal_quantile(0)) && isnan(normal_quantile(1)) && isnan(normal_quantile(-1)));
}

static void normal_quantile_inverts_normal_cumulative(void **state)
{
  (void)state;
  for (double x = -6; x <= 6; x += 0x1p-10) {
    /* The error that the header allows p moves the quantile by 1e-15 / density. */
    const double p = normal_cumulative(x), density = 0.3989422804014327 * math_exp(-x * x / 2);

    assert_true(fabs(normal_quantile(p) - x) < 1e-15 / density + 1e-15 * (1 + fabs(x)));
  }
}

static void the_environment_can_ask_for_less_and_not_for_more(void **state)
{
  enum simd best;

  (void)state;
  unsetenv("TWINTRIAL_SIMD");
  best = simd_choice();
  assert_true(simd_is_supported(best));
  for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
    setenv("TWINTRIAL_SIMD", simd_name(simd), 1);
    assert_int_equal(simd_choice(), simd < best ? simd : best);
  }
  unsetenv("TWINTRIAL_SIMD");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_variants_have_the_same_bits_for_random_arguments),
      cmocka_unit_test(all_variants_have_the_same_bits_for_special_values),
      cmocka_unit_test(special_values_are_those_of_the_c_standard),
      cmocka_unit_test(a_nan_is_always_the_same_nan),
      cmocka_unit_test(results_are_within_one_unit_in_the_last_place),
      cmocka_unit_test(angles_are_reduced_exactly_however_large),
      cmocka_unit_test(normal_cumulative_agrees_with_gsl),
      cmocka_unit_test(normal_quantile_gives_the_published_values),
      cmocka_unit_test(normal_quantile_agrees_with_gsl),
      cmocka_unit_test(normal_quantile_inverts_normal_cumulative),
      cmocka_unit_test(the_environment_can_ask_for_less_and_not_for_more),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
