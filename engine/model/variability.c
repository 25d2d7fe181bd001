/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between patients and between occasions. */
#include "model/compiling.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

static double sd_of(struct compiling *compiling, const struct place *at, double sd, double variance)
{
  if (!isnan(sd) && !isnan(variance))
    diagnostics_error(compiling->diagnostics, at, "give 'sd' or 'variance', not both");
  if (!isnan(variance)) return sqrt(variance);
  return isnan(sd) ? 0 : sd;
}

double model_changed_sd(struct compiling *compiling, int kind, const char *name, double sd)
{
  const struct model_change *change = model_change_of(compiling, kind, name);
  double value = sd;

  if (!change) return sd;
  if (!number_parse(change->value.text, &value) || value < 0)
    diagnostics_error(compiling->diagnostics, &change->value.at,
                      "'%.40s' is not a standard deviation; write a number that is at least 0",
                      change->value.text);
  return value;
}

static const struct block_entry *block_of(const struct model_file *file, int between,
                                          const char *name)
{
  const struct block_entry *blocks = file->blocks.items;

  for (size_t b = 0; b < file->blocks.n; b++) {
    const struct text *names = blocks[b].parameters.items;

    if (blocks[b].between != between) continue;
    for (size_t i = 0; i < blocks[b].parameters.n; i++)
      if (names[i].text && strcmp(names[i].text, name) == 0) return &blocks[b];
  }
  return NULL;
}

/** In an earlier place of this block or of the ones before it. */
static bool stands_before(const struct model_file *file, const struct block_entry *block, size_t i)
{
  const struct text *names = block->parameters.items;
  const char *name = names[i].text;

  for (size_t k = 0; k < i; k++)
    if (names[k].text && strcmp(names[k].text, name) == 0) return true;
  return block_of(file, block->between, name) != block;
}

/** The parameter of a row of a block; -1, and reported, when it cannot have one. */
static int member_of(struct compiling *compiling, const struct block_entry *block, size_t row)
{
  const struct text *name = (const struct text *)block->parameters.items + row;
  const int p = model_parameter_named(compiling->model, name->text);

  if (p < 0) {
    diagnostics_error(compiling->diagnostics, &name->at, "'%.40s' is not a parameter of this model",
                      name->text ? name->text : "");
    return -1;
  }
  if (!stands_before(compiling->file, block, row)) return p;
  diagnostics_error(compiling->diagnostics, &name->at, "'%.40s' stands twice in the blocks",
                    name->text);
  return -1;
}

/** Rows of the Cholesky factor into the effects of the block's parameters. A protocol may have
 * asked for other standard deviations: they scale the rows, and the correlations stay. */
static void read_block(struct compiling *compiling, const struct block_entry *block)
{
  struct model *model = compiling->model;
  struct model_effect *effects = block->between == BETWEEN_PATIENTS ? model->etas : model->kappas;
  const int n = (int)block->parameters.n;
  const struct matrix_entry matrix = {&block->at, "covariance", &block->parameters,
                                      &block->covariance};
  double *l = model_read_factor(compiling, &matrix);
  int *of = arena_new(compiling->arena, (size_t)n, sizeof *of);

  for (int i = 0; l && i < n; i++) {
    const int p = member_of(compiling, block, (size_t)i);

    if (p < 0) return;
    of[i] = block->between == BETWEEN_PATIENTS ? model->parameters[p].eta
                                               : model->parameters[p].kappa;
  }
  for (int i = 0; l && i < n; i++) {
    const double *a = block->covariance.items;
    struct model_effect *effect = &effects[of[i]];
    const double published = sqrt(a[i * (i + 1) / 2 + i]);
    const char *name = model->parameters[effect->parameter].name;
    const double sd = model_changed_sd(
        compiling,
        block->between == BETWEEN_PATIENTS ? CHANGE_BETWEEN_PATIENTS : CHANGE_BETWEEN_OCCASIONS,
        name, published);

    effect->n = i + 1;
    effect->of = of;
    effect->factor = l + i * (i + 1) / 2;
    for (int k = 0; sd != published && k <= i; k++) effect->factor[k] *= sd / published;
    if (block->between == BETWEEN_PATIENTS)
      model->parameters[effect->parameter].eta_sd = sd;
    else
      model->parameters[effect->parameter].kappa_sd = sd;
  }
}

/** The typical values of a logit-normal parameter must have a logit. */
static void check_bounds(struct compiling *compiling, int index)
{
  const struct parameter_entry *file_entry =
      (const struct parameter_entry *)compiling->file->parameters.items + index;
  const struct variability_entry *entry = file_entry->variability;
  const struct model_parameter *parameter = &compiling->model->parameters[index];
  const double *values = compiling->category_values[index];
  const struct symbol *by = values ? scope_find(&compiling->scope, file_entry->by.text) : NULL;
  const int n = by ? by->n_categories : 1;

  if (parameter->distribution != DISTRIBUTION_LOGIT_NORMAL) return;
  for (int i = 0; i < n; i++) {
    const double typical = by ? values[i] : parameter->typical;

    if (isnan(typical) || (entry->lower < typical && typical < entry->upper)) continue;
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "the typical value %g of '%s' must lie between 'lower' and 'upper'", typical,
                      parameter->name);
    return;
  }
}

/** lambda belongs to box_cox, and to nothing else. */
static void check_shape(struct compiling *compiling, const struct variability_entry *entry,
                        struct model_parameter *parameter)
{
  const bool is_box_cox = parameter->distribution == DISTRIBUTION_BOX_COX;

  parameter->lambda = is_box_cox && !isnan(entry->lambda) ? entry->lambda : 0;
  if (is_box_cox && !(fabs(entry->lambda) <= 10))
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "the distribution box_cox needs its shape 'lambda', between -10 and 10");
  if (!is_box_cox && !isnan(entry->lambda))
    diagnostics_error(compiling->diagnostics, &entry->at, "'lambda' belongs to box_cox alone");
}

/** An effect by itself, with one standard normal draw; a block takes it up later. */
static int add_effect(struct compiling *compiling, struct model_effect *effects, int *n,
                      int parameter, double sd)
{
  int *of = arena_new(compiling->arena, 1, sizeof *of);
  double *factor = arena_new(compiling->arena, 1, sizeof *factor);

  *of = *n;
  *factor = sd;
  effects[*n] = (struct model_effect){.parameter = parameter, .n = 1, .of = of, .factor = factor};
  return (*n)++;
}

/** The standard deviation of a parameter's effect that stands in no block. */
static double lone_sd(struct compiling *compiling, int kind, const char *name, double sd,
                      const struct place *in_block)
{
  if (!in_block) return model_changed_sd(compiling, kind, name, sd);
  if (sd > 0)
    diagnostics_error(compiling->diagnostics, in_block,
                      "'%s' is in a block, which says its variance", name);
  return sd;
}

static void add_effects(struct compiling *compiling, int index)
{
  const struct parameter_entry *entry =
      (const struct parameter_entry *)compiling->file->parameters.items + index;
  const struct variability_entry *variability = entry->variability;
  const struct occasion_entry *occasion = entry->inter_occasion;
  struct model *model = compiling->model;
  struct model_parameter *parameter = &model->parameters[index];
  const char *name = parameter->name;
  const struct block_entry *block = block_of(compiling->file, BETWEEN_PATIENTS, name);
  const struct block_entry *occasions = block_of(compiling->file, BETWEEN_OCCASIONS, name);

  if (variability) {
    parameter->distribution = (enum distribution)variability->distribution;
    parameter->eta_sd = sd_of(compiling, &variability->at, variability->sd, variability->variance);
    check_shape(compiling, variability, parameter);
  }
  if (occasion)
    parameter->kappa_sd = sd_of(compiling, &occasion->at, occasion->sd, occasion->variance);
  check_bounds(compiling, index);
  parameter->eta_sd = lone_sd(compiling, CHANGE_BETWEEN_PATIENTS, name, parameter->eta_sd,
                              !block        ? NULL
                              : variability ? &variability->at
                                            : &entry->at);
  parameter->kappa_sd = lone_sd(compiling, CHANGE_BETWEEN_OCCASIONS, name, parameter->kappa_sd,
                                !occasions ? NULL
                                : occasion ? &occasion->at
                                           : &entry->at);
  if (parameter->eta_sd > 0 || block)
    parameter->eta = add_effect(compiling, model->etas, &model->n_etas, index, parameter->eta_sd);
  if (parameter->kappa_sd > 0 || occasions)
    parameter->kappa = add_effect(compiling, model->kappas, &model->n_kappas, index,
                                  parameter->kappa_sd);
}

/** A change must name something that exists. */
static void check_change(struct compiling *compiling, const struct model_change *change)
{
  const struct model *model = compiling->model;
  const bool is_output = change->kind == CHANGE_RESIDUAL;
  const int n = is_output ? model->n_outputs : model->n_parameters;
  const char **candidates = arena_new(compiling->arena, (size_t)n, sizeof *candidates);
  const char *near;

  if (change->kind == CHANGE_GIVEN || change->kind == CHANGE_INFUSED ||
      change->kind == CHANGE_LINEAR)
    return;
  for (int i = 0; i < n; i++) {
    candidates[i] = is_output ? model->outputs[i].name : model->parameters[i].name;
    if (candidates[i] && strcmp(candidates[i], change->name.text) == 0) return;
  }
  near = nearest_word(change->name.text, (size_t)n, candidates);
  diagnostics_error(compiling->diagnostics, &change->name.at, "model %s has no %s '%.40s'%s%s%s",
                    model->name ? model->name : "?", is_output ? "output" : "parameter",
                    change->name.text, near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "");
}

void model_variability(struct compiling *compiling)
{
  struct model *model = compiling->model;
  const struct block_entry *blocks = compiling->file->blocks.items;

  model->etas = arena_new(compiling->arena, (size_t)model->n_parameters, sizeof *model->etas);
  model->kappas = arena_new(compiling->arena, (size_t)model->n_parameters, sizeof *model->kappas);
  for (int i = 0; i < model->n_parameters; i++)
    if (model->parameters[i].name) add_effects(compiling, i);
  for (size_t b = 0; b < compiling->file->blocks.n; b++) read_block(compiling, &blocks[b]);
  model_uncertainty(compiling);
  model_residual_errors(compiling);
  for (size_t i = 0; i < compiling->n_changes; i++) check_change(compiling, &compiling->changes[i]);
}
