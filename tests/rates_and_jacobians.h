/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/rates_and_jacobians.h
 * Rates of small problems for the solvers, each with its Jacobian. */
#pragma once
#include "base/lanes.h"
#include "dense_jacobian.h"

/** y' = -y / 5. */
static inline void decay_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = -0.2 * y[0];
}

static inline void decay_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  (void)y;
  entries[0] = (lanes){0} + -0.2;
}

static const struct ode_jacobian decay_derivatives = DENSE_JACOBIAN(1, decay_jacobian, false);

/** y' = y (1 - y): y(t) = 1 / (1 + (1 / y(0) - 1) exp(-t)). */
static inline void logistic_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = y[0] * (1 - y[0]);
}

static inline void logistic_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  entries[0] = 1 - 2 * y[0];
}

static const struct ode_jacobian logistic_derivatives = DENSE_JACOBIAN(1, logistic_jacobian, false);

/** y'' = -y: (cos t, -sin t) from (1, 0). */
static inline void oscillator_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = y[1];
  dydt[1] = -y[0];
}

static inline void oscillator_jacobian(void *context, const lanes *t, const lanes *y,
                                       lanes *entries)
{
  (void)context;
  (void)t;
  (void)y;
  entries[0] = (lanes){0};
  entries[1] = (lanes){0} + 1;
  entries[2] = (lanes){0} + -1;
  entries[3] = (lanes){0};
}

static const struct ode_jacobian oscillator_derivatives = DENSE_JACOBIAN(2, oscillator_jacobian,
                                                                         false);

/** y' = -2 t y: y(t) = y(0) exp(-t^2). */
static inline void bell_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  dydt[0] = -2 * *t * y[0];
}

static inline void bell_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  entries[0] = -2 * *t;
  entries[1] = -2 * y[0];
}

static const struct ode_jacobian bell_derivatives = DENSE_JACOBIAN(1, bell_jacobian, true);

/** y' = y^2: y(t) = 1 / (1 / y(0) - t), infinite at 1 / y(0). */
static inline void explosion_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = y[0] * y[0];
}

static inline void explosion_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  entries[0] = 2 * y[0];
}

static const struct ode_jacobian explosion_derivatives = DENSE_JACOBIAN(1, explosion_jacobian,
                                                                        false);

/** Amounts in two compartments with elimination 0.1, distribution 0.3 and 0.2 per hour. */
static inline void two_compartment_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = 0.2 * y[1] - 0.4 * y[0];
  dydt[1] = 0.3 * y[0] - 0.2 * y[1];
}

static inline void two_compartment_jacobian(void *context, const lanes *t, const lanes *y,
                                            lanes *entries)
{
  (void)context;
  (void)t;
  (void)y;
  entries[0] = (lanes){0} + -0.4;
  entries[1] = (lanes){0} + 0.2;
  entries[2] = (lanes){0} + 0.3;
  entries[3] = (lanes){0} + -0.2;
}

static const struct ode_jacobian two_compartment_derivatives = DENSE_JACOBIAN(
    2, two_compartment_jacobian, false);

/** Absorption at 1 per hour, saturable elimination of at most 8 mg/h, half of it at 20 mg. */
static inline void saturable_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)context;
  (void)t;
  dydt[0] = -y[0];
  dydt[1] = y[0] - 8 * y[1] / (20 + y[1]);
}

static inline void saturable_jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  (void)context;
  (void)t;
  entries[0] = (lanes){0} + -1;
  entries[1] = (lanes){0};
  entries[2] = (lanes){0} + 1;
  entries[3] = -160 / ((20 + y[1]) * (20 + y[1]));
}

static const struct ode_jacobian saturable_derivatives = DENSE_JACOBIAN(2, saturable_jacobian,
                                                                        false);
