/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SBML ids as names of the model language: kept wherever they can be. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "expression/expression.h"
#include "sbml/sbml_model.h"

enum { LONGEST_NAME = 32 };

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

/** The id with the suffix, or the first free name that begins so. */
static const char *given(struct sbml_model *model, struct names *names, const char *id,
                         const char *suffix)
{
  const int length = LONGEST_NAME - (int)strlen(suffix);
  const char *name = arena_format(model->arena, "%.*s%s", length, id, suffix);
  size_t at;
  bool is_there;

  if (!is_free(names, name)) name = arena_format(model->arena, "%.*s%s_", length - 1, id, suffix);
  for (int i = 2; !is_free(names, name); i++)
    name = arena_format(model->arena, "%.*s%s_%d", length - 8, id, suffix, i);
  at = rank(names, name, &is_there);
  names->names = memory_grow(names->names, names->n + 1, &names->capacity, sizeof(char *));
  memmove(names->names + at + 1, names->names + at, (names->n - at) * sizeof(char *));
  names->names[at] = name;
  names->n++;
  return name;
}

/** Whether another quantity has the same id; `ids` are sorted. */
static bool is_shared(const char *const *ids, size_t n, const char *id)
{
  size_t low = 0, high = n;

  while (low < high) {
    const size_t middle = (low + high) / 2;

    if (strcmp(ids[middle], id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low + 1 < n && strcmp(ids[low + 1], id) == 0;
}

static int by_text(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/** A local parameter whose id is not the only one goes with its reaction. */
static void name_locals(struct sbml_model *model, struct names *names)
{
  const size_t n = model->n_quantities;
  const char **ids = memory_new(n + 1, sizeof(char *));

  for (size_t i = 0; i < n; i++) ids[i] = model->quantities[i]->id;
  qsort(ids, n, sizeof(char *), by_text);
  for (size_t i = 0; i < n; i++) {
    struct quantity *quantity = model->quantities[i];

    if (!quantity->reaction) continue;
    quantity->written = is_shared(ids, n, quantity->id)
                            ? given(model, names, quantity->reaction->id,
                                    arena_format(model->arena, "_%.20s", quantity->id))
                            : given(model, names, quantity->id, "");
  }
  free(ids);
}

/** What is named after other quantities: amounts, values at the start, second outputs. */
static void name_companions(struct sbml_model *model, struct names *names)
{
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (quantity->kind == QUANTITY_AMOUNT)
      quantity->written = given(model, names, quantity->species->written, "_amount");
    if (quantity->start_is_named)
      quantity->start_written = given(model, names, quantity->written, "_0");
  }
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (quantity->kind != QUANTITY_SPECIES) continue;
    quantity->other_written = quantity->amount
                                  ? quantity->amount->written
                                  : given(model, names, quantity->written,
                                          quantity->has_only_amount ? "_concentration" : "_amount");
  }
}

void sbml_name(struct sbml_model *model)
{
  struct names names = {0};

  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (!quantity->reaction && quantity->kind != QUANTITY_AMOUNT)
      quantity->written = given(model, &names, quantity->id, "");
  }
  name_locals(model, &names);
  for (int i = 0; i < model->n_events; i++) {
    struct sbml_event *event = &model->events[i];

    event->written = given(
        model, &names, event->id ? event->id : arena_format(model->arena, "event_%d", i + 1), "");
  }
  for (int i = 0; i < model->n_switches; i++)
    model->switches[i]->written = given(model, &names,
                                        arena_format(model->arena, "switch_%d", i + 1), "");
  name_companions(model, &names);
  free(names.names);
}
