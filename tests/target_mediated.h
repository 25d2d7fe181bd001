/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/target_mediated.h
 * Target-mediated drug disposition with full binding kinetics (Mager and Jusko 2001, doi
 * 10.1023/A:1014414520282) as the model compiler might write it: rates, sparse Jacobian and an
 * elimination in a good order, for eight patients. States: free drug L and free receptor R (nM) and
 * complex RC (nM) in plasma, drug AT in tissue (nmol). */
#pragma once
#include "base/lanes.h"
#include "solver/ode.h"

enum { FREE_DRUG, TISSUE, RECEPTOR, COMPLEX, TARGET_STATES };
/* Entries of the Jacobian by row and column, and what a factorisation keeps. */
enum { LL, LA, LR, LC, AL, AA, RL, RR, RC, CL, CR, CC, TARGET_ENTRIES };
enum {
  PIVOT_L,
  PIVOT_A,
  PIVOT_R,
  PIVOT_C,
  MULTIPLIER_LA,
  MULTIPLIER_LC,
  MULTIPLIER_RC,
  MULTIPLIER_LR,
  LOWER_RL,
  LOWER_AL,
  LOWER_CL,
  LOWER_CR,
  TARGET_FACTORS
};

#define TARGET_INLINE static inline __attribute__((always_inline))

/* Rate constants in 1/h. */
struct target_mediated {
  lanes elimination, to_tissue, from_tissue; /* CL/V, Q/V, Q/VT */
  lanes exchange;                            /* Q in L/h */
  lanes per_volume;                          /* 1/V */
  lanes synthesis, degradation, internalisation, association, dissociation;
};

TARGET_INLINE void target_rates(const struct target_mediated *p, const lanes *y, lanes *dydt)
{
  const lanes binding = p->association * y[FREE_DRUG] * y[RECEPTOR] - p->dissociation * y[COMPLEX];
  const lanes leaving = p->exchange * y[FREE_DRUG] - p->from_tissue * y[TISSUE];

  dydt[FREE_DRUG] = -p->elimination * y[FREE_DRUG] - leaving * p->per_volume - binding;
  dydt[TISSUE] = leaving;
  dydt[RECEPTOR] = p->synthesis - p->degradation * y[RECEPTOR] - binding;
  dydt[COMPLEX] = binding - p->internalisation * y[COMPLEX];
}

TARGET_INLINE void target_jacobian(const struct target_mediated *p, const lanes *y, lanes *entries)
{
  const lanes by_drug = p->association * y[RECEPTOR], by_receptor = p->association * y[FREE_DRUG];

  entries[LL] = -p->elimination - p->to_tissue - by_drug;
  entries[LA] = p->from_tissue * p->per_volume;
  entries[LR] = -by_receptor;
  entries[LC] = p->dissociation;
  entries[AL] = p->exchange;
  entries[AA] = -p->from_tissue;
  entries[RL] = -by_drug;
  entries[RR] = -p->degradation - by_receptor;
  entries[RC] = p->dissociation;
  entries[CL] = by_drug;
  entries[CR] = by_receptor;
  entries[CC] = -p->dissociation - p->internalisation;
}

/* Eliminates tissue, complex, receptor, drug. */
TARGET_INLINE void target_factor(const lanes *g, const lanes *j, lanes *f)
{
  lanes left, across, diagonal;

  f[PIVOT_A] = 1 / (*g - j[AA]);
  f[PIVOT_C] = 1 / (*g - j[CC]);
  f[MULTIPLIER_LA] = -j[LA] * f[PIVOT_A];
  f[MULTIPLIER_LC] = -j[LC] * f[PIVOT_C];
  f[MULTIPLIER_RC] = -j[RC] * f[PIVOT_C];
  left = *g - j[LL] + f[MULTIPLIER_LA] * j[AL] + f[MULTIPLIER_LC] * j[CL];
  across = f[MULTIPLIER_LC] * j[CR] - j[LR];
  diagonal = *g - j[RR] + f[MULTIPLIER_RC] * j[CR];
  f[LOWER_RL] = f[MULTIPLIER_RC] * j[CL] - j[RL];
  f[PIVOT_R] = 1 / diagonal;
  f[MULTIPLIER_LR] = across * f[PIVOT_R];
  f[PIVOT_L] = 1 / (left - f[MULTIPLIER_LR] * f[LOWER_RL]);
  f[LOWER_AL] = j[AL];
  f[LOWER_CL] = j[CL];
  f[LOWER_CR] = j[CR];
}

TARGET_INLINE void target_solve(const lanes *f, const lanes *b, lanes *x)
{
  const lanes receptor = b[RECEPTOR] - f[MULTIPLIER_RC] * b[COMPLEX];
  const lanes drug = b[FREE_DRUG] - f[MULTIPLIER_LA] * b[TISSUE] - f[MULTIPLIER_LC] * b[COMPLEX] -
                     f[MULTIPLIER_LR] * receptor;

  x[FREE_DRUG] = drug * f[PIVOT_L];
  x[RECEPTOR] = (receptor - f[LOWER_RL] * x[FREE_DRUG]) * f[PIVOT_R];
  x[COMPLEX] = (b[COMPLEX] + f[LOWER_CL] * x[FREE_DRUG] + f[LOWER_CR] * x[RECEPTOR]) * f[PIVOT_C];
  x[TISSUE] = (b[TISSUE] + f[LOWER_AL] * x[FREE_DRUG]) * f[PIVOT_A];
}

static inline void target_rates_function(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  (void)t;
  target_rates(context, y, dydt);
}

static inline void target_jacobian_function(void *context, const lanes *t, const lanes *y,
                                            lanes *entries)
{
  (void)t;
  target_jacobian(context, y, entries);
}

static inline void target_factor_function(void *context, const lanes *g, const lanes *entries,
                                          lanes *factors)
{
  (void)context;
  target_factor(g, entries, factors);
}

static inline void target_solve_function(void *context, const lanes *factors, const lanes *b,
                                         lanes *x)
{
  (void)context;
  target_solve(factors, b, x);
}

/** Samples tell L, R and RC. */
static inline struct ode target_ode(struct target_mediated *model)
{
  static const struct ode_jacobian jacobian = {.n_entries = TARGET_ENTRIES,
                                               .n_factors = TARGET_FACTORS,
                                               .jacobian = target_jacobian_function,
                                               .factor = target_factor_function,
                                               .solve = target_solve_function};
  static const int observed[] = {FREE_DRUG, RECEPTOR, COMPLEX};

  return (struct ode){.n_states = TARGET_STATES,
                      .context = model,
                      .rates = target_rates_function,
                      .jacobian = &jacobian,
                      .n_observed = 3,
                      .observed = observed};
}
