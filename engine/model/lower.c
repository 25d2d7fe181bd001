/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program of a model. */
#include "model/compiling.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/** Definitions in a row, each of which rests on the next. */
enum { MOST_IN_A_ROW = 1000 };

static void lower_item(struct compiling *compiling, struct item *item);

static void lower_name(void *context, const struct expression *name)
{
  lower_item(context, name->symbol->owner);
}

int model_lower_expression(struct compiling *compiling, const struct expression *expression,
                           struct unit unit)
{
  expression_names(expression, lower_name, compiling);
  return program_expression(compiling->builder, expression, unit);
}

static int constant(struct compiling *compiling, double value)
{
  return program_constant(compiling->builder, value);
}

static int operation(struct compiling *compiling, enum operation op, int a, int b)
{
  return program_operation(compiling->builder, op, a, b, 0);
}

static int typical_value(struct compiling *compiling, int index)
{
  const struct parameter_entry *entry =
      (const struct parameter_entry *)compiling->file->parameters.items + index;
  const double *values = compiling->category_values[index];
  const struct symbol *by;
  int result;

  if (!values)
    return program_typical(compiling->builder, compiling->model->parameters[index].typical);
  by = scope_find(&compiling->scope, entry->by.text);
  ((struct item *)by->owner)->is_used = true;
  result = constant(compiling, (double)NAN);
  for (int c = by->n_categories - 1; c >= 0; c--)
    result = program_operation(
        compiling->builder, OPERATION_SELECT,
        operation(compiling, OPERATION_EQUAL, by->reg, constant(compiling, c)),
        constant(compiling, values[c]), result);
  return result;
}

/** The typical value in the patient's replicate; `value` when it is known for sure. */
static int uncertain_value(struct compiling *compiling, const struct model_parameter *parameter,
                           int value)
{
  const int theta = parameter->theta >= 0 ? compiling->model->thetas[parameter->theta].reg : -1;

  if (theta >= 0 && parameter->theta_scale == THETA_LOG)
    return operation(compiling, OPERATION_MULTIPLY, value,
                     operation(compiling, OPERATION_EXP, theta, 0));
  if (theta >= 0 && parameter->theta_scale == THETA_PLAIN)
    return operation(compiling, OPERATION_ADD, value, theta);
  return value;
}

/** `effect` and, if there is one, the effect `i` more; -1 is none. */
static int with_effect(struct compiling *compiling, int effect, const struct model_effect *effects,
                       int i)
{
  if (i < 0) return effect;
  return effect < 0 ? effects[i].reg : operation(compiling, OPERATION_ADD, effect, effects[i].reg);
}

/** eta + kappa, and theta when it is on their scale; -1 when the parameter has none. */
static int random_effect(struct compiling *compiling, const struct model_parameter *parameter)
{
  const struct model *model = compiling->model;
  const int effect = with_effect(compiling, with_effect(compiling, -1, model->etas, parameter->eta),
                                 model->kappas, parameter->kappa);

  if (parameter->theta_scale != THETA_LOGIT) return effect;
  return with_effect(compiling, effect, model->thetas, parameter->theta);
}

/** lower + (upper - lower) / (1 + exp(-(logit(typical) + effect))) */
static int logit_normal(struct compiling *compiling, int index, int typical, int effect)
{
  const struct parameter_entry *entry =
      (const struct parameter_entry *)compiling->file->parameters.items + index;
  const int lower = constant(compiling, entry->variability->lower);
  const int upper = constant(compiling, entry->variability->upper);
  const int one = constant(compiling, 1);
  const int odds = operation(compiling, OPERATION_DIVIDE,
                             operation(compiling, OPERATION_SUBTRACT, typical, lower),
                             operation(compiling, OPERATION_SUBTRACT, upper, typical));
  const int logit = operation(compiling, OPERATION_ADD,
                              operation(compiling, OPERATION_LOG, odds, 0), effect);
  const int small = operation(compiling, OPERATION_EXP,
                              operation(compiling, OPERATION_NEGATE, logit, 0), 0);
  const int part = operation(compiling, OPERATION_DIVIDE,
                             operation(compiling, OPERATION_SUBTRACT, upper, lower),
                             operation(compiling, OPERATION_ADD, one, small));

  return operation(compiling, OPERATION_ADD, lower, part);
}

/** (exp(lambda * effect) - 1) / lambda */
static int box_cox(struct compiling *compiling, double lambda, int effect)
{
  const int shape = constant(compiling, lambda);
  const int power = operation(compiling, OPERATION_EXP,
                              operation(compiling, OPERATION_MULTIPLY, shape, effect), 0);

  return operation(compiling, OPERATION_DIVIDE,
                   operation(compiling, OPERATION_SUBTRACT, power, constant(compiling, 1)), shape);
}

/** With covariates that move, what the patient is at a moment is read where it is needed. */
static bool has_moving_covariates(const struct compiling *compiling)
{
  for (size_t i = 0; i < compiling->n_changes; i++)
    if (compiling->changes[i].kind == CHANGE_LINEAR) return true;
  return false;
}

static int lower_parameter(struct compiling *compiling, const struct item *item)
{
  const struct model_parameter *parameter = &compiling->model->parameters[item->index];
  int effect = random_effect(compiling, parameter);
  int value;

  if (model_change_of(compiling, CHANGE_GIVEN, parameter->name))
    return program_input(compiling->builder, PHASE_PATIENT);
  value = uncertain_value(compiling, parameter, typical_value(compiling, item->index));
  if (item->expression)
    value = operation(compiling, OPERATION_MULTIPLY, value,
                      model_lower_expression(compiling, item->expression, unit_one));
  if (effect < 0) return value;
  switch (parameter->distribution) {
  case DISTRIBUTION_NORMAL:
    return operation(compiling, OPERATION_ADD, value, effect);
  case DISTRIBUTION_LOGIT_NORMAL:
    return logit_normal(compiling, item->index, value, effect);
  case DISTRIBUTION_BOX_COX:
    if (parameter->lambda != 0) effect = box_cox(compiling, parameter->lambda, effect);
    break;
  case DISTRIBUTION_LOG_NORMAL:
  case N_DISTRIBUTIONS:
    break;
  }
  return operation(compiling, OPERATION_MULTIPLY, value,
                   operation(compiling, OPERATION_EXP, effect, 0));
}

/** A definition that is not to be had: its value is NaN, so that nothing else seems wrong. */
static bool is_impossible(struct compiling *compiling, struct item *item)
{
  if (!item->is_being_lowered && compiling->depth < MOST_IN_A_ROW) return false;
  if (item->is_being_lowered)
    diagnostics_error(compiling->diagnostics, &item->at, "'%s' depends on itself",
                      item->symbol->name);
  else if (!compiling->is_too_deep) {
    compiling->is_too_deep = true;
    diagnostics_error(compiling->diagnostics, &item->at,
                      "more than %d definitions in a row, each of which rests on the next, end in "
                      "'%s'; write some of them out",
                      MOST_IN_A_ROW, item->symbol->name);
  }
  item->symbol->reg = constant(compiling, (double)NAN);
  return true;
}

static void lower_item(struct compiling *compiling, struct item *item)
{
  item->is_used = true;
  if (item->is_lowered || is_impossible(compiling, item)) return;
  item->is_being_lowered = true;
  compiling->depth++;
  if (item->kind == ITEM_PARAMETER) {
    item->symbol->reg = lower_parameter(compiling, item);
    compiling->model->parameters[item->index].reg = item->symbol->reg;
    if (program_phase(compiling->builder, item->symbol->reg) > PHASE_PATIENT &&
        !has_moving_covariates(compiling))
      diagnostics_error(
          compiling->diagnostics, &item->at,
          "the parameter '%s' depends on a state, an event or TIME; make it a derived quantity",
          item->symbol->name);
  } else if (item->kind == ITEM_DERIVED)
    item->symbol->reg = model_lower_expression(compiling, item->expression, item->symbol->unit);
  else if (item->kind == ITEM_OUTFLOW)
    item->symbol->reg = model_lower_outflow(compiling, &compiling->chains[item->index]);
  compiling->depth--;
  item->is_lowered = true;
}

/** loaded + slope (TIME - since) of one that moves. */
static void add_covariate(struct compiling *compiling, struct item *item)
{
  struct model_covariate *covariate = &compiling->model->covariates[item->index];

  covariate->reg = covariate->loaded = item->symbol->reg;
  covariate->slope = covariate->since = -1;
  if (!model_change_of(compiling, CHANGE_LINEAR, covariate->name)) return;
  covariate->slope = program_input(compiling->builder, PHASE_HELD);
  covariate->since = program_input(compiling->builder, PHASE_HELD);
  covariate->reg = operation(compiling, OPERATION_ADD, covariate->loaded,
                             operation(compiling, OPERATION_MULTIPLY, covariate->slope,
                                       operation(compiling, OPERATION_SUBTRACT,
                                                 compiling->model->time_reg, covariate->since)));
  item->symbol->reg = covariate->reg;
}

static void add_inputs(struct compiling *compiling)
{
  struct model *model = compiling->model;

  for (int i = 0; i < compiling->n_items; i++) {
    struct item *item = &compiling->items[i];

    const bool is_of_patient = item->kind == ITEM_COVARIATE || item->kind == ITEM_MIXTURE;

    if (!is_of_patient && item->kind != ITEM_STATE && item->kind != ITEM_TIME) continue;
    item->symbol->reg = program_input(compiling->builder,
                                      is_of_patient ? PHASE_PATIENT : PHASE_STATE);
    item->is_lowered = true;
    if (item->kind == ITEM_COVARIATE) add_covariate(compiling, item);
    if (item->kind == ITEM_MIXTURE) model->mixtures[item->index].reg = item->symbol->reg;
    if (item->kind == ITEM_STATE) model->states[item->index].reg = item->symbol->reg;
    if (item->kind == ITEM_TIME) model->time_reg = item->symbol->reg;
  }
  model_add_event_inputs(compiling);
  for (int i = 0; i < model->n_etas; i++)
    model->etas[i].reg = program_input(compiling->builder, PHASE_PATIENT);
  for (int i = 0; i < model->n_kappas; i++)
    model->kappas[i].reg = program_input(compiling->builder, PHASE_PATIENT);
  for (int i = 0; i < model->n_thetas; i++)
    model->thetas[i].reg = program_input(compiling->builder, PHASE_PATIENT);
  for (int i = 0; i < model->n_routes; i++) {
    struct model_state *state = &model->states[model->routes[i].state];

    if (state->infusion < 0) state->infusion = program_input(compiling->builder, PHASE_HELD);
  }
  for (int i = 0; i < model->n_states; i++) {
    struct model_state *state = &model->states[i];

    if (state->infusion < 0 && model_change_of(compiling, CHANGE_INFUSED, state->name))
      state->infusion = program_input(compiling->builder, PHASE_HELD);
  }
}

int model_lower_fixed(struct compiling *compiling, const struct expression *expression,
                      struct unit unit, const char *what)
{
  const int reg = model_lower_expression(compiling, expression, unit);

  if (program_phase(compiling->builder, reg) > PHASE_PATIENT && !has_moving_covariates(compiling))
    diagnostics_error(compiling->diagnostics, &expression->at,
                      "%s may not depend on states, events or TIME", what);
  program_need(compiling->builder, SECTION_PATIENT, reg);
  return reg;
}

static void lower_states(struct compiling *compiling)
{
  struct model *model = compiling->model;

  for (size_t i = 0; i < compiling->file->states.n; i++) {
    struct model_state *state = &model->states[i];

    state->initial = model_lower_fixed(compiling, compiling->initials[i], state->unit,
                                       "an initial value");
    state->rate = model_lower_expression(compiling, compiling->rates[i],
                                         unit_over(state->unit, model->time));
  }
  model_lower_chains(compiling);
  for (int i = 0; i < model->n_states; i++) {
    struct model_state *state = &model->states[i];

    if (state->infusion >= 0)
      state->rate = operation(compiling, OPERATION_ADD, state->rate, state->infusion);
  }
}

void model_define(struct compiling *compiling, enum section section, int n_out, const int *out)
{
  const struct model *model = compiling->model;
  int *states = memory_new((size_t)model->n_states, sizeof *states);

  for (int i = 0; i < model->n_states; i++) states[i] = model->states[i].reg;
  program_define(compiling->builder, section,
                 &(struct signature){1, model->n_states, n_out, &model->time_reg, states, out});
  free(states);
}

static void define_functions(struct compiling *compiling)
{
  const struct model *model = compiling->model;
  int *regs = memory_new((size_t)(model->n_states + model->n_outputs), sizeof *regs);

  for (int i = 0; i < model->n_states; i++) regs[i] = model->states[i].rate;
  model_define(compiling, SECTION_RATES, model->n_states, regs);
  for (int i = 0; i < model->n_outputs; i++) regs[i] = model->outputs[i].reg;
  model_define(compiling, SECTION_OUTPUTS, model->n_outputs, regs);
  free(regs);
  model_lower_events(compiling);
  if (diagnostics_n_errors(compiling->diagnostics) > compiling->errors_before) return;
  model_differentiate(compiling);
  model_find_linear_block(compiling);
}

static void lower_routes(struct compiling *compiling)
{
  const struct model *model = compiling->model;

  for (int i = 0; i < model->n_routes; i++) {
    const struct route_formulas *formulas = &compiling->routes[i];
    struct model_route *route = &model->routes[i];
    const struct unit rate = unit_over(model->states[route->state].unit, model->time);

    route->fraction = model_lower_fixed(compiling, formulas->fraction, unit_one, "a fraction");
    route->lag = model_lower_fixed(compiling, formulas->lag, model->time, "a lag");
    if (formulas->duration)
      route->duration = model_lower_fixed(compiling, formulas->duration, model->time, "a duration");
    if (formulas->rate) route->rate = model_lower_fixed(compiling, formulas->rate, rate, "a rate");
  }
}

void model_lower(struct compiling *compiling)
{
  struct model *model = compiling->model;

  add_inputs(compiling);
  lower_states(compiling);
  for (int i = 0; i < model->n_outputs; i++) {
    model->outputs[i].reg = model_lower_expression(compiling, compiling->outputs[i],
                                                   model->outputs[i].unit);
  }
  lower_routes(compiling);
  for (int i = 0; i < compiling->n_items; i++) {
    struct item *item = &compiling->items[i];

    if (item->kind != ITEM_PARAMETER) continue;
    if (!item->is_lowered) { /* unused, and reported as such, but it has a value */
      lower_item(compiling, item);
      item->is_used = false;
    }
    program_need(compiling->builder, SECTION_PATIENT, item->symbol->reg);
  }
  define_functions(compiling);
  model->program = program_finish(compiling->builder, compiling->arena);
  if (!model->program)
    diagnostics_error(compiling->diagnostics, &compiling->file->at, "the model is too large");
  if (diagnostics_n_errors(compiling->diagnostics) == compiling->errors_before)
    model_find_structure(compiling);
}
