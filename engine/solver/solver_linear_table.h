/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_linear_table.h
 * Propagators that come again are not computed again; which ones are remembered changes no bit.
 * Part of solver_linear_attempt.c. */
#pragma once
#include "solver/solver_linear_series.h"

#define MORE_LEVELS 3 /* than the series needs, for short steps */

/* In each lane the number at its own place; those of one lane are LANES apart. */
INLINE lanes gathered(const double *numbers, lane_mask places)
{
#if defined(__AVX512F__)
  return (lanes)_mm512_i64gather_pd((__m512i)places, numbers, sizeof(double));
#else
  return (lanes){numbers[places[0]], numbers[places[1]], numbers[places[2]], numbers[places[3]],
                 numbers[places[4]], numbers[places[5]], numbers[places[6]], numbers[places[7]]};
#endif
}

/* Where the levels of a slot are, in lanes that have them there. */
INLINE void take_slot(const struct solver *solver, struct propagation *method, int slot,
                      lane_mask lanes_there)
{
  const struct propagators *table = &method->table;
  const lane_mask begin = (lane_mask){0, 1, 2, 3, 4, 5, 6, 7} +
                          (int64_t)slot * table->n_levels * N_ENTRIES * LANES;

  (void)solver;
  method->slot = (begin & lanes_there) | (method->slot & ~lanes_there);
  method->shortest = lanes_select(lanes_there, table->shortest[slot], method->shortest);
}

/* A new slot for the lanes in `missing`: every level that comes up on the way to H. */
static void fill_slot(const struct solver *solver, struct propagation *method, lane_mask missing)
{
  struct propagators *table = &method->table;
  const int slot = table->next_slot, last = table->n_levels - 1;
  lane_mask depth, levels;
  lanes norm;

  table->next_slot = (slot + 1) % LINEAR_SLOTS;
  table->generator = method->matrix;
  table->span = method->interval;
  block_norm(solver, method, &norm);
  depth = halvings(norm) + (N_REMAINDER > 0 ? MORE_LEVELS : 0);
  depth &= missing;
  levels = (last - depth) >> 63; /* more than there is room for */
  levels = (last & levels) | (depth & ~levels);
  table->shortest[slot] = lanes_select(missing, (lanes)((1023 - levels) << 52),
                                       table->shortest[slot]);
  sum_series(solver, method, &depth);
  for (int level = largest(depth); level >= 0; level--) {
    lanes *stored = table->levels + (size_t)(slot * table->n_levels + level) * (size_t)N_ENTRIES;

    for (int e = 0; level <= last && e < N_ENTRIES; e++)
      stored[e] = lanes_select(missing, table->sum[e], stored[e]);
    if (level > 0) square_sum(solver, method, (level - 1 - depth) >> 63);
  }
  table->interval[slot] = lanes_select(missing, method->interval, table->interval[slot]);
  table->identity[slot] = lanes_select(missing, method->identity, table->identity[slot]);
  take_slot(solver, method, slot, missing);
}

static void find_slots(const struct solver *solver, struct propagation *method, lane_mask changed)
{
  const struct propagators *table = &method->table;
  lane_mask missing = changed;

  for (int s = 0; s < LINEAR_SLOTS; s++) {
    const lane_mask hit = missing & lanes_equal(method->interval, table->interval[s]) &
                          lanes_equal(method->identity, table->identity[s]);

    take_slot(solver, method, s, hit);
    missing &= ~hit;
  }
  if (lane_mask_any(missing)) fill_slot(solver, method, missing);
  method->found_identity = lanes_select(changed, method->identity, method->found_identity);
  method->loaded = lanes_select(changed, all(0), method->loaded);
}

/* The propagators of quarter steps, or of whole intervals where there is no remainder: collected
 * anew in all lanes, which costs less than to ask which ones are `stale`. */
INLINE void load_propagators(const struct solver *solver, struct propagation *method, lanes part,
                             lane_mask stale)
{
  const struct propagators *table = &method->table;
  const int finer = N_REMAINDER > 0 ? 2 : 0;
  const lane_mask level = (1023 + finer) - ((lane_mask)part >> 52);
  const lane_mask outside = (lane_mask){0, 1, 2, 3, 4, 5, 6, 7} +
                            (int64_t)LINEAR_SLOTS * table->n_levels * N_ENTRIES * LANES;
  const lane_mask deep = stale & lanes_less(part, (1 << finer) * method->shortest);
  const double *numbers = (const double *)table->levels;
  lane_mask source = method->slot + level * (N_ENTRIES * LANES);

  source = (source & ~deep) | (outside & deep);
  source = (source & stale) | (method->source & ~stale);
  method->source = source;
  if (lane_mask_any(deep)) {
    int levels[LANES];

    for (int lane = 0; lane < LANES; lane++) levels[lane] = deep[lane] ? (int)level[lane] : -1;
    sum_deep(solver, method, levels);
  }
  for (int e = 0; e < N_ENTRIES; e++, numbers += LANES)
    method->propagator[e] = gathered(numbers, source);
  method->loaded = lanes_select(stale, part, method->loaded);
}

/* An identity for the matrices, to the bit, of lanes that start with others than they had: one of
 * those that the lane has had before, or a new one. */
static void identify_matrices(const struct solver *solver, struct propagation *method,
                              lane_mask changed)
{
  const int place = method->next_known;
  lane_mask difference[LINEAR_MATRICES] = {{0}}, unknown = {0};

  (void)solver;
  for (int e = 0; e < N_ENTRIES; e++) {
    for (int m = 0; m < LINEAR_MATRICES; m++)
      difference[m] |= (lane_mask)method->matrix[e] ^ (lane_mask)method->known[m][e];
  }
  for (int lane = 0; lane < LANES; lane++) {
    int m = 0;

    if (!changed[lane]) continue;
    while (m < LINEAR_MATRICES && (difference[m][lane] || !(method->known_identity[m][lane] > 0)))
      m++;
    unknown[lane] = m == LINEAR_MATRICES ? -1 : 0;
    method->identity[lane] = m == LINEAR_MATRICES ? ++method->last_identity
                                                  : method->known_identity[m][lane];
  }
  if (!lane_mask_any(unknown)) return;
  method->next_known = (place + 1) % LINEAR_MATRICES;
  for (int e = 0; e < N_ENTRIES; e++)
    method->known[place][e] = lanes_select(unknown, method->matrix[e], method->known[place][e]);
  method->known_identity[place] = lanes_select(unknown, method->identity,
                                               method->known_identity[place]);
}

INLINE void read_matrices(const struct solver *solver, struct propagation *method)
{
  lanes *read = method->table.product;
  lane_mask difference = {0};

  ODE_MATRIX(read);
  for (int e = 0; e < N_ENTRIES; e++) {
    difference |= (lane_mask)read[e] ^ (lane_mask)method->matrix[e];
    method->matrix[e] = lanes_select(solver->starting, read[e], method->matrix[e]);
  }
  difference &= solver->starting;
  if (lane_mask_any(difference)) identify_matrices(solver, method, difference != 0);
}
