/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events in the program: every comparison of a condition is held, and its changes are located; what
 * is true of an event is computed from the comparisons as they are held. */
#include <stdlib.h>

#include "base/memory.h"
#include "model/compiling.h"

/** The comparisons of all events, while they are collected. */
struct collecting {
  struct compiling *compiling;
  size_t n, capacity;
  struct model_condition *conditions;
  size_t n_now;
  int *now; /* [condition] register of what holds at a time and state */
};

struct finding {
  const struct model *model;
  bool found;
};

static void find_event(void *context, int reg)
{
  struct finding *finding = context;

  for (int i = 0; i < finding->model->n_events; i++) {
    const struct model_event *event = &finding->model->events[i];

    finding->found = finding->found || reg == event->held || reg == event->first;
  }
}

static int operation(const struct collecting *collecting, enum operation op, int a, int b)
{
  return program_operation(collecting->compiling->builder, op, a, b, 0);
}

static int lower_part(const struct collecting *collecting, const struct expression *part)
{
  struct compiling *compiling = collecting->compiling;
  const int reg = model_lower_expression(compiling, part, unit_one);
  struct finding finding = {compiling->model, false};

  program_inputs_of(compiling->builder, 1, &reg, &(struct input_visitor){find_event, &finding});
  if (finding.found)
    diagnostics_error(compiling->diagnostics, &part->at,
                      "the condition of an event may not depend on an event");
  return reg;
}

/** The register in which it is held: `held`, or, when that is -1, one of its own. */
static int add_condition(struct collecting *collecting, int now, bool is_sign, int held)
{
  for (size_t i = 0; held < 0 && i < collecting->n; i++)
    if (collecting->now[i] == now) return collecting->conditions[i].held;
  if (held < 0) held = program_input(collecting->compiling->builder, PHASE_HELD);
  collecting->now = memory_grow(collecting->now, collecting->n + 1, &collecting->n_now,
                                sizeof *collecting->now);
  collecting->now[collecting->n] = now;
  collecting->conditions = memory_grow(collecting->conditions, collecting->n + 1,
                                       &collecting->capacity, sizeof *collecting->conditions);
  collecting->conditions[collecting->n++] = (struct model_condition){is_sign, held, -1};
  return held;
}

/** a == b: held is the sign of a - b, and it is equal where that is 0 or is just passing 0. */
static int lower_equality(struct collecting *collecting, const struct expression *part)
{
  const struct compiling *compiling = collecting->compiling;
  struct expression less = *part, greater = *part;
  int sign, held, is_unequal;

  less.kind = EXPRESSION_LESS;
  greater.kind = EXPRESSION_GREATER;
  sign = operation(collecting, OPERATION_SUBTRACT, lower_part(collecting, &greater),
                   model_lower_expression(collecting->compiling, &less, unit_one));
  if (program_phase(compiling->builder, sign) < PHASE_HELD) return lower_part(collecting, part);
  held = add_condition(collecting, sign, true, -1);
  is_unequal = operation(collecting, OPERATION_EQUAL,
                         operation(collecting, OPERATION_MULTIPLY, held, held),
                         program_constant(compiling->builder, 1));
  if (part->kind == EXPRESSION_UNEQUAL) return is_unequal;
  return operation(collecting, OPERATION_NOT, is_unequal, 0);
}

static bool compares_numbers(const struct expression *part)
{
  return part->kind >= EXPRESSION_LESS && part->kind <= EXPRESSION_UNEQUAL &&
         part->arguments[0]->type == VALUE_NUMBER;
}

/** The register that says whether it is true, by what is held; `held` is where a comparison that is
 *  the whole condition is held, -1 for parts of one. */
static int lower_condition(struct collecting *collecting, const struct expression *part, int held)
{
  int a, b = 0, now;

  if (part->kind == EXPRESSION_AND || part->kind == EXPRESSION_OR || part->kind == EXPRESSION_NOT) {
    a = lower_condition(collecting, part->arguments[0], -1);
    if (part->kind == EXPRESSION_NOT) return operation(collecting, OPERATION_NOT, a, 0);
    b = lower_condition(collecting, part->arguments[1], -1);
    return operation(collecting, part->kind == EXPRESSION_AND ? OPERATION_AND : OPERATION_OR, a, b);
  }
  if (compares_numbers(part) &&
      (part->kind == EXPRESSION_EQUAL || part->kind == EXPRESSION_UNEQUAL))
    return lower_equality(collecting, part);
  now = lower_part(collecting, part);
  if (program_phase(collecting->compiling->builder, now) < PHASE_HELD) return now;
  return add_condition(collecting, now, false, held);
}

/** What has changed of each comparison, and whether an assignment is due. */
static void define_crossings(const struct collecting *collecting)
{
  struct compiling *compiling = collecting->compiling;
  const struct model *model = compiling->model;
  int *out = memory_new(collecting->n + 1, sizeof *out);
  int n = (int)collecting->n;

  for (int i = 0; i < n; i++)
    out[i] = operation(collecting, OPERATION_SUBTRACT, collecting->now[i],
                       collecting->conditions[i].held);
  if (model->due >= 0)
    out[n++] = operation(collecting, OPERATION_AT_MOST, model->due, model->time_reg);
  model_define(compiling, SECTION_CROSSINGS, n, out);
  free(out);
}

static void lower_action(struct compiling *compiling, int i, int *out)
{
  struct model *model = compiling->model;
  struct model_event *event = &model->events[i];
  const struct event_formulas *action = &compiling->actions[i];

  event->delay = -1;
  if (event->n_assigned == 0) return;
  for (int k = 0; k < compiling->n_items; k++)
    if (compiling->items[k].kind == ITEM_EVENT && compiling->items[k].index == i)
      compiling->items[k].is_used = true;
  event->priority = model->n_actions;
  out[model->n_actions++] = action->priority
                                ? model_lower_expression(compiling, action->priority, unit_one)
                                : program_constant(compiling->builder, 0);
  if (action->delay) {
    event->delay = model->n_actions;
    out[model->n_actions++] = model_lower_expression(compiling, action->delay, model->time);
    if (model->due < 0) model->due = program_input(compiling->builder, PHASE_HELD);
  }
  event->values = model->n_actions;
  for (int k = 0; k < event->n_assigned; k++)
    out[model->n_actions++] = model_lower_expression(compiling, action->values[k],
                                                     model->states[event->assigned[k]].unit);
}

void model_lower_events(struct compiling *compiling)
{
  struct model *model = compiling->model;
  struct collecting collecting = {.compiling = compiling};
  size_t most = 0;
  int *out;

  model->due = -1;
  if (model->n_events == 0) return;
  for (int i = 0; i < model->n_events; i++) most += (size_t)model->events[i].n_assigned + 3;
  out = memory_new(most, sizeof *out);
  for (int i = 0; i < model->n_events; i++)
    out[i] = lower_condition(&collecting, compiling->conditions[i], model->events[i].held);
  model->n_actions = model->n_events;
  for (int i = 0; i < model->n_events; i++) lower_action(compiling, i, out);
  define_crossings(&collecting);
  model_define(compiling, SECTION_ACTIONS, model->n_actions, out);
  model->n_conditions = (int)collecting.n;
  model->conditions = arena_new(compiling->arena, collecting.n, sizeof *model->conditions);
  for (size_t i = 0; i < collecting.n; i++) model->conditions[i] = collecting.conditions[i];
  free(out);
  free(collecting.now);
  free(collecting.conditions);
}
