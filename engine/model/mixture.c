/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latent categories of patients. */
#include <math.h>

#include "base/memory.h"
#include "model/compiling.h"

/** Probabilities in a file have few digits. */
static const double sum_tolerance = 1e-6;

/** The cumulative probabilities; false, and reported, when they are none. */
static bool read_probabilities(struct compiling *compiling, const struct mixture_entry *entry,
                               const char **names, double *cumulative)
{
  const struct yaml_node *node = entry->probabilities;
  double sum = 0;

  for (int c = 0; c < node->n; c++) {
    double probability = (double)NAN;

    names[c] = node->keys[c]->text;
    if (node->items[c]->kind == NODE_SCALAR) number_parse(node->items[c]->text, &probability);
    if (!(probability >= 0 && probability <= 1)) {
      diagnostics_error(compiling->diagnostics, &node->items[c]->at,
                        "the probability of '%.40s' is a number between 0 and 1", names[c]);
      return false;
    }
    sum += probability;
    cumulative[c] = sum;
  }
  if (fabs(sum - 1) <= sum_tolerance) return true;
  diagnostics_error(compiling->diagnostics, &node->at,
                    "the probabilities of '%.40s' add up to %g, not to 1",
                    entry->name.text ? entry->name.text : "?", sum);
  return false;
}

void model_declare_mixtures(struct compiling *compiling)
{
  const struct mixture_entry *entries = compiling->file->mixtures.items;
  struct model *model = compiling->model;

  model->n_mixtures = (int)compiling->file->mixtures.n;
  model->mixtures = arena_new(compiling->arena, (size_t)model->n_mixtures, sizeof *model->mixtures);
  for (int i = 0; i < model->n_mixtures; i++) {
    const struct mixture_entry *entry = &entries[i];
    const bool is_mapping = entry->probabilities && entry->probabilities->kind == NODE_MAPPING;
    const int n = is_mapping ? entry->probabilities->n : 0;
    const char **names = arena_new(compiling->arena, (size_t)n, sizeof *names);
    double *cumulative = arena_new(compiling->arena, (size_t)n, sizeof *cumulative);
    bool is_sound = is_mapping && n >= 2 && n <= MOST_MIXED;

    if (!is_sound && entry->probabilities)
      diagnostics_error(compiling->diagnostics, &entry->probabilities->at,
                        "'probabilities' needs two to %d categories, like {fast: 0.3, slow: 0.7}",
                        MOST_MIXED);
    is_sound = is_sound && read_probabilities(compiling, entry, names, cumulative);
    model->mixtures[i] = (struct model_mixture){.name = entry->name.text,
                                                .label = entry->label.text,
                                                .source = entry->source.text,
                                                .n_categories = n,
                                                .categories = names,
                                                .cumulative = cumulative};
    model_add_item(compiling, ITEM_MIXTURE, i, &entry->name,
                   &(struct symbol){.type = VALUE_CATEGORY,
                                    .is_broken = !is_sound,
                                    .n_categories = n,
                                    .categories = names});
  }
}
