/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cohort_fixture.h"

#include <stdio.h>

/** The first diagnostic says `words`, and stands where `at` stands in the cohort, or else in the
 *  table; NULL is the start of the table. */
static void assert_refused(const char *text, const char *table, const char *at, const char *words)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  FILE *stream = tmpfile();
  const bool is_in_table = table && (!at || !strstr(text, at));
  const char *whole = is_in_table ? table : text, *start = whole;
  const char *found = at ? strstr(whole, at) : whole;
  char line[512] = "", place[64];
  int n_lines = 1;

  assert_non_null(found);
  for (const char *c = whole; c < found; c++) {
    if (*c != '\n') continue;
    n_lines++;
    start = c + 1;
  }
  snprintf(place, sizeof place, "%s:%d:%d: error: ", is_in_table ? "t" : "c", n_lines,
           (int)(found - start) + 1);
  if (cohort_compile(source_of(arena, "c", text), source_of(arena, "t", table), NULL, arena,
                     diagnostics))
    fail_msg("accepted: %s", text);
  diagnostics_print(diagnostics, stream);
  rewind(stream);
  assert_non_null(fgets(line, sizeof line, stream));
  if (strncmp(line, place, strlen(place)) != 0 || !strstr(line, words))
    fail_msg("expected %s and '%s', got %s%s", place, words, line, text);
  fclose(stream);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
}

static void a_covariate_needs_one_distribution_a_unit_and_a_source(void **state)
{
  (void)state;
  assert_refused("schema: 1\ncohort: x\ntitle: x\n", NULL, "schema", "covariates");
  assert_refused(HEAD "  X: {unit: a, nromal: {mean: 1, sd: 1}, source: x}\n", NULL,
                 "X:", "needs one of");
  assert_refused(HEAD "  X: {unit: a, normal: {mean: 1, sd: 1, st: 2}, source: x}\n", NULL,
                 "st:", "unknown key 'st'");
  assert_refused(HEAD "  X: {unit: a, normal: {mean: 5, sd: 1}, uniform: {from: 1, to: 2}, "
                      "source: x}\n",
                 NULL, "X:", "both 'uniform' and 'normal'");
  assert_refused(HEAD "  X: {unit: a, normal: {mean: 5, sd: 1}}\n", NULL, "X:", "source");
  assert_refused(HEAD "  X: {normal: {mean: 5, sd: 1}, source: x}\n", NULL,
                 "X:", "lacks the key 'unit'");
  assert_refused(HEAD "  X: {unit: years, normal: {mean: 5, sd: 1}, source: x}\n", NULL, "years",
                 "unknown unit");
  assert_refused(HEAD "  X: {unit: kg, categorical: {M: 0.4, F: 0.6}, source: x}\n", NULL, "kg",
                 "no unit");
  assert_refused(HEAD "  exp: {unit: a, normal: {mean: 5, sd: 1}, source: x}\n", NULL, "exp",
                 "a word of the language");
}

static void probabilities_are_checked(void **state)
{
  (void)state;
  assert_refused(HEAD "  X: {categorical: {M: 0.4, F: 0.5}, source: x}\n", NULL, "{M",
                 "sum to 0.9, which is 0.1 too little");
  assert_refused(HEAD "  X: {categorical: {M: 0.4, F: 0.600000002}, source: x}\n", NULL, "{M",
                 "2e-09 too much");
  assert_refused(HEAD "  X: {genotype: {alleles: {A: 0.7, B: 0.4}}, source: x}\n", NULL, "{A",
                 "0.1 too much");
  assert_refused(HEAD "  X: {categorical: {M: 1.4, F: -0.4}, source: x}\n", NULL, "1.4",
                 "between 0 and 1");
  assert_refused(HEAD AGE "  X: {categorical: {y: AGE / 80 a, n: 0}, source: x}\n", NULL,
                 "AGE / 80", "weights may depend");
  assert_refused(HEAD "  X: {weights: {M: 0, F: 0}, source: x}\n", NULL, "{M", "all 0");
  assert_refused(HEAD "  X: {unit: a, bands: {edges: [1, 2, 3], shares: [0.5, 0.4]}, source: x}\n",
                 NULL, "[0.5", "0.1 too little");
  assert_refused(HEAD "  X: {unit: a, bands: {edges: [1, 2, 3], shares: [1]}, source: x}\n", NULL,
                 "[1]", "a list of 2 numbers");
}

static void parameters_are_checked(void **state)
{
  (void)state;
  assert_refused(HEAD "  X: {unit: kg, normal: {mean: 5 a, sd: 1}, source: x}\n", NULL, "5 a",
                 "this is time, but mass is needed");
  assert_refused(HEAD AGE "  X: {unit: a, expression: AGE + AEG, source: x}\n", NULL, "AEG",
                 "did you mean 'AGE'");
  assert_refused(HEAD "  X: {unit: a, expression: Y + 1 a, source: x}\n"
                      "  Y: {unit: a, normal: {mean: 5, sd: 1}, source: x}\n",
                 NULL, "Y +", "comes later");
  assert_refused(HEAD "  X: {unit: a, expression: X + 1 a, source: x}\n", NULL, "X +",
                 "define itself");
  assert_refused(HEAD AGE "  X: {unit: kg, expression: AGE * 2, source: x}\n", NULL, "AGE *",
                 "this is time");
  assert_refused(HEAD "  X: {unit: a, normal: {mean: 5, sd: -1}, source: x}\n", NULL, "-1",
                 "must be positive");
  assert_refused(HEAD "  X: {unit: a, normal: {mean: log(-1), sd: 1}, source: x}\n", NULL, "log(",
                 "no finite value");
  assert_refused(HEAD "  X: {unit: a, uniform: {from: 3, to: 2}, source: x}\n", NULL, "{from",
                 "not below");
  assert_refused(HEAD "  X: {unit: a, normal: {mean: 5, sd: 1}, truncate: [4 kg, 9], source: x}\n",
                 NULL, "4 kg", "this is mass");
  assert_refused(HEAD "  X: {unit: a, normal: {mean: 5, sd: 1}, truncate: [6, 5], source: x}\n",
                 NULL, "[6", "not below");
  assert_refused(HEAD SEX "  X: {unit: a, quantiles: {p: [0.1, 0.9], by: SEX, x: {M: [1, 2]}}, "
                          "source: x}\n",
                 NULL, "{M: [", "no list for the category 'F'");
  assert_refused(HEAD "  X: {unit: a, quantiles: {p: [0.1, 0.9], x: [2, 1]}, source: x}\n", NULL,
                 "[2", "must rise");
}

static void conditions_are_checked(void **state)
{
  (void)state;
  assert_refused(HEAD AGE "eligibility: [AGE]\n", NULL, "AGE]", "a condition is needed");
  assert_refused(HEAD AGE "eligibility: [AGE > 18 kg]\n", NULL, "AGE >", "units do not fit");
  assert_refused(HEAD AGE "eligibility: [1 > 2]\n", NULL, "1 >", "never true");
}

static void mistakes_in_correlations_are_pointed_at(void **state)
{
#define THREE                                                                                      \
  HEAD SEX "  X: {unit: a, normal: {mean: 5, sd: 1}, source: x}\n"                                 \
           "  Y: {unit: a, normal: {mean: 5, sd: 1}, source: x}\n"                                 \
           "  Z: {unit: a, normal: {mean: 5, sd: 1}, source: x}\n"                                 \
           "correlations:\n"
  (void)state;
  assert_refused(THREE "  - {covariates: [X, Y, Z], matrix: [0.9, 0.9, -0.9], source: x}\n", NULL,
                 "[0.9", "not positive definite");
  assert_refused(THREE "  - {covariates: [X, Y, W], matrix: [0, 0, 0], source: x}\n", NULL, "W]",
                 "'W' is not a covariate");
  assert_refused(THREE "  - {covariates: [X, SEX], matrix: [0], source: x}\n", NULL, "SEX]",
                 "no distribution that can be correlated");
  assert_refused(THREE "  - {covariates: [X, Y], matrix: [0, 0], source: x}\n", NULL, "[0",
                 "a list of 1 numbers");
  assert_refused(THREE "  - {covariates: [X, Y], matrix: [1.5], source: x}\n", NULL, "[1.5",
                 "between -1 and 1");
  assert_refused(THREE "  - {covariates: [X, Y], by: Z, matrix: {M: [0]}, source: x}\n", NULL,
                 "Z, m", "'Z' is a number");
  assert_refused(THREE "  - {covariates: [X, Y], matrix: [0], source: x}\n"
                       "  - {covariates: [Z, X], matrix: [0], source: x}\n",
                 NULL, "X]", "two correlations");
}

static void mistakes_in_a_table_are_pointed_at(void **state)
{
#define PEOPLE TABLE_HEAD("bootstrap") TABLE_COLUMNS
#define WEIGHT "\"weight, kg\""
  (void)state;
  assert_refused(PEOPLE, "", NULL, "empty");
  assert_refused(PEOPLE, WEIGHT ",sex\n", NULL, "no patients");
  assert_refused(PEOPLE, "weight,sex\n80,1\n", WEIGHT, "no column 'weight, kg'");
  assert_refused(PEOPLE, WEIGHT ",sex\n80,1\nheavy,1\n", "heavy", "not a number");
  assert_refused(PEOPLE, WEIGHT ",sex\n80,1\n,1 \n", ",1 ", "the cell is empty");
  assert_refused(PEOPLE, WEIGHT ",sex\r\n80,3\r\n", "3\r", "not a category of SEX");
  assert_refused(PEOPLE, WEIGHT ",sex\n80\n", "80", "has 1 cell, but the header has 2");
  assert_refused(PEOPLE, WEIGHT ",sex\n80,1,2\n", "2\n", "more cells");
  assert_refused(PEOPLE, WEIGHT ",sex,sex\n80,1,2\n", "sex\n", "twice");
  assert_refused(PEOPLE, WEIGHT ",sex\n80,\"1\n", "\"1\n", "not closed");
  assert_refused(PEOPLE, NULL, "table.csv", "is not there");
  assert_refused(HEAD "  WT: {unit: kg, column: weight}\n", NULL, "weight", "no 'table'");
  assert_refused(TABLE_HEAD("bootstrap") AGE, "a\n1\n", "{file", "no covariate has a 'column'");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_covariate_needs_one_distribution_a_unit_and_a_source),
      cmocka_unit_test(probabilities_are_checked),
      cmocka_unit_test(parameters_are_checked),
      cmocka_unit_test(conditions_are_checked),
      cmocka_unit_test(mistakes_in_correlations_are_pointed_at),
      cmocka_unit_test(mistakes_in_a_table_are_pointed_at),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
