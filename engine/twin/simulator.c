/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/simulator.h"

#include <math.h>
#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/model_problem.h"
#include "twin/course.h"
#include "twin/delivery.h"
#include "twin/effects.h"
#include "twin/record.h"

struct simulator {
  const struct plan *plan;
  const struct plan_scenario *scenario;
  const struct model *model;
  struct solver *solver;
  struct model_lanes patients;
  struct model_problem problem;
  double *atol, *state, *effects;
  lanes *states, *outputs; /* [state], [output] where visits are */
  struct course courses[LANES];
  struct regimen regimens[LANES]; /* what is on its way */
  bool is_active[LANES];
  int32_t stops[LANES];          /* [lane] the first minute that is not before the lane's stop */
  double stop_times[LANES];      /* the stop itself: that minute, or between two */
  int32_t *visit_minutes[LANES]; /* [lane][visit before the stop] */
  double *visit_times[LANES];    /* the same in the model's time */
  int next_sample[LANES];
  lanes ***rule_registers; /* [arm][administration] */
};

static const double minutes_per_h = 60;

static void sample_visits(void *context, const lane_mask *due, const lanes *time,
                          const lanes *state);

static double model_time(const struct simulator *simulator, int32_t minute)
{
  return minute / minutes_per_h * simulator->model->time_per_h;
}

static void create_rule_registers(struct simulator *simulator)
{
  const struct plan *plan = simulator->plan;

  simulator->rule_registers = memory_new((size_t)plan->n_arms, sizeof *simulator->rule_registers);
  for (int a = 0; a < plan->n_arms; a++) {
    const struct plan_arm *arm = &plan->arms[a];

    simulator->rule_registers[a] = memory_new((size_t)arm->n_administrations,
                                              sizeof **simulator->rule_registers);
    for (int i = 0; i < arm->n_administrations; i++)
      simulator->rule_registers[a][i] = program_registers(arm->administrations[i].program);
  }
}

static int most_administrations(const struct plan *plan)
{
  int most = 0;

  for (int a = 0; a < plan->n_arms; a++)
    if (plan->arms[a].n_administrations > most) most = plan->arms[a].n_administrations;
  return most;
}

int simulator_create(const struct plan *plan, int scenario, struct kernel_store *kernels,
                     struct simulator **simulator)
{
  struct simulator *s = memory_new(1, sizeof *s);
  const struct solver_entry *settings = plan->file->simulation->solver;
  const size_t n_visits = (size_t)plan->scenarios[scenario].n_visits + MAX_ADDED_VISITS;
  struct tolerance tolerance;

  s->plan = plan;
  s->scenario = &plan->scenarios[scenario];
  s->model = s->scenario->model;
  s->atol = memory_new((size_t)s->model->n_states, sizeof *s->atol);
  s->state = memory_new((size_t)s->model->n_states, sizeof *s->state);
  s->outputs = memory_new((size_t)s->model->n_outputs, sizeof *s->outputs);
  s->states = memory_new((size_t)s->model->n_states, sizeof *s->states);
  s->effects = memory_new((size_t)(s->model->n_parameters + s->model->n_covariates),
                          sizeof *s->effects);
  for (int i = 0; i < s->model->n_states; i++)
    s->atol[i] = 0.01 * settings->rtol * s->model->states[i].scale;
  for (int l = 0; l < LANES; l++) {
    s->courses[l] = (struct course){.plan = plan, .scenario = s->scenario};
    s->visit_minutes[l] = memory_new(n_visits, sizeof *s->visit_minutes[l]);
    s->visit_times[l] = memory_new(n_visits, sizeof *s->visit_times[l]);
    s->courses[l].dosings = memory_new((size_t)most_administrations(plan), sizeof(struct dosing));
  }
  create_rule_registers(s);
  model_lanes_create(s->model, &s->patients);
  for (int l = 0; l < LANES; l++)
    covariates_create(plan, s->patients.simd, &s->courses[l].covariates);
  *simulator = s;
  tolerance = (struct tolerance){settings->rtol, s->atol, (double)settings->max_steps};
  model_problem_set(&s->problem, &s->patients, kernels);
  TRY(solver_create(solver_method_named(s->scenario->solver), &s->problem.ode, &tolerance,
                    &s->solver));
  solver_listen(s->solver, sample_visits, s);
  return EXIT_CODE_OK;
}

void simulator_destroy(struct simulator **simulator)
{
  struct simulator *s = *simulator;

  if (!s) return;
  solver_destroy(&s->solver);
  model_lanes_clear(&s->patients);
  for (int a = 0; a < s->plan->n_arms; a++) {
    for (int i = 0; i < s->plan->arms[a].n_administrations; i++) free(s->rule_registers[a][i]);
    free(s->rule_registers[a]);
  }
  free(s->rule_registers);
  for (int l = 0; l < LANES; l++) {
    free(s->visit_minutes[l]);
    free(s->visit_times[l]);
    free(s->courses[l].dosings);
    regimen_clear(&s->regimens[l]);
    covariates_clear(&s->courses[l].covariates);
  }
  free(s->atol);
  free(s->state);
  free(s->outputs);
  free(s->states);
  free(s->effects);
  free(s);
  *simulator = NULL;
}

/** The covariates of a patient as the model wants them. */
static void load_covariates(const struct simulator *simulator, const double *covariates,
                            double *values)
{
  for (int i = 0; i < simulator->model->n_covariates; i++) {
    const struct plan_link *link = &simulator->scenario->links[i];
    const double value = covariates[link->covariate];

    values[i] = link->category ? link->category[(int)value] : value * link->factor;
  }
}

static void change_covariates(struct simulator *simulator, int lane, int32_t minute)
{
  struct course *course = &simulator->courses[lane];

  covariates_change(&course->covariates, minute, course->life);
  load_covariates(simulator, course->covariates.values, simulator->effects);
  model_lanes_covariates(&simulator->patients, lane, simulator->effects);
  model_lanes_prepare(&simulator->patients);
}

static void begin_occasion(struct simulator *simulator, int lane, int32_t minute)
{
  struct course *course = &simulator->courses[lane];

  effects_between_occasions(simulator->model, &course->enrolment->person, minute,
                            simulator->effects);
  model_lanes_kappas(&simulator->patients, lane, simulator->effects);
  model_lanes_prepare(&simulator->patients);
  course->next_occasion_min = minute + course->scenario->occasion_min;
}

/** simulator->outputs are those of that time, before any dose. */
static void visit(struct simulator *simulator, int lane, int32_t minute)
{
  struct course *course = &simulator->courses[lane];
  const struct plan_scenario *scenario = simulator->scenario;
  int code = 0;
  const uint32_t measures = course_take_visit(course, minute, &code);

  if (!measures || course->life->status != LIFE_COMPLETED) return;
  for (int m = 0; m < simulator->plan->n_measures; m++) {
    const int output = scenario->outputs[m];
    const double truth = simulator->outputs[output][lane];
    enum quantification quantified;
    double measured;

    if (!(measures >> m & 1)) continue;
    if (isinf(truth)) { /* NaN is legal: an event that has not come */
      course->life->status = LIFE_NOT_FINITE;
      return;
    }
    measured = effects_measured(simulator->model, output, &course->enrolment->stream, minute,
                                truth);
    quantified = effects_reported(&simulator->model->outputs[output], &measured);
    course->measured[m] = scenario->factors[m] * measured;
    life_observe(course->life, &(struct observation){minute, code, m, scenario->factors[m] * truth,
                                                     course->measured[m], (int)quantified});
  }
  for (int i = 0; i < course->arm->n_administrations; i++) course->dosings[i].has_news = true;
}

/** A visit of a patient whose lane stands at simulator->state. */
static void visit_standing(struct simulator *simulator, int lane, int32_t minute)
{
  const struct course *course = &simulator->courses[lane];
  const lanes time = model_time(simulator, minute) - (lanes){0};

  if (!course_has_visit(course, minute)) return;
  for (int i = 0; i < simulator->model->n_states; i++)
    simulator->states[i] = simulator->state[i] - (lanes){0};
  model_lanes_outputs(&simulator->patients, &time, simulator->states, simulator->outputs);
  visit(simulator, lane, minute);
}

static struct delivery delivery_of(struct simulator *simulator, int lane)
{
  return (struct delivery){&simulator->patients, lane, &simulator->regimens[lane],
                           simulator->state};
}

/** A lag of whole minutes ends at that minute itself: a sum of times could miss it by a rounding,
 *  and the visit of that minute the dose. */
static void arrive_to_the_minute(const struct simulator *simulator, int32_t minute,
                                 struct arrival *dose)
{
  const double lag_min = floor(dose->lag / simulator->model->time_per_h * minutes_per_h + 0.5);

  if (!(lag_min <= simulator->plan->end_min)) return; /* NaN, or after the end */
  if (model_time(simulator, (int32_t)lag_min) != dose->lag) return;
  dose->first = model_time(simulator, minute + (int32_t)lag_min);
  dose->lag = 0;
}

/** An infusion of the protocol lasts as long as that says, any other dose as its route says. False
 *  when the model has no meaningful numbers for it. */
static bool deliver(struct simulator *simulator, int lane, const struct dosing *dosing,
                    double amount)
{
  const struct plan_administration *administration = dosing->administration;
  const int route = simulator->scenario->routes[administration->intervention];
  const struct model_entry entry = model_lanes_entry(&simulator->patients, lane, route);
  const struct delivery delivery = delivery_of(simulator, lane);
  const double now = model_time(simulator, dosing->next_min);
  const double infusion = model_time(simulator, administration->infusion_min);
  struct dose_order order = {
      .time = now,
      .amount = amount * simulator->scenario->dose_factors[administration->intervention],
      .state = simulator->model->routes[route].state};
  struct arrival dose;

  if (infusion > 0)
    order.rate = order.amount * entry.fraction / infusion;
  else if (!isnan(entry.duration))
    order.rate = DURATION_OF_MODEL;
  else if (!isnan(entry.rate))
    order.rate = RATE_OF_MODEL;
  if (!delivery_plan(&order, &entry, &dose)) return false;
  arrive_to_the_minute(simulator, dosing->next_min, &dose);
  if (infusion > 0 && entry.lag == 0) { /* to the minute */
    const double end = model_time(simulator, dosing->next_min + administration->infusion_min);

    delivery_infuse(&delivery, &(struct infusion){end, dose.rate, dose.state});
  } else
    delivery_accept(&delivery, &dose, now);
  return true;
}

static void give(struct simulator *simulator, int lane, int administration, int32_t minute)
{
  struct course *course = &simulator->courses[lane];
  struct dosing *dosing = &course->dosings[administration];
  const struct evidence evidence = {course->life, course->covariates.values, course->measured,
                                    simulator->patients.simd};
  int32_t added;
  const double amount = dosing_decide(
      dosing, &evidence, simulator->rule_registers[course->enrolment->arm][administration], &added);

  if (added != NO_TIME && !course_add_visit(course, added))
    course->life->status = LIFE_TOO_MANY_VISITS;
  if (!isfinite(amount))
    course->life->status = LIFE_DOSE_UNDEFINED;
  else if (amount > 0 && !deliver(simulator, lane, dosing, amount))
    course->life->status = LIFE_DOSE_UNDEFINED;
  else if (amount > 0) {
    life_give(course->life,
              &(struct given_dose){.minute = minute,
                                   .interval_min = dosing->administration->frequency_min,
                                   .infusion_min = dosing->administration->infusion_min,
                                   .intervention = dosing->administration->intervention,
                                   .rule = dosing->rule ? dosing->rule->code
                                                        : dosing->administration->fixed_code,
                                   .amount = amount});
  }
  dosing_advance(dosing);
}

/** All that falls on this minute, in one order: infusions end, doses that were on their way arrive,
 *  visits measure before the doses of the same time, covariates change, occasions begin, doses are
 *  decided and given. */
static void live_minute(struct simulator *simulator, int lane, int32_t minute)
{
  struct course *course = &simulator->courses[lane];
  const struct delivery delivery = delivery_of(simulator, lane);

  course->life->last_minute = minute;
  delivery_catch_up(&delivery, model_time(simulator, minute));
  visit_standing(simulator, lane, minute);
  if (course->covariates.next_min == minute) change_covariates(simulator, lane, minute);
  if (course->next_occasion_min == minute) begin_occasion(simulator, lane, minute);
  for (int i = 0; i < course->arm->n_administrations; i++)
    if (course->dosings[i].next_min == minute) give(simulator, lane, i, minute);
}

/** Visits at which nothing changes are read off the step that passes them. */
static void sample_visits(void *context, const lane_mask *due, const lanes *time,
                          const lanes *state)
{
  struct simulator *simulator = context;

  model_lanes_outputs(&simulator->patients, time, state, simulator->outputs);
  for (int lane = 0; lane < LANES; lane++) {
    if (!(*due)[lane]) continue;
    const int32_t minute = simulator->visit_minutes[lane][simulator->next_sample[lane]++];

    simulator->courses[lane].life->last_minute = minute;
    visit(simulator, lane, minute);
  }
}

/** The first minute that is not before a time, at most `last`. */
static int32_t minute_from(const struct simulator *simulator, double time, int32_t last)
{
  int32_t minute;

  if (!(time < model_time(simulator, last))) return last;
  minute = (int32_t)(time / simulator->model->time_per_h * minutes_per_h);
  while (model_time(simulator, minute) >= time) minute--; /* what the division has rounded */
  while (model_time(simulator, minute) < time) minute++;
  return minute;
}

static void run_to_next_change(struct simulator *simulator, int lane, int32_t now)
{
  const struct course *course = &simulator->courses[lane];
  const int32_t change = course_next_change(course);
  const double due = regimen_next(&simulator->regimens[lane]);
  const int32_t stop = minute_from(simulator, due, change);
  const double at_change = model_time(simulator, change),
               stop_time = due < at_change ? due : at_change;
  const int n = course_visits_between(course, now, stop, simulator->visit_minutes[lane]);

  for (int i = 0; i < n; i++)
    simulator->visit_times[lane][i] = model_time(simulator, simulator->visit_minutes[lane][i]);
  simulator->next_sample[lane] = 0;
  simulator->stops[lane] = stop;
  simulator->stop_times[lane] = stop_time;
  solver_samples(simulator->solver, lane, &(struct sampling){n, simulator->visit_times[lane]});
  solver_run_to(simulator->solver, lane, stop_time);
}

/** To the next event, or to the end of the patient's trial. */
static void go_on(struct simulator *simulator, int lane, int32_t minute)
{
  struct course *course = &simulator->courses[lane];

  solver_state(simulator->solver, lane, simulator->state);
  live_minute(simulator, lane, minute);
  if (minute >= simulator->plan->end_min || course->life->status != LIFE_COMPLETED) {
    simulator->is_active[lane] = false;
    course->life->count = solver_count(simulator->solver, lane);
    solver_unload(simulator->solver, lane);
    return;
  }
  solver_set_state(simulator->solver, lane, simulator->state);
  run_to_next_change(simulator, lane, minute);
}

/** Between two minutes only doses arrive and infusions end. */
static void go_on_between(struct simulator *simulator, int lane)
{
  const struct delivery delivery = delivery_of(simulator, lane);

  solver_state(simulator->solver, lane, simulator->state);
  delivery_catch_up(&delivery, simulator->stop_times[lane]);
  solver_set_state(simulator->solver, lane, simulator->state);
  run_to_next_change(simulator, lane, simulator->stops[lane] - 1);
}

static void admit(struct simulator *simulator, int lane, const struct enrolment *enrolment,
                  struct life *life)
{
  struct course *course = &simulator->courses[lane];
  const struct model *model = simulator->model;

  life_begin(life);
  covariates_begin(&course->covariates, enrolment->covariates, life);
  load_covariates(simulator, course->covariates.values, simulator->effects);
  effects_between_patients(model, &enrolment->person, life->etas);
  model_lanes_load(&simulator->patients, lane, simulator->effects, life->etas);
  effects_mixtures(model, &enrolment->person, life->categories);
  model_lanes_mixtures(&simulator->patients, lane, life->categories);
  if (simulator->plan->file->simulation->parameter_uncertainty) {
    effects_of_replicate(model, enrolment->stream.seed, enrolment->stream.replicate,
                         simulator->effects);
    model_lanes_thetas(&simulator->patients, lane, simulator->effects);
  }
  model_lanes_prepare(&simulator->patients);
  for (int i = 0; i < model->n_parameters; i++)
    life->parameters[i] = model_lanes_parameter(&simulator->patients, lane, i);
  course_begin(course, enrolment, life);
  regimen_empty(&simulator->regimens[lane]);
  model_lanes_initial(&simulator->patients, lane, simulator->state);
  solver_load(simulator->solver, lane, 0, simulator->state);
  simulator->is_active[lane] = true;
  go_on(simulator, lane, 0);
}

/** A patient for whom there is no eligible draw has no trial, but has rows. */
static void refuse(struct life *life)
{
  life_begin(life);
  life->status = LIFE_NOT_ELIGIBLE;
}

static void arrive(struct simulator *simulator, int lane)
{
  static const enum life_status statuses[] = {[SOLVE_TOO_MANY_STEPS] = LIFE_TOO_MANY_STEPS,
                                              [SOLVE_STEP_TOO_SMALL] = LIFE_STEP_TOO_SMALL,
                                              [SOLVE_NOT_FINITE] = LIFE_NOT_FINITE,
                                              [SOLVE_ENDLESS_EVENTS] = LIFE_ENDLESS_EVENTS};
  struct course *course = &simulator->courses[lane];
  const enum solve_status status = solver_status(simulator->solver, lane);

  if (status == SOLVE_OK) {
    const int32_t minute = simulator->stops[lane];

    if (simulator->stop_times[lane] == model_time(simulator, minute))
      go_on(simulator, lane, minute);
    else
      go_on_between(simulator, lane);
    return;
  }
  course->life->status = statuses[status];
  course->life->count = solver_count(simulator->solver, lane);
  simulator->is_active[lane] = false;
  solver_unload(simulator->solver, lane);
}

int simulator_run(struct simulator *simulator, int n, const struct enrolment *patients,
                  struct life *lives, const struct pulse *pulse)
{
  int next = 0, n_finished = 0, n_running = 0;

  do {
    n_running = 0;
    for (int l = 0; l < LANES; l++) {
      while (!simulator->is_active[l] && next < n) {
        if (patients[next].attempt < 0)
          refuse(&lives[next]);
        else
          admit(simulator, l, &patients[next], &lives[next]);
        if (!simulator->is_active[l]) n_finished++;
        next++;
      }
      n_running += simulator->is_active[l];
    }
    if (n_running == 0) break;
    TRY(solver_advance(simulator->solver));
    for (int l = 0; l < LANES; l++) {
      if (!simulator->is_active[l] || solver_is_running(simulator->solver, l)) continue;
      arrive(simulator, l);
      n_finished += !simulator->is_active[l];
    }
    TRY(pulse->beat(pulse->context, n_finished));
  } while (n_running > 0);
  return EXIT_CODE_OK;
}
