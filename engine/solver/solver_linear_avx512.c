/* SPDX-License-Identifier: GPL-3.0-or-later */
#define LINEAR_ATTEMPT linear_attempt_avx512
#include "solver/solver_linear_attempt.c"
