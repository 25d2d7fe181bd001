/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Doses: how they enter, where they lead. */
#include <math.h>
#include <string.h>

#include "model/model_events.h"
#include "twin/decimal_time.h"
#include "twin/record_lane.h"

/** Infusions of a steady state that overlap. */
static const double most_at_once = 10000;

static void set_infusion(struct record_simulator *simulator, int l, int state)
{
  const struct model *model = simulator->simulation.model;

  if (model->states[state].infusion < 0) return;
  model_lanes_infusion(&simulator->patients, l, state,
                       regimen_rate(&simulator->lanes[l].regimen, state));
}

static void set_infusions(struct record_simulator *simulator, int l)
{
  for (int i = 0; i < simulator->simulation.model->n_states; i++) set_infusion(simulator, l, i);
}

static void give(struct record_simulator *simulator, int l, const struct arrival *dose)
{
  struct record_lane *lane = &simulator->lanes[l];

  const double end = decimal_time_after(lane->now, 1, dose->duration);

  if (end > lane->now) {
    regimen_infuse(&lane->regimen, &(struct infusion){end, dose->rate, dose->state});
    set_infusion(simulator, l, dose->state);
  } else
    simulator->state[dose->state] += dose->amount + dose->rate * dose->duration;
}

void record_deliver(struct record_simulator *simulator, int l)
{
  struct record_lane *lane = &simulator->lanes[l];
  struct arrival dose;

  if (regimen_end_infusions(&lane->regimen, lane->now)) set_infusions(simulator, l);
  while (regimen_take(&lane->regimen, lane->now, &dose)) give(simulator, l, &dose);
}

void record_reset(struct record_simulator *simulator, int l)
{
  struct record_lane *lane = &simulator->lanes[l];

  regimen_empty(&lane->regimen);
  set_infusions(simulator, l);
  model_events_reset(&simulator->patients, l);
  model_lanes_prepare(&simulator->patients);
  model_lanes_initial(&simulator->patients, l, simulator->state);
}

static struct model_entry entry_of(const struct record_simulator *simulator, int l,
                                   const struct record *record)
{
  if (record->route < 0)
    return (struct model_entry){.fraction = 1, .duration = (double)NAN, .rate = (double)NAN};
  return model_lanes_entry(&simulator->patients, l, record->route);
}

static bool is_at_least_0(double x)
{
  return x >= 0 && isfinite(x);
}

/** False when the model has no meaningful numbers for it. */
static bool enter(const struct record *record, const struct model_entry *entry,
                  struct arrival *dose)
{
  const double amount = record->amount * entry->fraction;

  *dose = (struct arrival){.first = record->time,
                           .lag = entry->lag,
                           .interval = record->interval,
                           .additional = record->additional,
                           .state = record->state};
  if (!is_at_least_0(entry->fraction) || !is_at_least_0(entry->lag)) return false;
  if (record->rate == RATE_BOLUS)
    dose->amount = amount;
  else if (record->rate == DURATION_OF_MODEL) {
    dose->duration = entry->duration;
    dose->rate = amount / entry->duration;
    if (entry->duration == 0) { /* at once */
      dose->amount = amount;
      dose->rate = 0;
    }
  } else {
    dose->rate = record->rate == RATE_OF_MODEL ? entry->rate : record->rate;
    if (!(dose->rate > 0)) return false;
    dose->duration = amount / dose->rate;
  }
  return is_at_least_0(dose->duration) && is_at_least_0(dose->rate);
}

/** Infusions of the doses before, that still run: the last was `since` ago, 0 <= since. */
static void keep_infusing(struct record_simulator *simulator, int l, const struct arrival *dose,
                          double since)
{
  struct record_lane *lane = &simulator->lanes[l];
  double passed = since;

  for (int64_t k = 1; passed < dose->duration; k++) {
    const double end = lane->now + (dose->duration - passed);

    if (end > lane->now)
      regimen_infuse(&lane->regimen, &(struct infusion){end, dose->rate, dose->state});
    passed = since + (double)k * dose->interval;
  }
  set_infusions(simulator, l);
}

static enum record_status status_of(enum steady_status status)
{
  switch (status) {
  case STEADY_OK:
    return RECORD_OK;
  case STEADY_TIME:
    return RECORD_STEADY_STATE_OF_TIME;
  default:
    return RECORD_NO_STEADY_STATE;
  }
}

/** simulator->steady_state: of a patient who has always had this dose, `phase` after one. */
static enum record_status find_steady_state(struct record_simulator *simulator, int l,
                                            const struct arrival *dose, double phase)
{
  const struct record_simulation *simulation = &simulator->simulation;
  const struct dosing_cycle cycle = {.state = dose->state,
                                     .interval = dose->interval,
                                     .amount = dose->amount,
                                     .rate = dose->rate,
                                     .duration = dose->duration};

  if (!simulator->steady && steady_state_create(simulation->model, simulation->method,
                                                simulation->kernels, &simulator->steady))
    return RECORD_NO_STEADY_STATE;
  model_lanes_initial(&simulator->patients, l, simulator->steady_state);
  steady_state_load(simulator->steady, &simulator->patients, l);
  return status_of(steady_state_find(simulator->steady, &cycle, phase, simulator->steady_state));
}

static enum record_status settle(struct record_simulator *simulator, int l,
                                 const struct record *record, const struct arrival *dose)
{
  const int n = simulator->simulation.model->n_states;
  const bool is_late = dose->interval > 0 && dose->lag >= dose->interval;
  double phase = dose->interval - dose->lag;
  enum record_status status;

  if (dose->interval > 0 && dose->duration > most_at_once * dose->interval)
    return RECORD_DOSE_UNDEFINED;
  if (is_late && !simulator->simulation.clamps_lag) return RECORD_LAG_AND_INTERVAL;
  if (is_late) phase = 0;
  status = find_steady_state(simulator, l, dose, dose->interval > 0 ? phase : 0);
  if (status != RECORD_OK) return status;
  if (record->steady_state == 1) {
    record_reset(simulator, l);
    memcpy(simulator->state, simulator->steady_state, (size_t)n * sizeof *simulator->state);
  } else { /* what a reset leaves is there already */
    double *state = simulator->steady_state;

    for (int i = 0; i < n; i++) simulator->state[i] += state[i];
    model_lanes_initial(&simulator->patients, l, state);
    for (int i = 0; i < n; i++) simulator->state[i] -= state[i];
  }
  if (dose->interval > 0) keep_infusing(simulator, l, dose, phase);
  return RECORD_OK;
}

enum record_status record_dose(struct record_simulator *simulator, int l,
                               const struct record *record)
{
  struct record_lane *lane = &simulator->lanes[l];
  const struct model_entry entry = entry_of(simulator, l, record);
  struct arrival dose;
  enum record_status status;

  if (!enter(record, &entry, &dose)) return RECORD_DOSE_UNDEFINED;
  if (record->steady_state > 0) {
    const bool is_endless = record->interval == 0;

    if (is_endless) dose.duration = 0;
    status = settle(simulator, l, record, &dose);
    if (status != RECORD_OK || is_endless) return status;
  }
  regimen_add(&lane->regimen, &dose);
  while (lane->regimen.n_arrivals && lane->regimen.arrivals[0].due <= lane->now &&
         regimen_take(&lane->regimen, lane->now, &dose))
    give(simulator, l, &dose);
  return RECORD_OK;
}
