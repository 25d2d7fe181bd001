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
#include "expression/program_builder.h"

static const char *const genotypes[] = {"GG", "GA", "AA"};

struct world {
  struct arena *arena;
  struct diagnostics *diagnostics;
  struct scope scope;
};

static struct unit unit_of(const char *text)
{
  struct unit unit;

  assert_true(unit_is(text, &unit));
  return unit;
}

static void open_world(struct world *world)
{
  *world = (struct world){arena_create(), diagnostics_create(), {0}};
  scope_add(&world->scope, world->arena, &(struct symbol){.name = "C", .unit = unit_of("mg/L")});
  scope_add(&world->scope, world->arena, &(struct symbol){.name = "AGE", .unit = unit_of("a")});
  scope_add(
      &world->scope, world->arena,
      &(struct symbol){
          .name = "GENE", .type = VALUE_CATEGORY, .n_categories = 3, .categories = genotypes});
}

static void close_world(struct world *world)
{
  scope_clear(&world->scope);
  diagnostics_destroy(&world->diagnostics);
  arena_destroy(&world->arena);
}

static struct expression *parsed(struct world *world, const char *text)
{
  struct source *source = arena_new(world->arena, 1, sizeof *source);
  struct yaml_node *node = arena_new(world->arena, 1, sizeof *node);
  const struct formula formula = {text, node};

  *source = (struct source){"test", text, strlen(text), 0};
  *node = (struct yaml_node){
      .kind = NODE_SCALAR, .text = text, .is_exact = true, .at = {source, 1, 1, 1}};
  return expression_parse(&formula, world->arena, world->diagnostics);
}

/** With C = 2 mg/L, AGE = 50 a, GENE = GA. */
static double value_of(const char *text, const char *unit)
{
  struct world world;
  struct program_builder *builder = program_builder_create();
  struct expression *expression;
  const struct program *program;
  lanes *registers;
  double value;
  int result;

  open_world(&world);
  for (size_t i = 0; i < world.scope.n; i++)
    world.scope.symbols[i]->reg = program_input(builder, PHASE_STATE);
  expression = parsed(&world, text);
  assert_non_null(expression);
  if (!expression_check(expression, &world.scope, world.diagnostics))
    diagnostics_print(world.diagnostics, stderr);
  assert_int_equal(diagnostics_n_errors(world.diagnostics), 0);
  result = program_expression(builder, expression, unit_of(unit));
  program_need(builder, SECTION_RATES, result);
  program = program_finish(builder, world.arena);
  registers = program_registers(program);
  registers[0] = 2 - (lanes){0};
  registers[1] = 50 - (lanes){0};
  registers[2] = 1 - (lanes){0};
  program_run(program, SECTION_RATES, registers, SIMD_BASELINE);
  value = registers[result][7];
  free(registers);
  program_builder_destroy(&builder);
  close_world(&world);
  return value;
}

/** The symbolic derivative with respect to C, in mg/L, of a pure number. */
static double slope_at(const char *text, double c)
{
  struct world world;
  struct program_builder *builder = program_builder_create();
  struct derivatives derivatives = {0};
  struct expression *expression;
  const struct program *program;
  lanes *registers;
  double slope;
  int value, result;

  open_world(&world);
  for (size_t i = 0; i < world.scope.n; i++)
    world.scope.symbols[i]->reg = program_input(builder, PHASE_STATE);
  expression = parsed(&world, text);
  assert_non_null(expression);
  assert_true(expression_check(expression, &world.scope, world.diagnostics));
  value = program_expression(builder, expression, unit_one);
  derivatives_begin(builder, 0, &derivatives);
  result = derivative_of(&derivatives, value);
  derivatives_clear(&derivatives);
  assert_true(result >= 0);
  program_need(builder, SECTION_RATES, result);
  program = program_finish(builder, world.arena);
  registers = program_registers(program);
  registers[0] = c - (lanes){0};
  program_run(program, SECTION_RATES, registers, SIMD_BASELINE);
  slope = registers[result][3];
  free(registers);
  program_builder_destroy(&builder);
  close_world(&world);
  return slope;
}

static void arithmetic_follows_the_usual_order(void **state)
{
  (void)state;
  assert_true(value_of("1 + 2 * 3 ^ 2", "1") == 19);
  assert_true(value_of("-2 ^ 2", "1") == -4);
  assert_true(value_of("2 ^ 3 ^ 2", "1") == 512);
  assert_true(value_of("8 / 4 / 2", "1") == 1);
  assert_true(value_of("if(1 < 2 and not 3 <= 2 or 1 == 2, 5, 6)", "1") == 5);
  assert_true(value_of("round(2.25, 0.5) + floor(2.9) + abs(-1) + min(1, 2) + max(1, 2)", "1") ==
              8.5);
}

static void units_are_converted_only_where_they_differ(void **state)
{
  (void)state;
  assert_true(value_of("C", "mg/L") == 2);
  assert_true(value_of("C", "ug/mL") == 2);
  assert_true(value_of("C + 500 ug/L", "mg/L") == 2.5);
  assert_true(value_of("C * 3 L", "ug") == 6000);
  assert_true(value_of("if(C > 1999 ng/mL, 1, 0)", "1") == 1);
  assert_true(value_of("(1 - 0.0091 * (AGE - 71 a) / 1 a)", "1") == 1 - 0.0091 * (50.0 - 71));
  assert_true(value_of("10 % + 1", "1") == 1.1);
}

static void in_gives_the_number_of_units(void **state)
{
  (void)state;
  assert_true(value_of("AGE in a + 1", "1") == 51);
  assert_true(value_of("0.5 * (C in ug/L)", "1") == 1000);
}

static void a_lookup_finds_its_category(void **state)
{
  (void)state;
  assert_true(value_of("lookup(GENE, 'GG': 4.61 mg/L, 'GA': 3.02 mg/L, 'AA': 2.2 mg/L)", "mg/L") ==
              3.02);
  assert_true(value_of("if(GENE == 'GA', 1, 0)", "1") == 1);
  assert_true(value_of("if('GG' != GENE, 1, 0)", "1") == 1);
}

static void elementary_functions_match_libm_to_the_last_places(void **state)
{
  (void)state;
  assert_true(fabs(value_of("exp(C / 1 mg/L)", "1") - exp(2)) < 1e-14);
  assert_true(fabs(value_of("log(C / 1 mg/L)", "1") - log(2)) < 1e-15);
  assert_true(fabs(value_of("(C / 1 mg/L) ^ 0.424", "1") - pow(2, 0.424)) < 1e-15);
  assert_true(value_of("(C / 1 mg/L) ^ 0.5", "1") == sqrt(2));
}

static void an_interpolation_is_linear_between_its_points_and_constant_outside(void **state)
{
  (void)state;
  assert_true(value_of("interpolate(C, 1 mg/L: 10 h, 3 mg/L: 30 h)", "h") == 20);
  assert_true(value_of("interpolate(C, 1 mg/L: 10 h, 2 mg/L: 30 h, 4 mg/L: 0)", "min") == 1800);
  assert_true(value_of("interpolate(C, 2500 ug/L: 7, 3 mg/L: 8)", "1") == 7);
  assert_true(value_of("interpolate(C, 0: 0, 500 ug/L: 0, 1 mg/L: 4 mg)", "mg") == 4);
  assert_true(value_of("interpolate(C, -1 mg/L: C / 1 mg/L, 3 mg/L: 6)", "1") == 5);
  assert_true(isnan(value_of("interpolate(0 / (C in mg/L - 2), 0: 1, 1: 2)", "1")));
}

static void the_derivative_of_an_interpolation_is_the_slope_of_its_piece(void **state)
{
  static const double at[] = {0.5, 1.5, 2.5, 5}, slopes[] = {0, 20, -15, 0};

  (void)state;
  for (int i = 0; i < 4; i++)
    assert_true(slope_at("interpolate(C, 1 mg/L: 10, 2 mg/L: 30, 4 mg/L: 0)", at[i]) == slopes[i]);
}

/* The series c / b (1 - c / b^2 + ...) gives all digits: 1e-8 - 1e-24, and 1e8 + 1e-8. */
static void a_positive_root_has_no_cancellation(void **state)
{
  const double x = 9.999999999999999e-9, large = 1e8 + 1e-8;

  (void)state;
  assert_true(fabs(value_of("positive_root(1e8, 1)", "1") - x) <= 2e-16 * x);
  assert_true(fabs(value_of("positive_root(-1e8, 1)", "1") - large) <= 2e-16 * large);
  assert_true(value_of("positive_root(5, 6)", "1") == 1);
  assert_true(value_of("positive_root(-1, 6)", "1") == 3);
  assert_true(value_of("positive_root(0, 49)", "1") == 7);
  assert_true(value_of("positive_root(0, 0)", "1") == 0);
  assert_true(value_of("positive_root(C, 0)", "mg/L") == 0);
  assert_true(value_of("positive_root(-C, 0)", "mg/L") == 2);
  assert_true(value_of("positive_root(C, 8e6 ug/L * 1 ug/L)", "mg/L") == 2);
}

/* dx/db = -x / (2 x + b) */
static void the_derivative_of_a_positive_root_has_none_either(void **state)
{
  (void)state;
  assert_true(fabs(slope_at("positive_root(1e8 * C / 1 mg/L, 1)", 1) + 1e-8) < 1e-23);
  assert_true(fabs(slope_at("positive_root(-1e8 * C / 1 mg/L, 1)", 1) - 1e8) < 1e-7);
  assert_true(fabs(slope_at("positive_root(C, 6 mg/L * 1 mg/L) / 1 mg/L", 5) + 1. / 7) < 1e-16);
}

static void assert_refused(const char *text, int column)
{
  struct world world;
  struct expression *expression;
  FILE *stream = tmpfile();
  char line[256], expected[64];

  open_world(&world);
  expression = parsed(&world, text);
  if (expression) assert_false(expression_check(expression, &world.scope, world.diagnostics));
  assert_int_equal(diagnostics_n_errors(world.diagnostics), 1);
  diagnostics_print(world.diagnostics, stream);
  rewind(stream);
  assert_non_null(fgets(line, sizeof line, stream));
  snprintf(expected, sizeof expected, "test:1:%d: error: ", column);
  if (strncmp(line, expected, strlen(expected)) != 0)
    fail_msg("%s: expected %s, got %s", text, expected, line);
  fclose(stream);
  close_world(&world);
}

static void mistakes_are_pointed_at(void **state)
{
  (void)state;
  assert_refused("1 + ", 5);
  assert_refused("(1 + 2", 7);
  assert_refused("1 + CC", 5);
  assert_refused("C + AGE", 1);
  assert_refused("2 + exp(C)", 9);
  assert_refused("C ^ 0.5", 1);
  assert_refused("if(C, 1, 2)", 4);
  assert_refused("GENE == 'GC'", 9);
  assert_refused("lookup(GENE, 'GG': 1, 'GA': 2)", 1);
  assert_refused("foo(C)", 1);
  assert_refused("1 2", 3);
  assert_refused("max(C)", 6);
  assert_refused("C in h", 1);
  assert_refused("'GG", 1);
  assert_refused("interpolate(C, 1 mg/L: 1, 2 h: 2)", 27);
  assert_refused("interpolate(C, 1 mg/L: 1, 900 ug/L: 2)", 27);
  assert_refused("interpolate(C, 1 mg/L: 1, 1 mg/L: 2)", 27);
  assert_refused("interpolate(C, 1 mg/L: 1, 2 mg/L: 2 h)", 35);
  assert_refused("interpolate(C, 1 mg/L: 1, 2 mg/L: (C > 1 mg/L))", 36);
  assert_refused("interpolate(C, 1 mg/L: 1)", 1);
  assert_refused("interpolate(C, C: 1, 2 mg/L: 2)", 16);
  assert_refused("interpolate(C, 1 mg/L, 2)", 22);
  assert_refused("interpolate(GENE, 1: 1, 2: 2)", 13);
  assert_refused("positive_root(C, C)", 18);
  assert_refused("positive_root(C)", 16);
  assert_refused("positive_root(C, C > 1 mg/L)", 18);
}

static const struct {
  const char *name;
  double (*function)(double x);
} elementary[] = {{"exp", exp},   {"log", log},   {"log10", log10}, {"sqrt", sqrt}, {"sin", sin},
                  {"cos", cos},   {"tan", tan},   {"asin", asin},   {"acos", acos}, {"atan", atan},
                  {"sinh", sinh}, {"cosh", cosh}, {"tanh", tanh}};
enum { N_ELEMENTARY = sizeof elementary / sizeof *elementary };

/* libm's, and its differences over 2e-5, of which the error is below 1e-8 here. */
static void functions_and_their_derivatives_match_libm(void **state)
{
  const double h = 1e-5;

  (void)state;
  for (int f = 0; f < N_ELEMENTARY; f++) {
    double (*function)(double x) = elementary[f].function;
    char text[80];

    snprintf(text, sizeof text, "%s(0.3 * C / 1 mg/L)", elementary[f].name);
    assert_true(fabs(value_of(text, "1") - function(0.6)) < 4e-16);
    assert_true(fabs(slope_at(text, 2) - 0.3 * (function(0.6 + h) - function(0.6 - h)) / (2 * h)) <
                1e-8);
    snprintf(text, sizeof text, "%s(0.5)", elementary[f].name); /* folded */
    assert_true(fabs(value_of(text, "1") - function(0.5)) < 4e-16);
  }
  assert_true(value_of("ceil(2.1) + ceil(-2.9) + ceil(C / 1 mg/L)", "1") == 3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arithmetic_follows_the_usual_order),
      cmocka_unit_test(units_are_converted_only_where_they_differ),
      cmocka_unit_test(in_gives_the_number_of_units),
      cmocka_unit_test(a_lookup_finds_its_category),
      cmocka_unit_test(elementary_functions_match_libm_to_the_last_places),
      cmocka_unit_test(an_interpolation_is_linear_between_its_points_and_constant_outside),
      cmocka_unit_test(the_derivative_of_an_interpolation_is_the_slope_of_its_piece),
      cmocka_unit_test(a_positive_root_has_no_cancellation),
      cmocka_unit_test(the_derivative_of_a_positive_root_has_none_either),
      cmocka_unit_test(functions_and_their_derivatives_match_libm),
      cmocka_unit_test(mistakes_are_pointed_at),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
