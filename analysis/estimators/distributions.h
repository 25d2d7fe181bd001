/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/distributions.h
 * Tails and quantiles behind p values and confidence limits; the one file that includes GSL.
 * NaN in, NaN out; also NaN for degrees of freedom or shapes that are not positive. */
#pragma once

double normal_two_sided_p(double z);
/** z such that a standard normal lies within +-z with probability `level`: 0.95 gives 1.96. */
double normal_critical(double level);
double t_two_sided_p(double t, double df);
double t_critical(double level, double df);
double chi_squared_p(double chi_squared, double df); /* upper tail */
double f_p(double f, double df1, double df2);        /* upper tail */
double beta_quantile(double p, double a, double b);
