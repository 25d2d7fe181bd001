/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record_lane.h
 * One lane of a record simulator: a patient on the way through the records. Included by the record
 * simulator's own files only. */
#pragma once
#include "solver/model_problem.h"
#include "solver/steady_state.h"
#include "twin/record_chance.h"
#include "twin/record_simulator.h"
#include "twin/regimen.h"

struct record_lane {
  bool is_active;
  struct record_patient *patient;
  size_t next;   /* record of the batch that comes next */
  size_t loaded; /* record whose covariates and parameters hold */
  size_t line;   /* record to which covariates move */
  bool moves;    /* they do */
  double now;    /* where the lane stands */
  double stop;   /* where it will */
  double *times; /* of the records that the run passes */
  size_t capacity;
  bool is_infinite;   /* an output was, first */
  size_t infinite_at; /* at this record */
  struct regimen regimen;
  struct random_stream stream;
};

struct record_simulator {
  struct record_simulation simulation;
  struct record_batch *batch; /* of the present run */
  struct solver *solver;
  struct steady_state *steady; /* NULL until one is asked for */
  struct model_lanes patients;
  struct model_problem problem;
  double *atol, *state, *steady_state; /* [state] */
  double *slopes;                      /* [covariate] */
  double *etas, *kappas;               /* [eta], [kappa] of the patient who is loaded */
  int *categories;                     /* [mixture] */
  int n_results;
  struct record_result *results; /* [n_results] */
  lanes *states, *outputs;       /* [state], [output] of rows where a lane stands */
  struct record_lane lanes[LANES];
  int n_active;
  int code; /* of the run: what has failed, if not a patient (failure.h) */
};

/** Takes the patient in; done at once when nothing has to be solved. Returns simulator->code. */
int record_lane_begin(struct record_simulator *simulator, int lane, struct record_patient *patient);
/** The lane stands at its stop, or has failed: all that happens there, and on. Returns
 *  simulator->code. */
int record_lane_arrive(struct record_simulator *simulator, int lane);
/** solver_sample: observations that a step passes. */
void record_lane_sample(void *context, const lane_mask *due, const lanes *time, const lanes *state);

/** A dose, at the present time of the lane; simulator->state is the lane's. Not OK: the dose cannot
 *  be given. */
enum record_status record_dose(struct record_simulator *simulator, int lane,
                               const struct record *record);
/** What the regimen has for this time, or before. */
void record_deliver(struct record_simulator *simulator, int lane);
/** The patient as new, but for the time. */
void record_reset(struct record_simulator *simulator, int lane);
