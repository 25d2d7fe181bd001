/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interpreter's loop. Compiled three times, once for each instruction set (see lanes.h); every
 * operation is exactly rounded or comes from the project's math file, so all three give the same
 * bits. */
#include "expression/interpreter.h"

#include "base/lanes_root.h"

#ifndef INTERPRET
#define INTERPRET interpret_baseline
#endif

static const lanes truth = {1, 1, 1, 1, 1, 1, 1, 1};
static const lanes zero = {0};

static void run(const struct piece *piece, lanes *registers, const struct lane_math *math)
{
  for (int i = 0; i < piece->n; i++) {
    const struct instruction *in = &piece->code[i];
    lanes *const result = &registers[in->result];
    const lanes *const a = &registers[in->a], *const b = &registers[in->b];

    switch ((enum operation)in->operation) {
    case OPERATION_ADD:
      *result = *a + *b;
      break;
    case OPERATION_SUBTRACT:
      *result = *a - *b;
      break;
    case OPERATION_MULTIPLY:
      *result = *a * *b;
      break;
    case OPERATION_DIVIDE:
      *result = *a / *b;
      break;
    case OPERATION_NEGATE:
      *result = -*a;
      break;
    case OPERATION_MIN:
      *result = lanes_smaller(*a, *b);
      break;
    case OPERATION_MAX:
      *result = lanes_larger(*a, *b);
      break;
    case OPERATION_ABS:
      *result = lanes_abs(*a);
      break;
    case OPERATION_SQRT:
      *result = lanes_sqrt(*a);
      break;
    case OPERATION_FLOOR:
      *result = lanes_floor(*a);
      break;
    case OPERATION_EXP:
      math->exp(result, a);
      break;
    case OPERATION_LOG:
      math->log(result, a);
      break;
    case OPERATION_LOG10:
      math->log10(result, a);
      break;
    case OPERATION_SIN:
      math->sin(result, a);
      break;
    case OPERATION_COS:
      math->cos(result, a);
      break;
    case OPERATION_TAN:
      math->tan(result, a);
      break;
    case OPERATION_ASIN:
      math->asin(result, a);
      break;
    case OPERATION_ACOS:
      math->acos(result, a);
      break;
    case OPERATION_ATAN:
      math->atan(result, a);
      break;
    case OPERATION_SINH:
      math->sinh(result, a);
      break;
    case OPERATION_COSH:
      math->cosh(result, a);
      break;
    case OPERATION_TANH:
      math->tanh(result, a);
      break;
    case OPERATION_POW:
      math->pow(result, a, b);
      break;
    case OPERATION_LESS:
      *result = lanes_select(lanes_less(*a, *b), truth, zero);
      break;
    case OPERATION_AT_MOST:
      *result = lanes_select(lanes_at_most(*a, *b), truth, zero);
      break;
    case OPERATION_EQUAL:
      *result = lanes_select(lanes_equal(*a, *b), truth, zero);
      break;
    case OPERATION_AND:
      *result = *a * *b;
      break;
    case OPERATION_OR:
      *result = lanes_larger(*a, *b);
      break;
    case OPERATION_NOT:
      *result = truth - *a;
      break;
    case OPERATION_SELECT:
      *result = lanes_select(lanes_equal(*a, zero), registers[in->c], *b);
      break;
    case OPERATION_MULTIPLY_ADD:
      *result = *a * *b + registers[in->c];
      break;
    case OPERATION_MULTIPLY_SUBTRACT:
      *result = registers[in->c] - *a * *b;
      break;
    case OPERATION_INPUT:
    case OPERATION_CONSTANT:
    default:
      __builtin_unreachable(); /* no program has them as instructions */
    }
  }
}

void INTERPRET(const struct piece *piece, const struct call *call, const struct lane_math *math)
{
  const struct signature *signature = &piece->signature;
  lanes *registers = call->registers;

  for (int i = 0; i < signature->n_a; i++) registers[signature->a[i]] = call->a[i];
  for (int i = 0; i < signature->n_b; i++) registers[signature->b[i]] = call->b[i];
  run(piece, registers, math);
  for (int i = 0; i < signature->n_out; i++) call->out[i] = registers[signature->out[i]];
}
