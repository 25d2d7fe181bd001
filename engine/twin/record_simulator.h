/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record_simulator.h
 * Lives event records, eight patients at a time. The rules are those of NONMEM (Guide VI, PREDPP):
 *
 * - Records of one time take effect in their order. What an earlier record has set going (lagged
 *   and additional doses, ends of infusions) comes before all records of its time.
 * - Bioavailability and lag, rate and duration are those of the dose's own record, for its
 *   additional doses too. Bioavailability changes the duration of an infusion of given rate.
 * - SS 1 resets the patient, and sets the state to that in which the dose of this record, which
 *   arrives after the lag, has been given for ever. SS 2 adds that state to the present one, less
 *   the state of a patient just reset. Amount 0, a rate and no interval: an infusion that has
 *   lasted for ever and ends here.
 * - A reset cancels doses on their way, infusions and additional doses of the records before it.
 * - A row's outputs are those after its record has taken effect.
 */
#pragma once
#include "solver/kernel.h"
#include "solver/solver.h"
#include "twin/record.h"

/** Borrowed, all of it. */
struct record_simulation {
  const struct model *model; /* parameters with given values are compiled as such */
  const struct solver_method *method;
  struct kernel_store *kernels; /* NULL: interpreted */
  double rtol, max_steps;
  enum covariate_rule rule;
  bool clamps_lag;      /* steady states with lag >= interval: as if the dose had just been given */
  const uint64_t *seed; /* of random effects and errors; NULL: typical patients, no errors */
  int n_given;          /* parameters that are given */
  const int *given;     /* [n_given] */
};

struct record_simulator;
int record_simulator_create(const struct record_simulation *simulation,
                            struct record_simulator **simulator);
void record_simulator_destroy(struct record_simulator **simulator);

/** Fills the outputs and statuses of a batch. A patient's are a function of the patient's own
 *  records alone. */
int record_simulator_run(struct record_simulator *simulator, struct record_batch *batch);
