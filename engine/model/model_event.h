/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/model_event.h
 * The events of a compiled model. */
#pragma once
#include <stdbool.h>

/** A comparison whose changes are located, held between them: 0 or 1; or, of an equality, the sign
 *  of its difference, and CONDITION_PASSING at the moment at which that changes. */
struct model_condition {
  bool is_sign;
  int held, held_input; /* register, and its place among the inputs, -1 for none */
};
enum { CONDITION_PASSING = 2 };

/** True or false, held between the moments at which its comparisons change: 0 or 1. */
struct model_event {
  const char *name, *label;
  int held, first;             /* registers; the time at which it first held, NaN before */
  int held_input, first_input; /* their places among the inputs, -1 for none */
  int n_assigned;              /* 0: nothing happens but that it holds */
  int *assigned;               /* [n_assigned] states */
  int delay, priority, values; /* places in the result of SECTION_ACTIONS, of which the first
                                  n_events say what is true; the delay -1 for none; values of the
                                  first of n_assigned */
  bool keeps_values;           /* from when it triggers */
  bool is_drawn;               /* among those of its priority */
  bool is_persistent, acts_at_start;
};

struct expression;
/** The formulas of an event; NULL where there is none. */
struct event_formulas {
  const struct expression *delay, *priority, **values; /* values [n_assigned] */
};
