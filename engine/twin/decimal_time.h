/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/decimal_time.h
 * Sums of times that were written as decimal numbers. 0.1 h and twice 0.1 h later are 0.3 h, the
 * same double as a 0.3 in a file, so that what falls together in the file falls together here and
 * no tolerance is needed. */
#pragma once
#include <stdint.h>

/** start + n * step, with n >= 0: exact decimal arithmetic when both have at most nine decimals
 *  and the sum is below 9e6; otherwise (a lag drawn at random) plain double arithmetic. */
double decimal_time_after(double start, int64_t n, double step);
