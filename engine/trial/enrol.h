/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/enrol.h
 * Who is in the trial and in which arm: functions of the seed, the replicate and the patient, equal
 * on every rank. Enrolment order is the order of ids. */
#pragma once
#include "trial/allocation.h"
#include "twin/life.h"

/** Where one patient of the run belongs. Global numbers count from 0 through scenarios, replicates
 *  and patients; replicates and patients count from 1. */
struct position {
  int scenario;      /* from 0 */
  int64_t replicate; /* through all scenarios: the `replicate` of every table */
  int64_t within;    /* of the scenario: what random draws see, so that scenarios share them */
  int64_t patient;
};
struct position trial_position(const struct plan *plan, int64_t global);
int64_t trial_n_patients(const struct plan *plan); /* scenarios * replicates * patients */

/** Draws patients; keeps the allocation list of the replicate that it saw last. */
struct enrolling;
struct enrolling *enrolling_create(const struct plan *plan);
void enrolling_destroy(struct enrolling **enrolling);
/** `enrolment->covariates` is the caller's, [covariate of the cohort]. */
void enrol(struct enrolling *enrolling, const struct position *position,
           struct enrolment *enrolment, struct allocation *allocation);
