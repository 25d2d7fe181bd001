/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbolic differentiation of a program, instruction by instruction. */
#include <stdlib.h>

#include "base/memory.h"
#include "expression/builder_internal.h"

static bool is_constant(const struct program_builder *builder, int reg, double value)
{
  const struct entry *entry = &builder->entries[reg];

  return entry->phase == PHASE_CONSTANT && entry->value == value;
}

/** DERIVATIVE_ZERO for what is zero. */
static int simplified(const struct program_builder *builder, int reg)
{
  return reg >= 0 && is_constant(builder, reg, 0) ? DERIVATIVE_ZERO : reg;
}

static int negated(struct program_builder *builder, int a)
{
  if (a < 0) return a;
  if (builder->entries[a].instruction.operation == OPERATION_NEGATE)
    return builder->entries[a].instruction.a;
  return program_operation(builder, OPERATION_NEGATE, a, 0, 0);
}

int simple_sum(struct program_builder *builder, int a, int b)
{
  a = simplified(builder, a);
  b = simplified(builder, b);
  if (a < 0) return b;
  if (b < 0) return a;
  return simplified(builder, program_operation(builder, OPERATION_ADD, a, b, 0));
}

int simple_difference(struct program_builder *builder, int a, int b)
{
  a = simplified(builder, a);
  b = simplified(builder, b);
  if (b < 0) return a;
  if (a < 0) return negated(builder, b);
  if (a == b) return DERIVATIVE_ZERO;
  return simplified(builder, program_operation(builder, OPERATION_SUBTRACT, a, b, 0));
}

int simple_product(struct program_builder *builder, int a, int b)
{
  a = simplified(builder, a);
  b = simplified(builder, b);
  if (a < 0 || b < 0) return DERIVATIVE_ZERO;
  if (is_constant(builder, a, 1)) return b;
  if (is_constant(builder, b, 1)) return a;
  if (is_constant(builder, a, -1)) return negated(builder, b);
  if (is_constant(builder, b, -1)) return negated(builder, a);
  return program_product(builder, a, b);
}

int simple_quotient(struct program_builder *builder, int a, int b)
{
  a = simplified(builder, a);
  if (a < 0 || is_constant(builder, b, 1)) return a;
  return program_quotient(builder, a, b);
}

void derivatives_begin(struct program_builder *builder, int wrt, struct derivatives *derivatives)
{
  const int n = (int)builder->n;

  if (n > derivatives->capacity) {
    free(derivatives->of);
    derivatives->of = memory_new((size_t)n, sizeof *derivatives->of);
    derivatives->capacity = n;
  }
  derivatives->builder = builder;
  derivatives->wrt = wrt;
  for (int i = 0; i < derivatives->capacity; i++) derivatives->of[i] = DERIVATIVE_UNKNOWN;
}

void derivatives_clear(struct derivatives *derivatives)
{
  free(derivatives->of);
  *derivatives = (struct derivatives){0};
}

/** `one` where the condition holds, else `other`; either may be zero. */
static int chosen(struct program_builder *builder, int condition, int one, int other)
{
  if (one == other) return one;
  if (one < 0) one = program_constant(builder, 0);
  if (other < 0) other = program_constant(builder, 0);
  return program_operation(builder, OPERATION_SELECT, condition, one, other);
}

/** d x^y = y x^y / x dx + log(x) x^y dy; at x = 0, dx if y = 1 and else 0, though it is infinite
 *  for y < 1. */
static int of_power(struct program_builder *builder, const struct instruction *in, const int *d)
{
  const int is_zero = program_operation(builder, OPERATION_EQUAL, in->a,
                                        program_constant(builder, 0), 0);
  const int ratio = program_operation(builder, OPERATION_DIVIDE, in->result, in->a, 0);
  const int log = program_operation(builder, OPERATION_LOG, in->a, 0, 0);
  const int by_base = simple_product(builder, simple_product(builder, in->b, ratio), d[0]);
  const int by_exponent = simple_product(builder, simple_product(builder, log, in->result), d[1]);
  const int is_one = program_operation(builder, OPERATION_EQUAL, in->b,
                                       program_constant(builder, 1), 0);

  return chosen(builder, is_zero, chosen(builder, is_one, d[0], DERIVATIVE_ZERO),
                simple_sum(builder, by_base, by_exponent));
}

static int of_choice(struct program_builder *builder, const struct instruction *in, const int *d)
{
  const int zero = program_constant(builder, 0);

  switch (in->operation) {
  case OPERATION_MIN:
    return chosen(builder, program_operation(builder, OPERATION_LESS, in->a, in->b, 0), d[0], d[1]);
  case OPERATION_MAX:
    return chosen(builder, program_operation(builder, OPERATION_LESS, in->b, in->a, 0), d[0], d[1]);
  case OPERATION_ABS:
    return chosen(builder, program_operation(builder, OPERATION_LESS, in->a, zero, 0),
                  negated(builder, d[0]), d[0]);
  default:
    return chosen(builder, in->a, d[1], d[2]);
  }
}

static int operation(struct program_builder *builder, enum operation op, int a)
{
  return program_operation(builder, op, a, 0, 0);
}

/** 1 + factor x^2 */
static int one_and_square(struct program_builder *builder, double factor, int x)
{
  const int square = simple_product(builder, program_constant(builder, factor),
                                    program_operation(builder, OPERATION_MULTIPLY, x, x, 0));

  return simple_sum(builder, program_constant(builder, 1), square);
}

/** Of the functions of angles, d being that of the argument. */
static int of_angle(struct program_builder *builder, const struct instruction *in, int d)
{
  const int x = in->a, y = in->result;

  switch (in->operation) {
  case OPERATION_SIN:
    return simple_product(builder, operation(builder, OPERATION_COS, x), d);
  case OPERATION_COS:
    return negated(builder, simple_product(builder, operation(builder, OPERATION_SIN, x), d));
  case OPERATION_TAN:
    return simple_product(builder, one_and_square(builder, 1, y), d);
  case OPERATION_ASIN:
    return simple_quotient(builder, d,
                           operation(builder, OPERATION_SQRT, one_and_square(builder, -1, x)));
  case OPERATION_ACOS:
    return negated(builder, simple_quotient(builder, d,
                                            operation(builder, OPERATION_SQRT,
                                                      one_and_square(builder, -1, x))));
  case OPERATION_ATAN:
    return simple_quotient(builder, d, one_and_square(builder, 1, x));
  case OPERATION_SINH:
    return simple_product(builder, operation(builder, OPERATION_COSH, x), d);
  case OPERATION_COSH:
    return simple_product(builder, operation(builder, OPERATION_SINH, x), d);
  default:
    break;
  }
  return simple_product(builder, one_and_square(builder, -1, y), d); /* tanh */
}

/** From the derivatives `d` of the arguments. */
static int rule(struct program_builder *builder, const struct instruction *in, const int *d)
{
  switch (in->operation) {
  case OPERATION_ADD:
    return simple_sum(builder, d[0], d[1]);
  case OPERATION_SUBTRACT:
    return simple_difference(builder, d[0], d[1]);
  case OPERATION_MULTIPLY:
    return simple_sum(builder, simple_product(builder, in->b, d[0]),
                      simple_product(builder, in->a, d[1]));
  case OPERATION_DIVIDE:
    return simple_quotient(
        builder, simple_difference(builder, d[0], simple_product(builder, in->result, d[1])),
        in->b);
  case OPERATION_NEGATE:
    return negated(builder, d[0]);
  case OPERATION_SQRT:
    return simple_quotient(builder, simple_product(builder, program_constant(builder, 0.5), d[0]),
                           in->result);
  case OPERATION_EXP:
    return simple_product(builder, in->result, d[0]);
  case OPERATION_LOG:
    return simple_quotient(builder, d[0], in->a);
  case OPERATION_LOG10:
    return simple_quotient(
        builder, simple_product(builder, program_constant(builder, 0.4342944819032518), d[0]),
        in->a);
  case OPERATION_POW:
    return of_power(builder, in, d);
  case OPERATION_SIN:
  case OPERATION_COS:
  case OPERATION_TAN:
  case OPERATION_ASIN:
  case OPERATION_ACOS:
  case OPERATION_ATAN:
  case OPERATION_SINH:
  case OPERATION_COSH:
  case OPERATION_TANH:
    return of_angle(builder, in, d[0]);
  case OPERATION_MIN:
  case OPERATION_MAX:
  case OPERATION_ABS:
  case OPERATION_SELECT:
    return of_choice(builder, in, d);
  default:
    break; /* conditions and steps */
  }
  return DERIVATIVE_ZERO;
}

static int computed(struct derivatives *derivatives, int reg)
{
  const struct instruction in = derivatives->builder->entries[reg].instruction;
  const int n = operation_arity(in.operation);
  const int arguments[3] = {in.a, in.b, in.c};
  int d[3] = {DERIVATIVE_ZERO, DERIVATIVE_ZERO, DERIVATIVE_ZERO};
  bool is_zero = true;

  if (derivatives->builder->entries[reg].phase <
      derivatives->builder->entries[derivatives->wrt].phase)
    return DERIVATIVE_ZERO;
  for (int i = 0; i < n; i++) {
    d[i] = derivative_of(derivatives, arguments[i]);
    is_zero = is_zero && d[i] < 0;
  }
  return is_zero ? DERIVATIVE_ZERO : rule(derivatives->builder, &in, d);
}

int derivative_of(struct derivatives *derivatives, int reg)
{
  if (reg == derivatives->wrt) return program_constant(derivatives->builder, 1);
  if (derivatives->of[reg] == DERIVATIVE_UNKNOWN) derivatives->of[reg] = computed(derivatives, reg);
  return derivatives->of[reg];
}

static int without(struct program_builder *builder, int reg, const bool *zeros, int *known)
{
  const struct instruction in = builder->entries[reg].instruction;
  const int n = operation_arity(in.operation);
  int of[3] = {in.a, in.b, in.c};

  if (zeros[reg]) return DERIVATIVE_ZERO;
  if (n == 0) return simplified(builder, reg);
  if (known[reg] != DERIVATIVE_UNKNOWN) return known[reg];
  for (int i = 0; i < n; i++) of[i] = without(builder, of[i], zeros, known);
  switch (in.operation) {
  case OPERATION_ADD:
    return known[reg] = simple_sum(builder, of[0], of[1]);
  case OPERATION_SUBTRACT:
    return known[reg] = simple_difference(builder, of[0], of[1]);
  case OPERATION_MULTIPLY:
    return known[reg] = simple_product(builder, of[0], of[1]);
  default:
    break;
  }
  for (int i = 0; i < n; i++)
    if (of[i] < 0) of[i] = program_constant(builder, 0);
  if (in.operation == OPERATION_DIVIDE) return known[reg] = simple_quotient(builder, of[0], of[1]);
  return known[reg] = simplified(builder,
                                 program_operation(builder, in.operation, of[0], of[1], of[2]));
}

int program_without(struct program_builder *builder, int reg, const bool *zeros)
{
  const size_t n = builder->n;
  int *known = memory_new(n, sizeof *known), result;

  for (size_t i = 0; i < n; i++) known[i] = DERIVATIVE_UNKNOWN;
  result = without(builder, reg, zeros, known);
  free(known);
  return result;
}

static void visit_inputs(const struct program_builder *builder, int reg, bool *seen,
                         const struct input_visitor *visitor)
{
  const struct instruction *in = &builder->entries[reg].instruction;
  const int n = operation_arity(in->operation);

  if (seen[reg]) return;
  seen[reg] = true;
  if (in->operation == OPERATION_INPUT) visitor->visit(visitor->context, reg);
  if (n > 0) visit_inputs(builder, in->a, seen, visitor);
  if (n > 1) visit_inputs(builder, in->b, seen, visitor);
  if (n > 2) visit_inputs(builder, in->c, seen, visitor);
}

void program_inputs_of(const struct program_builder *builder, int n, const int *regs,
                       const struct input_visitor *visitor)
{
  bool *seen = memory_new(builder->n, sizeof *seen);

  for (int i = 0; i < n; i++) visit_inputs(builder, regs[i], seen, visitor);
  free(seen);
}
