/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between patients, between occasions, and of measurements. */
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

/** The standard deviation that a protocol asks for instead, or `sd`. */
static double changed_sd(struct compiling *compiling, int kind, const char *name, double sd)
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

static const struct block_entry *block_of(const struct model_file *file, const char *name)
{
  const struct block_entry *blocks = file->blocks.items;

  for (size_t b = 0; b < file->blocks.n; b++) {
    const struct text *names = blocks[b].parameters.items;

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
  return block_of(file, name) != block;
}

/** A protocol may ask for another standard deviation; the correlations stay. */
static void change_row(struct compiling *compiling, struct model_parameter *parameter)
{
  struct model_eta *eta = &compiling->model->etas[parameter->eta];
  const double published = parameter->eta_sd;

  parameter->eta_sd = changed_sd(compiling, CHANGE_BETWEEN_PATIENTS, parameter->name, published);
  if (parameter->eta_sd == published) return;
  for (int k = 0; k < eta->n; k++) eta->factor[k] *= parameter->eta_sd / published;
}

/** Rows of the Cholesky factor into the etas of the block's parameters. */
static void read_block(struct compiling *compiling, const struct block_entry *block)
{
  struct model *model = compiling->model;
  const size_t n = block->parameters.n;
  const struct text *names = block->parameters.items;
  const double *a = block->covariance.items;
  double l[MAX_BLOCK][MAX_BLOCK];

  if (n > MAX_BLOCK || block->covariance.n != n * (n + 1) / 2) {
    diagnostics_error(
        compiling->diagnostics, &block->at,
        "a block of %zu parameters (at most %d) needs %zu numbers, its lower triangle", n,
        MAX_BLOCK, n * (n + 1) / 2);
    return;
  }
  for (size_t i = 0; i < block->covariance.n; i++)
    if (isnan(a[i])) return; /* reported */
  for (size_t i = 0; i < n; i++) {
    const int p = model_parameter_named(model, names[i].text);

    if (p < 0 || model->parameters[p].eta < 0) {
      diagnostics_error(compiling->diagnostics, &names[i].at,
                        "'%.40s' is not a parameter with variability",
                        names[i].text ? names[i].text : "");
      return;
    }
    if (stands_before(compiling->file, block, i)) {
      diagnostics_error(compiling->diagnostics, &names[i].at, "'%.40s' stands twice in the blocks",
                        names[i].text);
      return;
    }
    for (size_t j = 0; j <= i; j++) {
      struct model_eta *eta = &model->etas[model->parameters[p].eta];
      double sum = a[i * (i + 1) / 2 + j];

      for (size_t k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
      if (i == j && !(sum > 0)) {
        diagnostics_error(compiling->diagnostics, &block->at,
                          "the covariance is not positive definite");
        return;
      }
      l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
      eta->n = (int)i + 1;
      eta->factor[j] = l[i][j];
      eta->of[j] = model->parameters[model_parameter_named(model, names[j].text)].eta;
    }
    model->parameters[p].eta_sd = sqrt(a[i * (i + 1) / 2 + i]);
    change_row(compiling, &model->parameters[p]);
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

static void add_effects(struct compiling *compiling, int index)
{
  const struct parameter_entry *entry =
      (const struct parameter_entry *)compiling->file->parameters.items + index;
  struct model *model = compiling->model;
  struct model_parameter *parameter = &model->parameters[index];
  const struct block_entry *block = block_of(compiling->file, parameter->name);

  if (entry->variability) {
    parameter->distribution = (enum distribution)entry->variability->distribution;
    parameter->eta_sd = sd_of(compiling, &entry->variability->at, entry->variability->sd,
                              entry->variability->variance);
    if (block && parameter->eta_sd > 0)
      diagnostics_error(compiling->diagnostics, &entry->variability->at,
                        "'%s' is in a block, which says its variance", parameter->name);
  }
  check_bounds(compiling, index);
  if (!block)
    parameter->eta_sd = changed_sd(compiling, CHANGE_BETWEEN_PATIENTS, parameter->name,
                                   parameter->eta_sd);
  if (entry->inter_occasion)
    parameter->kappa_sd = sd_of(compiling, &entry->inter_occasion->at, entry->inter_occasion->sd,
                                entry->inter_occasion->variance);
  parameter->kappa_sd = changed_sd(compiling, CHANGE_BETWEEN_OCCASIONS, parameter->name,
                                   parameter->kappa_sd);
  if (parameter->eta_sd > 0 || block) {
    struct model_eta *eta = &model->etas[model->n_etas];

    parameter->eta = model->n_etas++;
    *eta = (struct model_eta){
        .parameter = index, .n = 1, .of = {parameter->eta}, .factor = {parameter->eta_sd}};
  }
  if (parameter->kappa_sd > 0) parameter->kappa = model->n_kappas++;
}

static void read_residual(struct compiling *compiling, int index)
{
  const struct output_entry *entry = (const struct output_entry *)compiling->file->outputs.items +
                                     index;
  struct model_output *output = &compiling->model->outputs[index];
  const struct model_change *change;
  char message[256];
  const char *problem = NULL;

  if (!output->name) return;
  if (entry->residual) {
    output->log_normal = entry->residual->log_normal;
    output->proportional = entry->residual->proportional;
    if (entry->residual->additive.text)
      problem = quantity_parse(entry->residual->additive.text, output->unit,
                               output->unit_text ? output->unit_text : "1", &output->additive,
                               message);
    if (problem)
      diagnostics_error(compiling->diagnostics, &entry->residual->additive.at, "%s", problem);
    if (output->log_normal > 0 && (output->proportional > 0 || output->additive > 0))
      diagnostics_error(compiling->diagnostics, &entry->residual->at,
                        "log_normal stands alone; proportional and additive may be combined");
  }
  change = model_change_of(compiling, CHANGE_RESIDUAL, output->name);
  if (change && (output->proportional > 0 || output->additive > 0))
    diagnostics_error(compiling->diagnostics, &change->name.at,
                      "the error of '%.40s' is proportional or additive; only a log-normal one can "
                      "be changed",
                      output->name);
  output->log_normal = changed_sd(compiling, CHANGE_RESIDUAL, output->name, output->log_normal);
}

/** A change must name something that exists. */
static void check_change(struct compiling *compiling, const struct model_change *change)
{
  const struct model *model = compiling->model;
  const bool is_output = change->kind == CHANGE_RESIDUAL;
  const int n = is_output ? model->n_outputs : model->n_parameters;
  const char **candidates = arena_new(compiling->arena, (size_t)n, sizeof *candidates);
  const char *near;

  if (change->kind == CHANGE_GIVEN || change->kind == CHANGE_INFUSED) return;
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
  for (int i = 0; i < model->n_parameters; i++)
    if (model->parameters[i].name) add_effects(compiling, i);
  for (size_t b = 0; b < compiling->file->blocks.n; b++) read_block(compiling, &blocks[b]);
  for (int i = 0; i < model->n_outputs; i++) read_residual(compiling, i);
  for (size_t i = 0; i < compiling->n_changes; i++) check_change(compiling, &compiling->changes[i]);
}
