/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An expression: parsed, checked, lowered and run. */
#include "fuzz_input.h"

#include <stdlib.h>

#include "expression/program_builder.h"

static const char *const genotypes[] = {"GG", "GA", "AA"};

static void add_names(struct scope *scope, struct arena *arena)
{
  struct symbol symbols[] = {
      {.name = "C"},
      {.name = "AGE"},
      {.name = "X"},
      {.name = "GENE", .type = VALUE_CATEGORY, .n_categories = 3, .categories = genotypes}};

  unit_is("mg/L", &symbols[0].unit);
  unit_is("a", &symbols[1].unit);
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
    scope_add(scope, arena, &symbols[i]);
}

static void evaluate(const struct expression *expression, struct scope *scope, struct arena *arena)
{
  struct program_builder *builder = program_builder_create();
  const struct program *program;
  lanes *registers;
  int result;

  for (size_t i = 0; i < scope->n; i++)
    scope->symbols[i]->reg = program_input(builder, i == 0 ? PHASE_STATE : PHASE_PATIENT);
  result = program_expression(builder, expression, expression->unit);
  program_need(builder, SECTION_RATES, result);
  program = program_finish(builder, arena);
  if (program) {
    registers = program_registers(program);
    program_run(program, SECTION_PATIENT, registers, SIMD_BASELINE);
    program_run(program, SECTION_RATES, registers, SIMD_BASELINE);
    free(registers);
  }
  program_builder_destroy(&builder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source *source = fuzz_source(arena, data, size);
  const struct yaml_node node = {
      .kind = NODE_SCALAR, .text = source->text, .is_exact = true, .at = {source, 1, 1, 1}};
  const struct formula formula = {source->text, &node};
  struct scope scope = {0};
  struct expression *expression = expression_parse(&formula, arena, diagnostics);

  add_names(&scope, arena);
  if (expression && expression_check(expression, &scope, diagnostics))
    evaluate(expression, &scope, arena);
  else if (diagnostics_n_errors(diagnostics) == 0)
    abort();
  scope_clear(&scope);
  fuzz_finish(arena, diagnostics);
  return 0;
}
