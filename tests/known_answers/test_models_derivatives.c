/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the compiler derives from the equations of every library model, against those equations:
 * Jacobians against central differences of the rates, solutions against the equations they solve,
 * linear blocks against the rates and against exp(A t) by Taylor's series in 80 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "model_library.h"
#include "solver/model_problem.h"

enum { PATIENTS = 12, FEWEST_MODELS = 28 };

/** A patient, the same one in all lanes, at some time and state. */
struct spot {
  const struct model *model;
  struct model_lanes patients;
  lanes time, *y;
};

static lanes *lanes_of(int n)
{
  return memory_new((size_t)n + 1, sizeof(lanes));
}

/** Between a hundredth and a hundred times the larger of the initial value and the scale; every
 *  lane is the same. */
static void set_spot(struct spot *spot, uint32_t patient)
{
  const struct model *model = spot->model;
  double *initial = memory_new((size_t)model->n_states, sizeof *initial);

  for (int lane = 0; lane < LANES; lane++) load_drawn_patient(&spot->patients, lane, patient);
  for (int lane = 0; lane < LANES; lane++)
    for (int i = 0; i < model->n_states; i++)
      if (model->states[i].infusion >= 0)
        model_lanes_infusion(
            &spot->patients, lane, i,
            drawn_between(patient, (uint32_t)(400 + i), 0, model->states[i].scale));
  model_lanes_initial(&spot->patients, 0, initial);
  spot->time = drawn_between(patient, 300, 0, 10) - (lanes){0};
  for (int i = 0; i < model->n_states; i++) {
    const double size = fmax(fabs(initial[i]), model->states[i].scale);

    spot->y[i] = size * exp(drawn_between(patient, (uint32_t)(200 + i), -4.6, 4.6)) - (lanes){0};
  }
  free(initial);
}

static void with_spots(const struct model *model, void (*check)(const struct spot *spot))
{
  struct spot spot = {.model = model, .y = lanes_of(model->n_states)};

  model_lanes_create(model, &spot.patients);
  for (uint32_t patient = 1; patient <= PATIENTS; patient++) {
    set_spot(&spot, patient);
    check(&spot);
  }
  model_lanes_clear(&spot.patients);
  free(spot.y);
}

/** Dense, by rows; release with free(). */
static double *jacobian_at(const struct spot *spot, double *by_time)
{
  const struct model_jacobian *jacobian = spot->model->jacobian;
  const int n = spot->model->n_states;
  lanes *entries = lanes_of(jacobian->n_entries + n);
  double *dense = memory_new((size_t)(n * n), sizeof *dense);

  model_lanes_jacobian((void *)&spot->patients, &spot->time, spot->y, entries);
  for (int k = 0; k < jacobian->n_entries; k++)
    dense[jacobian->rows[k] * n + jacobian->columns[k]] = entries[k][0];
  for (int i = 0; by_time && i < n; i++)
    by_time[i] = jacobian->has_time_derivative ? entries[jacobian->n_entries + i][0] : 0;
  free(entries);
  return dense;
}

/** Lane 0 a little below, lane 1 a little above; [state] differences, the rates' size in `size`. */
static void difference(const struct spot *spot, int j, double *slope, double *size)
{
  const int n = spot->model->n_states;
  lanes *y = lanes_of(n), *rates = lanes_of(n), time = spot->time;
  lanes *moved = j < n ? &y[j] : &time;
  double h;

  for (int i = 0; i < n; i++) y[i] = spot->y[i];
  h = 1e-5 * (*moved)[0];
  (*moved)[0] -= h;
  (*moved)[1] += h;
  h = (*moved)[1] - (*moved)[0];
  model_lanes_rates((void *)&spot->patients, &time, y, rates);
  for (int i = 0; i < n; i++) {
    slope[i] = (rates[i][1] - rates[i][0]) / h;
    size[i] = fabs(rates[i][2]);
  }
  free(y);
  free(rates);
}

/** Rounding in a difference is that of the terms of a rate, which may be larger than the rate. */
static double terms_of(const struct spot *spot, const double *dense, int i)
{
  const int n = spot->model->n_states;
  double terms = 0;

  for (int k = 0; k < n; k++) terms += fabs(dense[i * n + k] * spot->y[k][0]);
  return terms;
}

static void check_differences(const struct spot *spot)
{
  const int n = spot->model->n_states;
  double *by_time = memory_new((size_t)n, sizeof *by_time);
  double *dense = jacobian_at(spot, by_time);
  double *slope = memory_new((size_t)n, sizeof *slope), *size = memory_new((size_t)n, sizeof *size);

  for (int j = 0; j <= n; j++) {
    const double moved = j < n ? spot->y[j][0] : spot->time[0];

    difference(spot, j, slope, size);
    for (int i = 0; i < n; i++) {
      const double entry = j < n ? dense[i * n + j] : by_time[i];
      const double room = 1e-6 * fabs(entry) + 1e-9 * (terms_of(spot, dense, i) + size[i]) / moved;

      if (!(fabs(slope[i] - entry) <= room))
        fail_msg("%s: d rate %d / d %d is %.12g, not %.12g", spot->model->name, i, j, slope[i],
                 entry);
    }
  }
  free(by_time);
  free(dense);
  free(slope);
  free(size);
}

/** The inverse of a step from which on the equations are dominated by their diagonal, states
 * counted in units of their present size. */
static double dominance_of(const struct spot *spot, const double *dense)
{
  const int n = spot->model->n_states;
  double most = 0;

  for (int i = 0; i < n; i++) most = fmax(most, terms_of(spot, dense, i) / spot->y[i][0]);
  return most;
}

struct linear_equations {
  const struct spot *spot;
  const double *dense;
  lanes g;
  const lanes *b, *x;
};

static double residual_of(const struct linear_equations *e, int lane, int i)
{
  const int n = e->spot->model->n_states;
  double residual = e->g[lane] * e->x[i][lane] - e->b[i][lane];
  double terms = fabs(e->g[lane] * e->x[i][lane]) + fabs(e->b[i][lane]);

  for (int j = 0; j < n; j++) {
    residual -= e->dense[i * n + j] * e->x[j][lane];
    terms += fabs(e->dense[i * n + j] * e->x[j][lane]);
  }
  return fabs(residual) / terms;
}

/** Steps from long to short. There are no pivots for size: with a step so long that the diagonal no
 *  longer dominates, digits may go, but half of them stay. */
static void check_solution(const struct spot *spot)
{
  static const double factors_of_g[LANES] = {1e-3, 1e-2, 0.1, 0.5, 2, 10, 100, 1e4};
  const struct model_jacobian *jacobian = spot->model->jacobian;
  const int n = spot->model->n_states;
  double *dense = jacobian_at(spot, NULL);
  lanes *entries = lanes_of(jacobian->n_entries + n), *factors = lanes_of(jacobian->n_factors);
  lanes *b = lanes_of(n), *x = lanes_of(n);
  struct linear_equations equations = {spot, dense, {0}, b, x};

  for (int lane = 0; lane < LANES; lane++) {
    equations.g[lane] = factors_of_g[lane] * dominance_of(spot, dense);
    for (int i = 0; i < n; i++)
      b[i][lane] = spot->y[i][0] * drawn_between((uint32_t)lane + 1, (uint32_t)(500 + i), -1, 1);
  }
  model_lanes_jacobian((void *)&spot->patients, &spot->time, spot->y, entries);
  model_lanes_factor((void *)&spot->patients, &equations.g, entries, factors);
  model_lanes_solve((void *)&spot->patients, factors, b, x);
  for (int lane = 0; lane < LANES; lane++)
    for (int i = 0; i < n; i++)
      if (!(residual_of(&equations, lane, i) <= (factors_of_g[lane] > 1 ? 1e-14 : 1e-8)))
        fail_msg("%s: with g = %.3g there remains %.3g of the terms of row %d", spot->model->name,
                 equations.g[lane], residual_of(&equations, lane, i), i);
  free(dense);
  free(entries);
  free(factors);
  free(b);
  free(x);
}

/** A and c of the linear block, dense [n][n + 1]; release with free(). */
static double *matrix_at(const struct spot *spot)
{
  const struct model_linear *linear = spot->model->linear;
  lanes *entries = lanes_of(linear->n_entries);
  double *dense = memory_new((size_t)(linear->n * (linear->n + 1)), sizeof *dense);

  model_lanes_matrix((void *)&spot->patients, NULL, NULL, entries);
  for (int k = 0; k < linear->n_entries; k++)
    dense[linear->rows[k] * (linear->n + 1) + linear->columns[k]] = entries[k][0];
  free(entries);
  return dense;
}

static void check_block(const struct spot *spot)
{
  const struct model_linear *linear = spot->model->linear;
  double *dense = matrix_at(spot);
  lanes *rates = lanes_of(spot->model->n_states);

  model_lanes_rates((void *)&spot->patients, &spot->time, spot->y, rates);
  for (int i = 0; i < linear->n; i++) {
    const double *row = dense + i * (linear->n + 1);
    double rate = row[linear->n], terms = fabs(row[linear->n]);

    for (int j = 0; j < linear->n; j++) {
      rate += row[j] * spot->y[linear->states[j]][0];
      terms += fabs(row[j] * spot->y[linear->states[j]][0]);
    }
    if (!(fabs(rate - rates[linear->states[i]][0]) <= 1e-13 * terms))
      fail_msg("%s: linear rate %d is %.15g, not %.15g", spot->model->name, i,
               rates[linear->states[i]][0], rate);
  }
  free(dense);
  free(rates);
}

/** exp(t [A c; 0 0]) [x; 1] by Taylor's series over short parts of t: `x` becomes the states. */
static void propagate(int n, const double *dense, double t, long double *x)
{
  long double *term = memory_new((size_t)n, sizeof *term), norm = 0;
  long double *next = memory_new((size_t)n, sizeof *next);
  int parts;

  for (int i = 0; i < n * (n + 1); i++)
    if (i % (n + 1) < n) norm = fmaxl(norm, fabsl((long double)dense[i]));
  parts = (int)(4 * n * norm * t) + 1;
  for (int part = 0; part < parts; part++) {
    for (int k = 1; k <= 30; k++) {
      const long double *before = k == 1 ? x : term;

      for (int i = 0; i < n; i++) {
        next[i] = k == 1 ? dense[i * (n + 1) + n] : 0;
        for (int j = 0; j < n; j++) next[i] += dense[i * (n + 1) + j] * before[j];
        next[i] *= (long double)t / parts / k;
      }
      for (int i = 0; i < n; i++) term[i] = next[i];
      for (int i = 0; i < n; i++) x[i] += term[i];
    }
  }
  free(term);
  free(next);
}

static void check_propagation(const struct spot *spot)
{
  const struct model_linear *linear = spot->model->linear;
  const int n = spot->model->n_states;
  const double slowest = spot->model->slowest; /* NaN where covariates decide */
  const double span = (isnan(slowest) ? 100 : slowest) * drawn_between(1, 600, 0.2, 3);
  double *dense = matrix_at(spot), *atol = memory_new((size_t)n, sizeof *atol);
  double *state = memory_new((size_t)n, sizeof *state);
  long double *x = memory_new((size_t)linear->n, sizeof *x);
  struct model_problem problem;
  struct solver *solver;

  for (int i = 0; i < n; i++) atol[i] = 1e-6 * spot->model->states[i].scale;
  for (int i = 0; i < n; i++) state[i] = spot->y[i][0];
  for (int i = 0; i < linear->n; i++) x[i] = state[linear->states[i]];
  model_problem_set(&problem, (struct model_lanes *)&spot->patients, NULL);
  assert_int_equal(
      solver_create(&solver_linear, &problem.ode, &(struct tolerance){1e-4, atol, 1e6}, &solver),
      0);
  solver_load(solver, 0, 0, state);
  solver_run_to(solver, 0, span);
  while (solver_is_running(solver, 0)) assert_int_equal(solver_advance(solver), 0);
  solver_state(solver, 0, state);
  propagate(linear->n, dense, span, x);
  for (int i = 0; i < linear->n && solver_status(solver, 0) == SOLVE_OK; i++)
    if (!(fabsl(state[linear->states[i]] - x[i]) <= 1e-11L * fabsl(x[i])))
      fail_msg("%s: linear state %d is %.15g, not %.15Lg", spot->model->name, i,
               state[linear->states[i]], x[i]);
  if (solver_status(solver, 0) != SOLVE_OK)
    fail_msg("%s: status %d at %g of %g", spot->model->name, solver_status(solver, 0),
             solver_time(solver, 0), span);
  solver_destroy(&solver);
  free(dense);
  free(atol);
  free(state);
  free(x);
}

static void compare_with_differences(void *context, const struct model *model)
{
  assert_non_null(model->jacobian);
  with_spots(model, check_differences);
  (*(int *)context)++;
}

static void solve_with_factors(void *context, const struct model *model)
{
  with_spots(model, check_solution);
  (*(int *)context)++;
}

static void compare_block_with_rates(void *context, const struct model *model)
{
  if (!model->linear) return;
  with_spots(model, check_block);
  (*(int *)context)++;
}

static void compare_block_with_series(void *context, const struct model *model)
{
  if (model_lacks(model, solver_linear.name)) return;
  with_spots(model, check_propagation);
  (*(int *)context)++;
}

static int visit(void (*check)(void *context, const struct model *model))
{
  int n = 0;

  assert_true(visit_models(SOURCE_DIR "/engine/models", check, &n) >= FEWEST_MODELS);
  return n;
}

static void jacobians_are_the_differences_of_the_rates(void **state)
{
  (void)state;
  assert_true(visit(compare_with_differences) >= FEWEST_MODELS);
}

static void solutions_with_the_factors_solve_the_equations(void **state)
{
  (void)state;
  assert_true(visit(solve_with_factors) >= FEWEST_MODELS);
}

static void linear_blocks_are_the_rates_of_their_states(void **state)
{
  (void)state;
  assert_true(visit(compare_block_with_rates) >= 11);
}

static void linear_blocks_move_as_their_series_says(void **state)
{
  (void)state;
  assert_true(visit(compare_block_with_series) >= 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(jacobians_are_the_differences_of_the_rates),
      cmocka_unit_test(solutions_with_the_factors_solve_the_equations),
      cmocka_unit_test(linear_blocks_are_the_rates_of_their_states),
      cmocka_unit_test(linear_blocks_move_as_their_series_says),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
