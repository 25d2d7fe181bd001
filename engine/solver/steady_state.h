/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/steady_state.h
 * The state of a patient after equal doses at equal intervals for ever, of any model: Newton's
 * method on the map that leads from one dose to the next. */
#pragma once
#include "model/model_lanes.h"
#include "solver/kernel.h"
#include "solver/solver.h"

/** Equal doses into one state, `interval` apart, for ever; or, when the interval is 0, one infusion
 *  without end. In the model's time and the state's unit, already times the fraction of the route.
 */
struct dosing_cycle {
  int state;
  double interval;
  double amount;   /* of a bolus, when duration is 0 */
  double rate;     /* of an infusion */
  double duration; /* of an infusion; beyond the interval, infusions overlap and add up */
};

enum steady_status {
  STEADY_OK,
  STEADY_NONE,      /* none was found: doses accumulate without limit, or the state swings */
  STEADY_TIME,      /* the rates depend on time itself, or on when an event first held */
  STEADY_EVENTS,    /* events assign: what waits belongs to the state, too */
  STEADY_NOT_SOLVED /* the solver cannot follow the patient from one dose to the next */
};

/** Model and kernels are borrowed. `method` NULL: that of the model. Returns 0 or an exit code
 *  (failure.h). */
struct steady_state;
int steady_state_create(const struct model *model, const struct solver_method *method,
                        struct kernel_store *kernels, struct steady_state **steady);
void steady_state_destroy(struct steady_state **steady);

/** Whose steady state: the patient of a lane, as model_lanes_prepare() left it. What is being
 *  infused there is left out. Copied. */
void steady_state_load(struct steady_state *steady, const struct model_lanes *patients, int lane);
/** `state` [state]: in, where the search begins, the patient without doses; out, if STEADY_OK, the
 *  state `phase` after a dose: just after the bolus, or as the infusion begins, when phase is 0,
 *  just before the next one when it is the interval. Any time does for an infusion without end.
 *
 *  An answer x meets, in every state, |P(x) - x| <= 1e-10 s, where P leads to the next dose and s
 *  is the largest of |x| just before a dose, just after it and where an infusion ends, but at least
 *  1e-4 times the state's scale. It is stable: the states near it come closer from dose to dose.
 *  States that stay above zero from dose to dose are not negative in it. A state that no rate reads
 *  (an area, an amount excreted) has no steady state: it counts from the last dose on. */
enum steady_status steady_state_find(struct steady_state *steady, const struct dosing_cycle *cycle,
                                     double phase, double *state);
/** Newton's iterations in the last search, at most 15: a period with its derivatives counts as one.
 */
int steady_state_iterations(const struct steady_state *steady);
