/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/estimators/samples.h
 * One patient's samples of one quantity, as the endpoint functions take them. */
#pragma once
#include <stddef.h>

/** Times never decrease; two samples may share a time. A sample is missing when its time or its
 *  value is not finite. Borrowed. */
struct samples {
  size_t n;
  const double *time, *value; /* [n] */
};
