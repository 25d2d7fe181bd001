/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models that go wrong: whatever they say, an error at its place or a patient's status follows in
 * seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "model/model_lanes.h"
#include "solver/model_problem.h"

static const struct solver_method *const methods[] = {&solver_explicit, &solver_rosenbrock,
                                                      &solver_switching};
enum { METHODS = 3 };

#define BEGINNING "schema: 1\nmodel: m\ntitle: t\nparameters: {K: {value: 2 1/h, source: test}}\n"

/** What becomes of the typical patient until 10 h; `time` is where the run ended. */
static enum solve_status status_of(const char *text, const struct solver_method *method,
                                   double *time)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source source = {"m", text, strlen(text), 0};
  const struct model *model = model_compile(&source, 0, NULL, arena, diagnostics);
  const double atol[2] = {1e-8, 1e-8}, none = 0;
  const struct tolerance tolerance = {1e-6, atol, 10000};
  struct model_lanes patients;
  struct model_problem problem;
  struct solver *solver;
  enum solve_status status;
  double y[2];

  diagnostics_print(diagnostics, stderr);
  assert_non_null(model);
  assert_true(model->n_states <= 2);
  model_lanes_create(model, &patients);
  model_problem_set(&problem, &patients, NULL);
  assert_int_equal(solver_create(method, &problem.ode, &tolerance, &solver), 0);
  model_lanes_load(&patients, 1, &none, &none);
  model_lanes_prepare(&patients);
  model_lanes_initial(&patients, 1, y);
  solver_load(solver, 1, 0, y);
  solver_run_to(solver, 1, 10);
  while (solver_is_running(solver, 1)) assert_int_equal(solver_advance(solver), 0);
  status = solver_status(solver, 1);
  *time = solver_time(solver, 1);
  solver_destroy(&solver);
  model_lanes_clear(&patients);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
  return status;
}

static void assert_fails_at(const char *text, double expected, double error)
{
  for (int m = 0; m < METHODS; m++) {
    double time;

    assert_int_not_equal(status_of(text, methods[m], &time), SOLVE_OK);
    assert_true(fabs(time - expected) <= error);
  }
}

static void assert_not_finite(const char *text)
{
  for (int m = 0; m < METHODS; m++) {
    double time;

    assert_int_equal(status_of(text, methods[m], &time), SOLVE_NOT_FINITE);
    assert_true(time == 0);
  }
}

static void a_division_by_zero_is_a_status(void **state)
{
  (void)state;
  assert_not_finite(BEGINNING "states: {X: {unit: mg, rate: K / X * 1 mg * 1 mg}}\n"
                              "outputs: {X: {unit: mg, expression: X}}\n");
  assert_not_finite(BEGINNING
                    "states: {X: {unit: mg, initial: 1 mg / (K * 1 h - 2), rate: K * X}}\n"
                    "outputs: {X: {unit: mg, expression: X}}\n");
}

static void a_root_of_what_is_negative_is_a_status(void **state)
{
  (void)state;
  assert_not_finite(BEGINNING "states: {X: {unit: \"1\", rate: sqrt(X - 1) * K}}\n"
                              "outputs: {X: {unit: \"1\", expression: X}}\n");
  assert_not_finite(BEGINNING
                    "states: {X: {unit: \"1\", rate: \"positive_root(X + 1, X - 1) * K\"}}\n"
                    "outputs: {X: {unit: \"1\", expression: X}}\n");
}

/* x' = K x^2 has 1 / (1 - K t); x' = -K / x has sqrt(1 - 2 K t). */
static void what_has_no_solution_any_more_ends_where_it_has_none(void **state)
{
  (void)state;
  assert_fails_at(BEGINNING "states: {X: {unit: \"1\", initial: 1, rate: K * X^2}}\n"
                            "outputs: {X: {unit: \"1\", expression: X}}\n",
                  0.5, 1e-5);
  assert_fails_at(BEGINNING "states: {X: {unit: \"1\", initial: 1, rate: -K / X}}\n"
                            "outputs: {X: {unit: \"1\", expression: X}}\n",
                  0.25, 1e-5);
}

/* The condition is NaN before 1 h, false until 2 h, and NaN again from 5 h on. */
static void a_condition_without_a_value_does_not_hold(void **state)
{
  static const char text[] = BEGINNING
      "states: {X: {unit: h, rate: \"if(E, 1, 0)\"}}\n"
      "events: {E: {when: \"sqrt(TIME in h - 1) + 0 * sqrt(5 - (TIME in h)) >= 1\"}}\n"
      "outputs: {X: {unit: h, expression: X}}\n";

  (void)state;
  for (int m = 0; m < METHODS; m++) {
    double time;

    assert_int_equal(status_of(text, methods[m], &time), SOLVE_OK);
    assert_true(time == 10);
  }
}

/** Compiles a text that somebody allocated; the number of mistakes, and what is said first. */
static int mistakes_in(char *text, char *said, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source source = {"m", text, strlen(text), 0};
  const clock_t begin = clock();
  const struct model *model = model_compile(&source, 0, NULL, arena, diagnostics);
  const double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
  const int n = diagnostics_n_errors(diagnostics);
  FILE *stream = tmpfile();

  assert_true((model == NULL) == (n > 0));
  print_message("%.2f s\n", seconds);
  assert_true(seconds < 60);
  diagnostics_print(diagnostics, stream);
  rewind(stream);
  if (!fgets(said, (int)size, stream)) said[0] = '\0';
  fclose(stream);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
  free(text);
  return n;
}

/** `n` states, each driven by the one before. */
static char *many_states(int n)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);

  assert_non_null(out);
  fputs(BEGINNING "states:\n  X0: {unit: mg, rate: -K * X0}\n", out);
  for (int i = 1; i < n; i++)
    fprintf(out, "  X%d: {unit: mg, rate: K * (X%d - X%d)}\n", i, i - 1, i);
  fprintf(out, "outputs: {X: {unit: mg, expression: X%d}}\n", n - 1);
  fclose(out);
  return text;
}

/** `n` definitions, each of which needs the next. */
static char *many_in_a_row(int n)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);

  assert_non_null(out);
  fputs(BEGINNING "derived:\n", out);
  for (int i = 0; i < n - 1; i++)
    fprintf(out, "  D%d: {unit: 1/h, expression: D%d + K}\n", i, i + 1);
  fprintf(out, "  D%d: {unit: 1/h, expression: K}\n", n - 1);
  fputs("states: {X: {unit: mg, rate: -D0 * X}}\noutputs: {X: {unit: mg, expression: X}}\n", out);
  fclose(out);
  return text;
}

static void assert_begins(const char *said, const char *expected)
{
  if (strncmp(said, expected, strlen(expected)) != 0)
    fail_msg("expected %s, got %s", expected, said);
}

static void ten_thousand_states_compile_in_seconds(void **state)
{
  char said[256];

  (void)state;
  assert_int_equal(mistakes_in(many_states(10000), said, sizeof said), 0);
}

static void a_model_that_is_too_large_is_refused_in_seconds(void **state)
{
  char said[256];
  static const char chains[] = BEGINNING "chains:\n"
                                         "  A: {states: 500, unit: mg, rate: K}\n"
                                         "outputs: {X: {unit: mg, expression: A1}}\n";
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);

  (void)state;
  assert_int_equal(mistakes_in(many_states(30000), said, sizeof said), 1);
  assert_begins(said, "m:1:1: error: the model is too large: 30001");
  assert_int_equal(mistakes_in(strdup(chains), said, sizeof said), 0);
  assert_non_null(out);
  fputs(BEGINNING "chains:\n", out);
  for (int i = 0; i < 1000; i++) fprintf(out, "  C%d_: {states: 500, unit: mg, rate: K}\n", i);
  fputs("outputs: {X: {unit: mg, expression: C0_1}}\n", out);
  fclose(out);
  assert_int_equal(mistakes_in(text, said, sizeof said), 1);
  assert_begins(said, "m:1:1: error: the model is too large: 500001");
}

static void definitions_may_rest_on_each_other_but_not_without_end(void **state)
{
  char said[256];

  (void)state;
  assert_int_equal(mistakes_in(many_in_a_row(999), said, sizeof said), 0);
  assert_int_equal(mistakes_in(many_in_a_row(19000), said, sizeof said), 1);
  assert_begins(said, "m:1006:3: error: more than 1000 definitions in a row");
}

static void a_circle_of_definitions_is_found_once(void **state)
{
  static const char circle[] = BEGINNING "derived:\n"
                                         "  A: {unit: 1/h, expression: B + K}\n"
                                         "  B: {unit: 1/h, expression: C + K}\n"
                                         "  C: {unit: 1/h, expression: A + B + K}\n"
                                         "states: {X: {unit: mg, rate: -A * X}}\n"
                                         "outputs: {X: {unit: mg, expression: X}}\n";
  char said[256];

  (void)state;
  assert_int_equal(mistakes_in(strdup(circle), said, sizeof said), 2); /* A by C, B by C */
  assert_begins(said, "m:6:3: error: 'A' depends on itself");
}

static void an_expression_is_not_nested_without_end(void **state)
{
  char said[256], *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);

  (void)state;
  assert_non_null(out);
  fputs(BEGINNING "states: {X: {unit: mg, rate: ", out);
  for (int i = 0; i < 5000; i++) fputc('(', out);
  fputs("}}\noutputs: {X: {unit: mg, expression: X}}\n", out);
  fclose(out);
  assert_int_equal(mistakes_in(text, said, sizeof said), 1);
  assert_non_null(strstr(said, "nested too deeply"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_division_by_zero_is_a_status),
      cmocka_unit_test(a_root_of_what_is_negative_is_a_status),
      cmocka_unit_test(what_has_no_solution_any_more_ends_where_it_has_none),
      cmocka_unit_test(a_condition_without_a_value_does_not_hold),
      cmocka_unit_test(ten_thousand_states_compile_in_seconds),
      cmocka_unit_test(a_model_that_is_too_large_is_refused_in_seconds),
      cmocka_unit_test(definitions_may_rest_on_each_other_but_not_without_end),
      cmocka_unit_test(a_circle_of_definitions_is_found_once),
      cmocka_unit_test(an_expression_is_not_nested_without_end),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
