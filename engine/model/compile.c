/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a model file to a compiled model. */
#include "model/compiling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const struct model_change *model_change_of(const struct compiling *compiling, int kind,
                                           const char *name)
{
  for (size_t i = 0; i < compiling->n_changes; i++)
    if ((int)compiling->changes[i].kind == kind &&
        strcmp(compiling->changes[i].name.text, name) == 0)
      return &compiling->changes[i];
  return NULL;
}

struct expression *model_check_formula(struct compiling *compiling, const struct formula *formula,
                                       const struct unit *wanted)
{
  struct expression *expression;
  bool ok;

  if (!formula->node) return NULL;
  expression = expression_parse(formula, compiling->arena, compiling->diagnostics);
  if (!expression) return NULL;
  if (wanted)
    ok = expression_check_number(expression, &compiling->scope, *wanted, compiling->diagnostics);
  else
    ok = expression_check(expression, &compiling->scope, compiling->diagnostics);
  return ok ? expression : NULL;
}

static void check_route(struct compiling *compiling, int i)
{
  const struct route_entry *entry = (const struct route_entry *)compiling->file->routes.items + i;
  const struct model *model = compiling->model;
  const int state = model->routes[i].state;
  const struct unit rate = state < 0 ? unit_one : unit_over(model->states[state].unit, model->time);
  struct route_formulas *formulas = &compiling->routes[i];

  formulas->fraction = model_check_formula(compiling, &entry->fraction, &unit_one);
  formulas->lag = model_check_formula(compiling, &entry->lag, &model->time);
  formulas->duration = model_check_formula(compiling, &entry->duration, &model->time);
  formulas->rate = model_check_formula(compiling, &entry->rate, state < 0 ? NULL : &rate);
}

static void check_routes(struct compiling *compiling)
{
  const struct route_entry *entries = compiling->file->routes.items;
  struct model *model = compiling->model;
  const char **states = arena_new(compiling->arena, (size_t)model->n_states, sizeof *states);

  model->n_routes = (int)compiling->file->routes.n;
  model->routes = arena_new(compiling->arena, (size_t)model->n_routes, sizeof *model->routes);
  compiling->routes = arena_new(compiling->arena, (size_t)model->n_routes,
                                sizeof *compiling->routes);
  for (int i = 0; i < model->n_states; i++) states[i] = model->states[i].name;
  for (int i = 0; i < model->n_routes; i++) {
    model->routes[i] = (struct model_route){
        .name = entries[i].name.text,
        .state = model_state_named(model, entries[i].state.text),
        .duration = -1,
        .rate = -1};
    if (model->routes[i].state < 0 && entries[i].state.text)
      text_unknown(&entries[i].state, "is not a state of this model", (size_t)model->n_states,
                   states, compiling->diagnostics);
    check_route(compiling, i);
  }
}

static void check_item(struct compiling *compiling, struct item *item)
{
  const struct model_file *file = compiling->file;
  const struct derived_entry *derived = file->derived.items;
  const struct parameter_entry *parameters = file->parameters.items;
  const struct state_entry *states = file->states.items;
  const struct unit *unit = item->symbol->is_broken ? NULL : &item->symbol->unit;
  const struct unit rate = unit_over(item->symbol->unit, compiling->model->time);

  if (item->kind == ITEM_DERIVED)
    item->expression = model_check_formula(compiling, &derived[item->index].expression, unit);
  if (item->kind == ITEM_PARAMETER)
    item->expression = model_check_formula(compiling, &parameters[item->index].times, &unit_one);
  if (item->kind != ITEM_STATE || item->index >= (int)file->states.n) return;
  compiling->rates[item->index] = model_check_formula(compiling, &states[item->index].rate,
                                                      unit ? &rate : NULL);
  compiling->initials[item->index] = model_check_formula(compiling, &states[item->index].initial,
                                                         unit);
}

void model_check(struct compiling *compiling)
{
  const struct model_file *file = compiling->file;
  const struct output_entry *outputs = file->outputs.items;
  struct model *model = compiling->model;
  const size_t n_states = (size_t)model->n_states;

  compiling->rates = arena_new(compiling->arena, n_states, sizeof *compiling->rates);
  compiling->initials = arena_new(compiling->arena, n_states, sizeof *compiling->initials);
  compiling->outputs = arena_new(compiling->arena, file->outputs.n, sizeof *compiling->outputs);
  for (int i = 0; i < compiling->n_items; i++) check_item(compiling, &compiling->items[i]);
  model_check_chains(compiling);
  model_check_events(compiling);
  model->n_outputs = (int)file->outputs.n;
  model->outputs = arena_new(compiling->arena, file->outputs.n, sizeof *model->outputs);
  for (size_t i = 0; i < file->outputs.n; i++) {
    const struct unit *unit = &model->outputs[i].unit;

    model->outputs[i] = (struct model_output){.name = outputs[i].name.text,
                                              .label = outputs[i].label.text,
                                              .unit_text = outputs[i].unit.text};
    if (outputs[i].unit.text && !unit_is(outputs[i].unit.text, &model->outputs[i].unit)) {
      diagnostics_error(compiling->diagnostics, &outputs[i].unit.at, "unknown unit '%.40s'",
                        outputs[i].unit.text);
      unit = NULL;
    }
    compiling->outputs[i] = model_check_formula(compiling, &outputs[i].expression,
                                                outputs[i].unit.text ? unit : NULL);
  }
  check_routes(compiling);
}

static void warn_about_unused(struct compiling *compiling)
{
  for (int i = 0; i < compiling->n_items; i++) {
    const struct item *item = &compiling->items[i];

    if (!item->is_used && (item->kind == ITEM_PARAMETER || item->kind == ITEM_DERIVED ||
                           item->kind == ITEM_MIXTURE || item->kind == ITEM_EVENT))
      diagnostics_warning(compiling->diagnostics, &item->at,
                          "'%s' is not used by any rate, output or route", item->symbol->name);
  }
}

/** Names are looked up one after the other, which must not take minutes. */
static bool is_too_large(const struct compiling *compiling)
{
  enum { MOST_NAMES = 20000 };
  const struct model_file *file = compiling->file;
  const int64_t n = (int64_t)(file->covariates.n + file->mixtures.n + file->parameters.n +
                              file->derived.n + file->states.n + file->events.n) +
                    model_count_chained(compiling);

  if (n <= MOST_NAMES) return false;
  diagnostics_error(compiling->diagnostics, &file->at,
                    "the model is too large: %lld covariates, parameters, derived quantities, "
                    "states and events, of at most %d",
                    (long long)n, MOST_NAMES);
  return true;
}

static void keep_formulas(struct compiling *compiling)
{
  const struct model_file *file = compiling->file;
  const struct expression **derived = arena_new(compiling->arena, file->derived.n, sizeof *derived);
  const struct expression **times = arena_new(compiling->arena, file->parameters.n, sizeof *times);

  struct model_chain *chains = arena_new(compiling->arena, file->chains.n, sizeof *chains);

  for (size_t i = 0; i < file->chains.n; i++) {
    const struct chain *chain = &compiling->chains[i];

    chains[i] = (struct model_chain){chain->first, chain->n,     chain->out->symbol->name,
                                     chain->rate,  chain->input, chain->initial};
  }
  for (int i = 0; i < compiling->n_items; i++) {
    const struct item *item = &compiling->items[i];

    if (item->kind == ITEM_DERIVED) derived[item->index] = item->expression;
    if (item->kind == ITEM_PARAMETER) times[item->index] = item->expression;
  }
  compiling->model->formulas = (struct model_formulas){
      .rates = (const struct expression *const *)compiling->rates,
      .initials = (const struct expression *const *)compiling->initials,
      .outputs = (const struct expression *const *)compiling->outputs,
      .derived = derived,
      .conditions = (const struct expression *const *)compiling->conditions,
      .actions = compiling->actions,
      .times = times,
      .chains = chains};
}

const struct model *model_compile(const struct source *source, size_t n_changes,
                                  const struct model_change *changes, struct arena *arena,
                                  struct diagnostics *diagnostics)
{
  const int before = diagnostics_n_errors(diagnostics);
  const struct yaml_node *root = yaml_parse(arena, source, diagnostics);
  struct model *model = arena_new(arena, 1, sizeof *model);
  struct compiling compiling = {.arena = arena,
                                .diagnostics = diagnostics,
                                .errors_before = before,
                                .model = model,
                                .n_changes = n_changes,
                                .changes = changes};

  if (!root) return NULL;
  compiling.file = model->file = record_read(&model_file_type, root, arena, diagnostics);
  model->name = model->file->model.text;
  model->title = model->file->title.text;
  model->time_text = model->file->time.text;
  if (is_too_large(&compiling)) return NULL;
  model_declare(&compiling);
  model_check(&compiling);
  model_variability(&compiling);
  if (diagnostics_n_errors(diagnostics) == before) {
    compiling.builder = program_builder_create();
    program_rearrange(compiling.builder);
    model_lower(&compiling);
    program_builder_destroy(&compiling.builder);
    keep_formulas(&compiling);
    warn_about_unused(&compiling);
  }
  scope_clear(&compiling.scope);
  return diagnostics_n_errors(diagnostics) == before ? model : NULL;
}

int model_parameter_named(const struct model *model, const char *name)
{
  for (int i = 0; i < model->n_parameters; i++)
    if (name && model->parameters[i].name && strcmp(model->parameters[i].name, name) == 0) return i;
  return -1;
}

int model_covariate_named(const struct model *model, const char *name)
{
  for (int i = 0; i < model->n_covariates; i++)
    if (strcmp(model->covariates[i].name, name) == 0) return i;
  return -1;
}

int model_state_named(const struct model *model, const char *name)
{
  for (int i = 0; i < model->n_states; i++)
    if (name && model->states[i].name && strcmp(model->states[i].name, name) == 0) return i;
  return -1;
}

int model_output_named(const struct model *model, const char *name)
{
  for (int i = 0; i < model->n_outputs; i++)
    if (strcmp(model->outputs[i].name, name) == 0) return i;
  return -1;
}

int model_route_named(const struct model *model, const char *name)
{
  for (int i = 0; i < model->n_routes; i++)
    if (strcmp(model->routes[i].name, name) == 0) return i;
  return -1;
}
