/* SPDX-License-Identifier: GPL-3.0-or-later */
#define ROSENBROCK_ATTEMPT rosenbrock_attempt_avx2
#include "solver/solver_rosenbrock_attempt.c"
