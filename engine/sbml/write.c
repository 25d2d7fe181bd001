/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/lane_math.h"
#include "base/memory.h"
#include "sbml/sbml_model.h"
#include "sbml/yaml_entry.h"

enum { LONGEST_LABEL = 40, LONGEST_TITLE = 200 };

struct writing {
  struct sbml_model *model;
  struct page page;
  const char *section; /* whose heading has yet to be written, or NULL */
  double least_scale;  /* of the species that do not start at 0 */
};

static void begin(struct writing *writing, const char *section)
{
  writing->section = section;
}

static void put(struct writing *writing, const struct entry *entry)
{
  if (writing->section) page_add(&writing->page, "%s:\n", writing->section);
  writing->section = NULL;
  page_add_entry(&writing->page, entry);
}

static const char *text_of(struct writing *writing, const struct tree *tree)
{
  return tree ? tree_text(writing->model->arena, tree) : NULL;
}

/** What the file calls it and the unit that it declares, or what its id was there. */
static const char *label_of(struct writing *writing, const struct quantity *quantity)
{
  struct arena *arena = writing->model->arena;
  const char *label = quantity->label, *unit = quantity->unit;

  if (!label && strcmp(quantity->written, quantity->id) != 0)
    label = arena_format(arena, quantity->reaction ? "%s of %s" : "SBML id %s", quantity->id,
                         quantity->reaction ? quantity->reaction->id : "");
  if (unit && strcmp(unit, "dimensionless") == 0) unit = NULL;
  if (label && unit) return arena_format(arena, "%s (%s)", label, unit);
  return unit ? arena_format(arena, "in %s", unit) : label;
}

static void entry_add_unit(struct entry *entry)
{
  entry_add(entry, "unit", "1");
  entry->pairs[entry->n - 1].is_quoted = true;
}

static void add_label(struct writing *writing, struct entry *entry, const char *label)
{
  entry_add_text(entry, writing->model->arena, "label", label, LONGEST_LABEL);
}

static void write_head(struct writing *writing)
{
  struct sbml_model *model = writing->model;
  struct arena *arena = model->arena;
  struct page *page = &writing->page;
  const char *slash = strrchr(model->source->name, '/');
  const char *file = clean_text(arena, slash ? slash + 1 : model->source->name, LONGEST_TITLE);
  const char *id = model->id ? model->id : "model";

  model->origin = arena_format(arena, "%s, SBML model %.60s", file, id);
  page_add(page, "schema: 1\nmodel: %s\n", yaml_scalar(arena, arena_format(arena, "%.60s", id)));
  page_add(page, "title: %s\n",
           yaml_scalar(arena, clean_text(arena, model->label ? model->label : id, LONGEST_TITLE)));
  page_add(page,
           "description: >-\n  Imported from %s, SBML level %d version %d.\n"
           "  Names mean what they mean there: a species is its concentration, or its amount where "
           "the file says so.\n"
           "  The model has no units; those that the file declares stand in the labels.\n",
           file, model->level, model->version);
  if (model->time_unit)
    page_add(page, "  Its unit of time is %s.\n",
             clean_text(arena, model->time_unit, LONGEST_LABEL));
  page_add(page, "time: \"1\"\n");
}

static void write_parameters(struct writing *writing)
{
  struct sbml_model *model = writing->model;
  bool is_any = false;

  begin(writing, "parameters");
  for (size_t i = 0; i < model->n_quantities; i++) {
    const struct quantity *quantity = model->quantities[i];
    struct entry entry = {.name = quantity->written};

    if (quantity->is_left_out || quantity->role != ROLE_PARAMETER) continue;
    entry_add(&entry, "value", tree_number_text(model->arena, quantity->value));
    add_label(writing, &entry, label_of(writing, quantity));
    entry_add_text(&entry, model->arena, "source", model->origin, LONGEST_TITLE);
    put(writing, &entry);
    is_any = true;
  }
  if (!is_any) page_add(&writing->page, "parameters: {}\n");
}

static void write_derived(struct writing *writing, struct quantity *quantity);
static void write_start(struct writing *writing, struct quantity *quantity);

static void write_leaf_first(void *context, const struct tree *leaf)
{
  if (leaf->kind == TREE_QUANTITY) write_derived(context, leaf->quantity);
  if (leaf->kind == TREE_AT_START) write_start(context, leaf->quantity);
}

/** After what it depends on. */
static void write_expression(struct writing *writing, const char *name, const struct tree *tree,
                             const char *label)
{
  struct entry entry = {.name = name};

  tree_visit(tree, write_leaf_first, writing);
  entry_add_unit(&entry);
  entry_add(&entry, "expression", text_of(writing, tree));
  add_label(writing, &entry, label);
  put(writing, &entry);
}

static void write_start(struct writing *writing, struct quantity *quantity)
{
  if (quantity->start_is_written) return;
  quantity->start_is_written = true;
  write_expression(writing, quantity->start_written, quantity->start,
                   arena_format(writing->model->arena, "%s at the start", quantity->written));
}

static void write_derived(struct writing *writing, struct quantity *quantity)
{
  if (quantity->is_left_out || quantity->role != ROLE_DERIVED || quantity->is_written) return;
  quantity->is_written = true;
  write_expression(writing, quantity->written, quantity->expression, label_of(writing, quantity));
}

static double value_at_start(struct quantity *quantity)
{
  const struct tree *tree = quantity->start ? quantity->start : quantity->expression;

  if (quantity->role == ROLE_PARAMETER) return quantity->value;
  if (quantity->start_is_valued) return quantity->start_value;
  quantity->start_is_valued = true;
  quantity->start_value = (double)NAN;
  if (tree) quantity->start_value = tree_value(tree, value_at_start);
  return quantity->start_value;
}

/** The power of ten at or below its size at the start, 0 when that is 0 or not known. */
static double scale_of(struct quantity *quantity)
{
  const double size = fabs(value_at_start(quantity));
  double scale = 1;

  if (!(size > 1e-300) || !isfinite(size)) return 0;
  for (int power = 1; scale > size; power++) scale = math_pow(10, -power);
  return scale;
}

static void write_state(struct writing *writing, struct quantity *quantity)
{
  struct arena *arena = writing->model->arena;
  const bool is_moving = !tree_is_number(quantity->rate, 0);
  struct entry entry = {.name = quantity->written};
  double scale = scale_of(quantity);

  if (scale == 0) scale = writing->least_scale;
  entry_add_unit(&entry);
  if (quantity->start_is_named)
    entry_add(&entry, "initial", quantity->start_written);
  else if (!tree_is_number(quantity->start, 0))
    entry_add(&entry, "initial", text_of(writing, quantity->start));
  entry_add(&entry, "rate", text_of(writing, quantity->rate));
  if (scale < 1 && is_moving) entry_add(&entry, "scale", tree_number_text(arena, scale));
  add_label(writing, &entry, label_of(writing, quantity));
  put(writing, &entry);
}

static void write_states(struct writing *writing)
{
  const struct sbml_model *model = writing->model;
  bool is_any = false;

  writing->least_scale = 1;
  for (size_t i = 0; i < model->n_quantities; i++) {
    const double scale = model->quantities[i]->role == ROLE_STATE ? scale_of(model->quantities[i])
                                                                  : 0;

    if (scale > 0 && scale < writing->least_scale) writing->least_scale = scale;
  }
  begin(writing, "states");
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (quantity->kind == QUANTITY_AMOUNT) continue; /* in the place of its species */
    if (quantity->amount) quantity = quantity->amount;
    if (quantity->is_left_out || quantity->role != ROLE_STATE) continue;
    write_state(writing, quantity);
    is_any = true;
  }
  if (!is_any)
    page_add(&writing->page,
             "states:\n  no_state: {unit: \"1\", rate: 0, label: Nothing has a rate here}\n");
}

static void write_switch(struct writing *writing, const struct sbml_event *event)
{
  struct entry entry = {.name = event->written};

  entry_add(&entry, "when", text_of(writing, event->trigger));
  page_add_entry(&writing->page, &entry);
}

static void write_event(struct writing *writing, const struct sbml_event *event)
{
  struct arena *arena = writing->model->arena;
  struct page *page = &writing->page;
  const char *label = event->label;

  page_add(page, "  %s:\n    when: %s\n", yaml_scalar(arena, event->written),
           yaml_scalar(arena, text_of(writing, event->trigger)));
  if (event->n > 0) page_add(page, "    assign:\n");
  for (int i = 0; i < event->n; i++)
    page_add(page, "      %s: %s\n", yaml_scalar(arena, event->settings[i].quantity->written),
             yaml_scalar(arena, text_of(writing, event->settings[i].value)));
  if (event->delay)
    page_add(page, "    delay: %s\n", yaml_scalar(arena, text_of(writing, event->delay)));
  if (event->n > 0 && !event->sets_values_at_trigger) page_add(page, "    values: at_execution\n");
  if (event->priority)
    page_add(page, "    priority: %s\n", yaml_scalar(arena, text_of(writing, event->priority)));
  if (!event->is_persistent) page_add(page, "    persistent: false\n");
  if (!event->is_held_at_start) page_add(page, "    at_start: not_held\n");
  if (!label && event->id && strcmp(event->id, event->written) != 0)
    label = arena_format(arena, "SBML id %s", event->id);
  if (label)
    page_add(page, "    label: %s\n", yaml_scalar(arena, clean_text(arena, label, LONGEST_LABEL)));
}

static void write_output(struct writing *writing, const char *name, const struct tree *tree,
                         const char *label)
{
  struct entry entry = {.name = name};

  entry_add_unit(&entry);
  entry_add(&entry, "expression", text_of(writing, tree));
  add_label(writing, &entry, label);
  put(writing, &entry);
}

/** A species in the meaning of its symbol, then in the other one. */
static void write_species_outputs(struct writing *writing, struct quantity *species)
{
  struct arena *arena = writing->model->arena;
  const struct tree *symbol = tree_of_quantity(arena, TREE_QUANTITY, species);
  const struct tree *size = tree_of_quantity(arena, TREE_QUANTITY, species->compartment);
  const bool is_amount = species->has_only_amount;

  write_output(writing, species->written, symbol, label_of(writing, species));
  if (species->compartment->has_no_size || species->compartment->is_left_out) return;
  write_output(writing, species->other_written,
               species->amount
                   ? tree_of_quantity(arena, TREE_QUANTITY, species->amount)
                   : tree_pair(arena, is_amount ? TREE_DIVIDE : TREE_MULTIPLY, symbol, size),
               is_amount ? "its concentration" : "its amount");
}

static void write_outputs(struct writing *writing)
{
  const struct sbml_model *model = writing->model;

  begin(writing, "outputs");
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (quantity->is_left_out) continue;
    if (quantity->kind == QUANTITY_SPECIES)
      write_species_outputs(writing, quantity);
    else if (quantity->kind < QUANTITY_CLOCK && quantity->role != ROLE_PARAMETER)
      write_output(writing, quantity->written,
                   tree_of_quantity(model->arena, TREE_QUANTITY, quantity),
                   label_of(writing, quantity));
  }
  if (writing->section) /* nothing changes */
    page_add(&writing->page, "outputs:\n  %s: {unit: \"1\", expression: %s}\n", "nothing", "0");
}

const char *sbml_write(struct sbml_model *model)
{
  struct writing writing = {.model = model, .page = {.arena = model->arena}};
  const char *text;

  write_head(&writing);
  write_parameters(&writing);
  begin(&writing, "derived");
  for (size_t i = 0; i < model->n_quantities; i++)
    if (model->quantities[i]->start_is_named) write_start(&writing, model->quantities[i]);
  for (size_t i = 0; i < model->n_quantities; i++) write_derived(&writing, model->quantities[i]);
  write_states(&writing);
  if (model->n_events + model->n_switches > 0) page_add(&writing.page, "events:\n");
  for (int i = 0; i < model->n_switches; i++) write_switch(&writing, model->switches[i]);
  for (int i = 0; i < model->n_events; i++) write_event(&writing, &model->events[i]);
  write_outputs(&writing);
  text = arena_text(model->arena, writing.page.text, writing.page.length);
  free(writing.page.text);
  return text;
}
