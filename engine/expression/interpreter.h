/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/interpreter.h */
#pragma once
#include "expression/program.h"

/** `n` instructions, between the copies that the signature asks for. */
struct piece {
  const struct instruction *code;
  int n;
  struct signature signature; /* all zero: nothing is copied */
};

void interpret(const struct piece *piece, const struct call *call);

/** The same, compiled for one instruction set each; the copies too, for a vector that is stored in
 *  parts must not be read whole soon after. */
typedef void interpreter(const struct piece *piece, const struct call *call,
                         const struct lane_math *math);
interpreter interpret_baseline, interpret_avx2, interpret_avx512;
