/* SPDX-License-Identifier: GPL-3.0-or-later */
#define INTERPRET interpret_avx512
#include "expression/interpreter_run.c"
