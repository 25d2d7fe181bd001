/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/delivery.h
 * Doses on their way into the states of one patient: how a route changes a dose, when it arrives,
 * what runs in. */
#pragma once
#include "model/model_lanes.h"
#include "twin/regimen.h"

/** One lane of a simulator. All borrowed. */
struct delivery {
  struct model_lanes *patients;
  int lane;
  struct regimen *regimen;
  double *state; /* [state] of the lane, which stands */
};

/** What is asked for: `rate` > 0, or as RATE of a record (record.h). */
struct dose_order {
  double time, amount, rate, interval;
  int32_t additional;
  int state;
};
/** The dose as it will arrive through a route; false when that has no meaningful numbers for it. */
bool delivery_plan(const struct dose_order *order, const struct model_entry *entry,
                   struct arrival *arrival);

/** Gives the dose, when it is due by `now`, or lets it wait. */
void delivery_accept(const struct delivery *delivery, const struct arrival *arrival, double now);
/** Starts an infusion that ends at a given time. */
void delivery_infuse(const struct delivery *delivery, const struct infusion *infusion);
/** All that is due by now: ends of infusions, then doses. */
void delivery_catch_up(const struct delivery *delivery, double now);
/** Lets the model see what runs in. */
void delivery_set_infusions(const struct delivery *delivery);
