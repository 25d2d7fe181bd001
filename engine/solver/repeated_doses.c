/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/repeated_doses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/solver_linear_series.h"

struct repeated_doses {
  struct solver solver; /* its ode alone */
  struct propagation *work;
  lanes *cycle;         /* [entry] D of one interval, bolus left out */
  lanes *power, *other; /* [entry] of 2^k intervals; scratch */
  const lanes *bolus;   /* [n] */
  lanes *gain, *moved;  /* [n] what boluses of 2^k intervals leave at their end; scratch */
  double *equations;    /* [n][n + 1] of one lane */
};

struct repeated_doses *repeated_doses_create(const struct ode *ode)
{
  struct repeated_doses *doses = memory_new(1, sizeof *doses);
  const size_t n = (size_t)ode->linear->n, n_entries = (size_t)ode->linear->n_entries;

  doses->solver.ode = *ode;
  doses->work = propagation_create(ode);
  doses->cycle = memory_new(n_entries, sizeof(lanes));
  doses->power = memory_new(n_entries, sizeof(lanes));
  doses->other = memory_new(n_entries, sizeof(lanes));
  doses->gain = memory_new(n, sizeof(lanes));
  doses->moved = memory_new(n, sizeof(lanes));
  doses->equations = memory_new(n * (n + 1), sizeof(double));
  return doses;
}

void repeated_doses_destroy(struct repeated_doses **doses)
{
  if (!*doses) return;
  propagation_destroy((*doses)->work);
  free((*doses)->cycle);
  free((*doses)->power);
  free((*doses)->other);
  free((*doses)->gain);
  free((*doses)->moved);
  free((*doses)->equations);
  free(*doses);
  *doses = NULL;
}

/* The propagator of a matrix over an interval: whole, level 0. */
static const lanes *propagator(struct repeated_doses *doses, const lanes *matrix,
                               const lanes *interval)
{
  static const int whole[LANES] = {0};
  struct propagation *work = doses->work;

  memcpy(work->matrix, matrix, (size_t)doses->solver.ode.linear->n_entries * sizeof *matrix);
  work->interval = *interval;
  sum_deep(&doses->solver, work, whole);
  return work->table.sum;
}

void repeated_doses_load(struct repeated_doses *doses, const struct dosing_interval *interval)
{
  const struct ode_linear *linear = doses->solver.ode.linear;
  const lanes rest = interval->length - interval->infused;
  const lanes *after;

  memcpy(doses->other, propagator(doses, interval->during, &interval->infused),
         (size_t)linear->n_entries * sizeof(lanes));
  after = propagator(doses, interval->after, &rest);
  linear->product(doses->solver.ode.context, after, doses->other, doses->cycle);
  for (int e = 0; e < linear->n_entries; e++) doses->cycle[e] += after[e] + doses->other[e];
  doses->bolus = interval->bolus;
}

/* Gauss with partial pivoting; the solution replaces the last column. False if singular. */
static bool solve(int n, double *equations)
{
  const int width = n + 1;

  for (int k = 0; k < n; k++) {
    int pivot = k;

    for (int i = k + 1; i < n; i++) {
      if (fabs(equations[i * width + k]) > fabs(equations[pivot * width + k])) pivot = i;
    }
    if (!(fabs(equations[pivot * width + k]) > 0)) return false;
    for (int j = k; j <= n; j++) {
      const double swapped = equations[k * width + j];

      equations[k * width + j] = equations[pivot * width + j];
      equations[pivot * width + j] = swapped;
    }
    for (int i = k + 1; i < n; i++) {
      const double factor = equations[i * width + k] / equations[k * width + k];

      for (int j = k; j <= n; j++) equations[i * width + j] -= factor * equations[k * width + j];
    }
  }
  for (int k = n - 1; k >= 0; k--) {
    double *value = &equations[k * width + n];

    for (int j = k + 1; j < n; j++) *value -= equations[k * width + j] * equations[j * width + n];
    *value /= equations[k * width + k];
  }
  return true;
}

/* x = x + D [x; 1] + bolus, so -D x = c + bolus with D and c of the cycle. */
void repeated_doses_steady(struct repeated_doses *doses, lanes *x)
{
  const struct ode_linear *linear = doses->solver.ode.linear;
  const int n = linear->n;

  for (int lane = 0; lane < LANES; lane++) {
    double *equations = doses->equations;
    bool solved;

    memset(equations, 0, (size_t)(n * (n + 1)) * sizeof *equations);
    for (int i = 0; i < n; i++) equations[i * (n + 1) + n] = doses->bolus[i][lane];
    for (int e = 0; e < linear->n_entries; e++) {
      const int column = linear->columns[e];

      if (linear->rows[e] == n) continue;
      equations[linear->rows[e] * (n + 1) + column] += column == n ? doses->cycle[e][lane]
                                                                   : -doses->cycle[e][lane];
    }
    solved = solve(n, equations);
    for (int i = 0; i < n; i++) x[i][lane] = solved ? equations[i * (n + 1) + n] : (double)NAN;
  }
}

/* 2^k intervals, D and gain, become 2^(k+1). */
static void double_intervals(struct repeated_doses *doses)
{
  const struct ode_linear *linear = doses->solver.ode.linear;

  memset(doses->moved, 0, (size_t)linear->n * sizeof(lanes));
  for (int e = 0; e < linear->n_entries; e++) {
    if (linear->rows[e] < linear->n && linear->columns[e] < linear->n)
      doses->moved[linear->rows[e]] += doses->power[e] * doses->gain[linear->columns[e]];
  }
  for (int i = 0; i < linear->n; i++) doses->gain[i] = 2 * doses->gain[i] + doses->moved[i];
  linear->product(doses->solver.ode.context, doses->power, doses->power, doses->other);
  for (int e = 0; e < linear->n_entries; e++)
    doses->power[e] = 2 * doses->power[e] + doses->other[e];
}

void repeated_doses_give(struct repeated_doses *doses, const int32_t n_doses[LANES], lanes *x)
{
  const struct ode_linear *linear = doses->solver.ode.linear;
  int32_t most = 0;

  for (int lane = 0; lane < LANES; lane++) {
    REQUIRE(n_doses[lane] >= 1);
    if (n_doses[lane] > most) most = n_doses[lane];
  }
  memcpy(doses->power, doses->cycle, (size_t)linear->n_entries * sizeof(lanes));
  memcpy(doses->gain, doses->bolus, (size_t)linear->n * sizeof(lanes));
  for (int i = 0; i < linear->n; i++) x[i] += doses->bolus[i];
  for (int32_t bit = 1; bit > 0 && bit <= most - 1; bit *= 2) {
    lane_mask moves;

    for (int lane = 0; lane < LANES; lane++) moves[lane] = (n_doses[lane] - 1) & bit ? -1 : 0;
    linear->apply(doses->solver.ode.context, doses->power, x, doses->moved);
    for (int i = 0; i < linear->n; i++)
      x[i] = lanes_select(moves, doses->moved[i] + doses->gain[i], x[i]);
    if (bit > (most - 1) / 2) break;
    double_intervals(doses);
  }
}
