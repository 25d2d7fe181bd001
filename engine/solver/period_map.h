/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/period_map.h
 * Where states of one patient lead in the time between two equal doses: eight states at once. */
#pragma once
#include "solver/steady_state.h"

struct period_map;
/** Model and kernels are borrowed. Returns 0 or an exit code (failure.h). */
int period_map_create(const struct model *model, const struct solver_method *method,
                      struct kernel_store *kernels, struct period_map **map);
void period_map_destroy(struct period_map **map);
/** The patient of a lane, as prepared there; copied, without what is being infused. */
void period_map_load(struct period_map *map, const struct model_lanes *patients, int lane);
/** Gives `n` states [n][state] the dose and follows them `until` a time after it, > 0 and not
 *  beyond the interval. NaN where the solver fails. Earlier infusions that are longer than the
 *  interval run on beside the newest; one without end lasts as long as `until` says. */
void period_map_follow(struct period_map *map, const struct dosing_cycle *cycle, double until,
                       int n, double *states);
/** [state] in the last call, of the first of its states: the largest absolute value where the
 * period begins, where it ends, and where the rate of infusion changes. Until the next call. */
const double *period_map_largest(const struct period_map *map);
