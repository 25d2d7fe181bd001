/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/model_run_lanes.h
 * How model_run.h leads its patients from dose to dose. */
#pragma once
struct model_running {
  const struct model_run *run;
  const struct model *model;
  struct model_lanes patients;
  struct solver *solver;
  double *state, *outputs;         /* [state]; [patient][time][output] */
  lanes *states, *at_sample;       /* [state], [output] */
  int patient[LANES], next[LANES]; /* the next sample */
};

static inline void model_take_samples(void *context, const lane_mask *due, const lanes *time,
                                      const lanes *state)
{
  struct model_running *running = context;
  const int n = running->model->n_outputs;

  model_lanes_outputs(&running->patients, time, state, running->at_sample);
  for (int lane = 0; lane < LANES; lane++) {
    if (!(*due)[lane]) continue;
    const int row = running->patient[lane] * running->run->n_times + running->next[lane]++;

    for (int i = 0; i < n; i++) running->outputs[row * n + i] = running->at_sample[i][lane];
  }
}

/** Of a lane that stands at running->state. */
static inline void model_take_sample(struct model_running *running, int lane, double time)
{
  const lanes times = time - (lanes){0};
  lane_mask due = {0};

  due[lane] = -1;
  for (int i = 0; i < running->model->n_states; i++)
    running->states[i] = running->state[i] - (lanes){0};
  model_take_samples(running, &due, &times, running->states);
}

/** Boluses that are due, infusions that run from now on; the time of the next change. */
static inline double model_give_doses(struct model_running *running, int lane, double time)
{
  const struct model_run *run = running->run;
  double *rates = memory_new((size_t)running->model->n_states, sizeof *rates);
  double change = run->times[run->n_times - 1];

  solver_state(running->solver, lane, running->state);
  for (int i = 0; i < run->n_doses; i++) {
    const struct model_dose *dose = &run->doses[i];
    const int route = model_route_named(running->model, dose->route);
    const int state = running->model->routes[route].state;
    const double end = dose->time + dose->duration;
    double amount = dose->amount * model_lanes_entry(&running->patients, lane, route).fraction;

    if (run->amounts) amount *= run->amounts[running->patient[lane]];
    if (dose->duration == 0 && dose->time == time) running->state[state] += amount;
    if (dose->time <= time && time < end) rates[state] += amount / dose->duration;
    if (time < dose->time && dose->time < change) change = dose->time;
    if (time < end && end < change) change = end;
  }
  for (int i = 0; i < running->model->n_states; i++)
    if (running->model->states[i].infusion >= 0)
      model_lanes_infusion(&running->patients, lane, i, rates[i]);
  solver_set_state(running->solver, lane, running->state);
  solver_state(running->solver, lane, running->state); /* events may have moved it */
  free(rates);
  return change;
}

/** From a stop to the next; false when the patient has been sampled for the last time. */
static inline bool model_continue(struct model_running *running, int lane)
{
  const struct model_run *run = running->run;
  const double time = solver_time(running->solver, lane);
  const double *times = run->times;
  const int *next = &running->next[lane];
  double stop;
  int n = 0;

  assert_int_equal(solver_status(running->solver, lane), SOLVE_OK);
  solver_state(running->solver, lane, running->state);
  if (!run->samples_see_dose && *next < run->n_times && times[*next] == time)
    model_take_sample(running, lane, time);
  stop = model_give_doses(running, lane, time);
  if (run->samples_see_dose && *next < run->n_times && times[*next] == time)
    model_take_sample(running, lane, time);
  if (*next == run->n_times) return false;
  if (run->stops_at_samples && times[*next] < stop) stop = times[*next];
  while (*next + n < run->n_times && times[*next + n] < stop) n++;
  solver_samples(running->solver, lane, &(struct sampling){n, times + *next});
  solver_run_to(running->solver, lane, stop);
  return true;
}

static inline void model_start(struct model_running *running, int lane, int patient)
{
  const struct model_run *run = running->run;
  const struct model *model = running->model;
  double *none = memory_new((size_t)(model->n_covariates + model->n_etas + 1), sizeof *none);

  running->patient[lane] = patient;
  running->next[lane] = 0;
  model_lanes_load(&running->patients, lane,
                   run->covariates ? run->covariates + patient * model->n_covariates : none,
                   run->etas ? run->etas + patient * model->n_etas : none);
  model_lanes_prepare(&running->patients);
  model_lanes_initial(&running->patients, lane, running->state);
  solver_load(running->solver, lane, 0, running->state);
  free(none);
}
