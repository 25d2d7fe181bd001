/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expression/interpreter.h"

void interpret(const struct instruction *code, int n, lanes *registers, enum simd simd)
{
  const struct lane_math *math = lane_math(simd);

  switch (simd) {
  case SIMD_AVX512:
    interpret_avx512(code, n, registers, math);
    return;
  case SIMD_AVX2:
    interpret_avx2(code, n, registers, math);
    return;
  case SIMD_BASELINE:
    break;
  }
  interpret_baseline(code, n, registers, math);
}
