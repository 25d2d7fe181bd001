/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
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

  *source = (struct source){"test", text, strlen(text)};
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
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arithmetic_follows_the_usual_order),
      cmocka_unit_test(units_are_converted_only_where_they_differ),
      cmocka_unit_test(in_gives_the_number_of_units),
      cmocka_unit_test(a_lookup_finds_its_category),
      cmocka_unit_test(elementary_functions_match_libm_to_the_last_places),
      cmocka_unit_test(mistakes_are_pointed_at),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
