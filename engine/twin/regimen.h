/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/regimen.h
 * What is still to happen to one patient: doses on their way, additional doses, ends of infusions.
 * Knows times and amounts, no model and no solver. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A dose as it reaches a state, bioavailability included. */
struct arrival {
  double first, lag;     /* when the first of its kind was given; from then to its arrival */
  double amount;         /* of a bolus; 0 of an infusion */
  double rate, duration; /* of an infusion; duration 0: a bolus */
  double interval;       /* to the next of `additional` equal ones */
  int32_t past, additional;
  double due; /* set by regimen_add() */
  int state;
};

struct infusion {
  double end, rate;
  int state;
};

struct regimen {
  struct arrival *arrivals;   /* by due, then in the order in which they were added */
  struct infusion *infusions; /* that run, by end */
  size_t n_arrivals, n_infusions, arrival_capacity, infusion_capacity;
};

void regimen_clear(struct regimen *regimen); /* frees */
void regimen_empty(struct regimen *regimen); /* nothing is to happen any more */

void regimen_add(struct regimen *regimen, const struct arrival *arrival);
void regimen_infuse(struct regimen *regimen, const struct infusion *infusion);
/** When the next thing happens; infinity when nothing does. */
double regimen_next(const struct regimen *regimen);
/** Ends the infusions whose time has come; false when there are none. */
bool regimen_end_infusions(struct regimen *regimen, double now);
/** Takes the next arrival that is due by `now`, and lets its additional doses follow. */
bool regimen_take(struct regimen *regimen, double now, struct arrival *arrival);
/** Of all infusions that run into a state. */
double regimen_rate(const struct regimen *regimen, int state);
