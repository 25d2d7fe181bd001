/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: conditions that are held between the moments at which they change. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "model/compiling.h"

static const struct event_entry *entry_of(const struct compiling *compiling, int i)
{
  return (const struct event_entry *)compiling->file->events.items + i;
}

void model_declare_events(struct compiling *compiling)
{
  struct model *model = compiling->model;

  model->n_events = (int)compiling->file->events.n;
  model->events = arena_new(compiling->arena, (size_t)model->n_events, sizeof *model->events);
  for (int i = 0; i < model->n_events; i++) {
    const struct event_entry *entry = entry_of(compiling, i);
    struct symbol first = {.unit = model->time};

    model->events[i] = (struct model_event){.name = entry->name.text, .label = entry->label.text};
    first.owner = model_add_item(compiling, ITEM_EVENT, i, &entry->name,
                                 &(struct symbol){.type = VALUE_TRUTH});
    if (!entry->name.text) continue;
    first.name = arena_format(compiling->arena, "first(%s)", entry->name.text);
    scope_add(&compiling->scope, compiling->arena, &first);
  }
}

static bool compares(const struct expression *expression)
{
  return expression->kind == EXPRESSION_LESS || expression->kind == EXPRESSION_AT_MOST ||
         expression->kind == EXPRESSION_GREATER || expression->kind == EXPRESSION_AT_LEAST;
}

static struct expression *checked(struct compiling *compiling, const struct formula *when)
{
  struct expression *expression;

  if (!when->node) return NULL;
  expression = expression_parse(when, compiling->arena, compiling->diagnostics);
  if (!expression) return NULL;
  if (!expression_check_truth(expression, &compiling->scope, compiling->diagnostics)) return NULL;
  if (compares(expression)) return expression;
  diagnostics_error(compiling->diagnostics, &expression->at,
                    "an event is one comparison of two numbers with <, <=, > or >=; make events of "
                    "the parts and combine their names where they are used");
  return NULL;
}

void model_check_events(struct compiling *compiling)
{
  const int n = compiling->model->n_events;

  compiling->conditions = arena_new(compiling->arena, (size_t)n, sizeof *compiling->conditions);
  for (int i = 0; i < n; i++)
    compiling->conditions[i] = checked(compiling, &entry_of(compiling, i)->when);
}

void model_add_event_inputs(struct compiling *compiling)
{
  struct model *model = compiling->model;

  for (int i = 0; i < compiling->n_items; i++) {
    struct item *item = &compiling->items[i];

    if (item->kind != ITEM_EVENT) continue;
    item->symbol->reg = program_input(compiling->builder, PHASE_HELD);
    model->events[item->index].held = item->symbol->reg;
    item->is_lowered = true;
  }
  for (size_t i = 0; i < compiling->scope.n; i++) {
    struct symbol *symbol = compiling->scope.symbols[i];
    const struct item *item = symbol->owner;

    if (item->kind != ITEM_EVENT || symbol == item->symbol) continue;
    symbol->reg = program_input(compiling->builder, PHASE_HELD);
    model->events[item->index].first = symbol->reg;
  }
}

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

/** 1 where the condition is not what is held. */
static int lower_crossing(struct compiling *compiling, int i)
{
  const struct expression *condition = compiling->conditions[i];
  const int reg = model_lower_expression(compiling, condition, unit_one);
  struct finding finding = {compiling->model, false};

  program_inputs_of(compiling->builder, 1, &reg, &(struct input_visitor){find_event, &finding});
  if (finding.found)
    diagnostics_error(compiling->diagnostics, &condition->at,
                      "the condition of an event may not depend on an event");
  return program_operation(compiling->builder, OPERATION_NOT,
                           program_operation(compiling->builder, OPERATION_EQUAL, reg,
                                             compiling->model->events[i].held, 0),
                           0, 0);
}

void model_lower_events(struct compiling *compiling)
{
  const int n = compiling->model->n_events;
  int *crossings = memory_new((size_t)n, sizeof *crossings);

  for (int i = 0; i < n; i++) crossings[i] = lower_crossing(compiling, i);
  if (n > 0) model_define(compiling, SECTION_CROSSINGS, n, crossings);
  free(crossings);
}
