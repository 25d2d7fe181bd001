/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The covariates of a cohort, in the order of the file. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "population/compiling.h"

static const char *const kind_names[N_DRAW_KINDS] = {
    "categorical", "weights",   "genotype", "uniform",    "normal",
    "log_normal",  "quantiles", "bands",    "expression", "column"};

static bool is_given(const struct cohort_covariate_entry *entry, enum draw_kind kind)
{
  switch (kind) {
  case DRAW_CATEGORICAL:
    return entry->categorical;
  case DRAW_WEIGHTS:
    return entry->weights;
  case DRAW_GENOTYPE:
    return entry->genotype;
  case DRAW_UNIFORM:
    return entry->uniform;
  case DRAW_NORMAL:
    return entry->normal;
  case DRAW_LOG_NORMAL:
    return entry->log_normal;
  case DRAW_QUANTILES:
    return entry->quantiles;
  case DRAW_BANDS:
    return entry->bands;
  case DRAW_EXPRESSION:
    return entry->expression.node;
  case DRAW_COLUMN:
    return entry->column.text;
  case N_DRAW_KINDS:
    break;
  }
  return false;
}

/** The one way in which the covariate is given; N_DRAW_KINDS and a diagnostic otherwise. */
static enum draw_kind kind_of(struct cohort_compiling *compiling,
                              const struct cohort_covariate_entry *entry)
{
  enum draw_kind found = N_DRAW_KINDS;

  for (enum draw_kind kind = 0; kind < N_DRAW_KINDS; kind++) {
    if (!is_given(entry, kind)) continue;
    if (found == N_DRAW_KINDS) {
      found = kind;
      continue;
    }
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "'%.40s' has both '%s' and '%s'; a covariate comes from one of them",
                      entry->name.text ? entry->name.text : "?", kind_names[found],
                      kind_names[kind]);
    return N_DRAW_KINDS;
  }
  if (found == N_DRAW_KINDS)
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "'%.40s' needs one of categorical, weights, genotype, uniform, normal, "
                      "log_normal, quantiles, bands, expression, column",
                      entry->name.text ? entry->name.text : "?");
  return found;
}

static void check_name(struct cohort_compiling *compiling, const struct text *name)
{
  if (!name->text) return;
  if (expression_is_reserved(name->text))
    diagnostics_error(compiling->diagnostics, &name->at,
                      "'%s' is a word of the language; take another name", name->text);
}

static void check_texts(struct cohort_compiling *compiling,
                        const struct cohort_covariate_entry *entry, enum draw_kind kind)
{
  if ((!entry->source.text || !entry->source.text[0]) && kind != DRAW_COLUMN)
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "'%.40s' lacks the key 'source': where do its numbers come from?",
                      entry->name.text ? entry->name.text : "?");
  if (entry->categories && kind != DRAW_COLUMN)
    diagnostics_error(compiling->diagnostics, &entry->categories->at,
                      "'categories' belongs to a 'column'");
  if (kind == DRAW_COLUMN && !compiling->file->table)
    diagnostics_error(compiling->diagnostics, &entry->column.at,
                      "this cohort has no 'table' to take a column from");
}

/** A number has a unit, a category has none. */
static void read_unit(struct cohort_compiling *compiling,
                      const struct cohort_covariate_entry *entry, enum draw_kind kind)
{
  struct cohort_covariate *covariate = &compiling->covariates[compiling->current];
  const bool is_category = kind <= DRAW_GENOTYPE || (kind == DRAW_COLUMN && entry->categories);

  covariate->unit_text = is_category ? NULL : entry->unit.text;
  covariate->unit = unit_one;
  if (is_category && entry->unit.text)
    diagnostics_error(compiling->diagnostics, &entry->unit.at,
                      "categories have no unit; remove 'unit'");
  else if (!is_category && kind != N_DRAW_KINDS && !entry->unit.text)
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "'%.40s' lacks the key 'unit'; write \"1\" for a pure number",
                      covariate->name);
  else if (entry->unit.text && !unit_is(entry->unit.text, &covariate->unit))
    diagnostics_error(compiling->diagnostics, &entry->unit.at, "unknown unit '%.40s'",
                      entry->unit.text);
}

static void add_symbol(struct cohort_compiling *compiling,
                       const struct cohort_covariate_entry *entry, bool is_broken)
{
  struct cohort_covariate *covariate = &compiling->covariates[compiling->current];
  struct draw *draw = &compiling->draws[compiling->current];

  draw->boundary = program_input(compiling->builder, PHASE_PATIENT);
  if (draw->reg < 0) draw->reg = draw->boundary;
  if (!entry->name.text) return;
  scope_add(&compiling->scope, compiling->arena,
            &(struct symbol){.name = covariate->name,
                             .type = covariate->n_categories ? VALUE_CATEGORY : VALUE_NUMBER,
                             .unit = covariate->unit,
                             .is_broken = is_broken,
                             .n_categories = covariate->n_categories,
                             .categories = covariate->categories,
                             .reg = draw->reg,
                             .owner = covariate});
}

static const char *refusal(void *context, const char *name)
{
  const struct cohort_compiling *compiling = context;
  const struct cohort_covariate_entry *entries = compiling->file->covariates.items;

  for (size_t i = (size_t)compiling->current; i < compiling->file->covariates.n; i++) {
    if (!entries[i].name.text || strcmp(entries[i].name.text, name) != 0) continue;
    return (int)i == compiling->current
               ? "cannot be used to define itself"
               : "comes later in this file; a covariate may use those above it";
  }
  return NULL;
}

void cohort_declare(struct cohort_compiling *compiling)
{
  const struct cohort_covariate_entry *entries = compiling->file->covariates.items;
  const int n = compiling->cohort->n_covariates;

  compiling->scope.refusal = refusal;
  compiling->scope.context = compiling;
  for (int i = 0; i < n; i++) {
    struct cohort_covariate *covariate = &compiling->covariates[i];
    const int before = diagnostics_n_errors(compiling->diagnostics);
    const enum draw_kind kind = kind_of(compiling, &entries[i]);

    compiling->current = i;
    covariate->name = entries[i].name.text ? entries[i].name.text : "?";
    covariate->label = entries[i].label.text;
    compiling->draws[i] = (struct draw){
        .kind = kind, .reg = -1, .location = -1, .spread = -1, .lower = -1, .upper = -1};
    check_name(compiling, &entries[i].name);
    check_texts(compiling, &entries[i], kind);
    read_unit(compiling, &entries[i], kind);
    cohort_distribution(compiling, &entries[i]);
    add_symbol(compiling, &entries[i], diagnostics_n_errors(compiling->diagnostics) > before);
  }
  compiling->current = n;
}
