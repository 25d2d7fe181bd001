/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_latex.h"

#include <math.h>
#include <string.h>

#include "expression/latex.h"

/** The lines of an environment, of which the last has no \\. */
struct lines {
  FILE *out;
  int n;
};

static void next_line(struct lines *lines)
{
  fputs(lines->n++ ? " \\\\\n  " : "  ", lines->out);
}

static void equation(struct lines *lines, const char *name, const struct expression *formula)
{
  next_line(lines);
  latex_name(name, lines->out);
  fputs(" &= ", lines->out);
  latex_expression(formula, lines->out);
}

static void typical(const char *name, bool is_changed, FILE *out)
{
  fputs(is_changed ? "\\overline{" : "", out);
  latex_name(name, out);
  fputs(is_changed ? "}" : "", out);
}

/** A product in which the typical value is the first factor. */
static void covariate_effects(struct lines *lines, const struct model *model)
{
  for (int i = 0; i < model->n_parameters; i++) {
    const struct expression *times = model->formulas.times[i];

    if (!times) continue;
    next_line(lines);
    latex_name(model->parameters[i].name, lines->out);
    fputs(" &= ", lines->out);
    typical(model->parameters[i].name, true, lines->out);
    fputs(" \\cdot \\left(", lines->out);
    latex_expression(times, lines->out);
    fputs("\\right)", lines->out);
  }
}

static void rate_equation(struct lines *lines, const char *name, const struct expression *rate,
                          const struct expression *initial)
{
  next_line(lines);
  fputs("\\frac{\\mathrm{d} ", lines->out);
  latex_name(name, lines->out);
  fputs("}{\\mathrm{d} t} &= ", lines->out);
  latex_expression(rate, lines->out);
  fputs(", & ", lines->out);
  latex_name(name, lines->out);
  fputs("(0) &= ", lines->out);
  if (initial)
    latex_expression(initial, lines->out);
  else
    fputc('0', lines->out);
}

/** rate times a state. */
struct outflow {
  struct expression state, product;
  struct expression *factors[2];
};

static void set_outflow(struct outflow *outflow, const struct expression *rate, const char *state)
{
  outflow->state = (struct expression){.kind = EXPRESSION_SYMBOL, .name = state};
  outflow->factors[0] = (struct expression *)rate; /* only read */
  outflow->factors[1] = &outflow->state;
  outflow->product = (struct expression){
      .kind = EXPRESSION_MULTIPLY, .n = 2, .arguments = outflow->factors};
}

static void chain_equations(struct lines *lines, const struct model *model,
                            const struct model_chain *chain)
{
  struct outflow in, out;

  for (int k = 0; k < chain->n; k++) {
    const char *name = model->states[chain->first + k].name;
    struct expression *terms[2] = {(struct expression *)chain->input, &out.product};
    const struct expression rate = {.kind = EXPRESSION_SUBTRACT, .n = 2, .arguments = terms};

    if (k > 0) {
      set_outflow(&in, chain->rate, model->states[chain->first + k - 1].name);
      terms[0] = &in.product;
    }
    set_outflow(&out, chain->rate, name);
    rate_equation(lines, name, &rate, chain->initial);
  }
  equation(lines, chain->out, &out.product);
}

/** What an event assigns, from the values before; a line each. */
static void assignments(struct lines *lines, const struct model *model, int i)
{
  const struct model_event *event = &model->events[i];
  const struct event_formulas *formulas = &model->formulas.actions[i];

  for (int k = 0; k < event->n_assigned; k++) {
    next_line(lines);
    latex_name(model->states[event->assigned[k]].name, lines->out);
    fputs(" &\\leftarrow ", lines->out);
    latex_expression(formulas->values[k], lines->out);
    fputs(" && \\text{when } ", lines->out);
    latex_name(event->name, lines->out);
    fputs(" \\text{ begins}", lines->out);
    if (!formulas->delay) continue;
    fputs(" \\text{, delayed by } ", lines->out);
    latex_expression(formulas->delay, lines->out);
  }
}

static void event_lines(struct lines *lines, const struct model *model, int i)
{
  next_line(lines);
  latex_name(model->events[i].name, lines->out);
  fputs(" &\\iff ", lines->out);
  latex_expression(model->formulas.conditions[i], lines->out);
  assignments(lines, model, i);
}

static void equations(const struct model *model, FILE *out)
{
  const struct derived_entry *derived = model->file->derived.items;
  const struct state_entry *states = model->file->states.items;
  const struct output_entry *outputs = model->file->outputs.items;
  const struct model_formulas *formulas = &model->formulas;
  struct lines lines = {out, 0};

  fputs("\\begin{align}\n", out);
  covariate_effects(&lines, model);
  for (size_t i = 0; i < model->file->derived.n; i++)
    equation(&lines, derived[i].name.text, formulas->derived[i]);
  for (size_t i = 0; i < model->file->states.n; i++)
    rate_equation(&lines, states[i].name.text, formulas->rates[i], formulas->initials[i]);
  for (size_t i = 0; i < model->file->chains.n; i++)
    chain_equations(&lines, model, &formulas->chains[i]);
  for (int i = 0; i < model->n_events; i++) event_lines(&lines, model, i);
  for (size_t i = 0; i < model->file->outputs.n; i++) {
    const struct expression *formula = formulas->outputs[i];

    /* an output that is a quantity of the same name says nothing new */
    if (formula->kind == EXPRESSION_SYMBOL && strcmp(formula->name, outputs[i].name.text) == 0)
      continue;
    equation(&lines, outputs[i].name.text, formula);
  }
  fputs("\n\\end{align}\n", out);
}

static void typical_value(const struct model_parameter *parameter,
                          const struct parameter_entry *entry, FILE *out)
{
  if (!isnan(parameter->typical)) {
    fputc('$', out);
    latex_number(parameter->typical, out);
    fputc('$', out);
    return;
  }
  for (int i = 0; entry->values && i < entry->values->n; i++) {
    fputs(i ? "; " : "", out);
    latex_text(entry->values->keys[i]->text, out);
    fputs(": ", out);
    latex_text(entry->values->items[i]->text, out);
  }
}

static void parameter_row(const struct model *model, int i, FILE *out)
{
  const struct parameter_entry *entries = model->file->parameters.items;
  const struct model_parameter *parameter = &model->parameters[i];

  fputs("  $", out);
  typical(parameter->name, model->formulas.times[i] != NULL, out);
  fputs("$ & ", out);
  typical_value(parameter, &entries[i], out);
  fputs(" & ", out);
  latex_text(parameter->unit_text, out);
  fputs(" & ", out);
  if (parameter->eta >= 0)
    fprintf(out, "%s, %.3g", distribution_titles[parameter->distribution], parameter->eta_sd);
  fputs(" & ", out);
  latex_text(parameter->label ? parameter->label : "", out);
  fputs(" \\\\\n", out);
}

void model_latex(const struct model *model, FILE *out)
{
  equations(model, out);
  fputs("\\begin{tabular}{lllll}\n"
        "  Parameter & Typical value & Unit & SD between patients & Meaning \\\\\n  \\hline\n",
        out);
  for (int i = 0; i < model->n_parameters; i++) parameter_row(model, i, out);
  fputs("\\end{tabular}\n", out);
}
