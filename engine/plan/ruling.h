/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/plan/ruling.h
 * What the compilation of rules shares; of no use outside this folder. */
#pragma once
#include "expression/program_builder.h"
#include "plan/planning.h"

/** One administration while it is compiled. */
struct ruling {
  struct planning *planning;
  const struct administration_entry *entry;
  struct plan_administration *administration;
  const struct plan_intervention *intervention;
  struct scope scope;
  struct program_builder *builder;
  struct plan_lag *lags;
};

/** What a symbol's value rests on: bit i is measure i. Kept by each symbol of the scope. */
struct origin {
  uint32_t measures;
};

/** `measures`: what the symbol's value rests on. */
void ruling_add_symbol(struct ruling *ruling, const struct symbol *symbol, uint32_t measures);
/** All that a rule may read from the start: covariates, measures, day, last_dose. */
void ruling_add_inputs(struct ruling *ruling);
