/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_lanes.h"

#include <stdlib.h>

void model_lanes_create(const struct model *model, struct model_lanes *patients)
{
  *patients = (struct model_lanes){model, program_registers(model->program), simd_choice()};
}

void model_lanes_clear(struct model_lanes *patients)
{
  free(patients->registers);
  *patients = (struct model_lanes){0};
}

void model_lanes_load(struct model_lanes *patients, int lane, const double *covariates,
                      const double *etas)
{
  const struct model *model = patients->model;

  for (int i = 0; i < model->n_covariates; i++)
    patients->registers[model->covariates[i].reg][lane] = covariates[i];
  for (int i = 0; i < model->n_etas; i++) patients->registers[model->etas[i].reg][lane] = etas[i];
  for (int i = 0; i < model->n_kappas; i++) patients->registers[model->kappas[i]][lane] = 0;
  for (int i = 0; i < model->n_states; i++)
    if (model->states[i].infusion >= 0) patients->registers[model->states[i].infusion][lane] = 0;
}

void model_lanes_kappas(struct model_lanes *patients, int lane, const double *kappas)
{
  for (int i = 0; i < patients->model->n_kappas; i++)
    patients->registers[patients->model->kappas[i]][lane] = kappas[i];
}

void model_lanes_infusion(struct model_lanes *patients, int lane, int state, double rate)
{
  patients->registers[patients->model->states[state].infusion][lane] = rate;
}

void model_lanes_prepare(struct model_lanes *patients)
{
  program_run(patients->model->program, SECTION_PATIENT, patients->registers, patients->simd);
}

void model_lanes_initial(const struct model_lanes *patients, int lane, double *state)
{
  for (int i = 0; i < patients->model->n_states; i++)
    state[i] = patients->registers[patients->model->states[i].initial][lane];
}

double model_lanes_parameter(const struct model_lanes *patients, int lane, int parameter)
{
  return patients->registers[patients->model->parameters[parameter].reg][lane];
}

double model_lanes_fraction(const struct model_lanes *patients, int lane, int route)
{
  return patients->registers[patients->model->routes[route].fraction][lane];
}

void model_lanes_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  struct model_lanes *patients = context;
  const struct model *model = patients->model;
  lanes *r = patients->registers;

  r[model->time_reg] = *t;
  for (int i = 0; i < model->n_states; i++) r[model->states[i].reg] = y[i];
  program_run(model->program, SECTION_RATES, r, patients->simd);
  for (int i = 0; i < model->n_states; i++) dydt[i] = r[model->states[i].rate];
}

void model_lanes_outputs(void *context, const lanes *t, const lanes *y, lanes *outputs)
{
  struct model_lanes *patients = context;
  const struct model *model = patients->model;
  lanes *r = patients->registers;

  r[model->time_reg] = *t;
  for (int i = 0; i < model->n_states; i++) r[model->states[i].reg] = y[i];
  program_run(model->program, SECTION_OUTPUTS, r, patients->simd);
  for (int i = 0; i < model->n_outputs; i++) outputs[i] = r[model->outputs[i].reg];
}
