/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/target_mediated_ward.h
 * Patients of the target-mediated model pass through the eight lanes of a solver: 1400 nmol into
 * plasma every two weeks, four times, samples every 12 h, those at a dose after it. */
#pragma once
#include <stdlib.h>

#include "base/memory.h"
#include "solver/solver.h"
#include "target_mediated.h"

enum { TARGET_DOSES = 4, TARGET_DOSING_H = 336, TARGET_SAMPLING_H = 12, TARGET_SAMPLES = 113 };
enum { TARGET_SAMPLES_PER_DOSE = TARGET_DOSING_H / TARGET_SAMPLING_H };

struct target_patient {
  double clearance, volume, exchange, tissue_volume, receptor, degradation, internalisation,
      association, dissociation;
};

struct target_course {
  enum solve_status status;
  struct solver_count count;
  double samples[TARGET_SAMPLES][TARGET_STATES];
};

/* Who is in the lanes; the model comes first, as the context of the solver's functions. */
struct target_ward {
  struct target_mediated model;
  struct solver *solver;
  const struct target_patient *patients;
  struct target_course *courses; /* [patient] */
  int n_patients, next, inside;
  int patient[LANES], doses[LANES]; /* patient -1: nobody */
  double times[TARGET_SAMPLES];
};

static inline void keep_target_samples(void *context, const lane_mask *due, const lanes *time,
                                       const lanes *state)
{
  struct target_ward *ward = context;

  for (int lane = 0; lane < LANES; lane++) {
    const int sample = (int)((*time)[lane] / TARGET_SAMPLING_H + 0.5);

    if (!(*due)[lane]) continue;
    for (int j = 0; j < TARGET_STATES; j++)
      ward->courses[ward->patient[lane]].samples[sample][j] = state[j][lane];
  }
}

static inline void admit_target_patient(struct target_ward *ward, int lane)
{
  const struct target_patient *patient = &ward->patients[ward->next];
  const double state[TARGET_STATES] = {[RECEPTOR] = patient->receptor};
  struct target_mediated *model = &ward->model;

  ward->patient[lane] = ward->next++;
  ward->inside++;
  ward->doses[lane] = 0;
  model->elimination[lane] = patient->clearance / patient->volume;
  model->to_tissue[lane] = patient->exchange / patient->volume;
  model->from_tissue[lane] = patient->exchange / patient->tissue_volume;
  model->exchange[lane] = patient->exchange;
  model->per_volume[lane] = 1 / patient->volume;
  model->synthesis[lane] = patient->receptor * patient->degradation;
  model->degradation[lane] = patient->degradation;
  model->internalisation[lane] = patient->internalisation;
  model->association[lane] = patient->association;
  model->dissociation[lane] = patient->dissociation;
  solver_load(ward->solver, lane, 0, state);
}

static inline void give_target_dose(struct target_ward *ward, int lane)
{
  const int first = ward->doses[lane]++ * TARGET_SAMPLES_PER_DOSE;
  double *state = ward->courses[ward->patient[lane]].samples[first];

  solver_state(ward->solver, lane, state);
  state[FREE_DRUG] += 1400 / ward->patients[ward->patient[lane]].volume;
  solver_set_state(ward->solver, lane, state);
  solver_samples(ward->solver, lane,
                 &(struct sampling){TARGET_SAMPLES_PER_DOSE - 1, ward->times + first + 1});
  solver_run_to(ward->solver, lane, ward->times[first + TARGET_SAMPLES_PER_DOSE]);
}

static inline void discharge_target_patient(struct target_ward *ward, int lane)
{
  struct target_course *course = &ward->courses[ward->patient[lane]];

  course->status = solver_status(ward->solver, lane);
  course->count = solver_count(ward->solver, lane);
  solver_state(ward->solver, lane, course->samples[TARGET_SAMPLES - 1]);
  solver_unload(ward->solver, lane);
  ward->patient[lane] = -1;
  ward->inside--;
}

/* What a lane that stands does next. */
static inline void attend_target_lane(struct target_ward *ward, int lane)
{
  if (ward->patient[lane] >= 0 &&
      (solver_status(ward->solver, lane) != SOLVE_OK || ward->doses[lane] == TARGET_DOSES))
    discharge_target_patient(ward, lane);
  if (ward->patient[lane] < 0 && ward->next < ward->n_patients) admit_target_patient(ward, lane);
  if (ward->patient[lane] >= 0) give_target_dose(ward, lane);
}

/** The ward's solver has the ward's model as its context. */
static inline void treat_target_patients(struct target_ward *ward)
{
  for (int i = 0; i < TARGET_SAMPLES; i++) ward->times[i] = i * TARGET_SAMPLING_H;
  for (int lane = 0; lane < LANES; lane++) ward->patient[lane] = -1;
  ward->next = ward->inside = 0;
  solver_listen(ward->solver, keep_target_samples, ward);
  do {
    for (int lane = 0; lane < LANES; lane++) {
      if (!solver_is_running(ward->solver, lane)) attend_target_lane(ward, lane);
    }
    if (solver_advance(ward->solver)) return;
  } while (ward->inside > 0);
}
