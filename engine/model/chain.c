/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chains: states in a row, each of which empties into the next with the same rate constant. */
#include <limits.h>

#include "base/memory.h"
#include "model/compiling.h"

static const struct chain_entry *entry_of(const struct compiling *compiling, size_t i)
{
  return (const struct chain_entry *)compiling->file->chains.items + i;
}

/** 1 where the number is missing, which is reported. */
static int length_of(const struct chain_entry *entry)
{
  return entry->states > 0 ? (int)entry->states : 1;
}

int model_count_chained(const struct compiling *compiling)
{
  const size_t n_chains = compiling->file->chains.n;
  int n = 0;

  for (size_t i = 0; i < n_chains && n < INT_MAX / 2; i++) n += length_of(entry_of(compiling, i));
  return n;
}

static void declare_state(struct compiling *compiling, const struct chain_entry *entry,
                          const struct chain *chain, const struct symbol *symbol, int k)
{
  struct model_state *state = &compiling->model->states[chain->first + k];
  const struct text name = {
      entry->name.text ? arena_format(compiling->arena, "%s%d", entry->name.text, k + 1) : NULL,
      entry->name.at};
  const char *label = entry->label.text ? entry->label.text : "";

  *state = (struct model_state){
      .name = name.text,
      .unit_text = entry->unit.text,
      .label = *label ? arena_format(compiling->arena, "%s, %d of %d", label, k + 1, chain->n) : "",
      .unit = symbol->unit,
      .infusion = -1};
  state->scale = k ? compiling->model->states[chain->first].scale
                   : model_read_scale(compiling, &entry->scale, state);
  model_add_item(compiling, ITEM_STATE, chain->first + k, &name, symbol);
}

void model_declare_chains(struct compiling *compiling)
{
  const size_t n = compiling->file->chains.n;
  int first = (int)compiling->file->states.n;

  compiling->chains = arena_new(compiling->arena, n, sizeof *compiling->chains);
  for (size_t i = 0; i < n; i++) {
    const struct chain_entry *entry = entry_of(compiling, i);
    struct chain *chain = &compiling->chains[i];
    struct symbol symbol = {.is_broken = !entry->unit.text};
    const struct text out = {
        entry->name.text ? arena_format(compiling->arena, "%s_out", entry->name.text) : NULL,
        entry->name.at};

    *chain = (struct chain){.first = first, .n = length_of(entry)};
    if (!model_read_unit(compiling, &entry->unit, &symbol.unit)) symbol.is_broken = true;
    for (int k = 0; k < chain->n; k++) declare_state(compiling, entry, chain, &symbol, k);
    symbol.unit = unit_over(symbol.unit, compiling->model->time);
    chain->out = model_add_item(compiling, ITEM_OUTFLOW, (int)i, &out, &symbol);
    first += chain->n;
  }
}

void model_check_chains(struct compiling *compiling)
{
  const struct unit per_time = unit_over(unit_one, compiling->model->time);

  for (size_t i = 0; i < compiling->file->chains.n; i++) {
    const struct chain_entry *entry = entry_of(compiling, i);
    struct chain *chain = &compiling->chains[i];
    const struct symbol *out = chain->out->symbol;

    chain->rate = model_check_formula(compiling, &entry->rate, &per_time);
    chain->input = model_check_formula(compiling, &entry->input,
                                       out->is_broken ? NULL : &out->unit);
    chain->initial = model_check_formula(
        compiling, &entry->initial,
        out->is_broken ? NULL : &compiling->model->states[chain->first].unit);
  }
}

static int multiplied(struct compiling *compiling, int rate, int state)
{
  return program_operation(compiling->builder, OPERATION_MULTIPLY, rate,
                           compiling->model->states[state].reg, 0);
}

int model_lower_outflow(struct compiling *compiling, const struct chain *chain)
{
  const int rate = model_lower_expression(compiling, chain->rate,
                                          unit_over(unit_one, compiling->model->time));

  return multiplied(compiling, rate, chain->first + chain->n - 1);
}

static void lower_chain(struct compiling *compiling, const struct chain *chain)
{
  struct model_state *first = &compiling->model->states[chain->first];
  const struct unit per_time = unit_over(unit_one, compiling->model->time);
  const int rate = model_lower_expression(compiling, chain->rate, per_time);
  int in = model_lower_expression(compiling, chain->input,
                                  unit_over(first->unit, compiling->model->time));

  first->initial = model_lower_fixed(compiling, chain->initial, first->unit, "an initial value");
  for (int k = 0; k < chain->n; k++) {
    const int out = multiplied(compiling, rate, chain->first + k);

    first[k].initial = first->initial;
    first[k].rate = program_operation(compiling->builder, OPERATION_SUBTRACT, in, out, 0);
    in = out;
  }
}

void model_lower_chains(struct compiling *compiling)
{
  for (size_t i = 0; i < compiling->file->chains.n; i++)
    lower_chain(compiling, &compiling->chains[i]);
}
