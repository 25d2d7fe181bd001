/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: conditions that are held between the moments at which they change, and what happens then.
 * How they are computed is lower_event.c. */
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

static struct expression *checked(struct compiling *compiling, const struct formula *when)
{
  struct expression *expression;

  if (!when->node) return NULL;
  expression = expression_parse(when, compiling->arena, compiling->diagnostics);
  if (!expression) return NULL;
  if (!expression_check_truth(expression, &compiling->scope, compiling->diagnostics)) return NULL;
  return expression;
}

static void check_assignment(struct compiling *compiling, int i, int k)
{
  const struct model *model = compiling->model;
  const struct named_formula *assign = entry_of(compiling, i)->assign.items;
  const int state = model_state_named(model, assign[k].name.text);

  model->events[i].assigned[k] = state;
  if (state < 0 && assign[k].name.text) {
    const char **names = arena_new(compiling->arena, (size_t)model->n_states, sizeof *names);

    for (int s = 0; s < model->n_states; s++) names[s] = model->states[s].name;
    text_unknown(&assign[k].name, "is not a state of this model", (size_t)model->n_states, names,
                 compiling->diagnostics);
  }
  compiling->actions[i].values[k] = model_check_formula(
      compiling, &assign[k].formula, state < 0 ? NULL : &model->states[state].unit);
}

static void check_action(struct compiling *compiling, int i)
{
  const struct event_entry *entry = entry_of(compiling, i);
  struct model_event *event = &compiling->model->events[i];
  struct event_formulas *action = &compiling->actions[i];

  event->n_assigned = (int)entry->assign.n;
  event->assigned = arena_new(compiling->arena, entry->assign.n, sizeof *event->assigned);
  event->keeps_values = entry->values == VALUES_AT_TRIGGER;
  event->is_persistent = entry->persistent;
  event->acts_at_start = entry->at_start == START_NOT_HELD;
  action->values = arena_new(compiling->arena, entry->assign.n, sizeof *action->values);
  event->is_drawn = entry->priority.node != NULL;
  action->delay = model_check_formula(compiling, &entry->delay, &compiling->model->time);
  action->priority = model_check_formula(compiling, &entry->priority, &unit_one);
  for (int k = 0; k < event->n_assigned; k++) check_assignment(compiling, i, k);
  if (entry->delay.node && event->n_assigned == 0)
    diagnostics_error(compiling->diagnostics, &entry->delay.node->at,
                      "a delay is of an assignment: '%.40s' lacks the key 'assign'",
                      event->name ? event->name : "?");
}

void model_check_events(struct compiling *compiling)
{
  const int n = compiling->model->n_events;

  compiling->conditions = arena_new(compiling->arena, (size_t)n, sizeof *compiling->conditions);
  compiling->actions = arena_new(compiling->arena, (size_t)n, sizeof *compiling->actions);
  for (int i = 0; i < n; i++) {
    compiling->conditions[i] = checked(compiling, &entry_of(compiling, i)->when);
    check_action(compiling, i);
  }
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
