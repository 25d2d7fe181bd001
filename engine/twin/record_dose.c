/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Doses: how they enter, where they lead. */
#include <math.h>
#include <string.h>

#include "base/failure.h"
#include "model/model_events.h"
#include "twin/delivery.h"
#include "twin/record_lane.h"

/** Infusions of one record that overlap: each is summed whenever one begins. */
static const double most_at_once = 10000;

static bool overlap_too_often(const struct record *record, const struct arrival *dose)
{
  return (record->steady_state > 0 || record->additional >= most_at_once) && dose->interval > 0 &&
         dose->duration > most_at_once * dose->interval;
}

static struct delivery delivery_of(struct record_simulator *simulator, int l)
{
  return (struct delivery){&simulator->patients, l, &simulator->lanes[l].regimen, simulator->state};
}

void record_deliver(struct record_simulator *simulator, int l)
{
  const struct delivery delivery = delivery_of(simulator, l);

  delivery_catch_up(&delivery, simulator->lanes[l].now);
}

void record_reset(struct record_simulator *simulator, int l)
{
  const struct delivery delivery = delivery_of(simulator, l);

  regimen_empty(delivery.regimen);
  delivery_set_infusions(&delivery);
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

/** Infusions of the doses before, that still run: the last was `since` ago, 0 <= since. */
static void keep_infusing(struct record_simulator *simulator, int l, const struct arrival *dose,
                          double since)
{
  const struct delivery delivery = delivery_of(simulator, l);
  const double now = simulator->lanes[l].now;
  double passed = since;

  for (int64_t k = 1; passed < dose->duration; k++) {
    const double end = now + (dose->duration - passed);

    if (end > now) delivery_infuse(&delivery, &(struct infusion){end, dose->rate, dose->state});
    passed = since + (double)k * dose->interval;
  }
}

static enum record_status status_of(enum steady_status status)
{
  switch (status) {
  case STEADY_OK:
    return RECORD_OK;
  case STEADY_TIME:
    return RECORD_STEADY_STATE_OF_TIME;
  case STEADY_EVENTS:
    return RECORD_STEADY_STATE_OF_EVENTS;
  case STEADY_NOT_SOLVED:
    return RECORD_STEADY_STATE_UNSOLVED;
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

  if (!simulator->steady)
    simulator->code = steady_state_create(simulation->model, simulation->method,
                                          simulation->kernels, &simulator->steady);
  if (simulator->code != EXIT_CODE_OK) return RECORD_NO_STEADY_STATE; /* the run ends */
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
  const struct delivery delivery = delivery_of(simulator, l);
  const struct model_entry entry = entry_of(simulator, l, record);
  const struct dose_order order = {.time = record->time,
                                   .amount = record->amount,
                                   .rate = record->rate,
                                   .interval = record->interval,
                                   .additional = record->additional,
                                   .state = record->state};
  const bool is_endless = record->steady_state > 0 && record->interval == 0;
  struct arrival dose;

  if (!delivery_plan(&order, &entry, &dose) || overlap_too_often(record, &dose))
    return RECORD_DOSE_UNDEFINED;
  if (record->steady_state > 0) {
    enum record_status status;

    if (is_endless) dose.duration = 0;
    status = settle(simulator, l, record, &dose);
    if (status != RECORD_OK || is_endless) return status;
  }
  delivery_accept(&delivery, &dose, simulator->lanes[l].now);
  return RECORD_OK;
}
