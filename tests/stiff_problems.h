/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/stiff_problems.h
 * Stiff problems with published solutions. */
#pragma once
#include "base/lanes.h"
#include "dense_jacobian.h"

/* Robertson 1966; solution at 1e11 from the Test Set for Initial Value Problem Solvers, Mazzia and
 * Magherini 2008. */
static inline void robertson_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
  dydt[2] = 3e7 * y[1] * y[1];
  dydt[1] = -dydt[0] - dydt[2];
}

static inline void robertson_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  entries[0] = (lanes){0} - 0.04;
  entries[1] = 1e4 * y[2];
  entries[2] = 1e4 * y[1];
  entries[3] = -entries[0];
  entries[4] = -1e4 * y[2] - 6e7 * y[1];
  entries[5] = -entries[2];
  entries[6] = (lanes){0};
  entries[7] = 6e7 * y[1];
  entries[8] = (lanes){0};
}

static const struct ode_jacobian robertson_derivatives = DENSE_JACOBIAN(3, robertson_jacobian,
                                                                        false);

/* van der Pol's oscillator with mu = 1000; solution at 2000 from the same test set. */
static inline void van_der_pol_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = y[1];
  dydt[1] = 1000 * (1 - y[0] * y[0]) * y[1] - y[0];
}

static inline void van_der_pol_jacobian(void *context, const lanes *t, const lanes *y,
                                        lanes *entries)
{
  (void)context;
  (void)t;
  entries[0] = (lanes){0};
  entries[1] = (lanes){0} + 1;
  entries[2] = -2000 * y[0] * y[1] - 1;
  entries[3] = 1000 * (1 - y[0] * y[0]);
}

static const struct ode_jacobian van_der_pol_derivatives = DENSE_JACOBIAN(2, van_der_pol_jacobian,
                                                                          false);

/* HIRES, Schafer 1975; solution at 321.8122 from the same test set. */
static inline void hires_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  const lanes binding = 280 * y[5] * y[7];

  (void)context;
  (void)t;
  dydt[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
  dydt[1] = 1.71 * y[0] - 8.75 * y[1];
  dydt[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
  dydt[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
  dydt[4] = -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6];
  dydt[5] = -binding + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
  dydt[6] = binding - 1.81 * y[6];
  dydt[7] = -dydt[6];
}

static inline void hires_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  static const double constant[8][8] = {{-1.71, 0.43, 8.32},
                                        {1.71, -8.75},
                                        {0, 0, -10.03, 0.43, 0.035},
                                        {0, 8.32, 1.71, -1.12},
                                        {0, 0, 0, 0, -1.745, 0.43, 0.43},
                                        {0, 0, 0, 0.69, 1.71, -0.43, 0.69},
                                        {0, 0, 0, 0, 0, 0, -1.81},
                                        {0, 0, 0, 0, 0, 0, 1.81}};

  (void)context;
  (void)t;
  for (int e = 0; e < 64; e++) entries[e] = (lanes){0} + constant[e / 8][e % 8];
  for (int row = 5; row < 8; row++) {
    const double sign = row == 6 ? 280 : -280;

    entries[row * 8 + 5] += sign * y[7];
    entries[row * 8 + 7] += sign * y[5];
  }
}

static const struct ode_jacobian hires_derivatives = DENSE_JACOBIAN(8, hires_jacobian, false);
