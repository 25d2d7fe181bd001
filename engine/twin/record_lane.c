/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record_lane.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "twin/effects.h"

static const struct record *record_at(const struct record_simulator *simulator, size_t i)
{
  return &simulator->batch->records[i];
}

static size_t end_of(const struct record_lane *lane)
{
  return lane->patient->first + lane->patient->n;
}

static const double *given_at(const struct record_simulator *simulator, size_t record)
{
  return simulator->batch->given + record * simulator->batch->n_given;
}

/** Whether two records of a patient leave all that is loaded as it is. */
static bool is_given_alike(const struct record_simulator *simulator, size_t a, size_t b)
{
  const size_t n = simulator->batch->n_given;

  if (a == b) return true;
  if (simulator->simulation.seed &&
      record_at(simulator, a)->occasion != record_at(simulator, b)->occasion)
    return false;
  return n == 0 || memcmp(given_at(simulator, a), given_at(simulator, b), n * sizeof(double)) == 0;
}

/** Given parameters, and the occasion, of a record whose covariates are loaded. */
static void load_rest(struct record_simulator *simulator, int l, size_t record)
{
  const struct model *model = simulator->simulation.model;
  const double *given = given_at(simulator, record) + model->n_covariates;

  for (int i = 0; i < simulator->simulation.n_given; i++)
    model_lanes_give(&simulator->patients, l, simulator->simulation.given[i], given[i]);
  if (simulator->simulation.seed) {
    effects_between_occasions(model, &simulator->lanes[l].stream,
                              record_at(simulator, record)->occasion, simulator->kappas);
    model_lanes_kappas(&simulator->patients, l, simulator->kappas);
  }
  model_lanes_prepare(&simulator->patients);
  simulator->lanes[l].loaded = record;
}

/** The covariates and given parameters of a record, from now on. */
static void load(struct record_simulator *simulator, int l, size_t record)
{
  struct record_lane *lane = &simulator->lanes[l];

  if (!lane->moves && is_given_alike(simulator, lane->loaded, record)) {
    lane->loaded = record;
    return;
  }
  lane->moves = false;
  model_lanes_covariates(&simulator->patients, l, given_at(simulator, record));
  model_lanes_slopes(&simulator->patients, l, lane->now, NULL);
  load_rest(simulator, l, record);
}

/** From the record before to the next one, covariates move; all else is the next one's. */
static void load_line(struct record_simulator *simulator, int l)
{
  struct record_lane *lane = &simulator->lanes[l];
  const int n = simulator->simulation.model->n_covariates;
  const size_t next = lane->next, last = next - 1;
  const double *from = given_at(simulator, last), *to = given_at(simulator, next);
  const double start = record_at(simulator, last)->time;
  const double length = record_at(simulator, next)->time - start;

  if (lane->line == next) return; /* half-way, at a dose */
  lane->line = next;
  if (is_given_alike(simulator, last, next)) return;
  for (int i = 0; i < n; i++) simulator->slopes[i] = (to[i] - from[i]) / length;
  model_lanes_covariates(&simulator->patients, l, from);
  model_lanes_slopes(&simulator->patients, l, start, simulator->slopes);
  load_rest(simulator, l, next);
  lane->loaded = last; /* its values, but for those that move */
  lane->moves = true;
}

/** The patient of the first record. */
static void load_patient(struct record_simulator *simulator, int l)
{
  const struct model *model = simulator->simulation.model;
  struct record_lane *lane = &simulator->lanes[l];

  if (simulator->simulation.seed) {
    lane->stream = record_stream(*simulator->simulation.seed, lane->patient->id);
    effects_between_patients(model, &lane->stream, simulator->etas);
    effects_mixtures(model, &lane->stream, simulator->categories);
  }
  model_lanes_load(&simulator->patients, l, given_at(simulator, lane->patient->first),
                   simulator->etas);
  if (simulator->simulation.seed)
    model_lanes_mixtures(&simulator->patients, l, simulator->categories);
  load_rest(simulator, l, lane->patient->first);
}

static void store_row(struct record_simulator *simulator, int l)
{
  struct record_lane *lane = &simulator->lanes[l];
  double *values = simulator->batch->outputs + lane->next * simulator->batch->n_outputs;
  const struct record_row row = {.model = simulator->simulation.model,
                                 .stream = &lane->stream,
                                 .lane = l,
                                 .n_results = simulator->n_results,
                                 .results = simulator->results};

  record_row_fill(&row, record_at(simulator, lane->next), simulator->outputs, values);
  for (int i = 0; i < simulator->n_results && !lane->is_infinite; i++) {
    lane->is_infinite = isinf(values[i]);
    lane->infinite_at = lane->next;
  }
  lane->next++;
}

/** The row of the next record, of a lane that stands at simulator->state. */
static void store_standing(struct record_simulator *simulator, int l)
{
  const struct model *model = simulator->simulation.model;
  lanes time = {0};

  time += simulator->lanes[l].now;
  for (int i = 0; i < model->n_states; i++) simulator->states[i][l] = simulator->state[i];
  model_lanes_outputs(&simulator->patients, &time, simulator->states, simulator->outputs);
  store_row(simulator, l);
}

static void leave(struct record_simulator *simulator, int l)
{
  simulator->lanes[l].is_active = false;
  regimen_empty(&simulator->lanes[l].regimen);
  solver_unload(simulator->solver, l);
}

static void fail(struct record_simulator *simulator, int l, enum record_status status)
{
  struct record_lane *lane = &simulator->lanes[l];
  const size_t n_outputs = simulator->batch->n_outputs;

  lane->patient->status = status;
  lane->patient->failed_at = lane->next;
  for (size_t i = lane->next * n_outputs; i < end_of(lane) * n_outputs; i++)
    simulator->batch->outputs[i] = (double)NAN;
  leave(simulator, l);
}

static bool is_reset(const struct record *record)
{
  return record->event == RECORD_RESET || record->event == RECORD_RESET_AND_DOSE;
}

/** Where the state may have jumped: events follow it, and may move it on. */
static enum record_status follow_events(struct record_simulator *simulator, int l)
{
  const int n = simulator->simulation.model->n_states;
  lanes *states = simulator->states;
  bool ends;

  if (!simulator->patients.events) return RECORD_OK;
  for (int i = 0; i < n; i++) states[i][l] = simulator->state[i];
  ends = model_lanes_cross(&simulator->patients, l, simulator->lanes[l].now, true, states);
  for (int i = 0; i < n; i++) simulator->state[i] = states[i][l];
  return ends ? RECORD_OK : RECORD_ENDLESS_EVENTS;
}

/** One record, at its time. */
static enum record_status live(struct record_simulator *simulator, int l)
{
  struct record_lane *lane = &simulator->lanes[l];
  const struct record *record = record_at(simulator, lane->next);
  enum record_status status;

  load(simulator, l, lane->next);
  if (is_reset(record)) record_reset(simulator, l);
  status = follow_events(simulator, l); /* also at the start, which is before the dose */
  if (status == RECORD_OK &&
      (record->event == RECORD_DOSE || record->event == RECORD_RESET_AND_DOSE)) {
    status = record_dose(simulator, l, record);
    if (status == RECORD_OK) status = follow_events(simulator, l);
  }
  if (status == RECORD_OK) store_standing(simulator, l);
  return status;
}

/** All that falls on the present time. A reset may turn the clock back. */
static enum record_status live_moment(struct record_simulator *simulator, int l)
{
  struct record_lane *lane = &simulator->lanes[l];
  enum record_status status = RECORD_OK;

  record_deliver(simulator, l);
  while (status == RECORD_OK && lane->next < end_of(lane)) {
    const struct record *record = record_at(simulator, lane->next);

    if (is_reset(record) && record->time < lane->now) lane->now = record->time;
    if (record->time > lane->now) break;
    status = live(simulator, l);
  }
  return status;
}

/** Whether a run can pass record i on its way to the next one: it only reads, and what holds goes
 *  on holding. */
static bool can_pass(const struct record_simulator *simulator, const struct record_lane *lane,
                     size_t i)
{
  const struct record *record = record_at(simulator, i);
  const bool is_next = simulator->simulation.rule == COVARIATES_NEXT;

  return (record->event == RECORD_OBSERVATION || record->event == RECORD_OTHER) &&
         is_given_alike(simulator, i + is_next, lane->loaded);
}

static void run(struct record_simulator *simulator, int l)
{
  struct record_lane *lane = &simulator->lanes[l];
  const double due = regimen_next(&lane->regimen);
  size_t i = lane->next, n = 0;

  if (simulator->simulation.rule == COVARIATES_NEXT) load(simulator, l, lane->next);
  if (simulator->simulation.rule == COVARIATES_LINEAR) load_line(simulator, l);
  while (i + 1 < end_of(lane) && record_at(simulator, i)->time < due &&
         can_pass(simulator, lane, i) &&
         record_at(simulator, i + 1)->time >= record_at(simulator, i)->time)
    i++;
  lane->stop = record_at(simulator, i)->time < due ? record_at(simulator, i)->time : due;
  for (size_t k = lane->next; k < i && record_at(simulator, k)->time < lane->stop; k++) {
    lane->times = memory_grow(lane->times, n + 1, &lane->capacity, sizeof *lane->times);
    lane->times[n++] = record_at(simulator, k)->time;
  }
  solver_load(simulator->solver, l, lane->now, simulator->state);
  solver_samples(simulator->solver, l, &(struct sampling){(int)n, lane->times});
  solver_run_to(simulator->solver, l, lane->stop);
}

/** From simulator->state at the present time to the next stop, or to the end. */
static void go_on(struct record_simulator *simulator, int l)
{
  struct record_lane *lane = &simulator->lanes[l];
  enum record_status status = live_moment(simulator, l);

  if (lane->is_infinite) {
    lane->next = lane->infinite_at;
    status = RECORD_NOT_FINITE;
  }
  if (status != RECORD_OK)
    fail(simulator, l, status);
  else if (lane->next == end_of(lane))
    leave(simulator, l);
  else
    run(simulator, l);
}

int record_lane_begin(struct record_simulator *simulator, int l, struct record_patient *patient)
{
  struct record_lane *lane = &simulator->lanes[l];

  patient->status = RECORD_OK;
  patient->failed_at = patient->first + patient->n;
  lane->patient = patient;
  lane->next = lane->loaded = lane->line = patient->first;
  lane->moves = false;
  lane->now = record_at(simulator, patient->first)->time;
  lane->is_active = true;
  lane->is_infinite = false;
  load_patient(simulator, l);
  model_lanes_initial(&simulator->patients, l, simulator->state);
  go_on(simulator, l);
  return simulator->code;
}

int record_lane_arrive(struct record_simulator *simulator, int l)
{
  static const enum record_status statuses[] = {[SOLVE_TOO_MANY_STEPS] = RECORD_TOO_MANY_STEPS,
                                                [SOLVE_STEP_TOO_SMALL] = RECORD_STEP_TOO_SMALL,
                                                [SOLVE_NOT_FINITE] = RECORD_NOT_FINITE,
                                                [SOLVE_ENDLESS_EVENTS] = RECORD_ENDLESS_EVENTS};
  const enum solve_status status = solver_status(simulator->solver, l);

  if (status != SOLVE_OK) {
    fail(simulator, l, statuses[status]);
    return simulator->code;
  }
  simulator->lanes[l].now = simulator->lanes[l].stop;
  solver_state(simulator->solver, l, simulator->state);
  go_on(simulator, l);
  return simulator->code;
}

void record_lane_sample(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  struct record_simulator *simulator = context;

  model_lanes_outputs(&simulator->patients, time, state, simulator->outputs);
  for (int l = 0; l < LANES; l++)
    if ((*due)[l]) store_row(simulator, l);
}
