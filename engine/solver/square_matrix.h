/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/square_matrix.h
 * Small matrices without a pattern, by rows: [row][column]. */
#pragma once
#include <stdbool.h>

/** x of (1 - m) x = b; `b` [n] becomes x. `work` [n][n]. False where 1 - m is singular, or anything
 *  is not finite. */
bool square_solve_difference(int n, const double *m, double *work, double *b);
/** Whether all eigenvalues of `m` are smaller than `bound` in absolute value, > 0. Those within
 * 1e-9 of it, relative, count as too large. `work` [2][n][n]. */
bool square_spectrum_is_below(double bound, int n, const double *m, double *work);
