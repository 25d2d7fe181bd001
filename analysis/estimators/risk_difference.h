/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/risk_difference.h
 * Two independent proportions. Sign: first minus second, everywhere. */
#pragma once
#include "estimators/interval.h"
#include "estimators/proportion.h"

enum risk_difference_method {
  RISK_DIFFERENCE_NEWCOMBE,           /* hybrid score from Wilson's limits, without continuity
                                         correction: Newcombe, Stat Med 1998; 17:873-890, method 10 */
  RISK_DIFFERENCE_MIETTINEN_NURMINEN, /* score, variance times N/(N-1): Miettinen and Nurminen, Stat
                                         Med 1985; 4:213-226 */
  RISK_DIFFERENCE_MEE,          /* the same without that factor: Mee, Biometrics 1984; 40:1175 */
  RISK_DIFFERENCE_WALD,         /* not cut to [-1, 1] */
  RISK_DIFFERENCE_AGRESTI_CAFFO /* Wald after adding one event and one non-event to each group:
                                   Agresti and Caffo, Am Stat 2000; 54:280-288; not cut */
};

/** NaN when either group is empty. The counts of missing values are in the arguments. */
double risk_difference(const struct proportion *first, const struct proportion *second);
/** Wald's: sqrt(p1 q1 / n1 + p2 q2 / n2). */
double risk_difference_se(const struct proportion *first, const struct proportion *second);
/** NaN limits when either group is empty. */
struct interval risk_difference_interval(const struct proportion *first,
                                         const struct proportion *second,
                                         enum risk_difference_method method, double level);

struct chi_squared_test {
  double chi_squared, df, p;
};
/** Pearson's test of the 2 x 2 table, 1 df. Yates' correction |O - E| - 1/2 never passes 0. NaN
 * when a margin is 0 (no events, all events, an empty group): there is nothing to test. */
struct chi_squared_test pearson_chi_squared(const struct proportion *first,
                                            const struct proportion *second, int yates);
