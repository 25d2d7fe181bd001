/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/dosing.h
 * Decides the doses of one administration: rules, holds, retests. Sees measured values, known
 * covariates and given doses, never the truth. */
#pragma once
#include "twin/life.h"

/** Where one patient stands in one administration. */
struct dosing {
  const struct plan_administration *administration; /* borrowed */
  int32_t next_min; /* of the next dose; NO_TIME when there is none */
  int32_t hold_end_min;
  const struct plan_rule *rule;      /* the last that decided */
  const struct plan_action *waiting; /* its hold_until has not come true */
  double amount;                     /* decided */
  bool has_news;                     /* measured since the last decision */
};

/** What a decision may read. */
struct evidence {
  const struct life *life;
  const double *covariates; /* [covariate of the cohort] */
  const double *measured;   /* [measure] last measured value, NaN before the first */
  enum simd simd;
};

void dosing_begin(const struct plan_administration *administration, struct dosing *dosing);
/** At the time of a dose: what is given now (0 during a hold; NaN when a rule has no value).
 *  `registers` are those of the administration's program. `next_encounter_min` is set to the time
 *  of an encounter to be added, NO_TIME for none. */
double dosing_decide(struct dosing *dosing, const struct evidence *evidence, lanes *registers,
                     int32_t *next_encounter_min);
/** To the next dose. */
void dosing_advance(struct dosing *dosing);
