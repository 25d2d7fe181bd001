/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a covariate is drawn from. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "population/compiling.h"

enum { MAX_CATEGORIES = 127 }; /* a results file counts them in one byte */

static struct draw *current(struct cohort_compiling *compiling)
{
  return &compiling->draws[compiling->current];
}

static struct unit unit_of(struct cohort_compiling *compiling)
{
  return compiling->covariates[compiling->current].unit;
}

static bool is_printable(const char *text)
{
  for (const char *c = text; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f) return false;
  return text[0] != '\0';
}

static void set_categories(struct cohort_compiling *compiling, const char **names, int n,
                           const struct place *at)
{
  struct cohort_covariate *covariate = &compiling->covariates[compiling->current];

  covariate->n_categories = n;
  covariate->categories = names;
  if (n > MAX_CATEGORIES)
    diagnostics_error(compiling->diagnostics, at, "%d categories, but at most %d are possible", n,
                      MAX_CATEGORIES);
  for (int i = 0; i < n; i++) {
    if (!is_printable(names[i]))
      diagnostics_error(compiling->diagnostics, at, "a category without a printable name");
    for (int j = 0; j < i; j++)
      if (strcmp(names[i], names[j]) == 0)
        diagnostics_error(compiling->diagnostics, at, "the category '%.40s' stands twice",
                          names[i]);
  }
}

static bool is_mapping(struct cohort_compiling *compiling, const struct yaml_node *node,
                       const char *key, const char *of)
{
  if (node->kind == NODE_MAPPING) return true;
  diagnostics_error(compiling->diagnostics, &node->at, "'%s' needs %s pairs, but this is %s", key,
                    of, yaml_kind_name(node));
  return false;
}

static const char **keys_of(struct cohort_compiling *compiling, const struct yaml_node *mapping)
{
  const char **keys = arena_new(compiling->arena, (size_t)mapping->n, sizeof *keys);

  for (int i = 0; i < mapping->n; i++) keys[i] = mapping->keys[i]->text;
  return keys;
}

static void read_categories(struct cohort_compiling *compiling, const struct yaml_node *node,
                            const char *key)
{
  if (!is_mapping(compiling, node, key, "category: number")) return;
  set_categories(compiling, keys_of(compiling, node), node->n, &node->at);
  current(compiling)->n_weights = node->n;
  current(compiling)->weights = cohort_weights(compiling, node, strcmp(key, "categorical") == 0);
}

/** AA, AB, AC, ..., BB, BC, ... for the alleles A, B, C, ... */
static void read_genotype(struct cohort_compiling *compiling, const struct genotype_entry *entry)
{
  const struct yaml_node *node = entry->alleles ? entry->alleles : entry->weights;
  const char **names;
  int n = 0;

  if (!entry->alleles == !entry->weights) {
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "a genotype needs either 'alleles' or 'weights'");
    return;
  }
  if (!is_mapping(compiling, node, entry->alleles ? "alleles" : "weights", "allele: number"))
    return;
  if (node->n > 15) { /* more than MAX_CATEGORIES genotypes */
    diagnostics_error(compiling->diagnostics, &node->at, "a genotype has at most 15 alleles");
    return;
  }
  names = arena_new(compiling->arena, (size_t)(node->n * (node->n + 1) / 2), sizeof *names);
  for (int i = 0; i < node->n; i++)
    for (int j = i; j < node->n; j++)
      names[n++] = arena_format(compiling->arena, "%s%s%s", node->keys[i]->text,
                                entry->joined.text ? entry->joined.text : "", node->keys[j]->text);
  set_categories(compiling, names, n, &node->at);
  current(compiling)->n_weights = node->n;
  current(compiling)->weights = cohort_weights(compiling, node, entry->alleles != NULL);
}

/** A table of quantiles on the axis of normal scores; probabilities and values must rise. */
static void read_quantiles(struct cohort_compiling *compiling, const struct quantiles_entry *entry)
{
  struct quantile_table *table = arena_new(compiling->arena, 1, sizeof *table);
  const double *p = entry->p.items;
  const int n = (int)entry->p.n;
  double *scores = arena_new(compiling->arena, entry->p.n, sizeof *scores);
  int n_lists = 1;

  current(compiling)->location = cohort_parameter(
      compiling, &entry->location, entry->scale == QUANTILES_LOG ? unit_one : unit_of(compiling));
  table->by = entry->by.text ? cohort_category_named(compiling, &entry->by) : -1;
  if (!entry->x || (entry->by.text && table->by < 0)) return;
  if (n < 2) {
    diagnostics_error(compiling->diagnostics, &entry->at, "a table needs at least two quantiles");
    return;
  }
  for (int i = 0; i < n; i++) {
    if (isnan(p[i])) return; /* reported */
    if (!(p[i] > 0 && p[i] < 1) || (i > 0 && !(p[i] > p[i - 1]))) {
      diagnostics_error(compiling->diagnostics, &entry->at,
                        "the probabilities p must rise and lie between 0 and 1, but p[%d] is %g",
                        i + 1, p[i]);
      return;
    }
    scores[i] = normal_quantile(p[i]);
  }
  table->values = cohort_number_lists(compiling, entry->x, table->by, n);
  if (!table->values) return;
  if (table->by >= 0) n_lists = compiling->covariates[table->by].n_categories;
  for (int c = 0; c < n_lists; c++)
    for (int i = 1; i < n; i++)
      if (!(table->values[c][i] > table->values[c][i - 1])) {
        diagnostics_error(compiling->diagnostics, &entry->x->at,
                          "quantiles must rise, but %g follows %g", table->values[c][i],
                          table->values[c][i - 1]);
        return;
      }
  table->n = n;
  table->scores = scores;
  table->scale = (enum quantile_scale)entry->scale;
  current(compiling)->quantiles = table;
}

static void read_bands(struct cohort_compiling *compiling, const struct bands_entry *entry)
{
  const struct yaml_node *node = entry->shares ? entry->shares : entry->weights;
  const double *edges = entry->edges.items;

  if (!entry->shares == !entry->weights) {
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "bands need either 'shares' or 'weights'");
    return;
  }
  if (node->kind != NODE_SEQUENCE || (size_t)node->n + 1 != entry->edges.n) {
    diagnostics_error(compiling->diagnostics, &node->at,
                      "a list of %d numbers is needed here, one less than there are edges",
                      (int)entry->edges.n - 1);
    return;
  }
  for (size_t i = 0; i < entry->edges.n; i++)
    if (isnan(edges[i])) return; /* reported */
  for (size_t i = 1; i < entry->edges.n; i++)
    if (edges[i] < edges[i - 1]) {
      diagnostics_error(compiling->diagnostics, &entry->at,
                        "edges must not fall, but %g follows %g", edges[i], edges[i - 1]);
      return;
    }
  current(compiling)->edges = edges;
  current(compiling)->n_weights = node->n;
  current(compiling)->weights = cohort_weights(compiling, node, entry->shares != NULL);
}

/** [least, largest] */
static void read_truncation(struct cohort_compiling *compiling, const struct yaml_node *node)
{
  struct draw *draw = current(compiling);

  if (draw->kind != DRAW_NORMAL && draw->kind != DRAW_LOG_NORMAL && draw->kind != DRAW_QUANTILES) {
    diagnostics_error(compiling->diagnostics, &node->at,
                      "only normal, log_normal and quantiles can be truncated");
    return;
  }
  if (node->kind != NODE_SEQUENCE || node->n != 2) {
    diagnostics_error(compiling->diagnostics, &node->at,
                      "'truncate' needs [least, largest], but this is %s", yaml_kind_name(node));
    return;
  }
  draw->lower = cohort_parameter_node(compiling, node->items[0], unit_of(compiling));
  draw->upper = cohort_parameter_node(compiling, node->items[1], unit_of(compiling));
  cohort_rising(compiling, draw->lower, draw->upper, &node->at);
}

/** The names of the categories of a column; the texts of the table are read with the table. */
static void read_column(struct cohort_compiling *compiling, const struct yaml_node *node)
{
  const char **names;

  if (!node) return;
  if (node->kind == NODE_SCALAR) {
    diagnostics_error(compiling->diagnostics, &node->at,
                      "'categories' needs a list of names, or name: text pairs");
    return;
  }
  names = node->kind == NODE_MAPPING ? keys_of(compiling, node)
                                     : arena_new(compiling->arena, (size_t)node->n, sizeof *names);
  for (int i = 0; i < node->n; i++) {
    if (node->items[i]->kind != NODE_SCALAR) {
      diagnostics_error(compiling->diagnostics, &node->items[i]->at, "a text is needed here");
      return;
    }
    if (node->kind == NODE_SEQUENCE) names[i] = node->items[i]->text;
    for (int j = 0; j < i && node->kind == NODE_MAPPING; j++)
      if (strcmp(node->items[i]->text, node->items[j]->text) == 0)
        diagnostics_error(compiling->diagnostics, &node->items[i]->at,
                          "'%.40s' stands for '%.40s' already", node->items[j]->text, names[j]);
  }
  if (node->n == 0)
    diagnostics_error(compiling->diagnostics, &node->at, "there is nothing to choose from");
  set_categories(compiling, names, node->n, &node->at);
}

static void read_expression(struct cohort_compiling *compiling, const struct formula *formula)
{
  struct expression *expression = expression_parse(formula, compiling->arena,
                                                   compiling->diagnostics);

  if (!expression || !expression_check_number(expression, &compiling->scope, unit_of(compiling),
                                              compiling->diagnostics))
    return;
  current(compiling)->reg = program_expression(compiling->builder, expression, unit_of(compiling));
  program_need(compiling->builder, SECTION_PATIENT, current(compiling)->reg);
}

static void read_spread(struct cohort_compiling *compiling, const struct formula *spread,
                        struct unit unit)
{
  current(compiling)->spread = cohort_parameter(compiling, spread, unit);
  cohort_positive(compiling, current(compiling)->spread, spread);
}

void cohort_distribution(struct cohort_compiling *compiling,
                         const struct cohort_covariate_entry *entry)
{
  struct draw *draw = current(compiling);
  const struct unit unit = unit_of(compiling);

  switch (draw->kind) {
  case DRAW_CATEGORICAL:
    read_categories(compiling, entry->categorical, "categorical");
    break;
  case DRAW_WEIGHTS:
    read_categories(compiling, entry->weights, "weights");
    break;
  case DRAW_GENOTYPE:
    read_genotype(compiling, entry->genotype);
    break;
  case DRAW_UNIFORM:
    draw->location = cohort_parameter(compiling, &entry->uniform->from, unit);
    draw->spread = cohort_parameter(compiling, &entry->uniform->to, unit);
    cohort_rising(compiling, draw->location, draw->spread, &entry->uniform->at);
    break;
  case DRAW_NORMAL:
    draw->location = cohort_parameter(compiling, &entry->normal->mean, unit);
    read_spread(compiling, &entry->normal->sd, unit);
    break;
  case DRAW_LOG_NORMAL:
    draw->location = cohort_parameter(compiling, &entry->log_normal->median, unit);
    cohort_positive(compiling, draw->location, &entry->log_normal->median);
    read_spread(compiling, &entry->log_normal->sd_log, unit_one);
    break;
  case DRAW_QUANTILES:
    read_quantiles(compiling, entry->quantiles);
    break;
  case DRAW_BANDS:
    read_bands(compiling, entry->bands);
    break;
  case DRAW_EXPRESSION:
    read_expression(compiling, &entry->expression);
    break;
  case DRAW_COLUMN:
    read_column(compiling, entry->categories);
    break;
  case N_DRAW_KINDS:
    break;
  }
  if (entry->truncate && draw->kind != N_DRAW_KINDS) read_truncation(compiling, entry->truncate);
}
