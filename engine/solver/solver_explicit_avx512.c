/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma GCC target("avx512f,avx512dq,avx512vl")
#define EXPLICIT_ATTEMPT explicit_attempt_avx512
#include "solver/solver_explicit_attempt.c"
