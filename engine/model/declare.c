/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, units and typical values of a model. */
#include "model/compiling.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

struct item *model_add_item(struct compiling *compiling, enum item_kind kind, int index,
                            const struct text *name, const struct symbol *symbol)
{
  struct item *item = &compiling->items[compiling->n_items];
  struct symbol named = *symbol;

  named.name = name->text ? name->text : "?";
  if (name->text && kind != ITEM_TIME && expression_is_reserved(named.name))
    diagnostics_error(compiling->diagnostics, &name->at,
                      "'%s' is a word of the language; take another name", named.name);
  else if (strcmp(named.name, "replicate") == 0 || strcmp(named.name, "pat") == 0)
    diagnostics_error(compiling->diagnostics, &name->at,
                      "'%s' is a column of every results table; take another name", named.name);
  else if (name->text && scope_find(&compiling->scope, named.name))
    diagnostics_error(compiling->diagnostics, &name->at,
                      "the name '%.40s' is used twice in this model", named.name);
  *item = (struct item){.kind = kind, .index = index, .at = name->at};
  named.owner = item;
  item->symbol = scope_add(&compiling->scope, compiling->arena, &named);
  compiling->n_items++;
  return item;
}

bool model_read_unit(struct compiling *compiling, const struct text *text, struct unit *unit)
{
  *unit = unit_one;
  if (!text->text || unit_is(text->text, unit)) return true;
  diagnostics_error(compiling->diagnostics, &text->at, "unknown unit '%.40s'", text->text);
  *unit = unit_one;
  return false;
}

static void declare_covariates(struct compiling *compiling)
{
  const struct covariate_entry *entries = compiling->file->covariates.items;
  struct model *model = compiling->model;

  model->n_covariates = (int)compiling->file->covariates.n;
  model->covariates = arena_new(compiling->arena, (size_t)model->n_covariates,
                                sizeof *model->covariates);
  for (int i = 0; i < model->n_covariates; i++) {
    struct model_covariate *covariate = &model->covariates[i];
    const struct text *texts = entries[i].categories.items;
    const char **names = arena_new(compiling->arena, entries[i].categories.n, sizeof *names);
    struct unit unit;
    const bool is_known = model_read_unit(compiling, &entries[i].unit, &unit);

    for (size_t k = 0; k < entries[i].categories.n; k++)
      names[k] = texts[k].text ? texts[k].text : "?";
    if (!entries[i].unit.text == !entries[i].categories.n)
      diagnostics_error(compiling->diagnostics, &entries[i].at,
                        "a covariate needs either a unit or categories");
    *covariate = (struct model_covariate){.name = entries[i].name.text,
                                          .unit_text = entries[i].unit.text,
                                          .unit = unit,
                                          .n_categories = (int)entries[i].categories.n,
                                          .categories = names,
                                          .at = entries[i].at};
    model_add_item(compiling, ITEM_COVARIATE, i, &entries[i].name,
                   &(struct symbol){.type = covariate->n_categories ? VALUE_CATEGORY : VALUE_NUMBER,
                                    .unit = unit,
                                    .is_broken = !is_known ||
                                                 !entries[i].unit.text == !entries[i].categories.n,
                                    .n_categories = covariate->n_categories,
                                    .categories = names});
  }
}

/** Value and unit of a text; the unit must agree with `unit_text` when that is set already. */
static double read_value(struct compiling *compiling, const struct place *at, const char *text,
                         struct model_parameter *parameter)
{
  double value = (double)NAN;
  char message[256];
  const char *problem, *unit_text;
  struct unit unit;

  if (parameter->unit_text)
    problem = quantity_parse(text, parameter->unit, parameter->unit_text, &value, message);
  else {
    problem = quantity_split(text, &value, &unit, &unit_text, message);
    if (!problem) {
      parameter->unit = unit;
      parameter->unit_text = *unit_text ? unit_text : "1";
    }
  }
  if (problem) diagnostics_error(compiling->diagnostics, at, "%s", problem);
  return value;
}

/** `by` and `values`: one quantity for each category. */
static void read_category_values(struct compiling *compiling, const struct parameter_entry *entry,
                                 int index)
{
  struct model_parameter *parameter = &compiling->model->parameters[index];
  const struct symbol *symbol = entry->by.text ? scope_find(&compiling->scope, entry->by.text)
                                               : NULL;
  double *values;

  if (!entry->values || entry->values->kind != NODE_MAPPING || !symbol ||
      symbol->type != VALUE_CATEGORY) {
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "'by' needs the name of a categorical covariate or of a mixture of this "
                      "model, and 'values' one "
                      "quantity for each of its categories");
    return;
  }
  values = arena_new(compiling->arena, (size_t)symbol->n_categories, sizeof *values);
  compiling->category_values[index] = values;
  for (int c = 0; c < symbol->n_categories; c++) {
    const struct yaml_node *node = yaml_find(entry->values, symbol->categories[c]);

    if (node && node->kind == NODE_SCALAR)
      values[c] = read_value(compiling, &node->at, node->text, parameter);
    else
      diagnostics_error(compiling->diagnostics, &entry->values->at,
                        "no value for the category '%s' of %s", symbol->categories[c],
                        symbol->name);
  }
  for (int i = 0; i < entry->values->n; i++) {
    bool known = false;

    for (int c = 0; c < symbol->n_categories; c++)
      known = known || strcmp(symbol->categories[c], entry->values->keys[i]->text) == 0;
    if (!known)
      diagnostics_error(compiling->diagnostics, &entry->values->keys[i]->at,
                        "'%.40s' is not a category of %s", entry->values->keys[i]->text,
                        symbol->name);
  }
}

static void declare_parameters(struct compiling *compiling)
{
  const struct parameter_entry *entries = compiling->file->parameters.items;
  struct model *model = compiling->model;

  model->n_parameters = (int)compiling->file->parameters.n;
  model->parameters = arena_new(compiling->arena, (size_t)model->n_parameters,
                                sizeof *model->parameters);
  compiling->category_values = arena_new(compiling->arena, (size_t)model->n_parameters,
                                         sizeof(double *));
  for (int i = 0; i < model->n_parameters; i++) {
    struct model_parameter *parameter = &model->parameters[i];
    const struct model_change *change;

    *parameter = (struct model_parameter){.name = entries[i].name.text,
                                          .label = entries[i].label.text,
                                          .source = entries[i].source.text,
                                          .typical = (double)NAN,
                                          .eta = -1,
                                          .kappa = -1};
    if (!entries[i].value.text == !entries[i].by.text)
      diagnostics_error(compiling->diagnostics, &entries[i].at,
                        "a parameter needs either 'value' or 'by' with 'values'");
    if (entries[i].value.text)
      parameter->typical = read_value(compiling, &entries[i].value.at, entries[i].value.text,
                                      parameter);
    if (entries[i].by.text) read_category_values(compiling, &entries[i], i);
    change = parameter->name ? model_change_of(compiling, CHANGE_PARAMETER, parameter->name) : NULL;
    if (change) {
      parameter->typical = read_value(compiling, &change->value.at, change->value.text, parameter);
      compiling->category_values[i] = NULL;
    }
    model_add_item(compiling, ITEM_PARAMETER, i, &entries[i].name,
                   &(struct symbol){.unit = parameter->unit, .is_broken = !parameter->unit_text});
  }
}

double model_read_scale(struct compiling *compiling, const struct text *text,
                        const struct model_state *state)
{
  double scale = 1;
  char message[256];
  const char *problem = NULL;

  if (text->text)
    problem = quantity_parse(text->text, state->unit, state->unit_text ? state->unit_text : "1",
                             &scale, message);
  if (problem)
    diagnostics_error(compiling->diagnostics, &text->at, "%s", problem);
  else if (!(scale > 0))
    diagnostics_error(compiling->diagnostics, &text->at, "'scale' must be positive");
  return scale;
}

static void declare_states(struct compiling *compiling)
{
  const struct state_entry *entries = compiling->file->states.items;
  struct model *model = compiling->model;
  const int n = (int)compiling->file->states.n;

  model->n_states = n + model_count_chained(compiling);
  model->states = arena_new(compiling->arena, (size_t)model->n_states, sizeof *model->states);
  if (model->n_states == 0)
    diagnostics_error(compiling->diagnostics, &compiling->file->at,
                      "a model needs at least one state");
  for (int i = 0; i < n; i++) {
    struct model_state *state = &model->states[i];
    struct unit unit;
    const bool is_known = model_read_unit(compiling, &entries[i].unit, &unit);

    *state = (struct model_state){.name = entries[i].name.text,
                                  .unit_text = entries[i].unit.text,
                                  .label = entries[i].label.text,
                                  .unit = unit,
                                  .infusion = -1};
    state->scale = model_read_scale(compiling, &entries[i].scale, state);
    model_add_item(compiling, ITEM_STATE, i, &entries[i].name,
                   &(struct symbol){.unit = unit, .is_broken = !is_known || !state->unit_text});
  }
}

void model_declare(struct compiling *compiling)
{
  const struct model_file *file = compiling->file;
  const struct derived_entry *derived = file->derived.items;
  const struct text time = {"TIME", file->at};
  struct unit hour;
  bool is_known, is_pure;

  compiling->items = arena_new(compiling->arena,
                               file->covariates.n + file->mixtures.n + file->parameters.n +
                                   file->derived.n + file->states.n + file->chains.n +
                                   file->events.n + (size_t)model_count_chained(compiling) + 1,
                               sizeof *compiling->items);
  unit_is("h", &hour);
  is_known = model_read_unit(compiling, &file->time, &compiling->model->time);
  is_pure = unit_equal(compiling->model->time, unit_one);
  if (is_known && !is_pure && !unit_same_dimension(compiling->model->time, hour))
    diagnostics_error(compiling->diagnostics, &file->time.at,
                      "'time' needs a unit of time, like h or d, or \"1\" for a model without "
                      "units");
  if (!is_known || (!is_pure && !unit_same_dimension(compiling->model->time, hour)))
    compiling->model->time = hour;
  compiling->model->time_per_h = is_pure ? 1 : unit_factor(hour, compiling->model->time);
  model_add_item(compiling, ITEM_TIME, 0, &time, &(struct symbol){.unit = compiling->model->time});
  declare_covariates(compiling);
  model_declare_mixtures(compiling);
  declare_parameters(compiling);
  declare_states(compiling);
  model_declare_chains(compiling);
  model_declare_events(compiling);
  for (size_t i = 0; i < file->derived.n; i++) {
    struct unit unit;

    is_known = model_read_unit(compiling, &derived[i].unit, &unit);
    model_add_item(compiling, ITEM_DERIVED, (int)i, &derived[i].name,
                   &(struct symbol){.unit = unit, .is_broken = !is_known || !derived[i].unit.text});
  }
}
