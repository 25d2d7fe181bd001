/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/model_lanes.h
 * Eight patients of one model: their covariates, random effects, infusions and events in registers.
 */
#pragma once
#include "model/model.h"

struct model_lanes {
  const lanes *inputs; /* [model->n_inputs] what compiled equations read of the patients */
  const struct lane_math *math;
  const struct model *model; /* borrowed */
  lanes *registers;
  lanes *copies;          /* inputs, to be written */
  lane_function *outputs; /* compiled, or NULL; a: time; b: y [state]; out: [output] */
  enum simd simd;
  struct model_events *events; /* what waits in each lane, see model_events.h; NULL: no events */
};

void model_lanes_create(const struct model *model, struct model_lanes *patients);
void model_lanes_clear(struct model_lanes *patients);

/** `covariates` [covariate] in the model's units (a category is its index), `etas` [eta] as drawn.
 *  Kappas and infusions become 0, no event holds or ever held. The patient counts after
 * model_lanes_prepare(). */
void model_lanes_load(struct model_lanes *patients, int lane, const double *covariates,
                      const double *etas);
/** Other covariates, from now on. */
void model_lanes_covariates(struct model_lanes *patients, int lane, const double *covariates);
/** From `time` on, covariates that were compiled to move (CHANGE_LINEAR) do so from their values
 *  with these slopes [covariate]; NULL: they stand. What the patient's own sections compute,
 * initial values and routes for example, is what it is at that time. */
void model_lanes_slopes(struct model_lanes *patients, int lane, double time, const double *slopes);
/** The individual value of a parameter that was compiled as given (CHANGE_GIVEN). */
void model_lanes_give(struct model_lanes *patients, int lane, int parameter, double value);
/** The category of each mixture [mixture]; model_lanes_load() takes the first. */
void model_lanes_mixtures(struct model_lanes *patients, int lane, const int *categories);
/** Thetas [theta] of the patient's replicate; model_lanes_load() makes them 0. */
void model_lanes_thetas(struct model_lanes *patients, int lane, const double *thetas);
void model_lanes_kappas(struct model_lanes *patients, int lane, const double *kappas);
/** Amount per model time, already times the route's fraction. */
void model_lanes_infusion(struct model_lanes *patients, int lane, int state, double rate);
/** At `time` comparisons may have changed in the lane: from now on they are held as they are,
 * events with them, and what these assign is in `state` [state], of which only that lane is read
 * and written. What has jumped over a value was never equal to it. False when they come to no end,
 * or too many wait. The first call for a patient is the start of the patient's time. */
bool model_lanes_cross(void *patients, int lane, double time, bool has_jumped, lanes *state);
/** Makes all lanes the patient of another's lane, as prepared there; infusions become 0. */
void model_lanes_copy(struct model_lanes *patients, const struct model_lanes *from, int lane);
/** Computes what depends on the patient alone, for all lanes. */
void model_lanes_prepare(struct model_lanes *patients);

void model_lanes_initial(const struct model_lanes *patients, int lane, double *state);
double model_lanes_parameter(const struct model_lanes *patients, int lane, int parameter);
/** How a dose enters, as the patient stands now. */
struct model_entry {
  double fraction, lag;  /* the lag in the model's time */
  double duration, rate; /* NaN: the route has none */
};
struct model_entry model_lanes_entry(const struct model_lanes *patients, int lane, int route);

/** True outputs [output] at a time and y [state]. */
void model_lanes_outputs(void *context, const lanes *t, const lanes *y, lanes *outputs);

/** The sections of the model's program, interpreted; `context` is a struct model_lanes. What a, b
 *  and out are: engine/solver/ode.h. */
lane_function model_lanes_rates, model_lanes_jacobian, model_lanes_factor, model_lanes_solve;
lane_function model_lanes_matrix, model_lanes_product, model_lanes_apply, model_lanes_remainder;
lane_function model_lanes_crossings, model_lanes_actions;
