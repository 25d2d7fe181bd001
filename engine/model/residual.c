/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How measurements differ from the truth. */
#include "model/compiling.h"

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
  output->log_normal = model_changed_sd(compiling, CHANGE_RESIDUAL, output->name,
                                        output->log_normal);
}

void model_residual_errors(struct compiling *compiling)
{
  for (int i = 0; i < compiling->model->n_outputs; i++) read_residual(compiling, i);
}
