/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/repeated_doses.h
 * Equal doses at equal intervals into a linear block: where they lead, for whoever plans doses,
 * without living through them. Eight patients at once. */
#pragma once
#include "solver/ode.h"

/** From one dose to the next. */
struct dosing_interval {
  lanes length, infused; /* infused is the first part of it, 0 where nothing is */
  const lanes *bolus;    /* [n] added to x at its beginning */
  /** [n_entries] A and c, as ode_linear.matrix gives them, while `infused` lasts and after it. */
  const lanes *during, *after;
};

struct repeated_doses;
/** The ode has a linear block; it is borrowed and outlives the object. */
struct repeated_doses *repeated_doses_create(const struct ode *ode);
void repeated_doses_destroy(struct repeated_doses **doses);

/** Sets the interval that is repeated. `interval` is borrowed for the call, its bolus until the
 *  next one. */
void repeated_doses_load(struct repeated_doses *doses, const struct dosing_interval *interval);
/** x [n] of the steady state, just after the bolus, or when the infusion begins. NaN in lanes that
 *  have no such state, for example because a compartment only gains. */
void repeated_doses_steady(struct repeated_doses *doses, lanes *x);
/** x [n] from just before the first bolus to just after the n-th, n >= 1. */
void repeated_doses_give(struct repeated_doses *doses, const int32_t n_doses[LANES], lanes *x);
