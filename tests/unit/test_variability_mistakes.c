/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mistakes in what a model says of chance: each is found once, at its line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/model.h"

enum { CL_LINE = 5, V_LINE = 6, KA_LINE = 7, MORE_LINE = 8, CP_LINE = 11, AE_LINE = 12 };
static const char *const good[] = {
    /*  1 */ "schema: 1",
    /*  2 */ "model: m",
    /*  3 */ "title: A sound model",
    /*  4 */ "parameters:",
    /*  5 */ "  CL: {value: 2 L/h, source: x}",
    /*  6 */ "  V: {value: 10 L, source: x}",
    /*  7 */ "  KA: {value: 1 1/h, source: x}",
    /*  8 */ "",
    /*  9 */ "states: {D: {unit: mg, rate: -KA * D}, A: {unit: mg, rate: KA * D - CL / V * A}}",
    /* 10 */ "outputs:",
    /* 11 */ "  CP: {unit: mg/L, expression: A / V, residual: {proportional: 0.2}}",
    /* 12 */ "  AE: {unit: mg, expression: A, residual: {log_normal: 0.2}}",
};

static const struct mistake {
  int line;
  const char *text, *says; /* the mistake, and what is said from its place on */
} mistakes[] = {
    {CL_LINE, "  CL: {value: 2 L/h, variability: {distribution: box_cox, sd: 0.3}, source: x}",
     "m:5:35: error: the distribution box_cox needs its shape 'lambda'"},
    {CL_LINE, "  CL: {value: 2 L/h, variability: {sd: 0.3, lambda: 1}, source: x}",
     "m:5:35: error: 'lambda' belongs to box_cox alone"},
    {CL_LINE,
     "  CL: {value: 2 L/h, variability: {distribution: box_cox, sd: 0.3, lambda: 11}, source: x}",
     "m:5:35: error: the distribution box_cox needs its shape 'lambda', between -10 and 10"},
    {MORE_LINE, "blocks: {parameters: [CL, V], covariance: [0.1, 0.2, 0.1]}",
     "m:8:9: error: the covariance is not positive definite: the rows before it would explain 4 "
     "times "
     "the variance of 'V' (row 2)"},
    {MORE_LINE, "blocks: {parameters: [CL, V, KA], covariance: [0.1, 0, 0.1, 0.1, 0.1, 0.1]}",
     "m:8:9: error: the covariance is not positive definite: the rows before it would explain 2 "
     "times "
     "the variance of 'KA' (row 3)"},
    {MORE_LINE, "blocks: {parameters: [CL, V], covariance: [0.1, 0, 0]}",
     "m:8:9: error: the covariance is not positive definite: the variance of 'V' (row 2) is 0 and "
     "must"
     " be positive"},
    {MORE_LINE, "blocks: {parameters: [CL, V], covariance: [-0.1, 0, 1]}",
     "m:8:9: error: the covariance is not positive definite: the variance of 'CL' (row 1) is -0.1"},
    {MORE_LINE, "blocks: {parameters: [CL, V], covariance: [1, 2, 4]}",
     "m:8:9: error: the covariance is singular or nearly so: given the rows before it, 'V' (row 2) "
     "keeps 0.0e+00 of its variance, less than 1e-10"},
    {MORE_LINE, "blocks: {parameters: [CL, V], covariance: [1, 1.99999999999, 4]}",
     "m:8:9: error: the covariance is singular or nearly so: given the rows before it, 'V' (row 2) "
     "keeps 1.0e-11 of its variance, less than 1e-10"},
    {MORE_LINE, "blocks: {parameters: [CL, V], covariance: [1, 2]}",
     "m:8:9: error: a block of 2 parameters (at most 100) needs 3 numbers, its lower triangle"},
    {MORE_LINE, "blocks: {between: occasions, parameters: [CL, Q], covariance: [1, 0, 1]}",
     "m:8:47: error: 'Q' is not a parameter of this model"},
    {MORE_LINE, "blocks: {between: visits, parameters: [CL, V], covariance: [1, 0, 1]}",
     "m:8:19: error: unknown between 'visits'"},
    {CP_LINE,
     "  CP: {unit: mg/L, expression: A / V, residual: {log_normal: 0.1, proportional: 0.2}}",
     "m:11:49: error: log_normal stands alone"},
    {CP_LINE, "  CP: {unit: mg/L, expression: A / V, residual: {additive: 1 mg}}",
     "m:11:60: error: '1 mg' is mass"},
    {CP_LINE, "  CP: {unit: mg/L, expression: A / V, residual: {additive: -1 mg/L}}",
     "m:11:60: error: a standard deviation is at least 0"},
    {CP_LINE, "  CP: {unit: mg/L, expression: A / V, residual: {additive: 1 mg/L, power: 0.5}}",
     "m:11:49: error: 'power' belongs to 'proportional', which is missing"},
    {CP_LINE, "  CP: {unit: mg/L, expression: A / V, residual: {proportional: 1, power: -1}}",
     "m:11:74: error: 'power' must be between 0 and 10"},
    {CP_LINE,
     "  CP: {unit: mg/L, expression: A / V, residual: {proportional: 1, correlation_time: 1 mg}}",
     "m:11:85: error: 'correlation_time': '1 mg' is mass"},
    {CP_LINE, "  CP: {unit: mg/L, expression: A / V, lloq: 1 mg}",
     "m:11:45: error: '1 mg' is mass"},
    {CP_LINE, "  CP: {unit: mg/L, expression: A / V, lloq: 1 mg/L, uloq: 0.5 mg/L}",
     "m:11:59: error: 'uloq' must be above 'lloq'"},
    {MORE_LINE, "mixtures: {M: {probabilities: {a: 0.3, b: 0.6}, source: x}}",
     "m:8:31: error: the probabilities of 'M' add up to 0.9, not to 1"},
    {MORE_LINE, "mixtures: {M: {probabilities: {a: 1.3, b: -0.3}, source: x}}",
     "m:8:35: error: the probability of 'a' is a number between 0 and 1"},
    {MORE_LINE, "mixtures: {M: {probabilities: {a: 0.5, b: [0.5]}, source: x}}",
     "m:8:43: error: the probability of 'b' is a number between 0 and 1"},
    {MORE_LINE, "mixtures: {M: {probabilities: {a: 1}, source: x}}",
     "m:8:31: error: 'probabilities' needs two to 100 categories"},
    {MORE_LINE, "mixtures: {M: {probabilities: [0.5, 0.5], source: x}}",
     "m:8:31: error: 'probabilities' needs two to 100 categories"},
    {MORE_LINE, "mixtures: {if: {probabilities: {a: 0.5, b: 0.5}, source: x}}",
     "m:8:12: error: 'if' is a word of the language"},
    {KA_LINE,
     "  KA: {by: M, values: {a: 1 1/h}, source: x}\n"
     "mixtures: {M: {probabilities: {a: 0.5, b: 0.5}, source: x}}",
     "m:7:23: error: no value for the category 'b' of M"},
    {MORE_LINE, "uncertainty: {parameters: [CL, V], covariance: [0.1, 0.2, 0.1], source: x}",
     "m:8:14: error: the covariance is not positive definite: the rows before it would explain 4 "
     "times"},
    {MORE_LINE, "uncertainty: {parameters: [CL, Q], covariance: [0.1, 0, 0.1], source: x}",
     "m:8:32: error: 'Q' is not a parameter of this model"},
    {MORE_LINE,
     "uncertainty: [{parameters: CL, covariance: 1, source: x}, {parameters: CL, covariance: 1, "
     "source: x}]",
     "m:8:72: error: 'CL' stands twice in the uncertainty"},
    {MORE_LINE, "residual_blocks: {outputs: [CP, AE], correlation: [1, 0.5, 1]}",
     "m:8:18: error: a residual block of 2 outputs (2 to 100) needs 1 correlations"},
    {MORE_LINE, "residual_blocks: {outputs: [CP], correlation: []}",
     "m:8:18: error: a residual block of 1 outputs"},
    {MORE_LINE, "residual_blocks: {outputs: [CP, AE], correlation: 1.5}",
     "m:8:18: error: the correlation is not positive definite: the rows before it would explain "
     "2.25 "
     "times the variance of 'AE' (row 2)"},
    {MORE_LINE, "residual_blocks: {outputs: [CP, AE], correlation: -1}",
     "m:8:18: error: the correlation is singular or nearly so"},
    {MORE_LINE, "residual_blocks: {outputs: [CP, CL], correlation: 0.5}",
     "m:8:33: error: 'CL' is not an output of this model"},
    {MORE_LINE, "residual_blocks: {outputs: [CP, CP], correlation: 0.5}",
     "m:8:33: error: 'CP' stands twice in the residual blocks"},
    {AE_LINE,
     "  AE: {unit: mg, expression: A}\n"
     "residual_blocks: {outputs: [CP, AE], correlation: 0.5}",
     "m:13:33: error: 'AE' has no residual error"},
    {AE_LINE,
     "  AE: {unit: mg, expression: A, residual: {log_normal: 1, correlation_time: 1 h}}\n"
     "residual_blocks: {outputs: [CP, AE], correlation: 0.5}",
     "m:13:33: error: 'AE' needs the correlation_time of 'CP', with which it shares a block"},
};

/** The model with one line replaced (0: none). */
static void write_model(char *text, size_t size, int line, const char *replacement)
{
  const int n = (int)(sizeof good / sizeof *good);
  size_t used = 0;

  for (int i = 1; i <= n; i++)
    used += (size_t)snprintf(text + used, size - used, "%s\n",
                             i == line ? replacement : good[i - 1]);
  assert_true(used < size);
}

/** What is printed about it; the number of mistakes. */
static int mistakes_in(const char *text, const struct model_change *change, char *said, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source source = {.name = "m", .text = text, .length = strlen(text)};
  const struct model *model = model_compile(&source, change ? 1 : 0, change, arena, diagnostics);
  const int n = diagnostics_n_errors(diagnostics);
  FILE *stream = tmpfile();

  assert_true((model == NULL) == (n > 0));
  diagnostics_print(diagnostics, stream);
  rewind(stream);
  said[fread(said, 1, size - 1, stream)] = '\0';
  fclose(stream);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
  return n;
}

static void each_mistake_is_found_once_at_its_place(void **state)
{
  char text[4096], said[4096];

  (void)state;
  write_model(text, sizeof text, 0, NULL);
  assert_int_equal(mistakes_in(text, NULL, said, sizeof said), 0);
  assert_string_equal(said, "");
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    int n;

    write_model(text, sizeof text, mistakes[i].line, mistakes[i].text);
    n = mistakes_in(text, NULL, said, sizeof said);
    if (n != 1 || strncmp(said, mistakes[i].says, strlen(mistakes[i].says)) != 0)
      fail_msg("%s\nexpected %s\ngot %d: %s", mistakes[i].text, mistakes[i].says, n, said);
  }
}

/* A correlation of 0.99999 is extreme, and sound. */
static void a_strong_correlation_is_no_mistake(void **state)
{
  char text[4096], said[4096];

  (void)state;
  write_model(text, sizeof text, MORE_LINE,
              "blocks: {parameters: [CL, V], covariance: [1, 1.99998, 4]}");
  if (mistakes_in(text, NULL, said, sizeof said) != 0) fail_msg("%s", said);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_mistake_is_found_once_at_its_place),
      cmocka_unit_test(a_strong_correlation_is_no_mistake),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
