/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SBML ids as names of the model language: kept wherever they can be. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "expression/expression.h"
#include "sbml/sbml_model.h"

enum { LONGEST_NAME = 60 };

/** Names given so far, sorted. */
struct names {
  size_t n, capacity;
  const char **names;
};

/** Where the name stands or would stand. */
static size_t rank(const struct names *names, const char *name, bool *is_there)
{
  size_t low = 0, high = names->n;

  while (low < high) {
    const size_t middle = (low + high) / 2;
    const int order = strcmp(names->names[middle], name);

    if (order == 0) {
      *is_there = true;
      return middle;
    }
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *is_there = false;
  return low;
}

/** Columns of results, and of the events that `model simulate` reads. */
static bool is_column(const char *name)
{
  static const char *const columns[] = {"replicate", "pat", "ID",   "TIME", "EVID", "AMT", "CMT",
                                        "RATE",      "II",  "ADDL", "SS",   "DV",   "MDV"};

  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    if (strcasecmp(columns[i], name) == 0) return true;
  return false;
}

static bool is_free(const struct names *names, const char *name)
{
  bool is_there;

  rank(names, name, &is_there);
  return !is_there && !expression_is_reserved(name) && !is_column(name);
}

/** The wanted name, or the first free one that begins with it. */
static const char *given(struct sbml_model *model, struct names *names, const char *wanted)
{
  const char *name = arena_format(model->arena, "%.*s", LONGEST_NAME, wanted);
  const char *stem = name;
  size_t at;
  bool is_there;

  if (!is_free(names, name)) name = stem = arena_format(model->arena, "%s_", stem);
  for (int i = 2; !is_free(names, name); i++) name = arena_format(model->arena, "%s%d", stem, i);
  at = rank(names, name, &is_there);
  names->names = memory_grow(names->names, names->n + 1, &names->capacity, sizeof(char *));
  memmove(names->names + at + 1, names->names + at, (names->n - at) * sizeof(char *));
  names->names[at] = name;
  names->n++;
  return name;
}

/** A local parameter whose id is not the only one goes with its reaction. */
static void name_locals(struct sbml_model *model, struct names *names)
{
  struct names ids = {0}, twice = {0};

  for (size_t i = 0; i < model->n_quantities; i++) {
    const char *id = model->quantities[i]->id;
    bool is_there;

    rank(&ids, id, &is_there);
    if (!is_there && is_free(&ids, id))
      given(model, &ids, id);
    else if (is_free(&twice, id))
      given(model, &twice, id);
  }
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (!quantity->reaction) continue;
    quantity->written = given(
        model, names,
        is_free(&twice, quantity->id)
            ? quantity->id
            : arena_format(model->arena, "%s_%s", quantity->reaction->written, quantity->id));
  }
  free(ids.names);
  free(twice.names);
}

void sbml_name(struct sbml_model *model)
{
  struct names names = {0};

  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (!quantity->reaction && quantity->kind != QUANTITY_AMOUNT)
      quantity->written = given(model, &names, quantity->id);
  }
  name_locals(model, &names);
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (quantity->kind == QUANTITY_AMOUNT) quantity->written = given(model, &names, quantity->id);
    if (quantity->start_is_named)
      quantity->start_written = given(model, &names,
                                      arena_format(model->arena, "%s_0", quantity->written));
  }
  for (int i = 0; i < model->n_events; i++) {
    struct sbml_event *event = &model->events[i];

    event->written = given(model, &names,
                           event->id ? event->id : arena_format(model->arena, "event_%d", i + 1));
  }
  free(names.names);
}
