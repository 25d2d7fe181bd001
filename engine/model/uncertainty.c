/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well the typical values are known. */
#include <string.h>

#include "base/memory.h"
#include "model/compiling.h"

/** Above in the file, in this block or another. */
static bool stands_before(const struct model_file *file, const struct text *name)
{
  const struct uncertainty_entry *entries = file->uncertainty.items;

  for (size_t b = 0; b < file->uncertainty.n; b++) {
    const struct text *names = entries[b].parameters.items;

    for (size_t i = 0; i < entries[b].parameters.n; i++) {
      if (&names[i] == name) return false;
      if (names[i].text && strcmp(names[i].text, name->text) == 0) return true;
    }
  }
  return false;
}

static enum theta_scale scale_of(const struct uncertainty_entry *entry,
                                 const struct model_parameter *parameter)
{
  if (entry->scale == UNCERTAINTY_PLAIN || parameter->distribution == DISTRIBUTION_NORMAL)
    return THETA_PLAIN;
  return parameter->distribution == DISTRIBUTION_LOGIT_NORMAL ? THETA_LOGIT : THETA_LOG;
}

static void read_entry(struct compiling *compiling, const struct uncertainty_entry *entry)
{
  struct model *model = compiling->model;
  const struct text *names = entry->parameters.items;
  const int n = (int)entry->parameters.n;
  const struct matrix_entry matrix = {&entry->at, "covariance", &entry->parameters,
                                      &entry->covariance};
  double *l = model_read_factor(compiling, &matrix);
  int *of = arena_new(compiling->arena, (size_t)n, sizeof *of);

  for (int i = 0; l && i < n; i++) {
    const int p = model_parameter_named(model, names[i].text);

    if (p < 0 || stands_before(compiling->file, &names[i])) {
      diagnostics_error(compiling->diagnostics, &names[i].at,
                        p < 0 ? "'%.40s' is not a parameter of this model"
                              : "'%.40s' stands twice in the uncertainty",
                        names[i].text ? names[i].text : "");
      return;
    }
    of[i] = model->n_thetas;
    model->thetas[model->n_thetas] = (struct model_effect){
        .parameter = p, .n = i + 1, .of = of, .factor = l + i * (i + 1) / 2};
    model->parameters[p].theta = model->n_thetas++;
    model->parameters[p].theta_scale = scale_of(entry, &model->parameters[p]);
  }
}

void model_uncertainty(struct compiling *compiling)
{
  const struct uncertainty_entry *entries = compiling->file->uncertainty.items;
  struct model *model = compiling->model;

  model->thetas = arena_new(compiling->arena, (size_t)model->n_parameters, sizeof *model->thetas);
  for (int i = 0; i < model->n_parameters; i++) model->parameters[i].theta = -1;
  for (size_t i = 0; i < compiling->file->uncertainty.n; i++) read_entry(compiling, &entries[i]);
}
