/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/kernel_begin.h
 * The words in which model_emit() writes equations. Included first in a file made for one model,
 * which is compiled for each function and instruction set, see kernel_end.h. */
#pragma once
#include "base/lanes_root.h"
#include "model/model_lanes.h"

#define INLINE static inline __attribute__((always_inline))
#define APART  static __attribute__((noinline))

#define ALL(x)          ((x) - (lanes){0})
#define TRUTH(mask)     lanes_select(mask, ALL(1.), ALL(0.))
#define CHOICE(a, b, c) lanes_select(lanes_equal(a, ALL(0.)), c, b)

INLINE lanes of_one(void (*function)(lanes *out, const lanes *x), lanes x)
{
  lanes y;

  function(&y, &x);
  return y;
}

INLINE lanes power(void (*function)(lanes *out, const lanes *x, const lanes *y), lanes x, lanes y)
{
  lanes z;

  function(&z, &x, &y);
  return z;
}

#define EXP(x)    of_one(m->math->exp, x)
#define LOG(x)    of_one(m->math->log, x)
#define LOG10(x)  of_one(m->math->log10, x)
#define SIN(x)    of_one(m->math->sin, x)
#define COS(x)    of_one(m->math->cos, x)
#define TAN(x)    of_one(m->math->tan, x)
#define ASIN(x)   of_one(m->math->asin, x)
#define ACOS(x)   of_one(m->math->acos, x)
#define ATAN(x)   of_one(m->math->atan, x)
#define SINH(x)   of_one(m->math->sinh, x)
#define COSH(x)   of_one(m->math->cosh, x)
#define TANH(x)   of_one(m->math->tanh, x)
#define POW(x, y) power(m->math->pow, x, y)
