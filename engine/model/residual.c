/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How measurements differ from the truth. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "model/compiling.h"

static const double minutes_per_h = 60;

/** A quantity in the output's unit; `missing` without a text, or when it is wrong and reported. */
static double read_quantity(struct compiling *compiling, const struct text *text,
                            const struct model_output *output, double missing)
{
  double value = missing;
  char message[256];
  const char *problem;

  if (!text->text) return missing;
  problem = quantity_parse(text->text, output->unit, output->unit_text ? output->unit_text : "1",
                           &value, message);
  if (!problem) return value;
  diagnostics_error(compiling->diagnostics, &text->at, "%s", problem);
  return missing;
}

static void read_limits(struct compiling *compiling, const struct output_entry *entry,
                        struct model_output *output)
{
  output->lloq = read_quantity(compiling, &entry->lloq, output, (double)NAN);
  output->uloq = read_quantity(compiling, &entry->uloq, output, (double)NAN);
  if (output->lloq >= output->uloq)
    diagnostics_error(compiling->diagnostics, &entry->uloq.at, "'uloq' must be above 'lloq'");
}

static void read_error(struct compiling *compiling, const struct residual_entry *entry,
                       struct model_output *output)
{
  output->log_normal = entry->log_normal;
  output->proportional = entry->proportional;
  output->power = entry->power;
  output->additive = read_quantity(compiling, &entry->additive, output, 0);
  if (output->additive < 0)
    diagnostics_error(compiling->diagnostics, &entry->additive.at,
                      "a standard deviation is at least 0");
  if (output->log_normal > 0 && (output->proportional > 0 || output->additive > 0))
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "log_normal stands alone; proportional and additive may be combined");
  if (output->proportional == 0 && (output->power < 1 || output->power > 1))
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "'power' belongs to 'proportional', which is missing");
  if (!isnan(entry->correlation_h)) output->correlation_min = minutes_per_h * entry->correlation_h;
}

static void change_error(struct compiling *compiling, struct model_output *output)
{
  const struct model_change *change = model_change_of(compiling, CHANGE_RESIDUAL, output->name);

  if (change && (output->proportional > 0 || output->additive > 0))
    diagnostics_error(compiling->diagnostics, &change->name.at,
                      "the error of '%.40s' is proportional or additive; only a log-normal one can "
                      "be changed",
                      output->name);
  output->log_normal = model_changed_sd(compiling, CHANGE_RESIDUAL, output->name,
                                        output->log_normal);
}

/** An output whose errors are correlated in time draws them as one. */
static void read_output(struct compiling *compiling, int index)
{
  const struct output_entry *entry = (const struct output_entry *)compiling->file->outputs.items +
                                     index;
  struct model_output *output = &compiling->model->outputs[index];
  int *of = arena_new(compiling->arena, 1, sizeof *of);
  double *factor = arena_new(compiling->arena, 1, sizeof *factor);

  output->power = 1;
  output->lloq = output->uloq = (double)NAN;
  if (!output->name) return;
  read_limits(compiling, entry, output);
  if (entry->residual) read_error(compiling, entry->residual, output);
  change_error(compiling, output);
  if (output->correlation_min == 0) return;
  *of = index;
  *factor = 1;
  output->n = 1;
  output->of = of;
  output->factor = factor;
}

static int output_named(const struct model *model, const struct text *name)
{
  for (int i = 0; name->text && i < model->n_outputs; i++)
    if (model->outputs[i].name && strcmp(model->outputs[i].name, name->text) == 0) return i;
  return -1;
}

/** Above in the file, in this residual block or another. */
static bool stands_before(const struct model_file *file, const struct text *name)
{
  const struct residual_block_entry *blocks = file->residual_blocks.items;

  for (size_t b = 0; b < file->residual_blocks.n; b++) {
    const struct text *names = blocks[b].outputs.items;

    for (size_t i = 0; i < blocks[b].outputs.n; i++) {
      if (&names[i] == name) return false;
      if (names[i].text && strcmp(names[i].text, name->text) == 0) return true;
    }
  }
  return false;
}

/** The index of an output of a block that begins with `first` (-1: this one); -1, and reported,
 * when it cannot be in it. */
static int member_of(struct compiling *compiling, const struct text *name, int first)
{
  const struct model_output *outputs = compiling->model->outputs;
  const struct output_entry *entries = compiling->file->outputs.items;
  const int index = output_named(compiling->model, name);

  if (index < 0)
    diagnostics_error(compiling->diagnostics, &name->at, "'%.40s' is not an output of this model",
                      name->text ? name->text : "");
  else if (!entries[index].residual)
    diagnostics_error(compiling->diagnostics, &name->at, "'%s' has no residual error", name->text);
  else if (stands_before(compiling->file, name))
    diagnostics_error(compiling->diagnostics, &name->at, "'%s' stands twice in the residual blocks",
                      name->text);
  else if (first >= 0 && outputs[index].correlation_min != outputs[first].correlation_min)
    diagnostics_error(compiling->diagnostics, &name->at,
                      "'%s' needs the correlation_time of '%s', with which it shares a block",
                      name->text, outputs[first].name);
  else
    return index;
  return -1;
}

/** The lower triangle of the whole matrix; empty, and reported, when numbers are missing. */
static struct list whole_triangle(struct compiling *compiling,
                                  const struct residual_block_entry *block)
{
  const size_t n = block->outputs.n;
  const double *below = block->correlation.items;
  double *whole;
  size_t next = 0, k = 0;

  if (n < 2 || n > MAX_BLOCK || block->correlation.n != n * (n - 1) / 2) {
    diagnostics_error(compiling->diagnostics, &block->at,
                      "a residual block of %zu outputs (2 to %d) needs %zu correlations, below the "
                      "diagonal",
                      n, MAX_BLOCK, n > 0 ? n * (n - 1) / 2 : 0);
    return (struct list){0};
  }
  whole = arena_new(compiling->arena, n * (n + 1) / 2, sizeof *whole);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < i; j++) whole[k++] = below[next++];
    whole[k++] = 1;
  }
  return (struct list){.n = k, .items = whole};
}

static void read_block(struct compiling *compiling, const struct residual_block_entry *block)
{
  struct model_output *outputs = compiling->model->outputs;
  const struct text *names = block->outputs.items;
  const int n = (int)block->outputs.n;
  const struct list whole = whole_triangle(compiling, block);
  const struct matrix_entry matrix = {&block->at, "correlation", &block->outputs, &whole};
  const double *l = whole.n > 0 ? model_read_factor(compiling, &matrix) : NULL;
  int *of = arena_new(compiling->arena, (size_t)n, sizeof *of);

  for (int i = 0; l && i < n; i++) {
    of[i] = member_of(compiling, &names[i], i > 0 ? of[0] : -1);
    if (of[i] < 0) return;
    outputs[of[i]].n = i + 1;
    outputs[of[i]].of = of;
    outputs[of[i]].factor = l + i * (i + 1) / 2;
  }
}

void model_residual_errors(struct compiling *compiling)
{
  const struct residual_block_entry *blocks = compiling->file->residual_blocks.items;

  for (int i = 0; i < compiling->model->n_outputs; i++) read_output(compiling, i);
  for (size_t b = 0; b < compiling->file->residual_blocks.n; b++) read_block(compiling, &blocks[b]);
}
