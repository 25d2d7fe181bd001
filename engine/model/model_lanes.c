/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_lanes.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "model/model_events.h"

void model_lanes_create(const struct model *model, struct model_lanes *patients)
{
  *patients = (struct model_lanes){
      .model = model,
      .registers = program_registers(model->program),
      .copies = memory_new((size_t)model->n_inputs, sizeof *patients->copies),
      .simd = simd_choice()};
  patients->inputs = patients->copies;
  patients->math = lane_math(patients->simd);
  patients->events = model_events_create(model);
}

void model_lanes_clear(struct model_lanes *patients)
{
  free(patients->registers);
  free(patients->copies);
  model_events_destroy(&patients->events);
  *patients = (struct model_lanes){0};
}

void model_lanes_covariates(struct model_lanes *patients, int lane, const double *covariates)
{
  for (int i = 0; i < patients->model->n_covariates; i++)
    patients->registers[patients->model->covariates[i].loaded][lane] = covariates[i];
}

void model_lanes_slopes(struct model_lanes *patients, int lane, double time, const double *slopes)
{
  const struct model *model = patients->model;

  patients->registers[model->time_reg][lane] = time;
  for (int i = 0; i < model->n_covariates; i++) {
    const struct model_covariate *covariate = &model->covariates[i];

    if (covariate->slope < 0) continue;
    patients->registers[covariate->slope][lane] = slopes ? slopes[i] : 0;
    patients->registers[covariate->since][lane] = time;
  }
}

void model_lanes_give(struct model_lanes *patients, int lane, int parameter, double value)
{
  patients->registers[patients->model->parameters[parameter].reg][lane] = value;
}

void model_lanes_load(struct model_lanes *patients, int lane, const double *covariates,
                      const double *etas)
{
  const struct model *model = patients->model;

  model_lanes_covariates(patients, lane, covariates);
  model_lanes_slopes(patients, lane, 0, NULL);
  for (int i = 0; i < model->n_etas; i++) patients->registers[model->etas[i].reg][lane] = etas[i];
  for (int i = 0; i < model->n_kappas; i++) patients->registers[model->kappas[i].reg][lane] = 0;
  for (int i = 0; i < model->n_thetas; i++) patients->registers[model->thetas[i].reg][lane] = 0;
  for (int i = 0; i < model->n_mixtures; i++) patients->registers[model->mixtures[i].reg][lane] = 0;
  for (int i = 0; i < model->n_states; i++)
    if (model->states[i].infusion >= 0) patients->registers[model->states[i].infusion][lane] = 0;
  model_events_reset(patients, lane);
}

void model_lanes_mixtures(struct model_lanes *patients, int lane, const int *categories)
{
  for (int i = 0; i < patients->model->n_mixtures; i++)
    patients->registers[patients->model->mixtures[i].reg][lane] = categories[i];
}

void model_lanes_thetas(struct model_lanes *patients, int lane, const double *thetas)
{
  for (int i = 0; i < patients->model->n_thetas; i++)
    patients->registers[patients->model->thetas[i].reg][lane] = thetas[i];
}

void model_lanes_kappas(struct model_lanes *patients, int lane, const double *kappas)
{
  for (int i = 0; i < patients->model->n_kappas; i++)
    patients->registers[patients->model->kappas[i].reg][lane] = kappas[i];
}

void model_lanes_infusion(struct model_lanes *patients, int lane, int state, double rate)
{
  const struct model_state *to = &patients->model->states[state];

  patients->registers[to->infusion][lane] = rate;
  if (to->infusion_input >= 0) patients->copies[to->infusion_input][lane] = rate;
}

void model_lanes_copy(struct model_lanes *patients, const struct model_lanes *from, int lane)
{
  const struct model *model = patients->model;

  for (int i = 0; i < model->program->n_registers; i++)
    patients->registers[i] = from->registers[i][lane] - (lanes){0};
  for (int i = 0; i < model->n_inputs; i++)
    patients->copies[i] = from->copies[i][lane] - (lanes){0};
  for (int i = 0; i < model->n_states; i++)
    if (model->states[i].infusion >= 0)
      for (int l = 0; l < LANES; l++) model_lanes_infusion(patients, l, i, 0);
  for (int l = 0; l < LANES; l++) model_events_reset(patients, l);
}

void model_lanes_prepare(struct model_lanes *patients)
{
  const struct model *model = patients->model;

  program_run(model->program, SECTION_PATIENT, patients->registers, patients->simd);
  for (int i = 0; i < model->n_inputs; i++)
    patients->copies[i] = patients->registers[model->inputs[i]];
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

static double value(const struct model_lanes *patients, int lane, int reg)
{
  return reg < 0 ? (double)NAN : patients->registers[reg][lane];
}

struct model_entry model_lanes_entry(const struct model_lanes *patients, int lane, int route)
{
  const struct model_route *of = &patients->model->routes[route];

  return (struct model_entry){value(patients, lane, of->fraction), value(patients, lane, of->lag),
                              value(patients, lane, of->duration), value(patients, lane, of->rate)};
}

static void call(struct model_lanes *patients, enum section section, const struct call *arguments)
{
  struct call call = *arguments;

  call.registers = patients->registers;
  call.simd = patients->simd;
  program_call(patients->model->program, section, &call);
}

void model_lanes_outputs(void *context, const lanes *t, const lanes *y, lanes *out)
{
  struct model_lanes *patients = context;

  if (patients->outputs)
    patients->outputs(context, t, y, out);
  else
    call(context, SECTION_OUTPUTS, &(struct call){.a = t, .b = y, .out = out});
}

#define INTERPRETED(name, section)                                                                 \
  void name(void *context, const lanes *a, const lanes *b, lanes *out)                             \
  {                                                                                                \
    call(context, section, &(struct call){.a = a, .b = b, .out = out});                            \
  }

INTERPRETED(model_lanes_rates, SECTION_RATES)
INTERPRETED(model_lanes_jacobian, SECTION_JACOBIAN)
INTERPRETED(model_lanes_factor, SECTION_FACTOR)
INTERPRETED(model_lanes_solve, SECTION_SOLVE)
INTERPRETED(model_lanes_matrix, SECTION_MATRIX)
INTERPRETED(model_lanes_product, SECTION_PRODUCT)
INTERPRETED(model_lanes_apply, SECTION_APPLY)
INTERPRETED(model_lanes_remainder, SECTION_REMAINDER)
INTERPRETED(model_lanes_crossings, SECTION_CROSSINGS)
INTERPRETED(model_lanes_actions, SECTION_ACTIONS)
