/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/steady_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/model_problem.h"
#include "solver/period_map.h"
#include "solver/square_matrix.h"

enum { MOST_ITERATIONS = 15, PERIODS_OF_A_TRIAL = 4 };

static const double converged = 1e-10;    /* |P(x) - x|, relative */
static const double near_enough = 1e-3;   /* the correction by which x may still be off */
static const double smallest_size = 1e-4; /* times the scale of a state */
static const double perturbation = 1e-6;  /* relative; the square root of the map's own error */
static const double quick = 0.25;         /* what a full step may leave of the correction */
/** What is left of a small change after a period, at most: 1, but for the error of the slopes. */
static const double contraction = 1 - 1e-5, linear_contraction = 1 - 1e-9;

/** A state before a dose, x, where it leads, and how that changes with x: dP_i / dx_j. */
struct point {
  double *x, *end; /* [state] */
  double *largest; /* [state] on the way */
  double *slopes;  /* [state][state] */
};

struct steady_state {
  const struct model *model;
  struct period_map *map;
  int n, n_iterations;
  bool depends_on_time, is_linear;
  bool *counts; /* [state] no rate reads it */
  struct dosing_cycle cycle;
  double period; /* the interval; what stands for it in an infusion without end */
  struct point now, next;
  double *size;          /* [state] what is relative is so to this */
  bool *is_still;        /* [state] where it was after the first period */
  bool *is_positive;     /* [state] never below zero so far, where a period led from such states */
  double *spare;         /* [state] */
  double *step;          /* [state] Newton's correction of now.x */
  double correction;     /* its size; infinite where there is none */
  double *starts, *ends; /* [state more than 1, or lane][state] */
  double *work;          /* [2][state][state] */
};

/** Whether a section computes with a register. */
static bool reads(const struct model *model, enum section section, int reg)
{
  const struct program *program = model->program;

  for (int i = 0; i < program->n[section]; i++) {
    const struct instruction *in = &program->code[section][i];
    const int operands[3] = {in->a, in->b, in->c};

    for (int k = 0; k < operation_arity((enum operation)in->operation); k++)
      if (operands[k] == reg) return true;
  }
  return false;
}

static bool reads_time(const struct model *model)
{
  bool does = model->rates_read_time || reads(model, SECTION_CROSSINGS, model->time_reg);

  for (int i = 0; i < model->n_events; i++)
    does = does || reads(model, SECTION_RATES, model->events[i].first) ||
           reads(model, SECTION_CROSSINGS, model->events[i].first);
  return does;
}

static struct point create_point(size_t n)
{
  return (struct point){memory_new(n, sizeof(double)), memory_new(n, sizeof(double)),
                        memory_new(n, sizeof(double)), memory_new(n * n, sizeof(double))};
}

static void clear_point(struct point *point)
{
  free(point->x);
  free(point->end);
  free(point->largest);
  free(point->slopes);
}

int steady_state_create(const struct model *model, const struct solver_method *method,
                        struct kernel_store *kernels, struct steady_state **steady)
{
  struct steady_state *s = memory_new(1, sizeof *s);
  const size_t n = (size_t)model->n_states, n_starts = n + 1 > LANES ? n + 1 : LANES;

  s->model = model;
  s->n = model->n_states;
  s->depends_on_time = reads_time(model);
  s->is_linear = model->linear && model->linear->n_remainder == 0 && model->n_events == 0;
  s->now = create_point(n);
  s->next = create_point(n);
  s->counts = memory_new(n, sizeof *s->counts);
  for (size_t i = 0; i < n; i++)
    s->counts[i] = !reads(model, SECTION_RATES, model->states[i].reg) &&
                   !reads(model, SECTION_CROSSINGS, model->states[i].reg);
  s->size = memory_new(n, sizeof *s->size);
  s->is_still = memory_new(n, sizeof *s->is_still);
  s->is_positive = memory_new(n, sizeof *s->is_positive);
  s->step = memory_new(n, sizeof *s->step);
  s->spare = memory_new(n, sizeof *s->spare);
  s->starts = memory_new(n_starts * n, sizeof *s->starts);
  s->ends = memory_new(n_starts * n, sizeof *s->ends);
  s->work = memory_new(2 * n * n, sizeof *s->work);
  *steady = s;
  return period_map_create(model, method ? method : model_problem_method(model), kernels, &s->map);
}

void steady_state_destroy(struct steady_state **steady)
{
  struct steady_state *s = *steady;

  if (!s) return;
  period_map_destroy(&s->map);
  clear_point(&s->now);
  clear_point(&s->next);
  free(s->counts);
  free(s->size);
  free(s->is_still);
  free(s->is_positive);
  free(s->step);
  free(s->spare);
  free(s->starts);
  free(s->ends);
  free(s->work);
  free(s);
  *steady = NULL;
}

void steady_state_load(struct steady_state *steady, const struct model_lanes *patients, int lane)
{
  period_map_load(steady->map, patients, lane);
}

int steady_state_iterations(const struct steady_state *steady)
{
  return steady->n_iterations;
}

static void copy(const struct steady_state *s, const double *from, double *to)
{
  memcpy(to, from, (size_t)s->n * sizeof *to);
}

/** Follows s->starts for one period to s->ends; what only counts begins each period where it began
 *  the first. */
static void follow(struct steady_state *s, int n_starts)
{
  memcpy(s->ends, s->starts, (size_t)(n_starts * s->n) * sizeof *s->ends);
  period_map_follow(s->map, &s->cycle, s->period, n_starts, s->ends);
  for (int i = 0; i < s->n; i++) {
    if (!s->counts[i] || i == s->cycle.state) continue;
    for (int k = 0; k < n_starts; k++)
      if (isfinite(s->ends[k * s->n + i])) s->ends[k * s->n + i] = s->starts[k * s->n + i];
  }
}

static bool is_finite(int n, const double *values)
{
  for (int i = 0; i < n; i++)
    if (!isfinite(values[i])) return false;
  return true;
}

/** How large the states are around s->now, and which may be negative. */
static void measure(struct steady_state *s)
{
  for (int i = 0; i < s->n; i++) {
    s->size[i] = fmax(fabs(s->now.x[i]), smallest_size * s->model->states[i].scale);
    s->size[i] = fmax(s->size[i], s->now.largest[i]);
    /* the integration's own error can pass zero by as much as 1e-14 of the scale */
    if (s->now.end[i] < -converged * fmax(s->size[i], s->model->states[i].scale))
      s->is_positive[i] = false;
  }
}

/** The largest of a difference, relative; infinite where it is not finite. */
static double distance(const struct steady_state *s, const double *from, const double *to)
{
  double largest = 0;

  for (int i = 0; i < s->n; i++) {
    const double d = fabs(to[i] - from[i]) / s->size[i];

    if (!isfinite(d)) return (double)INFINITY;
    largest = fmax(largest, d);
  }
  return largest;
}

/** A state that nothing moves stays where the patient brought it: it is left out of the equations
 *  (its row says that it does not depend on itself and is not corrected). */
static void leave_out_what_stands_still(struct steady_state *s, struct point *point)
{
  for (int i = 0; i < s->n; i++) {
    double *slopes = &point->slopes[i * s->n];
    bool stands = s->is_still[i] && point->end[i] == point->x[i];

    for (int j = 0; j < s->n; j++) stands = stands && slopes[j] == (i == j ? 1 : 0);
    if (stands) slopes[i] = 0;
  }
}

/** From point->x: where it leads, and by differences the slopes. False when it cannot be followed.
 */
static bool differentiate(struct steady_state *s, struct point *point)
{
  const int n = s->n;
  const double part = s->is_linear ? 1 : perturbation;

  for (int k = 0; k <= n; k++) copy(s, point->x, &s->starts[k * n]);
  for (int j = 0; j < n; j++) s->starts[(j + 1) * n + j] += part * s->size[j];
  s->n_iterations++;
  follow(s, n + 1);
  if (!is_finite((n + 1) * n, s->ends)) return false;
  copy(s, s->ends, point->end);
  copy(s, period_map_largest(s->map), point->largest);
  for (int j = 0; j < n; j++) {
    const double *end = &s->ends[(j + 1) * n];
    const double moved = s->starts[(j + 1) * n + j] - point->x[j];

    for (int i = 0; i < n; i++) point->slopes[i * n + j] = (end[i] - point->end[i]) / moved;
  }
  leave_out_what_stands_still(s, point);
  return true;
}

/** Newton's step from a state that leads to another, with the slopes at s->now: (1 - slopes) step =
 *  end - x. Its size, relative; infinite where there is none. */
static double step_of(const struct steady_state *s, const double *x, const double *end,
                      double *step)
{
  double largest = 0;

  for (int i = 0; i < s->n; i++) step[i] = end[i] - x[i];
  if (!square_solve_difference(s->n, s->now.slopes, s->work, step)) return (double)INFINITY;
  for (int i = 0; i < s->n; i++) largest = fmax(largest, fabs(step[i]) / s->size[i]);
  return largest;
}

/** A part of the step from now.x, or a multiple; a state that is never negative goes nine tenths of
 *  the way to zero at most. */
static void step_from_now(const struct steady_state *s, double part, double *x)
{
  for (int i = 0; i < s->n; i++) {
    x[i] = s->now.x[i] + part * s->step[i];
    if (s->is_positive[i] && x[i] < 0) x[i] = 0.1 * fmax(s->now.x[i], 0);
  }
}

/** Along the step, eight at once, one of them without Newton: next.x becomes where the best is a
 * few periods later, when what is quick has followed what is slow. The best is the one that Newton,
 *  with the slopes at now.x, would correct least. */
static void search_line(struct steady_state *s)
{
  static const double parts[LANES - 1] = {1, 4, 16, 0.5, 0.25, 0.0625, 0.015625};
  const int n = s->n;
  int best = 0;
  double least = (double)INFINITY;

  for (int k = 0; k < LANES - 1; k++) step_from_now(s, parts[k], &s->ends[k * n]);
  copy(s, s->now.end, &s->ends[(LANES - 1) * n]);
  for (int p = 0; p < PERIODS_OF_A_TRIAL; p++) {
    memcpy(s->starts, s->ends, (size_t)(LANES * n) * sizeof *s->starts);
    follow(s, LANES);
  }
  for (int k = 0; k < LANES; k++) {
    const double correction = step_of(s, &s->starts[k * n], &s->ends[k * n], s->next.x);

    if (!(correction < least)) continue;
    least = correction;
    best = k;
  }
  copy(s, &s->ends[best * n], s->next.x);
}

static void propose(struct steady_state *s, bool carefully)
{
  if (!isfinite(s->correction))
    copy(s, s->now.end, s->next.x);
  else if (carefully)
    search_line(s);
  else
    step_from_now(s, 1, s->next.x);
}

static void accept_next(struct steady_state *s)
{
  const struct point last = s->now;

  s->now = s->next;
  s->next = last;
}

/** Of a state that leads to itself: small residuals far from any steady state, or near one from
 *  which all others flee, do not count. */
static enum steady_status judge(const struct steady_state *s)
{
  const double most = s->is_linear ? linear_contraction : contraction;

  if (!(s->correction <= near_enough)) return STEADY_NONE;
  return square_spectrum_is_below(most, s->n, s->now.slopes, s->work) ? STEADY_OK : STEADY_NONE;
}

/** Newton's method from now.x, along a line where a full step helps little; ends at the accuracy of
 *  the integration. */
static enum steady_status search(struct steady_state *s)
{
  bool carefully = false;

  if (!differentiate(s, &s->now)) return STEADY_NOT_SOLVED;
  for (;;) {
    double residual, left;
    bool is_close;

    measure(s);
    residual = distance(s, s->now.x, s->now.end);
    is_close = residual <= converged;
    s->correction = step_of(s, s->now.x, s->now.end, s->step);
    if (is_close && (s->correction <= converged || s->n_iterations == MOST_ITERATIONS))
      return judge(s);
    if (s->n_iterations == MOST_ITERATIONS) return STEADY_NONE;
    propose(s, carefully);
    left = differentiate(s, &s->next) ? step_of(s, s->next.x, s->next.end, s->spare) : INFINITY;
    if (is_close && !(left < 0.5 * s->correction)) return judge(s);
    if (left < s->correction || (carefully && isfinite(left))) accept_next(s);
    carefully = !(left < quick * s->correction);
  }
}

/** A first period, without Newton: where the patient comes from the state without doses. */
static bool begin(struct steady_state *s, const double *state)
{
  copy(s, state, s->starts);
  copy(s, state, s->now.x);
  follow(s, 1);
  copy(s, s->ends, s->now.end);
  copy(s, period_map_largest(s->map), s->now.largest);
  for (int i = 0; i < s->n; i++) {
    s->is_positive[i] = state[i] >= 0;
    s->is_still[i] = s->ends[i] == state[i];
  }
  measure(s);
  copy(s, s->now.end, s->now.x);
  return is_finite(s->n, s->now.x);
}

static void keep_positive(const struct steady_state *s, double *state)
{
  for (int i = 0; i < s->n; i++)
    if (s->is_positive[i] && state[i] < 0) state[i] = 0;
}

/** From just before a dose to the phase that is asked for. */
static bool answer(struct steady_state *s, double phase, double *state)
{
  copy(s, s->now.end, state);
  keep_positive(s, state);
  if (s->cycle.interval == 0) return true;
  if (phase > 0)
    period_map_follow(s->map, &s->cycle, phase, 1, state);
  else if (s->cycle.duration == 0)
    state[s->cycle.state] += s->cycle.amount;
  keep_positive(s, state);
  return is_finite(s->n, state);
}

/** Long enough for the state to move, short enough to follow. */
static double time_of_infusion(const struct model *model)
{
  return isfinite(model->slowest) && model->slowest > 0 ? model->slowest : 24 * model->time_per_h;
}

enum steady_status steady_state_find(struct steady_state *steady, const struct dosing_cycle *cycle,
                                     double phase, double *state)
{
  enum steady_status status;

  REQUIRE(cycle->interval >= 0 && cycle->duration >= 0);
  REQUIRE(cycle->interval == 0 || (phase >= 0 && phase <= cycle->interval));
  steady->n_iterations = 0;
  steady->cycle = *cycle;
  steady->period = cycle->interval > 0 ? cycle->interval : time_of_infusion(steady->model);
  for (int i = 0; i < steady->model->n_events; i++)
    if (steady->model->events[i].n_assigned > 0) return STEADY_EVENTS;
  if (steady->depends_on_time) return STEADY_TIME;
  if (!begin(steady, state)) return STEADY_NOT_SOLVED;
  status = search(steady);
  if (status == STEADY_OK && !answer(steady, phase, state)) return STEADY_NOT_SOLVED;
  return status;
}
