/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/interpreter.h */
#pragma once
#include "expression/program.h"

/** Runs `n` instructions over the registers. */
void interpret(const struct instruction *code, int n, lanes *registers, enum simd simd);

/** The same loop, compiled for one instruction set each. */
void interpret_baseline(const struct instruction *code, int n, lanes *registers,
                        const struct lane_math *math);
void interpret_avx2(const struct instruction *code, int n, lanes *registers,
                    const struct lane_math *math);
void interpret_avx512(const struct instruction *code, int n, lanes *registers,
                      const struct lane_math *math);
