/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One body, compiled for three instruction sets; every operation is exactly rounded or comes from
 * the project's math file, so all three give the same bits. */
#include "expression/interpreter.h"

#include <math.h>

#define EACH_LANE(expression)                                                                      \
  do {                                                                                             \
    for (int l = 0; l < LANES; l++) (*result)[l] = expression;                                     \
  } while (0)

static const lanes truth = {1, 1, 1, 1, 1, 1, 1, 1};
static const lanes zero = {0};

static inline __attribute__((always_inline)) void
run(const struct instruction *code, int n, lanes *registers, const struct lane_math *math)
{
  for (int i = 0; i < n; i++) {
    const struct instruction *in = &code[i];
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
      *result = lanes_select(*a < *b, *a, *b);
      break;
    case OPERATION_MAX:
      *result = lanes_select(*a > *b, *a, *b);
      break;
    case OPERATION_ABS:
      *result = (lanes)((lane_mask)*a & INT64_MAX);
      break;
    case OPERATION_SQRT:
      EACH_LANE(sqrt((*a)[l]));
      break;
    case OPERATION_FLOOR:
      EACH_LANE(floor((*a)[l]));
      break;
    case OPERATION_EXP:
      math->exp(result, a);
      break;
    case OPERATION_LOG:
      math->log(result, a);
      break;
    case OPERATION_POW:
      math->pow(result, a, b);
      break;
    case OPERATION_LESS:
      *result = lanes_select(*a < *b, truth, zero);
      break;
    case OPERATION_AT_MOST:
      *result = lanes_select(*a <= *b, truth, zero);
      break;
    case OPERATION_EQUAL:
      *result = lanes_select(*a == *b, truth, zero);
      break;
    case OPERATION_AND:
      *result = *a * *b;
      break;
    case OPERATION_OR:
      *result = lanes_select(*a > *b, *a, *b);
      break;
    case OPERATION_NOT:
      *result = truth - *a;
      break;
    case OPERATION_SELECT:
      *result = lanes_select(*a != zero, *b, registers[in->c]);
      break;
    case OPERATION_INPUT:
    case OPERATION_CONSTANT:
      break;
    }
  }
}

__attribute__((target("avx512f,avx512dq,avx512vl"))) static void
run_avx512(const struct instruction *code, int n, lanes *registers, const struct lane_math *math)
{
  run(code, n, registers, math);
}

__attribute__((target("avx2,fma"))) static void
run_avx2(const struct instruction *code, int n, lanes *registers, const struct lane_math *math)
{
  run(code, n, registers, math);
}

void interpret(const struct instruction *code, int n, lanes *registers, enum simd simd)
{
  const struct lane_math *math = lane_math(simd);

  switch (simd) {
  case SIMD_AVX512:
    run_avx512(code, n, registers, math);
    return;
  case SIMD_AVX2:
    run_avx2(code, n, registers, math);
    return;
  case SIMD_BASELINE:
    break;
  }
  run(code, n, registers, math);
}
