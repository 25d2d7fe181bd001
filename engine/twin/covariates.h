/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/covariates.h
 * One patient's covariates as they are now: each holds until the plan changes it. */
#pragma once
#include "twin/life.h"

struct covariates {
  const struct plan *plan; /* borrowed */
  const double *baseline;  /* [covariate of the cohort], borrowed */
  double *values;          /* the same, now */
  lanes *registers;        /* of the plan's course_program; NULL: nothing ever changes */
  enum simd simd;
  int32_t next_min; /* of the next change; NO_TIME: none */
};

void covariates_create(const struct plan *plan, enum simd simd, struct covariates *covariates);
void covariates_clear(struct covariates *covariates); /* frees */
/** The patient's values at first, changes at minute 0 included; the life tells these. The baseline
 * is borrowed until the next patient. */
void covariates_begin(struct covariates *covariates, const double *baseline, struct life *life);
/** All changes of this minute. */
void covariates_change(struct covariates *covariates, int32_t minute, struct life *life);
