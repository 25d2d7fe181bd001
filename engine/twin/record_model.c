/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record_model.h"

#include "base/memory.h"

static void add_change(struct model_change *changes, size_t *n, int kind, const char *name)
{
  changes[*n].kind = kind;
  changes[(*n)++].name.text = name;
}

const struct model *record_model(const struct model *model, const struct source *source,
                                 const struct record_reader *reader, struct arena *arena,
                                 struct diagnostics *diagnostics)
{
  const bool *infused = record_reader_infused(reader);
  const int *given;
  const int n_given = record_reader_given(reader, &given);
  struct model_change *changes = arena_new(
      arena, (size_t)(n_given + model->n_states + model->n_covariates), sizeof *changes);
  size_t n = 0;

  for (int i = 0; i < n_given; i++)
    add_change(changes, &n, CHANGE_GIVEN, model->parameters[given[i]].name);
  for (int i = 0; i < model->n_states; i++)
    if (infused[i] && model->states[i].infusion < 0)
      add_change(changes, &n, CHANGE_INFUSED, model->states[i].name);
  for (int i = 0; i < model->n_covariates && record_reader_moves(reader); i++)
    if (model->covariates[i].n_categories == 0)
      add_change(changes, &n, CHANGE_LINEAR, model->covariates[i].name);
  return n ? model_compile(source, n, changes, arena, diagnostics) : model;
}
