/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expression/interpreter.h"

void interpret(const struct piece *piece, const struct call *call)
{
  const struct lane_math *math = lane_math(call->simd);

  switch (call->simd) {
  case SIMD_AVX512:
    interpret_avx512(piece, call, math);
    return;
  case SIMD_AVX2:
    interpret_avx2(piece, call, math);
    return;
  case SIMD_BASELINE:
    break;
  }
  interpret_baseline(piece, call, math);
}
