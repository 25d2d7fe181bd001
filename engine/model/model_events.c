/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_events.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random_stream.h"

/** Of one event; then, at one moment, of all. */
enum { MOST_WAITING = 16, MOST_ASSIGNMENTS = 1000 };

/** An event that has triggered and has not assigned yet. */
struct waiting {
  int event;
  double due;
  uint32_t number; /* of triggers before it in this patient */
  double *values;  /* as of the trigger */
};

struct lane_events {
  bool has_begun;
  bool *is_true; /* [event] */
  int n_waiting;
  uint32_t n_triggers;
  struct waiting *waiting; /* [MOST_WAITING for each event that assigns] */
  double *values;          /* room for those of all that wait */
};

struct model_events {
  struct lane_events of[LANES];
  lanes *crossed; /* [condition], then whether an assignment is due */
  lanes *actions; /* [n_actions] */
  bool *changed;  /* [event] */
};

/** One lane at one time. */
struct moment {
  struct model_lanes *patients;
  struct lane_events *events;
  int lane;
  double time;
  lanes *state;
  bool may_pass;   /* equalities that have just been passed count as equal */
  bool has_passed; /* there are some */
  bool has_jumped; /* nothing is passed any more */
};

static void create_waiting(const struct model *model, struct lane_events *events)
{
  size_t n = 0, n_values = 0;

  for (int i = 0; i < model->n_events; i++) {
    const size_t n_assigned = (size_t)model->events[i].n_assigned;

    n += n_assigned > 0 ? MOST_WAITING : 0;
    if (n_assigned > n_values) n_values = n_assigned;
  }
  events->is_true = memory_new((size_t)model->n_events, sizeof *events->is_true);
  events->waiting = memory_new(n, sizeof *events->waiting);
  events->values = memory_new(n * n_values, sizeof *events->values);
  for (size_t k = 0; k < n; k++) events->waiting[k].values = events->values + k * n_values;
}

struct model_events *model_events_create(const struct model *model)
{
  struct model_events *events;

  if (model->n_events == 0) return NULL;
  events = memory_new(1, sizeof *events);
  events->crossed = memory_new((size_t)model->n_conditions + 1, sizeof *events->crossed);
  events->changed = memory_new((size_t)model->n_events, sizeof *events->changed);
  events->actions = memory_new((size_t)model->n_actions, sizeof *events->actions);
  for (int lane = 0; lane < LANES; lane++) create_waiting(model, &events->of[lane]);
  return events;
}

void model_events_destroy(struct model_events **events)
{
  if (!*events) return;
  for (int lane = 0; lane < LANES; lane++) {
    free((*events)->of[lane].is_true);
    free((*events)->of[lane].waiting);
    free((*events)->of[lane].values);
  }
  free((*events)->crossed);
  free((*events)->actions);
  free((*events)->changed);
  free(*events);
  *events = NULL;
}

/** An input that compiled equations may read, too; `input` is its place there, or -1. */
static void hold(struct model_lanes *patients, int lane, int reg, int input, double value)
{
  patients->registers[reg][lane] = value;
  if (input >= 0) patients->copies[input][lane] = value;
}

static void hold_due(struct model_lanes *patients, int lane)
{
  const struct model *model = patients->model;
  const struct lane_events *events = &patients->events->of[lane];
  double due = (double)INFINITY;

  if (model->due < 0) return;
  for (int k = 0; k < events->n_waiting; k++)
    if (events->waiting[k].due < due) due = events->waiting[k].due;
  hold(patients, lane, model->due, model->due_input, due);
}

void model_events_reset(struct model_lanes *patients, int lane)
{
  const struct model *model = patients->model;
  struct lane_events *events;

  if (!patients->events) return;
  events = &patients->events->of[lane];
  events->has_begun = false;
  events->n_waiting = 0;
  events->n_triggers = 0;
  for (int i = 0; i < model->n_events; i++) {
    const struct model_event *event = &model->events[i];

    events->is_true[i] = false;
    hold(patients, lane, event->held, event->held_input, 0);
    hold(patients, lane, event->first, event->first_input, (double)NAN);
  }
  for (int i = 0; i < model->n_conditions; i++)
    hold(patients, lane, model->conditions[i].held, model->conditions[i].held_input, 0);
  hold_due(patients, lane);
}

static void note_conditions(struct moment *moment)
{
  struct model_lanes *patients = moment->patients;
  const struct model *model = patients->model;
  const lanes time = moment->time - (lanes){0};
  lanes *crossed = patients->events->crossed;

  model_lanes_crossings(patients, &time, moment->state, crossed);
  for (int i = 0; i < model->n_conditions; i++) {
    const struct model_condition *condition = &model->conditions[i];
    const double held = patients->registers[condition->held][moment->lane];
    double now = held + crossed[i][moment->lane];

    if (condition->is_sign && moment->may_pass &&
        (held == CONDITION_PASSING || (held * now == -1 && !moment->has_jumped))) {
      now = CONDITION_PASSING;
      moment->has_passed = true;
    }
    hold(patients, moment->lane, condition->held, condition->held_input, now);
  }
}

static void compute_actions(const struct moment *moment)
{
  const lanes time = moment->time - (lanes){0};

  model_lanes_actions(moment->patients, &time, moment->state, moment->patients->events->actions);
}

/** An entry of the result of SECTION_ACTIONS. */
static double action(const struct moment *moment, int i)
{
  return moment->patients->events->actions[i][moment->lane];
}

/** The place of what is taken away is taken by the last. */
static void take_away(struct lane_events *events, int k)
{
  const struct waiting taken = events->waiting[k];

  events->waiting[k] = events->waiting[--events->n_waiting];
  events->waiting[events->n_waiting] = taken;
}

static void forget(struct lane_events *events, int event)
{
  for (int k = events->n_waiting - 1; k >= 0; k--)
    if (events->waiting[k].event == event) take_away(events, k);
}

/** False when too many wait. */
static bool trigger(const struct moment *moment, int i)
{
  const struct model_event *event = &moment->patients->model->events[i];
  const double delay = event->delay < 0 ? 0 : action(moment, event->delay);
  struct lane_events *events = moment->events;
  struct waiting *new = &events->waiting[events->n_waiting];
  int n = 0;

  for (int k = 0; k < events->n_waiting; k++) n += events->waiting[k].event == i;
  if (n == MOST_WAITING) return false;
  new->event = i;
  new->due = delay > 0 ? moment->time + delay : moment->time;
  new->number = events->n_triggers++;
  for (int k = 0; k < event->n_assigned; k++) new->values[k] = action(moment, event->values + k);
  events->n_waiting++;
  return true;
}

/** Notes what is true of one event, of which `changed` says whether it was otherwise. */
static void note_truth(const struct moment *moment, int i, bool *changed)
{
  struct model_lanes *patients = moment->patients;
  const struct model_event *event = &patients->model->events[i];
  const bool is_true = action(moment, i) != 0;

  *changed = is_true != moment->events->is_true[i];
  moment->events->is_true[i] = is_true;
  hold(patients, moment->lane, event->held, event->held_input, is_true);
  if (is_true && isnan(patients->registers[event->first][moment->lane]))
    hold(patients, moment->lane, event->first, event->first_input, moment->time);
}

/** False when too many wait. */
static bool react(const struct moment *moment, int i)
{
  const struct model_event *event = &moment->patients->model->events[i];

  if (event->n_assigned == 0) return true;
  if (!moment->events->is_true[i]) {
    if (!event->is_persistent) forget(moment->events, i);
    return true;
  }
  if (!moment->events->has_begun && !event->acts_at_start) return true;
  return trigger(moment, i);
}

/** All that has become true triggers, with the values of before; false when too many wait. */
static bool note_events(const struct moment *moment)
{
  const struct model *model = moment->patients->model;
  bool *changed = moment->patients->events->changed;
  bool is_possible = true, any = false;

  compute_actions(moment);
  for (int i = 0; i < model->n_events; i++) {
    note_truth(moment, i, &changed[i]);
    any = any || changed[i];
  }
  if (any) compute_actions(moment); /* they may ask what is true */
  for (int i = 0; i < model->n_events; i++)
    if (changed[i]) is_possible = react(moment, i) && is_possible;
  moment->events->has_begun = true;
  return is_possible;
}

/** Draws of the same trigger of any two patients are the same: events have no seed. */
static uint32_t draw(const struct waiting *waiting)
{
  const uint32_t counter[4] = {waiting->number}, key[2] = {0};
  uint32_t words[4];

  random_block(counter, key, words);
  return words[0];
}

/** Whether `a` comes before `b`, both of which are due. */
static bool comes_before(const struct moment *moment, const struct waiting *a,
                         const struct waiting *b)
{
  const struct model_event *events = moment->patients->model->events;
  const double first = action(moment, events[a->event].priority);
  const double second = action(moment, events[b->event].priority);

  if (first != second) return first > second;
  if (events[a->event].is_drawn && events[b->event].is_drawn && draw(a) != draw(b))
    return draw(a) < draw(b);
  return a->event != b->event ? a->event < b->event : a->number < b->number;
}

/** Assigns what is due and comes first; false when nothing is due. */
static bool assign_next(struct moment *moment)
{
  struct lane_events *events = moment->events;
  const struct model_event *event;
  int next = -1;

  for (int k = 0; k < events->n_waiting; k++)
    if (events->waiting[k].due <= moment->time &&
        (next < 0 || comes_before(moment, &events->waiting[k], &events->waiting[next])))
      next = k;
  if (next < 0) return false;
  event = &moment->patients->model->events[events->waiting[next].event];
  for (int k = 0; k < event->n_assigned; k++)
    moment->state[event->assigned[k]][moment->lane] = event->keeps_values
                                                          ? events->waiting[next].values[k]
                                                          : action(moment, event->values + k);
  take_away(events, next);
  moment->has_jumped = true;
  return true;
}

/** False when the moment comes to no end. */
static bool live(struct moment *moment)
{
  for (int n = 0; n <= MOST_ASSIGNMENTS;) {
    note_conditions(moment);
    if (!note_events(moment)) return false;
    if (assign_next(moment))
      n++;
    else if (moment->may_pass && moment->has_passed)
      moment->may_pass = false;
    else
      return true;
  }
  return false;
}

bool model_lanes_cross(void *patients, int lane, double time, bool has_jumped, lanes *state)
{
  struct model_lanes *these = patients;
  struct moment moment = {these,     &these->events->of[lane], lane, time, state, true, false,
                          has_jumped};
  const bool ends = live(&moment);

  hold_due(these, lane);
  return ends;
}
