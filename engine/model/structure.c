/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to know of a compiled model before a patient is solved. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/compiling.h"

/** From this ratio of time constants on a model counts as stiff. */
static const double stiff_ratio = 1000;

static void observe(void *context, int reg)
{
  struct model *model = context;

  for (int i = 0; i < model->n_states; i++)
    if (model->states[i].reg == reg) model->observed[model->n_observed++] = i;
}

static void note_time(void *context, int reg)
{
  struct model *model = context;

  model->rates_read_time = model->rates_read_time || reg == model->time_reg;
}

static void find_time(struct compiling *compiling)
{
  struct model *model = compiling->model;

  for (int i = 0; i < model->n_states; i++)
    program_inputs_of(compiling->builder, 1, &model->states[i].rate,
                      &(struct input_visitor){note_time, model});
}

/** The states on which outputs depend; with events all, for a lane goes on from within a step. */
static void find_observed(struct compiling *compiling)
{
  struct model *model = compiling->model;
  int *outputs = memory_new((size_t)model->n_outputs, sizeof *outputs);

  model->observed = arena_new(compiling->arena, (size_t)model->n_states, sizeof *model->observed);
  if (model->n_events > 0) {
    for (int i = 0; i < model->n_states; i++) model->observed[model->n_observed++] = i;
    free(outputs);
    return;
  }
  for (int i = 0; i < model->n_outputs; i++) outputs[i] = model->outputs[i].reg;
  program_inputs_of(compiling->builder, model->n_outputs, outputs,
                    &(struct input_visitor){observe, model});
  free(outputs);
}

/** `is_known`: computed by the sections themselves, or listed. */
static void add_input(struct model *model, bool *is_known, int reg)
{
  const enum phase phase = (enum phase)model->program->phases[reg];

  if (is_known[reg] || (phase != PHASE_PATIENT && phase != PHASE_HELD)) return;
  is_known[reg] = true;
  model->inputs[model->n_inputs++] = reg;
}

static int place_among_inputs(const struct model *model, int reg)
{
  for (int k = 0; k < model->n_inputs; k++)
    if (model->inputs[k] == reg) return k;
  return -1;
}

/** In the order in which the sections first read them, so that the numbering depends on the
 *  equations alone. */
static void find_inputs(struct compiling *compiling)
{
  struct model *model = compiling->model;
  const struct program *program = model->program;
  bool *is_known = memory_new((size_t)program->n_registers, sizeof *is_known);

  model->inputs = arena_new(compiling->arena, (size_t)program->n_registers, sizeof(int));
  for (int s = SECTION_PATIENT + 1; s < N_SECTIONS; s++)
    for (int i = 0; i < program->n[s]; i++) is_known[program->code[s][i].result] = true;
  for (int s = SECTION_PATIENT + 1; s < N_SECTIONS; s++) {
    for (int i = 0; i < program->n[s]; i++) {
      const struct instruction *in = &program->code[s][i];
      const int of[3] = {in->a, in->b, in->c};

      for (int k = 0; k < operation_arity((enum operation)in->operation); k++)
        add_input(model, is_known, of[k]);
    }
    for (int i = 0; i < program->signatures[s].n_out; i++)
      add_input(model, is_known, program->signatures[s].out[i]);
  }
  for (int i = 0; i < model->n_states; i++)
    model->states[i].infusion_input = place_among_inputs(model, model->states[i].infusion);
  for (int i = 0; i < model->n_events; i++) {
    model->events[i].held_input = place_among_inputs(model, model->events[i].held);
    model->events[i].first_input = place_among_inputs(model, model->events[i].first);
  }
  for (int i = 0; i < model->n_conditions; i++)
    model->conditions[i].held_input = place_among_inputs(model, model->conditions[i].held);
  model->due_input = place_among_inputs(model, model->due);
  free(is_known);
}

/** Time constants of the states of the typical patient, from the diagonal of the Jacobian. */
static void find_time_constants(struct model *model)
{
  const struct program *program = model->program;
  const int n = model->n_states, m = model->jacobian->n_entries;
  lanes *r = program_registers(program), *y = memory_new((size_t)n, sizeof *y);
  lanes *entries = memory_new((size_t)(m + n), sizeof *entries);
  const lanes time = {0};
  double fastest = 0, slowest = (double)INFINITY;

  program_run(program, SECTION_PATIENT, r, SIMD_BASELINE);
  for (int i = 0; i < n; i++)
    y[i] = lanes_larger(lanes_abs(r[model->states[i].initial]),
                        model->states[i].scale - (lanes){0});
  program_call(program, SECTION_JACOBIAN, &(struct call){r, &time, y, entries, SIMD_BASELINE});
  for (int k = 0; k < m; k++) {
    const double rate = fabs(entries[k][0]);

    if (model->jacobian->rows[k] != model->jacobian->columns[k] || rate == 0) continue;
    if (!isfinite(rate)) fastest = slowest = (double)NAN;
    if (!(rate <= fastest)) fastest = rate;
    if (!(rate >= slowest)) slowest = rate;
  }
  model->fastest = 1 / fastest;
  model->slowest = 1 / slowest;
  free(r);
  free(y);
  free(entries);
}

static void choose(struct model *model, enum model_method method, const char *reason)
{
  model->method = method;
  model->method_reason = reason;
}

static void choose_method(struct model *model)
{
  const struct model_linear *linear = model->n_events > 0 ? NULL : model->linear; /* see ode.h */

  model->fastest = model->slowest = (double)NAN;
  choose(model, METHOD_EXPLICIT, "the model is too large for a Jacobian");
  if (!model->jacobian) return;
  if (model->n_covariates == 0 && model->n_mixtures == 0) find_time_constants(model);
  if (linear && linear->n_remainder == 0)
    choose(model, METHOD_LINEAR,
           "all states are linear between doses, and a matrix exponential moves them exactly");
  else if (model->slowest / model->fastest > stiff_ratio)
    choose(
        model, METHOD_ROSENBROCK,
        "the time constants are more than 1000 apart: the model is stiff, so steps are implicit");
  else if (linear && linear->n_moving > 1)
    choose(model, METHOD_LINEAR,
           "a matrix exponential moves the linear block exactly, and explicit steps the remainder");
  else if (model->slowest == model->slowest)
    choose(model, METHOD_SWITCHING,
           "the typical patient is not stiff at first; whoever is goes over to implicit steps");
  else
    choose(model, METHOD_SWITCHING,
           "time constants depend on the patient; whoever is stiff goes over to implicit steps");
}

const char *model_method_name(enum model_method method)
{
  static const char *const names[] = {[METHOD_LINEAR] = "linear",
                                      [METHOD_EXPLICIT] = "explicit",
                                      [METHOD_ROSENBROCK] = "rosenbrock",
                                      [METHOD_SWITCHING] = "switching"};

  return names[method];
}

const char *model_lacks(const struct model *model, const char *solver)
{
  if (strcmp(solver, model_method_name(METHOD_LINEAR)) == 0) {
    if (model->n_events > 0) return "equations without events";
    if (!model->linear) return "a linear block of few states";
  }
  if ((strcmp(solver, model_method_name(METHOD_ROSENBROCK)) == 0 ||
       strcmp(solver, model_method_name(METHOD_SWITCHING)) == 0) &&
      !model->jacobian)
    return "a Jacobian, for which it is too large";
  return NULL;
}

void model_find_structure(struct compiling *compiling)
{
  find_time(compiling);
  find_observed(compiling);
  find_inputs(compiling);
  choose_method(compiling->model);
}
