/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/distributions.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

double normal_two_sided_p(double z)
{
  return isnan(z) ? (double)NAN : 2 * gsl_cdf_ugaussian_Q(fabs(z));
}

double normal_critical(double level)
{
  gsl_set_error_handler_off(); /* a quantile that does not converge is NaN, not an abort */
  return level > 0 && level < 1 ? gsl_cdf_ugaussian_Qinv((1 - level) / 2) : (double)NAN;
}

double t_two_sided_p(double t, double df)
{
  return isnan(t) || !(df > 0) ? (double)NAN : 2 * gsl_cdf_tdist_Q(fabs(t), df);
}

double t_critical(double level, double df)
{
  gsl_set_error_handler_off(); /* a quantile that does not converge is NaN, not an abort */
  return level > 0 && level < 1 && df > 0 ? gsl_cdf_tdist_Qinv((1 - level) / 2, df) : (double)NAN;
}

double chi_squared_p(double chi_squared, double df)
{
  return isnan(chi_squared) || !(df > 0) ? (double)NAN : gsl_cdf_chisq_Q(chi_squared, df);
}

double f_p(double f, double df1, double df2)
{
  return isnan(f) || !(df1 > 0) || !(df2 > 0) ? (double)NAN : gsl_cdf_fdist_Q(f, df1, df2);
}

double beta_quantile(double p, double a, double b)
{
  gsl_set_error_handler_off(); /* a quantile that does not converge is NaN, not an abort */
  return p > 0 && p < 1 && a > 0 && b > 0 ? gsl_cdf_beta_Pinv(p, a, b) : (double)NAN;
}
