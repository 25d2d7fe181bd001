/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `twintrial model show`: what a model says, and what was found in its equations. */
#include <math.h>
#include <string.h>
#include <stdio.h>

#include "base/memory.h"
#include "cli/front_commands.h"

static void print_parameters(const struct model *model, FILE *out)
{
  fprintf(out, "\nParameters\n");
  for (int i = 0; i < model->n_parameters; i++) {
    const struct model_parameter *p = &model->parameters[i];
    char value[40], variability[64] = "";

    if (isnan(p->typical))
      snprintf(value, sizeof value, "by category");
    else
      snprintf(value, sizeof value, "%g", p->typical);
    if (p->eta >= 0)
      snprintf(variability, sizeof variability, "%s, SD %.3g", distribution_titles[p->distribution],
               p->eta_sd);
    if (p->kappa >= 0) {
      const size_t used = strlen(variability);

      snprintf(variability + used, sizeof variability - used, "%sbetween occasions SD %.3g",
               used ? "; " : "", p->kappa_sd);
    }
    fprintf(out, "  %-14s %12s %-8s %-24s %s\n", p->name, value, p->unit_text, variability,
            p->label);
  }
}

static void print_event(const struct event_entry *event, FILE *out)
{
  const struct named_formula *assign = event->assign.items;

  fprintf(out, "  %-10s when %s\n", event->name.text, event->when.text);
  for (size_t i = 0; i < event->assign.n; i++)
    fprintf(out, "  %-10s %s %s = %s\n", "", i ? "    " : "then", assign[i].name.text,
            assign[i].formula.text);
  if (event->assign.n == 0) return;
  if (event->delay.node)
    fprintf(out, "  %-10s after a delay of %s, with the values of its %s%s\n", "",
            event->delay.text, event->values == VALUES_AT_TRIGGER ? "beginning" : "end",
            event->persistent ? "" : ", if the condition still holds");
  else if (!event->persistent)
    fprintf(out, "  %-10s if the condition still holds\n", "");
  if (event->priority.node) fprintf(out, "  %-10s priority %s\n", "", event->priority.text);
  if (event->at_start == START_NOT_HELD)
    fprintf(out, "  %-10s also at time 0, if the condition holds there\n", "");
}

/** Who varies together, and what nobody sees. */
static void print_chance(const struct model *model, FILE *out)
{
  const struct block_entry *blocks = model->file->blocks.items;

  for (size_t b = 0; b < model->file->blocks.n; b++) {
    const struct text *names = blocks[b].parameters.items;

    fprintf(out, "  together between %s:",
            blocks[b].between == BETWEEN_PATIENTS ? "patients" : "occasions");
    for (size_t i = 0; i < blocks[b].parameters.n; i++)
      fprintf(out, "%s %s", i ? "," : "", names[i].text);
    fputc('\n', out);
  }
  if (model->n_thetas > 0)
    fprintf(out, "  %d typical values have an uncertainty\n", model->n_thetas);
  if (model->n_mixtures > 0) fprintf(out, "\nLatent categories\n");
  for (int i = 0; i < model->n_mixtures; i++) {
    const struct model_mixture *mixture = &model->mixtures[i];

    fprintf(out, "  %-14s", mixture->name);
    for (int c = 0; c < mixture->n_categories; c++)
      fprintf(out, "%s %s %.3g", c ? "," : "", mixture->categories[c],
              mixture->cumulative[c] - (c ? mixture->cumulative[c - 1] : 0));
    fprintf(out, "  %s\n", mixture->label);
  }
}

static void print_equations(const struct model *model, FILE *out)
{
  const struct state_entry *states = model->file->states.items;
  const struct event_entry *events = model->file->events.items;
  const struct chain_entry *chains = model->file->chains.items;
  const struct derived_entry *derived = model->file->derived.items;
  const struct output_entry *outputs = model->file->outputs.items;

  if (model->file->derived.n) fprintf(out, "\nDerived quantities\n");
  for (size_t i = 0; i < model->file->derived.n; i++)
    fprintf(out, "  %-10s = %-50s [%s]\n", derived[i].name.text, derived[i].expression.text,
            derived[i].unit.text);
  fprintf(out, "\nStates, time in %s\n", model->time_text);
  for (size_t i = 0; i < model->file->states.n; i++)
    fprintf(out, "  d%s/dt = %s, %s(0) = %s [%s]\n", states[i].name.text, states[i].rate.text,
            states[i].name.text, states[i].initial.text, states[i].unit.text);
  for (size_t i = 0; i < model->file->chains.n; i++)
    fprintf(out, "  %s1 to %s%d: a chain with rate %s, input %s, all %s at first [%s]\n",
            chains[i].name.text, chains[i].name.text, (int)chains[i].states, chains[i].rate.text,
            chains[i].input.text, chains[i].initial.text, chains[i].unit.text);
  if (model->n_events) fprintf(out, "\nEvents\n");
  for (size_t i = 0; i < model->file->events.n; i++) print_event(&events[i], out);
  fprintf(out, "\nOutputs\n");
  for (size_t i = 0; i < model->file->outputs.n; i++)
    fprintf(out, "  %-10s = %-50s [%s]\n", outputs[i].name.text, outputs[i].expression.text,
            outputs[i].unit.text);
}

enum { MOST_SHOWN = 30 };

static void print_names(const struct model *model, int n, const int *states, FILE *out)
{
  for (int i = 0; i < n; i++) fprintf(out, "%s%s", i ? ", " : "", model->states[states[i]].name);
}

/** A row for each rate, a column for each state: x where the rate depends on it. */
static void print_pattern(const struct model *model, FILE *out)
{
  const struct model_jacobian *jacobian = model->jacobian;
  int k = 0;

  for (int i = 0; i < model->n_states; i++) {
    fprintf(out, "  %-14s ", model->states[i].name);
    for (int j = 0; j < model->n_states; j++) {
      const bool is_there = k < jacobian->n_entries && jacobian->rows[k] == i &&
                            jacobian->columns[k] == j;

      fputc(is_there ? 'x' : '.', out);
      k += is_there;
    }
    fputc('\n', out);
  }
}

static void print_block(const struct model *model, FILE *out)
{
  const struct model_linear *linear = model->linear;

  fprintf(out, "  Linear block: ");
  if (!linear) {
    fprintf(out, "none, or too large to be used\n");
    return;
  }
  print_names(model, linear->n, linear->states, out);
  if (linear->n_remainder == 0) fprintf(out, " (all)");
  fprintf(out, "; remainder: ");
  print_names(model, linear->n_remainder, linear->remainder, out);
  fprintf(out, "%s\n", linear->n_remainder ? "" : "none");
}

static void print_jacobian(const struct model *model, FILE *out)
{
  const struct model_jacobian *jacobian = model->jacobian;
  const int n = model->n_states;

  if (!jacobian) {
    fprintf(out, "  Jacobian: none, the model is too large\n");
    return;
  }
  fprintf(out, "  Jacobian: %d of %d entries are not zero%s\n", jacobian->n_entries, n * n,
          n <= MOST_SHOWN ? " (x: the rate of the row depends on the state of the column)" : "");
  if (n <= MOST_SHOWN) print_pattern(model, out);
  fprintf(out, "  Elimination: ");
  print_names(model, n, jacobian->pivots, out);
  fprintf(out, "; %d factors\n", jacobian->n_factors);
  fprintf(out, "  Rates depend on time: %s\n", model->rates_read_time ? "yes" : "no");
}

static void print_structure(const struct model *model, FILE *out)
{
  fprintf(out, "\nStructure, %d states\n", model->n_states);
  print_block(model, out);
  print_jacobian(model, out);
  if (model->fastest <= model->slowest && isfinite(model->slowest))
    fprintf(out, "  Time constants: %.3g to %.3g %s, typical patient, at first\n", model->fastest,
            model->slowest, model->time_text);
  else
    fprintf(out, "  Time constants: unknown\n");
  if (model->n_events)
    fprintf(out, "  Events: %d, located while a step crosses\n", model->n_events);
  fprintf(out, "  Outputs read: ");
  print_names(model, model->n_observed, model->observed, out);
  fprintf(out, "%s\n  Solver: %s; %s.\n", model->n_observed ? "" : "no state",
          model_method_name(model->method), model->method_reason);
}

static void print_status(const struct status_entry *status, FILE *out)
{
  static const char *const meaning[] = {
      "compared with the paper",
      "from code or text that cites the paper, not compared with the paper",
      "illustrative, from no study"};

  if (!status) return;
  fprintf(out, "\nNumbers: %s\nEquations checked against: %s\n", meaning[status->numbers],
          status->checked_against.text);
}

void model_show(const struct model *model, FILE *out)
{
  const struct text *references = model->file->references.items;

  fprintf(out, "%s: %s\n", model->name, model->title);
  if (model->file->description.text) fprintf(out, "\n%s\n", model->file->description.text);
  print_status(model->file->status, out);
  fprintf(out, "\n%d states, %d parameters, %d random effects\n", model->n_states,
          model->n_parameters, model->n_etas);
  fprintf(out, "Covariates:");
  for (int i = 0; i < model->n_covariates; i++)
    fprintf(out, " %s%s%s%s", model->covariates[i].name, model->covariates[i].unit_text ? " [" : "",
            model->covariates[i].unit_text ? model->covariates[i].unit_text : "",
            model->covariates[i].unit_text ? "]" : "");
  fprintf(out, "%s\nRoutes:", model->n_covariates ? "" : " none");
  for (int i = 0; i < model->n_routes; i++)
    fprintf(out, " %s -> %s", model->routes[i].name, model->states[model->routes[i].state].name);
  fprintf(out, "\n");
  print_parameters(model, out);
  print_chance(model, out);
  print_equations(model, out);
  print_structure(model, out);
  for (size_t i = 0; i < model->file->references.n; i++)
    fprintf(out, "%s  %s\n", i ? "" : "\nReferences\n", references[i].text);
}
