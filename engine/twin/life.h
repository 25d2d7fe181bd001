/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/life.h
 * What happened to one patient in one trial, before it becomes rows. */
#pragma once
#include "base/random_stream.h"
#include "plan/plan.h"
#include "solver/solver.h"

/** The patient's end of the trial; categories of /disposition STATUS, never renumbered. */
enum life_status {
  LIFE_COMPLETED,
  LIFE_NOT_ELIGIBLE,
  LIFE_TOO_MANY_STEPS,
  LIFE_STEP_TOO_SMALL,
  LIFE_NOT_FINITE,
  LIFE_DOSE_UNDEFINED,
  LIFE_TOO_MANY_VISITS,
  LIFE_ENDLESS_EVENTS,
  N_LIFE_STATUSES
};
extern const char *const life_status_names[N_LIFE_STATUSES];

struct observation {
  int32_t minute;
  int visit, measure;     /* indices in the plan */
  double truth, measured; /* in the measure's unit */
  int quantified;         /* enum quantification: what was measured, or a limit */
};

/** `n_more` equal doses follow, `interval_min` apart. */
struct given_dose {
  int32_t minute, interval_min, infusion_min;
  int intervention, rule, n_more;
  double amount; /* in the intervention's unit */
};

/** In the cohort's unit, or a category. */
struct covariate_change {
  int32_t minute;
  int covariate;
  double value;
};

/** A patient who is to be simulated. */
struct enrolment {
  struct random_stream stream; /* of this replicate: measurements, conduct */
  struct random_stream person; /* of who it is: covariates, random effects */
  int arm;
  int attempt;        /* of eligibility; negative: none was found */
  double *covariates; /* [covariate of the cohort] */
};

struct life {
  enum life_status status;
  int32_t last_minute; /* until when the patient was followed */
  struct solver_count count;
  size_t n_observations, n_doses, observation_capacity, dose_capacity;
  size_t n_changes, change_capacity;
  struct covariate_change *changes; /* by time */
  struct observation *observations; /* by time */
  struct given_dose *doses;         /* by time */
  double *parameters, *etas;        /* [parameter], [eta] of the model */
  int *categories;                  /* [mixture] of the model */
};

void life_create(const struct model *model, struct life *life);
void life_clear(struct life *life); /* frees */
void life_begin(struct life *life); /* forgets, keeps the memory */
void life_observe(struct life *life, const struct observation *observation);
void life_change_covariate(struct life *life, const struct covariate_change *change);
/** Joins the dose to the last one when it continues it. */
void life_give(struct life *life, const struct given_dose *dose);
/** Amount of an intervention given at a minute; 0 when none was. */
double life_dose_at(const struct life *life, int intervention, int32_t minute);
/** The last amount that was not zero; 0 when none was. */
double life_last_dose(const struct life *life, int intervention);
