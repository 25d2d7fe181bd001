/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/interpreter.h */
#pragma once
#include "expression/program.h"

/** Runs `n` instructions over the registers. */
void interpret(const struct instruction *code, int n, lanes *registers, enum simd simd);
