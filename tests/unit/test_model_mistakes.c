/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Broken models: each mistake is found once, at its line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/model.h"

enum { LINES = 20 };

static const char *const good[LINES] = {
    /*  1 */ "schema: 1",
    /*  2 */ "model: m",
    /*  3 */ "title: A sound model",
    /*  4 */ "time: h",
    /*  5 */ "covariates:",
    /*  6 */ "  SEX: {categories: [F, M]}",
    /*  7 */ "parameters:",
    /*  8 */ "  CL: {value: 2 L/h, variability: {sd: 0.3}, source: x}",
    /*  9 */ "  V: {by: SEX, values: {F: 10 L, M: 20 L}, source: x}",
    /* 10 */ "  KA: {value: 1 1/h, variability: {sd: 0.3}, source: x}",
    /* 11 */ "derived:",
    /* 12 */ "  C: {unit: mg/L, expression: A / V}",
    /* 13 */ "  K: {unit: 1/h, expression: CL / V}",
    /* 14 */ "states:",
    /* 15 */ "  D: {unit: mg, rate: -KA * D}",
    /* 16 */ "  A: {unit: mg, rate: KA * D - K * A}",
    /* 17 */ "routes:",
    /* 18 */ "  oral: {state: D}",
    /* 19 */ "outputs:",
    /* 20 */ "  CP: {unit: mg/L, expression: C}",
};

/* The model with one line replaced (0: none). */
static void write_model(char *text, size_t size, int line, const char *replacement)
{
  size_t used = 0;

  for (int i = 1; i <= LINES; i++)
    used += (size_t)snprintf(text + used, size - used, "%s\n",
                             i == line ? replacement : good[i - 1]);
  assert_true(used < size);
}

/* What is printed about it; the number of mistakes. */
static int mistakes_in(const char *text, const struct model_change *change, char *said, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source source = {"m", text, strlen(text), 0};
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

static const struct mistake {
  int line, at_line, at_column;
  const char *text, *says;
} mistakes[] = {
    {16, 16, 32, "  A: {unit: mg, rate: KA * D - K2 * A}", "unknown name 'K2'; did you mean 'K"},
    {16, 16, 23, "  A: {unit: mg, rate: KA * D - CL * A}", "units do not fit"},
    {16, 16, 23, "  A: {unit: mg, rate: KA * D / V}", "this is"},
    {8, 8, 7, "  CL: {value: 2 L/h}", "source"},
    {13, 13, 3, "  K: {unit: 1/h, expression: CL / V + 0 * K}", "'K' depends on itself"},
    {8, 8, 3, "  CL: {value: 2 L/h, times: \"1 + CL * 0 h/L\", source: x}",
     "'CL' depends on itself"},
    {8, 8, 3, "  CL: {value: 2 L/h, times: A / 1 mg, source: x}",
     "depends on a state, an event or TIME"},
    {8, 8, 3, "  CL: {value: 2 L/h, times: TIME / 1 h, source: x}",
     "depends on a state, an event or TIME"},
    {11, 12, 3, "derived:\n  CL: {unit: mg/L, expression: A / V}", "the name 'CL' is used twice"},
    {10, 11, 3, "  KA: {value: 1 1/h, source: x}\n  KA: {value: 1 1/h, source: x}", "KA"},
    {9, 9, 43, "  V: {by: SEX, values: {F: 10 L, M: 20 L, X: 1 L}, source: x}",
     "'X' is not a category of SEX"},
    {9, 9, 24, "  V: {by: SEX, values: {F: 10 L}, source: x}", "no value for the category 'M'"},
    {9, 9, 37, "  V: {by: SEX, values: {F: 10 L, M: 20 mg}, source: x}", "expected volume"},
    {9, 9, 3, "  V: {by: CL, values: {F: 10 L, M: 20 L}, source: x}",
     "name of a categorical covariate"},
    {18, 18, 17, "  oral: {state: DEPOT}", "'DEPOT' is not a state"},
    {18, 18, 30, "  oral: {state: D, fraction: A / 1 mg}", "may not depend on states"},
    {15, 15, 26, "  D: {unit: mg, initial: A, rate: -KA * D}", "may not depend on states"},
    {15, 15, 13, "  D: {unit: mgs, rate: -KA * D}", "unknown unit 'mgs'"},
    {4, 4, 7, "time: kg", "unit of time"},
    {11, 12, 3, "derived:\n  if: {unit: \"1\", expression: 1}", "word of the language"},
    {11, 12, 3, "derived:\n  TIME: {unit: \"1\", expression: 1}", "word of the language"},
    {10, 10, 15, "  KA: {value: fast, source: x}", "not a quantity"},
    {10, 10, 3, "  KA: {source: x}", "either 'value' or 'by'"},
    {10, 10, 35, "  KA: {value: 1 1/h, variability: {sd: 0.3, variance: 0.1}, source: x}",
     "not both"},
    {10, 10, 35,
     "  KA: {value: 1 1/h, variability: {distribution: logit_normal, sd: 1, lower: 2}, source: x}",
     "between 'lower' and 'upper'"},
    {10, 10, 35,
     "  KA: {value: 1 1/h, variability: {distribution: logit_normal, sd: 1}, source: x}",
     "between 'lower' and 'upper'"},
    {7, 7, 3, "  AGE: {label: Age}\nparameters:", "either a unit or categories"},
    {20, 20, 43, "  CP: {unit: mg/L, expression: \"if(SEX == 'X', C, C)\"}", "not a category"},
    {20, 20, 59, "  CP: {unit: mg/L, expression: \"interpolate(TIME, 1 h: C, 30 min: C)\"}",
     "must ascend"},
    {20, 20, 50, "  CP: {unit: mg/L, expression: \"positive_root(C, C)\"}", "but b squared is"},
    {17, 18, 15, "chains:\n  T: {states: 0, unit: mg, rate: K}\nroutes:", "between 1 and 500"},
    {17, 18, 34, "chains:\n  T: {states: 3, unit: mg, rate: CL}\nroutes:",
     "this is volume / time, but 1 / time is needed"},
    {17, 18, 44, "chains:\n  T: {states: 3, unit: mg, rate: K, input: A}\nroutes:",
     "this is mass, but mass / time is needed"},
    {17, 18, 46, "chains:\n  T: {states: 3, unit: mg, rate: K, initial: A}\nroutes:",
     "an initial value may not depend on states"},
    {17, 18, 44,
     "chains:\n  T: {states: 3, unit: mg, rate: K, scale: 1 L}\nroutes:", "expected mass"},
    {17, 18, 3, "chains:\n  T: {states: 3, unit: mg, rate: K + T_out * 0 / 1 mg}\nroutes:",
     "'T_out' depends on itself"},
    {17, 18, 6, "chains:\n  T: {unit: mg, rate: K}\nroutes:", "'states'"},
    {13, 14, 3,
     "  K: {unit: 1/h, expression: CL / V}\n  T_out: {unit: mg/h, expression: K * A}\nchains:\n"
     "  T: {states: 3, unit: mg, rate: K}",
     "the name 'T_out' is used twice"},
    {17, 19, 3,
     "chains:\n  T: {states: 11, unit: mg, rate: K}\n  T1: {states: 2, unit: mg, rate: K}\nroutes:",
     "the name 'T11' is used twice"},
    {17, 18, 13, "events:\n  E: {when: A}\nroutes:", "a condition is needed here"},
    {17, 18, 27, "events:\n  E: {when: \"A > 2 mg and E\"}\nroutes:", "may not depend on an event"},
    {17, 18, 25, "events:\n  E: {when: A > 2 mg or D}\nroutes:", "a condition is needed here"},
    {17, 18, 32, "events:\n  E: {when: A > 2 mg, assign: {DD: 1 mg}}\nroutes:",
     "'DD' is not a state of this model; did you mean 'D'?"},
    {17, 18, 32, "events:\n  E: {when: A > 2 mg, assign: {CL: 1 L/h}}\nroutes:",
     "'CL' is not a state of this model"},
    {17, 18, 35, "events:\n  E: {when: A > 2 mg, assign: {D: 1 L}}\nroutes:",
     "this is volume, but mass is needed"},
    {17, 18, 46, "events:\n  E: {when: A > 2 mg, assign: {D: 0}, delay: A}\nroutes:",
     "this is mass, but time is needed"},
    {17, 18, 49,
     "events:\n  E: {when: A > 2 mg, assign: {D: 0}, priority: A}\nroutes:", "this is mass, but"},
    {17, 18, 30, "events:\n  E: {when: A > 2 mg, delay: 1 h}\nroutes:", "lacks the key 'assign'"},
    {17, 18, 47,
     "events:\n  E: {when: A > 2 mg, assign: {D: 0}, values: now}\nroutes:", "at_execution"},
    {17, 18, 51, "events:\n  E: {when: A > 2 mg, assign: {D: 0}, persistent: 1}\nroutes:",
     "needs true or false"},
    {17, 18, 49,
     "events:\n  E: {when: A > 2 mg, assign: {D: 0}, at_start: 0}\nroutes:", "not_held"},
    {17, 18, 13, "events:\n  E: {when: A > C}\nroutes:", "units do not fit: mass against"},
    {17, 18, 17, "events:\n  E: {when: A > AA}\nroutes:", "unknown name 'AA'"},
    {17, 18, 6, "events:\n  E: {}\nroutes:", "lacks the key 'when'"},
    {17, 18, 13, "events:\n  E: {when: TIME > first(E)}\nroutes:", "may not depend on an event"},
    {17, 18, 14, "events:\n  E: {when: \"A > if(E, 1 mg, 2 mg)\"}\nroutes:",
     "the condition of an event may not depend on an event"},
    {17, 18, 3, "events:\n  first: {when: A > 2 mg}\nroutes:", "word of the language"},
    {17, 18, 3, "events:\n  CL: {when: A > 2 mg}\nroutes:", "the name 'CL' is used twice"},
    {20, 20, 29, "  CP: {unit: h, expression: first(K)}\nevents:\n  E: {when: A > 2 mg}",
     "'first(K)': there is no event of this name"},
    {20, 20, 29, "  CP: {unit: h, expression: first(E)}",
     "'first(E)': there is no event of this name"},
    {20, 20, 35, "  CP: {unit: h, expression: first()}\nevents:\n  E: {when: A > 2 mg}",
     "expected the name of an event"},
    {20, 20, 30, "  CP: {unit: mg, expression: first(E)}\nevents:\n  E: {when: A > 2 mg}",
     "this is time, but mass is needed"},
    {20, 20, 30, "  CP: {unit: mg, expression: E * A}\nevents:\n  E: {when: A > 2 mg}",
     "a number is needed here, but this is a condition"},
    {16, 16, 27,
     "  A: {unit: mg, initial: \"if(E, 0 mg, 1 mg)\", rate: KA * D - K * A}\nevents:\n"
     "  E: {when: A > 2 mg}",
     "an initial value may not depend on states"},
    {10, 10, 3,
     "  KA: {value: 1 1/h, times: \"if(E, 1, 2)\", source: x}\nevents:\n  E: {when: A > 2 mg}",
     "depends on a state, an event or TIME"},
    {18, 18, 17, "  oral: {state: T4}\nchains:\n  T: {states: 3, unit: mg, rate: K}",
     "'T4' is not a state"},
};

static void assert_says(const char *said, const struct mistake *mistake)
{
  char place[32];
  const char *line_end = strchr(said, '\n');
  const char *found = strstr(said, mistake->says);

  snprintf(place, sizeof place, "m:%d:%d: error: ", mistake->at_line, mistake->at_column);
  if (strncmp(said, place, strlen(place)) != 0 || !found || found > line_end)
    fail_msg("%s\nexpected %s%s\ngot %s", mistake->text, place, mistake->says, said);
}

static void a_sound_model_gives_no_complaint(void **state)
{
  char text[4096], said[4096];

  (void)state;
  write_model(text, sizeof text, 0, NULL);
  assert_int_equal(mistakes_in(text, NULL, said, sizeof said), 0);
  assert_string_equal(said, "");
}

static void each_mistake_is_found_once_at_its_place(void **state)
{
  char text[4096], said[4096];

  (void)state;
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    int n;

    write_model(text, sizeof text, mistakes[i].line, mistakes[i].text);
    n = mistakes_in(text, NULL, said, sizeof said);
    assert_says(said, &mistakes[i]);
    if (n != 1) fail_msg("%s\n%d mistakes: %s", mistakes[i].text, n, said);
  }
}

/* A block before line 11; its parameters have no standard deviation of their own. */
static void blocks_must_make_sense(void **state)
{
  static const struct mistake blocks[] = {
      {11, 12, 5, "blocks:\n  - {parameters: [CL, KA], covariance: [0.1, 0.2, 0.1]}\nderived:",
       "not positive definite"},
      {11, 12, 5,
       "blocks:\n  - {parameters: [CL, KA], covariance: [0.1, 0.1]}\nderived:", "needs 3 numbers"},
      {11, 12, 23, "blocks:\n  - {parameters: [CL, Q], covariance: [0.1, 0, 0.1]}\nderived:",
       "'Q' is not a parameter"},
      {11, 12, 23, "blocks:\n  - {parameters: [CL, CL], covariance: [0.1, 0, 0.1]}\nderived:",
       "'CL' stands twice"},
      {11, 13, 19,
       "blocks:\n  - {parameters: [CL], covariance: [0.1]}\n"
       "  - {parameters: [CL], covariance: [0.1]}\nderived:",
       "'CL' stands twice"},
  };
  char text[4096], said[4096];

  (void)state;
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
    char *variability;

    write_model(text, sizeof text, blocks[i].line, blocks[i].text);
    for (const char *sd = "{sd: 0.3}"; (variability = strstr(text, sd)) != NULL;)
      memcpy(variability, "{}       ", strlen(sd));
    assert_int_equal(mistakes_in(text, NULL, said, sizeof said), 1);
    assert_says(said, &blocks[i]);
  }
}

static void a_parameter_of_a_block_has_no_variance_of_its_own(void **state)
{
  const struct mistake twice = {
      11, 8, 35, "blocks:\n  - {parameters: [CL], covariance: [0.1]}\nderived:", "is in a block"};
  char text[4096], said[4096];

  (void)state;
  write_model(text, sizeof text, twice.line, twice.text);
  assert_int_equal(mistakes_in(text, NULL, said, sizeof said), 1);
  assert_says(said, &twice);
}

static void only_a_log_normal_error_can_be_changed(void **state)
{
  static const struct source protocol = {"p", "CP: 0.1\n", 8, 0};
  const struct model_change change = {
      CHANGE_RESIDUAL, {"CP", {&protocol, 1, 1, 2}}, {"0.1", {&protocol, 1, 5, 3}}};
  const char *expected = "p:1:1: error: the error of 'CP' is proportional or additive";
  char text[4096], said[4096];

  (void)state;
  write_model(text, sizeof text, 20,
              "  CP: {unit: mg/L, expression: C, residual: {proportional: 0.2}}");
  assert_int_equal(mistakes_in(text, &change, said, sizeof said), 1);
  if (strncmp(said, expected, strlen(expected)) != 0) fail_msg("%s", said);
}

static void a_change_must_fit_what_it_changes(void **state)
{
  static const struct source protocol = {"p", "CK: 3 mg\n", 9, 0};
  static const struct place name = {&protocol, 1, 1, 2}, value = {&protocol, 1, 5, 4};
  const struct {
    struct model_change change;
    const char *says;
  } cases[] = {
      {{CHANGE_PARAMETER, {"CK", name}, {"3 L/h", value}},
       "p:1:1: error: model m has no parameter"},
      {{CHANGE_RESIDUAL, {"CL", name}, {"0.1", value}}, "p:1:1: error: model m has no output"},
      {{CHANGE_PARAMETER, {"CL", name}, {"3 mg", value}}, "p:1:5: error: '3 mg' is mass"},
      {{CHANGE_BETWEEN_PATIENTS, {"CL", name}, {"-1", value}}, "p:1:5: error: '-1' is not"},
  };
  char text[4096], said[4096];

  (void)state;
  write_model(text, sizeof text, 0, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(mistakes_in(text, &cases[i].change, said, sizeof said), 1);
    if (strncmp(said, cases[i].says, strlen(cases[i].says)) != 0)
      fail_msg("expected %s, got %s", cases[i].says, said);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sound_model_gives_no_complaint),
      cmocka_unit_test(each_mistake_is_found_once_at_its_place),
      cmocka_unit_test(blocks_must_make_sense),
      cmocka_unit_test(a_parameter_of_a_block_has_no_variance_of_its_own),
      cmocka_unit_test(only_a_log_normal_error_can_be_changed),
      cmocka_unit_test(a_change_must_fit_what_it_changes),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
