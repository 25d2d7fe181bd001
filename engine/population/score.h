/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/population/score.h
 * Normal scores: a value's place in its distribution, as a standard normal number. */
#pragma once

/** A standard normal score squeezed between two others, lower < upper, so that the result has the
 *  normal distribution truncated there: the inverse of F(lower) + F(z) (F(upper) - F(lower)). NaN
 *  when nothing lies between them. */
double truncated_score(double z, double lower, double upper);
/** The straight line through (x[i], y[i]), x rising, n >= 2; the first and the last piece go on. */
double interpolated(int n, const double *x, const double *y, double at);
