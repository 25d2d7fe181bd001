/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From checked trees to instructions. */
#include <stdlib.h>
#include <string.h>

#include "expression/program_builder.h"

static int converted(struct program_builder *builder, int reg, struct unit from, struct unit to)
{
  if (unit_equal(from, to)) return reg;
  return program_product(builder, reg, program_constant(builder, unit_factor(from, to)));
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
  const double exponent = program_value(builder, n);
  int result = x;

  if (program_phase(builder, n) != PHASE_CONSTANT || !(exponent >= -6 && exponent <= 6) ||
      exponent != (int)exponent || exponent == 0) {
    if (program_phase(builder, n) == PHASE_CONSTANT && exponent == 0.5)
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

static int lower_ceil(struct program_builder *builder, const struct expression *expression)
{
  const int x = lower_argument(builder, expression, 0, unit_one);
  const int down = program_operation(builder, OPERATION_NEGATE, x, 0, 0);

  return program_operation(builder, OPERATION_NEGATE,
                           program_operation(builder, OPERATION_FLOOR, down, 0, 0), 0, 0);
}

/** From the point `left` to the next one: y0 + (x - x0) (y1 - y0) / (x1 - x0). */
static int lower_segment(struct program_builder *builder, int x, const int *left)
{
  const int rise = program_operation(builder, OPERATION_SUBTRACT, left[3], left[1], 0);
  const int run = program_operation(builder, OPERATION_SUBTRACT, left[2], left[0], 0);
  const int slope = program_operation(builder, OPERATION_DIVIDE, rise, run, 0);
  const int gone = program_operation(builder, OPERATION_SUBTRACT, x, left[0], 0);

  return program_operation(builder, OPERATION_ADD, left[1],
                           program_operation(builder, OPERATION_MULTIPLY, gone, slope, 0), 0);
}

static int lower_interpolation(struct program_builder *builder, const struct expression *expression,
                               struct unit unit)
{
  const struct unit of_x = expression->arguments[0]->unit;
  const int x = lower_argument(builder, expression, 0, of_x), n = (expression->n - 1) / 2;
  int points[2 * MOST_POINTS], result;

  for (int i = 0; i < n; i++) {
    points[2 * i] = lower_argument(builder, expression, 1 + 2 * i, of_x);
    points[2 * i + 1] = lower_argument(builder, expression, 2 + 2 * i, unit);
  }
  result = program_operation(builder, OPERATION_SELECT,
                             program_operation(builder, OPERATION_AT_MOST, points[2 * n - 2], x, 0),
                             points[2 * n - 1],
                             program_constant(builder, __builtin_nan(""))); /* x is NaN */
  for (int i = n - 2; i >= 0; i--)
    result = program_operation(builder, OPERATION_SELECT,
                               program_operation(builder, OPERATION_LESS, x, points[2 * i + 2], 0),
                               lower_segment(builder, x, points + 2 * i), result);
  return program_operation(builder, OPERATION_SELECT,
                           program_operation(builder, OPERATION_LESS, x, points[0], 0), points[1],
                           result);
}

/** With q = |b| + sqrt(b^2 + 4 c), a sum of what is not negative: 2 c / q, or q / 2 for b <= 0. */
static int lower_positive_root(struct program_builder *builder, const struct expression *expression,
                               struct unit unit)
{
  const int b = lower_argument(builder, expression, 0, unit);
  const int c = lower_argument(builder, expression, 1, unit_power(unit, 2));
  const int squared = program_operation(builder, OPERATION_MULTIPLY, b, b, 0);
  const int four_c = program_operation(builder, OPERATION_MULTIPLY, program_constant(builder, 4), c,
                                       0);
  const int root = program_operation(
      builder, OPERATION_SQRT, program_operation(builder, OPERATION_ADD, squared, four_c, 0), 0, 0);
  const int q = program_operation(builder, OPERATION_ADD,
                                  program_operation(builder, OPERATION_ABS, b, 0, 0), root, 0);
  const int two_c = program_operation(builder, OPERATION_MULTIPLY, program_constant(builder, 2), c,
                                      0);

  return program_operation(
      builder, OPERATION_SELECT,
      program_operation(builder, OPERATION_LESS, program_constant(builder, 0), b, 0),
      program_operation(builder, OPERATION_DIVIDE, two_c, q, 0),
      program_operation(builder, OPERATION_MULTIPLY, program_constant(builder, 0.5), q, 0));
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

/** What are one operation each. */
static const enum operation operations[] = {[EXPRESSION_NEGATE] = OPERATION_NEGATE,
                                            [EXPRESSION_ADD] = OPERATION_ADD,
                                            [EXPRESSION_SUBTRACT] = OPERATION_SUBTRACT,
                                            [EXPRESSION_MIN] = OPERATION_MIN,
                                            [EXPRESSION_MAX] = OPERATION_MAX,
                                            [EXPRESSION_ABS] = OPERATION_ABS,
                                            [EXPRESSION_EXP] = OPERATION_EXP,
                                            [EXPRESSION_LOG] = OPERATION_LOG,
                                            [EXPRESSION_LOG10] = OPERATION_LOG10,
                                            [EXPRESSION_SIN] = OPERATION_SIN,
                                            [EXPRESSION_COS] = OPERATION_COS,
                                            [EXPRESSION_TAN] = OPERATION_TAN,
                                            [EXPRESSION_ASIN] = OPERATION_ASIN,
                                            [EXPRESSION_ACOS] = OPERATION_ACOS,
                                            [EXPRESSION_ATAN] = OPERATION_ATAN,
                                            [EXPRESSION_SINH] = OPERATION_SINH,
                                            [EXPRESSION_COSH] = OPERATION_COSH,
                                            [EXPRESSION_TANH] = OPERATION_TANH,
                                            [EXPRESSION_SQRT] = OPERATION_SQRT,
                                            [EXPRESSION_FLOOR] = OPERATION_FLOOR,
                                            [EXPRESSION_AND] = OPERATION_AND,
                                            [EXPRESSION_OR] = OPERATION_OR,
                                            [EXPRESSION_NOT] = OPERATION_NOT};

static bool is_function(const struct expression *expression)
{
  return expression->kind >= EXPRESSION_EXP && expression->kind <= EXPRESSION_CEIL;
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
  case EXPRESSION_CEIL:
    return lower_ceil(builder, expression);
  case EXPRESSION_INTERPOLATE:
    return lower_interpolation(builder, expression, unit);
  case EXPRESSION_POSITIVE_ROOT:
    return lower_positive_root(builder, expression, unit);
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
    return expression->kind == EXPRESSION_MULTIPLY ? program_product(builder, reg[0], reg[1])
                                                   : program_quotient(builder, reg[0], reg[1]);
  default:
    for (int i = 0; i < expression->n; i++)
      reg[i] = lower_argument(builder, expression, i, is_function(expression) ? unit_one : unit);
  }
  return program_operation(builder, operations[expression->kind], reg[0], reg[1], 0);
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
