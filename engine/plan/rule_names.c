/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that a rule may read, and why it may not read others. */
#include <string.h>

#include "base/memory.h"
#include "plan/ruling.h"

#define WHAT_RULES_READ                                                                            \
  "rules may read covariates, measured outputs, day, last_dose and dose_before(k)"

void ruling_add_symbol(struct ruling *ruling, const struct symbol *symbol, uint32_t measures)
{
  struct origin *origin = arena_new(ruling->planning->arena, 1, sizeof *origin);
  struct symbol copy = *symbol;

  origin->measures = measures;
  copy.owner = origin;
  scope_add(&ruling->scope, ruling->planning->arena, &copy);
}

/** NULL when it is not YAML. */
static const struct yaml_node *parsed_quietly(struct planning *planning,
                                              const struct source *source)
{
  struct diagnostics *ignored = diagnostics_create();
  const struct yaml_node *root = yaml_parse(planning->arena, source, ignored);

  diagnostics_destroy(&ignored);
  return root;
}

static const struct text *model_name(const struct planning *planning, int scenario)
{
  const struct scenario_entry *entries = planning->file->scenarios.items;
  const struct truth_entry *own = planning->file->scenarios.n ? entries[scenario].truth : NULL;

  return own ? &own->model : &planning->file->truth->model;
}

/** False when a file whose names a rule may use could not be read. */
static bool is_all_known(struct planning *planning)
{
  const struct plan_inputs *inputs = planning->inputs;
  const struct source *cohort = plan_inputs_find(inputs, INPUT_COHORT, NULL);

  if (!planning->plan->cohort && (!cohort || !parsed_quietly(planning, cohort))) return false;
  for (int s = 0; s < planning->plan->n_scenarios; s++) {
    const char *name = model_name(planning, s)->text;
    const struct source *model = name ? plan_inputs_find(inputs, INPUT_MODEL, name) : NULL;

    if (!planning->plan->scenarios[s].model && (!model || !parsed_quietly(planning, model)))
      return false;
  }
  return true;
}

static const char *why_hidden(void *context, const char *name)
{
  struct planning *planning = context;
  const struct plan *plan = planning->plan;

  for (int s = 0; s < plan->n_scenarios; s++) {
    const struct model *model = plan->scenarios[s].model;

    if (!model) continue;
    if (model_output_named(model, name) >= 0)
      return "is an output that is never measured; add it to 'measure' of an encounter";
    for (int i = 0; i < model->n_states; i++)
      if (strcmp(model->states[i].name, name) == 0)
        return "is a state of the hidden truth; " WHAT_RULES_READ;
    for (int i = 0; i < model->n_parameters; i++)
      if (strcmp(model->parameters[i].name, name) == 0)
        return "is a parameter of the hidden truth; " WHAT_RULES_READ;
    for (int i = 0; i < model->n_mixtures; i++)
      if (strcmp(model->mixtures[i].name, name) == 0)
        return "is a latent category of the hidden truth; " WHAT_RULES_READ;
    for (size_t i = 0; i < model->file->derived.n; i++)
      if (strcmp(((const struct derived_entry *)model->file->derived.items)[i].name.text, name) ==
          0)
        return "is a derived quantity of the hidden truth; " WHAT_RULES_READ;
  }
  return is_all_known(planning) ? NULL : "";
}

/** Names under a key of a file that has mistakes: what they mean is not known, but they are there.
 */
static void add_broken_names(struct ruling *ruling, const struct source *source, const char *key)
{
  struct planning *planning = ruling->planning;
  const struct yaml_node *names = yaml_find(parsed_quietly(planning, source), key);

  for (int i = 0; names && names->kind == NODE_MAPPING && i < names->n; i++)
    if (!scope_find(&ruling->scope, names->keys[i]->text))
      ruling_add_symbol(ruling, &(struct symbol){.name = names->keys[i]->text, .is_broken = true},
                        0);
}

/** So that a mistake in a cohort or a model is not reported again for each rule that reads it. */
static void add_broken_inputs(struct ruling *ruling)
{
  const struct planning *planning = ruling->planning;
  const struct plan_inputs *inputs = planning->inputs;

  for (int i = 0; i < inputs->n; i++) {
    if (inputs->items[i].role == INPUT_COHORT && !planning->plan->cohort)
      add_broken_names(ruling, inputs->items[i].source, "covariates");
    if (inputs->items[i].role == INPUT_MODEL && planning->is_measure_missing)
      add_broken_names(ruling, inputs->items[i].source, "outputs");
  }
}

void ruling_add_inputs(struct ruling *ruling)
{
  const struct plan *plan = ruling->planning->plan;
  struct plan_administration *administration = ruling->administration;

  for (int i = 0; plan->cohort && i < plan->cohort->n_covariates; i++) {
    const struct cohort_covariate *covariate = &plan->cohort->covariates[i];
    const int reg = program_input(ruling->builder, PHASE_STATE);

    if (i == 0) administration->first_covariate = reg;
    ruling_add_symbol(
        ruling,
        &(struct symbol){.name = covariate->name,
                         .type = covariate->n_categories ? VALUE_CATEGORY : VALUE_NUMBER,
                         .unit = covariate->unit,
                         .n_categories = covariate->n_categories,
                         .categories = covariate->categories,
                         .reg = reg},
        0);
  }
  for (int i = 0; i < plan->n_measures; i++) {
    administration->measures[i] = program_input(ruling->builder, PHASE_STATE);
    ruling_add_symbol(ruling,
                      &(struct symbol){.name = plan->measures[i].name,
                                       .unit = plan->measures[i].unit,
                                       .reg = administration->measures[i]},
                      1u << i);
  }
  administration->n_covariates = plan->cohort ? plan->cohort->n_covariates : 0;
  administration->n_measures = plan->n_measures;
  administration->day = program_input(ruling->builder, PHASE_STATE);
  administration->last_dose = program_input(ruling->builder, PHASE_STATE);
  ruling_add_symbol(ruling, &(struct symbol){.name = "day", .reg = administration->day}, 0);
  ruling_add_symbol(ruling,
                    &(struct symbol){.name = "last_dose",
                                     .unit = ruling->intervention->unit,
                                     .reg = administration->last_dose},
                    0);
  ruling->scope.refusal = why_hidden;
  ruling->scope.context = ruling->planning;
  add_broken_inputs(ruling);
}
