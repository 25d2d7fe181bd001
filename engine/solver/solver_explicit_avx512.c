/* SPDX-License-Identifier: GPL-3.0-or-later */
#define EXPLICIT_ATTEMPT explicit_attempt_avx512
#include "solver/solver_explicit_attempt.c"
