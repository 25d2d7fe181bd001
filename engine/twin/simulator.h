/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/simulator.h
 * Lives the trial of many patients, eight at a time: each lane has its own clock, doses and visits
 * and takes the next patient when it is done. */
#pragma once
#include "solver/kernel.h"
#include "twin/life.h"

struct simulator;

/** Plan and kernels are borrowed; without kernels (NULL) models are interpreted. */
int simulator_create(const struct plan *plan, int scenario, struct kernel_store *kernels,
                     struct simulator **simulator);
void simulator_destroy(struct simulator **simulator);

/** Called from time to time during a run, with the patients finished so far. */
struct pulse {
  int (*beat)(void *context, int n_finished);
  void *context;
};

/** `lives` [patient] are created for the scenario's model. A life is a function of its enrolment
 *  alone: not of the others, their order or the lane. A code other than 0 from `pulse` ends the run
 *  and is returned. */
int simulator_run(struct simulator *simulator, int n, const struct enrolment *patients,
                  struct life *lives, const struct pulse *pulse);
