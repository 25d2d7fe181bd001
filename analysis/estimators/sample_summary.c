/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/sample_summary.h"

#include <math.h>

struct sample_summary sample_summary(const double *values, size_t n)
{
  struct sample_summary summary = {.mean = (double)NAN, .sd = (double)NAN};
  double sum = 0, squares = 0;

  for (size_t i = 0; i < n; i++) {
    if (isnan(values[i])) {
      summary.n_missing++;
      continue;
    }
    summary.n_used++;
    sum += values[i];
  }
  if (summary.n_used == 0) return summary;
  summary.mean = sum / (double)summary.n_used;
  for (size_t i = 0; i < n; i++) {
    if (isnan(values[i])) continue;
    squares += (values[i] - summary.mean) * (values[i] - summary.mean);
  }
  if (summary.n_used > 1) summary.sd = sqrt(squares / (double)(summary.n_used - 1));
  return summary;
}
