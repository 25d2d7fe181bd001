/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lowering: from trees to instructions. */
#include "expression/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "expression/interpreter.h"

struct entry {
  struct instruction instruction;
  double value; /* of a constant */
  enum phase phase;
  bool needed[N_SECTIONS];
};

struct program_builder {
  struct entry *entries; /* [register] */
  size_t n, capacity;
};

struct program_builder *program_builder_create(void)
{
  return memory_new(1, sizeof(struct program_builder));
}

void program_builder_destroy(struct program_builder **builder)
{
  if (!*builder) return;
  free((*builder)->entries);
  free(*builder);
  *builder = NULL;
}

static int append(struct program_builder *builder, struct entry entry)
{
  builder->entries = memory_grow(builder->entries, builder->n + 1, &builder->capacity,
                                 sizeof entry);
  entry.instruction.result = (uint16_t)builder->n;
  builder->entries[builder->n] = entry;
  return (int)builder->n++;
}

int program_input(struct program_builder *builder, enum phase phase)
{
  return append(builder, (struct entry){.instruction.operation = OPERATION_INPUT, .phase = phase});
}

int program_constant(struct program_builder *builder, double value)
{
  for (size_t i = 0; i < builder->n; i++) {
    const struct entry *entry = &builder->entries[i];

    if (entry->instruction.operation == OPERATION_CONSTANT &&
        memcmp(&entry->value, &value, sizeof value) == 0)
      return (int)i;
  }
  return append(builder,
                (struct entry){.instruction.operation = OPERATION_CONSTANT, .value = value});
}

static int arity(enum operation operation)
{
  switch (operation) {
  case OPERATION_INPUT:
  case OPERATION_CONSTANT:
    return 0;
  case OPERATION_NEGATE:
  case OPERATION_ABS:
  case OPERATION_SQRT:
  case OPERATION_FLOOR:
  case OPERATION_EXP:
  case OPERATION_LOG:
  case OPERATION_NOT:
    return 1;
  case OPERATION_SELECT:
    return 3;
  default:
    return 2;
  }
}

/** Through the interpreter itself, so that folding moves no bit. */
static double folded(const struct program_builder *builder, const struct instruction *instruction)
{
  struct instruction one = {instruction->operation, 3, 0, 1, 2};
  const uint16_t arguments[3] = {instruction->a, instruction->b, instruction->c};
  lanes registers[4] = {0};

  for (int i = 0; i < arity(instruction->operation); i++)
    registers[i] = builder->entries[arguments[i]].value - (lanes){0};
  interpret(&one, 1, registers, SIMD_BASELINE);
  return registers[3][0];
}

int program_operation(struct program_builder *builder, enum operation operation, int a, int b,
                      int c)
{
  const int n = arity(operation);
  const int of[3] = {a, n > 1 ? b : 0, n > 2 ? c : 0};
  struct entry entry = {
      .instruction = {(uint16_t)operation, 0, (uint16_t)of[0], (uint16_t)of[1], (uint16_t)of[2]}};

  for (int i = 0; i < n; i++)
    if (builder->entries[of[i]].phase > entry.phase) entry.phase = builder->entries[of[i]].phase;
  if (entry.phase == PHASE_CONSTANT)
    return program_constant(builder, folded(builder, &entry.instruction));
  for (size_t i = 0; i < builder->n; i++) {
    const struct instruction *other = &builder->entries[i].instruction;

    if (other->operation == operation && other->a == of[0] && other->b == of[1] &&
        other->c == of[2])
      return (int)i;
  }
  return append(builder, entry);
}

static int converted(struct program_builder *builder, int reg, struct unit from, struct unit to)
{
  if (unit_equal(from, to)) return reg;
  return program_operation(builder, OPERATION_MULTIPLY, reg,
                           program_constant(builder, unit_factor(from, to)), 0);
}

static int lower_argument(struct program_builder *builder, const struct expression *expression,
                          int i, struct unit unit)
{
  return program_expression(builder, expression->arguments[i], unit);
}

static int lower_power(struct program_builder *builder, const struct expression *expression)
{
  const struct expression *base = expression->arguments[0];
  const bool whole = !unit_same_dimension(base->unit, unit_one);
  const int x = program_expression(builder, base, whole ? base->unit : unit_one);
  const int n = program_expression(builder, expression->arguments[1], unit_one);
  const double exponent = builder->entries[n].value;
  int result = x;

  if (builder->entries[n].phase != PHASE_CONSTANT || !(exponent >= -6 && exponent <= 6) ||
      exponent != (int)exponent || exponent == 0) {
    if (builder->entries[n].phase == PHASE_CONSTANT && exponent == 0.5)
      return program_operation(builder, OPERATION_SQRT, x, 0, 0);
    return program_operation(builder, OPERATION_POW, x, n, 0);
  }
  for (int i = 1; i < abs((int)exponent); i++)
    result = program_operation(builder, OPERATION_MULTIPLY, result, x, 0);
  if (exponent < 0)
    result = program_operation(builder, OPERATION_DIVIDE, program_constant(builder, 1), result, 0);
  return result;
}

static int lower_lookup(struct program_builder *builder, const struct expression *expression,
                        struct unit unit)
{
  const struct symbol *symbol = expression->arguments[0]->symbol;
  int result = program_constant(builder, __builtin_nan("")); /* a missing category has no value */

  for (int i = expression->n - 1; i >= 1; i--) {
    int category = 0, is_it;

    while (strcmp(symbol->categories[category], expression->keys[i]) != 0) category++;
    is_it = program_operation(builder, OPERATION_EQUAL, symbol->reg,
                              program_constant(builder, category), 0);
    result = program_operation(builder, OPERATION_SELECT, is_it,
                               lower_argument(builder, expression, i, unit), result);
  }
  return result;
}

/** round(x, step): to the nearest multiple, halves up. */
static int lower_round(struct program_builder *builder, const struct expression *expression,
                       struct unit unit)
{
  const int x = lower_argument(builder, expression, 0, unit);
  const int step = lower_argument(builder, expression, 1, unit);
  const int steps = program_operation(builder, OPERATION_DIVIDE, x, step, 0);
  const int up = program_operation(builder, OPERATION_ADD, steps, program_constant(builder, 0.5),
                                   0);

  return program_operation(builder, OPERATION_MULTIPLY,
                           program_operation(builder, OPERATION_FLOOR, up, 0, 0), step, 0);
}

static int lower_comparison(struct program_builder *builder, const struct expression *expression)
{
  const bool is_category = expression->arguments[0]->type == VALUE_CATEGORY;
  const struct unit unit = expression->arguments[0]->unit;
  const int a = is_category || expression->arguments[0]->type == VALUE_NUMBER
                    ? lower_argument(builder, expression, 0, unit)
                    : 0;
  const int b = lower_argument(builder, expression, 1, unit);

  switch (expression->kind) {
  case EXPRESSION_LESS:
    return program_operation(builder, OPERATION_LESS, a, b, 0);
  case EXPRESSION_AT_MOST:
    return program_operation(builder, OPERATION_AT_MOST, a, b, 0);
  case EXPRESSION_GREATER:
    return program_operation(builder, OPERATION_LESS, b, a, 0);
  case EXPRESSION_AT_LEAST:
    return program_operation(builder, OPERATION_AT_MOST, b, a, 0);
  case EXPRESSION_EQUAL:
    return program_operation(builder, OPERATION_EQUAL, a, b, 0);
  default:
    break;
  }
  return program_operation(builder, OPERATION_NOT,
                           program_operation(builder, OPERATION_EQUAL, a, b, 0), 0, 0);
}

static enum operation operation_of(enum expression_kind kind)
{
  switch (kind) {
  case EXPRESSION_NEGATE:
    return OPERATION_NEGATE;
  case EXPRESSION_ADD:
    return OPERATION_ADD;
  case EXPRESSION_SUBTRACT:
    return OPERATION_SUBTRACT;
  case EXPRESSION_MULTIPLY:
    return OPERATION_MULTIPLY;
  case EXPRESSION_DIVIDE:
    return OPERATION_DIVIDE;
  case EXPRESSION_MIN:
    return OPERATION_MIN;
  case EXPRESSION_MAX:
    return OPERATION_MAX;
  case EXPRESSION_ABS:
    return OPERATION_ABS;
  case EXPRESSION_EXP:
    return OPERATION_EXP;
  case EXPRESSION_LOG:
    return OPERATION_LOG;
  case EXPRESSION_SQRT:
    return OPERATION_SQRT;
  case EXPRESSION_FLOOR:
    return OPERATION_FLOOR;
  case EXPRESSION_AND:
    return OPERATION_AND;
  case EXPRESSION_OR:
    return OPERATION_OR;
  default:
    return OPERATION_NOT;
  }
}

/** In the expression's own unit (`unit` where the value takes on any). */
static int lower(struct program_builder *builder, const struct expression *expression,
                 struct unit unit)
{
  int reg[2] = {0, 0};

  switch (expression->kind) {
  case EXPRESSION_NUMBER:
    return program_constant(builder, expression->number);
  case EXPRESSION_WORD:
    return program_constant(builder, expression->number);
  case EXPRESSION_SYMBOL:
    return expression->symbol->reg;
  case EXPRESSION_IN:
    return lower_argument(builder, expression, 0, expression->asked);
  case EXPRESSION_LOOKUP:
    return lower_lookup(builder, expression, unit);
  case EXPRESSION_POWER:
    return lower_power(builder, expression);
  case EXPRESSION_ROUND:
    return lower_round(builder, expression, unit);
  case EXPRESSION_LESS:
  case EXPRESSION_AT_MOST:
  case EXPRESSION_GREATER:
  case EXPRESSION_AT_LEAST:
  case EXPRESSION_EQUAL:
  case EXPRESSION_UNEQUAL:
    return lower_comparison(builder, expression);
  case EXPRESSION_IF:
    return program_operation(
        builder, OPERATION_SELECT, lower_argument(builder, expression, 0, unit_one),
        lower_argument(builder, expression, 1, unit), lower_argument(builder, expression, 2, unit));
  case EXPRESSION_MULTIPLY:
  case EXPRESSION_DIVIDE:
    for (int i = 0; i < 2; i++)
      reg[i] = lower_argument(builder, expression, i, expression->arguments[i]->unit);
    break;
  case EXPRESSION_EXP:
  case EXPRESSION_LOG:
  case EXPRESSION_SQRT:
  case EXPRESSION_FLOOR:
    reg[0] = lower_argument(builder, expression, 0, unit_one);
    break;
  default:
    for (int i = 0; i < expression->n; i++) reg[i] = lower_argument(builder, expression, i, unit);
  }
  return program_operation(builder, operation_of(expression->kind), reg[0], reg[1], 0);
}

int program_expression(struct program_builder *builder, const struct expression *expression,
                       struct unit unit)
{
  struct unit own = expression->unit;
  int reg;

  if (expression->type != VALUE_NUMBER) return lower(builder, expression, unit_one);
  if (expression->kind == EXPRESSION_POWER &&
      unit_same_dimension(expression->arguments[0]->unit, unit_one))
    own = unit_one;
  reg = lower(builder, expression, own);
  return converted(builder, reg, own, unit);
}

void program_need(struct program_builder *builder, enum section section, int reg)
{
  struct entry *entry = &builder->entries[reg];
  const int n = arity(entry->instruction.operation);

  if (entry->needed[section]) return;
  entry->needed[section] = true;
  if (n > 0) program_need(builder, section, entry->instruction.a);
  if (n > 1) program_need(builder, section, entry->instruction.b);
  if (n > 2) program_need(builder, section, entry->instruction.c);
}

enum phase program_phase(const struct program_builder *builder, int reg)
{
  return builder->entries[reg].phase;
}

double program_value(const struct program_builder *builder, int reg)
{
  return builder->entries[reg].value;
}

/** Where an instruction runs; N_SECTIONS when nobody needs it. */
static enum section section_of(const struct entry *entry)
{
  bool is_needed = false;

  for (int s = 0; s < N_SECTIONS; s++) is_needed = is_needed || entry->needed[s];
  if (!is_needed || arity(entry->instruction.operation) == 0) return N_SECTIONS;
  if (entry->phase == PHASE_PATIENT) return SECTION_PATIENT;
  return entry->needed[SECTION_RATES] ? SECTION_RATES : SECTION_OUTPUTS;
}

const struct program *program_finish(struct program_builder *builder, struct arena *arena)
{
  struct program *program = arena_new(arena, 1, sizeof *program);

  if (builder->n > UINT16_MAX) {
    failure(EXIT_CODE_INVALID_INPUT, "the equations need more than 65,535 intermediate values");
    return NULL;
  }
  program->n_registers = (int)builder->n;
  program->constants = arena_new(arena, builder->n, sizeof *program->constants);
  for (int s = 0; s < N_SECTIONS; s++)
    program->code[s] = arena_new(arena, builder->n, sizeof *program->code[s]);
  for (size_t i = 0; i < builder->n; i++) {
    const struct entry *entry = &builder->entries[i];
    const enum section section = section_of(entry);

    program->constants[i] = entry->value;
    if (section < N_SECTIONS) program->code[section][program->n[section]++] = entry->instruction;
  }
  return program;
}

lanes *program_registers(const struct program *program)
{
  lanes *registers = memory_new((size_t)program->n_registers, sizeof *registers);

  for (int i = 0; i < program->n_registers; i++) registers[i] = program->constants[i] - (lanes){0};
  return registers;
}

void program_run(const struct program *program, enum section section, lanes *registers,
                 enum simd simd)
{
  interpret(program->code[section], program->n[section], registers, simd);
}
