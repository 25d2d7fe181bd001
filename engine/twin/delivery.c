/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/delivery.h"

#include <math.h>

#include "base/failure.h"
#include "twin/decimal_time.h"
#include "twin/record.h"

static bool is_at_least_0(double x)
{
  return x >= 0 && isfinite(x);
}

bool delivery_plan(const struct dose_order *order, const struct model_entry *entry,
                   struct arrival *arrival)
{
  const double amount = order->amount * entry->fraction;

  *arrival = (struct arrival){.first = order->time,
                              .lag = entry->lag,
                              .interval = order->interval,
                              .additional = order->additional,
                              .state = order->state};
  if (!is_at_least_0(entry->fraction) || !is_at_least_0(entry->lag)) return false;
  if (order->rate == RATE_BOLUS || (order->amount > 0 && amount == 0) ||
      (order->rate == DURATION_OF_MODEL && entry->duration == 0)) {
    arrival->amount = amount;
    return true;
  }
  if (order->rate == DURATION_OF_MODEL) {
    arrival->duration = entry->duration;
    arrival->rate = amount / entry->duration;
  } else {
    arrival->rate = order->rate == RATE_OF_MODEL ? entry->rate : order->rate;
    if (!(arrival->rate > 0)) return false;
    arrival->duration = amount / arrival->rate;
  }
  return is_at_least_0(arrival->duration) && is_at_least_0(arrival->rate);
}

static void set_infusion(const struct delivery *delivery, int state)
{
  REQUIRE(delivery->patients->model->states[state].infusion >= 0);
  model_lanes_infusion(delivery->patients, delivery->lane, state,
                       regimen_rate(delivery->regimen, state));
}

void delivery_set_infusions(const struct delivery *delivery)
{
  for (int i = 0; i < delivery->patients->model->n_states; i++)
    if (delivery->patients->model->states[i].infusion >= 0) set_infusion(delivery, i);
}

void delivery_infuse(const struct delivery *delivery, const struct infusion *infusion)
{
  regimen_infuse(delivery->regimen, infusion);
  set_infusion(delivery, infusion->state);
}

static void give(const struct delivery *delivery, const struct arrival *dose, double now)
{
  const double end = decimal_time_after(now, 1, dose->duration);

  if (end > now)
    delivery_infuse(delivery, &(struct infusion){end, dose->rate, dose->state});
  else /* a bolus, or an infusion that is over before the clock can tell */
    delivery->state[dose->state] += dose->amount + dose->rate * dose->duration;
}

void delivery_accept(const struct delivery *delivery, const struct arrival *arrival, double now)
{
  struct arrival dose;

  regimen_add(delivery->regimen, arrival);
  while (regimen_take(delivery->regimen, now, &dose)) give(delivery, &dose, now);
}

void delivery_catch_up(const struct delivery *delivery, double now)
{
  struct arrival dose;

  if (regimen_end_infusions(delivery->regimen, now)) delivery_set_infusions(delivery);
  while (regimen_take(delivery->regimen, now, &dose)) give(delivery, &dose, now);
}
