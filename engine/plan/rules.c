/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Administrations and the rules by which their doses are decided, compiled to one program each. A
 * rule reads what a physician could know at that time; the hidden truth has no names here. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "plan/planning.h"

enum { MINUTES_PER_DAY = 1440, MAX_LAG_DAYS = 366 };

/** One administration while it is compiled. */
struct ruling {
  struct planning *planning;
  const struct administration_entry *entry;
  struct plan_administration *administration;
  const struct plan_intervention *intervention;
  struct scope scope;
  struct program_builder *builder;
  struct plan_lag *lags;
};

/** What a symbol's value rests on: bit i is measure i. Kept by each symbol of the scope. */
struct origin {
  uint32_t measures;
};

static struct symbol *add_symbol(struct ruling *ruling, const struct symbol *symbol,
                                 uint32_t measures)
{
  struct origin *origin = arena_new(ruling->planning->arena, 1, sizeof *origin);
  struct symbol copy = *symbol;

  origin->measures = measures;
  copy.owner = origin;
  return scope_add(&ruling->scope, ruling->planning->arena, &copy);
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

/** False when a file whose names a rule may use could not be read. */
static bool is_all_known(struct planning *planning)
{
  const struct plan_inputs *inputs = planning->inputs;
  const struct source *cohort = plan_inputs_find(inputs, INPUT_COHORT, NULL);

  if (!planning->plan->cohort && (!cohort || !parsed_quietly(planning, cohort))) return false;
  for (int s = 0; s < planning->plan->n_scenarios; s++) {
    const struct scenario_entry *scenario =
        (const struct scenario_entry *)planning->file->scenarios.items + s;
    const struct truth_entry *truth = planning->file->scenarios.n && scenario->truth
                                          ? scenario->truth
                                          : planning->file->truth;
    const struct source *model = truth->model.text
                                     ? plan_inputs_find(inputs, INPUT_MODEL, truth->model.text)
                                     : NULL;

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
        return "is a state of the hidden truth; rules may read covariates, measured outputs, day, "
               "last_dose and dose_before(k)";
    for (int i = 0; i < model->n_parameters; i++)
      if (strcmp(model->parameters[i].name, name) == 0)
        return "is a parameter of the hidden truth; rules may read covariates, measured outputs, "
               "day, "
               "last_dose and dose_before(k)";
    for (size_t i = 0; i < model->file->derived.n; i++)
      if (strcmp(((const struct derived_entry *)model->file->derived.items)[i].name.text, name) ==
          0)
        return "is a derived quantity of the hidden truth; rules may read covariates, measured "
               "outputs, day, "
               "last_dose and dose_before(k)";
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
      add_symbol(ruling, &(struct symbol){.name = names->keys[i]->text, .is_broken = true}, 0);
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

static void add_inputs(struct ruling *ruling)
{
  const struct plan *plan = ruling->planning->plan;
  struct plan_administration *administration = ruling->administration;

  for (int i = 0; plan->cohort && i < plan->cohort->n_covariates; i++) {
    const struct cohort_covariate *covariate = &plan->cohort->covariates[i];
    const int reg = program_input(ruling->builder, PHASE_STATE);

    if (i == 0) administration->first_covariate = reg;
    add_symbol(ruling,
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
    add_symbol(ruling,
               &(struct symbol){.name = plan->measures[i].name,
                                .unit = plan->measures[i].unit,
                                .reg = administration->measures[i]},
               1u << i);
  }
  administration->n_covariates = plan->cohort ? plan->cohort->n_covariates : 0;
  administration->n_measures = plan->n_measures;
  administration->day = program_input(ruling->builder, PHASE_STATE);
  administration->last_dose = program_input(ruling->builder, PHASE_STATE);
  add_symbol(ruling, &(struct symbol){.name = "day", .reg = administration->day}, 0);
  add_symbol(ruling,
             &(struct symbol){.name = "last_dose",
                              .unit = ruling->intervention->unit,
                              .reg = administration->last_dose},
             0);
  ruling->scope.refusal = why_hidden;
  ruling->scope.context = ruling->planning;
  add_broken_inputs(ruling);
}

/** dose_before(k) becomes an input when it is first named. */
static void declare_lag(void *context, const struct expression *name)
{
  struct ruling *ruling = context;
  struct plan_administration *administration = ruling->administration;
  int days;

  if (sscanf(name->name, "dose_before(%d)", &days) != 1 || scope_find(&ruling->scope, name->name))
    return;
  if (days < 1 || days > MAX_LAG_DAYS) {
    diagnostics_error(ruling->planning->diagnostics, &name->at,
                      "dose_before() looks back 1 to %d days", MAX_LAG_DAYS);
    add_symbol(ruling, &(struct symbol){.name = name->name, .is_broken = true}, 0);
    return;
  }
  ruling->lags[administration->n_lags] = (struct plan_lag){
      days, program_input(ruling->builder, PHASE_STATE)};
  add_symbol(ruling,
             &(struct symbol){.name = name->name,
                              .unit = ruling->intervention->unit,
                              .reg = ruling->lags[administration->n_lags].reg},
             0);
  if (administration->n_lags < MAX_LAG_DAYS) administration->n_lags++;
}

static struct expression *parsed(struct ruling *ruling, const struct formula *formula)
{
  struct expression *expression = formula->node ? expression_parse(formula, ruling->planning->arena,
                                                                   ruling->planning->diagnostics)
                                                : NULL;

  if (expression) expression_names(expression, declare_lag, ruling);
  return expression;
}

static void gather_measures(void *context, const struct expression *name)
{
  uint32_t *measures = context;

  if (name->symbol && name->symbol->owner)
    *measures |= ((const struct origin *)name->symbol->owner)->measures;
}

/** The register of a dose, rounded to the tablet and never below 0; -1 after an error. */
static int dose_register(struct ruling *ruling, const struct formula *formula, uint32_t *measures)
{
  struct expression *expression = parsed(ruling, formula);
  const double step = ruling->intervention->step;
  int reg;

  if (!expression ||
      !expression_check_number(expression, &ruling->scope, ruling->intervention->unit,
                               ruling->planning->diagnostics))
    return -1;
  expression_names(expression, gather_measures, measures);
  reg = program_expression(ruling->builder, expression, ruling->intervention->unit);
  if (step > 0) {
    const int tablet = program_constant(ruling->builder, step);
    const int halves = program_operation(
        ruling->builder, OPERATION_ADD,
        program_operation(ruling->builder, OPERATION_DIVIDE, reg, tablet, 0),
        program_constant(ruling->builder, 0.5), 0);

    reg = program_operation(ruling->builder, OPERATION_MULTIPLY,
                            program_operation(ruling->builder, OPERATION_FLOOR, halves, 0, 0),
                            tablet, 0);
  }
  reg = program_operation(ruling->builder, OPERATION_MAX, program_constant(ruling->builder, 0), reg,
                          0);
  program_need(ruling->builder, SECTION_OUTPUTS, reg);
  return reg;
}

static int condition_register(struct ruling *ruling, const struct formula *formula,
                              uint32_t *measures)
{
  struct expression *expression = parsed(ruling, formula);
  int reg;

  if (!expression ||
      !expression_check_truth(expression, &ruling->scope, ruling->planning->diagnostics))
    return -1;
  expression_names(expression, gather_measures, measures);
  reg = program_expression(ruling->builder, expression, unit_one);
  program_need(ruling->builder, SECTION_OUTPUTS, reg);
  return reg;
}

static bool is_definition(const struct administration_entry *entry, const char *name)
{
  const struct named_formula *definitions = entry->definitions.items;

  for (size_t i = 0; i < entry->definitions.n; i++)
    if (definitions[i].name.text && strcmp(definitions[i].name.text, name) == 0) return true;
  return false;
}

static void unknown_definition(struct ruling *ruling, const struct yaml_node *key)
{
  const struct named_formula *definitions = ruling->entry->definitions.items;
  const size_t n = ruling->entry->definitions.n;
  const char **names = arena_new(ruling->planning->arena, n, sizeof *names);
  const struct text name = {key->text, key->at};

  for (size_t i = 0; i < n; i++) names[i] = definitions[i].name.text;
  text_unknown(&name, "is not a definition of this administration", n, names,
               ruling->planning->diagnostics);
}

/** In the order of the file; each sees those above it. */
static void add_definitions(struct ruling *ruling)
{
  const struct named_formula *definitions = ruling->entry->definitions.items;
  struct diagnostics *diagnostics = ruling->planning->diagnostics;

  for (size_t i = 0; i < ruling->entry->definitions.n; i++) {
    const struct named_formula *definition = &definitions[i];
    const struct yaml_node *unit_node = yaml_find(
        ruling->entry->units, definition->name.text ? definition->name.text : "");
    struct expression *expression = parsed(ruling, &definition->formula);
    struct unit unit = unit_one;
    uint32_t measures = 0;

    if (unit_node && (unit_node->kind != NODE_SCALAR || !unit_is(unit_node->text, &unit)))
      diagnostics_error(diagnostics, &unit_node->at, "unknown unit of '%.40s'",
                        definition->name.text);
    if (!definition->name.text) continue;
    if (scope_find(&ruling->scope, definition->name.text)) {
      diagnostics_error(diagnostics, &definition->name.at, "the name '%.40s' is taken already",
                        definition->name.text);
      continue;
    }
    if (!expression || !expression_check_number(expression, &ruling->scope, unit, diagnostics)) {
      add_symbol(ruling, &(struct symbol){.name = definition->name.text, .is_broken = true}, 0);
      continue;
    }
    expression_names(expression, gather_measures, &measures);
    add_symbol(ruling,
               &(struct symbol){.name = definition->name.text,
                                .unit = unit,
                                .reg = program_expression(ruling->builder, expression, unit)},
               measures);
  }
  for (int i = 0; ruling->entry->units && i < ruling->entry->units->n &&
                  ruling->entry->units->kind == NODE_MAPPING;
       i++)
    if (!is_definition(ruling->entry, ruling->entry->units->keys[i]->text))
      unknown_definition(ruling, ruling->entry->units->keys[i]);
}

static void check_action(struct ruling *ruling, const struct action_entry *entry, bool is_last)
{
  struct diagnostics *diagnostics = ruling->planning->diagnostics;

  if (!isnan(entry->hold_h) && entry->hold_until.node)
    diagnostics_error(diagnostics, &entry->at, "give 'hold' or 'hold_until', not both");
  if (entry->hold_until.node && isnan(entry->next_encounter_h))
    diagnostics_error(diagnostics, &entry->at,
                      "'hold_until' needs 'next_encounter', or it might wait for ever");
  if (!entry->when.node && !is_last)
    diagnostics_error(diagnostics, &entry->at,
                      "a line without 'when' always holds; lines after it are never reached");
}

static struct plan_action plan_action(struct ruling *ruling, const struct action_entry *entry,
                                      uint32_t *measures)
{
  struct plan_action action = {-1, -1, -1, 0, 0};

  if (entry->when.node) action.when = condition_register(ruling, &entry->when, measures);
  if (entry->hold_until.node)
    action.hold_until = condition_register(ruling, &entry->hold_until, measures);
  action.dose = dose_register(ruling, &entry->dose, measures);
  action.hold_min = plan_minutes(ruling->planning, entry->hold_h, &entry->at, "hold");
  action.next_encounter_min = plan_minutes(ruling->planning, entry->next_encounter_h, &entry->at,
                                           "next_encounter");
  return action;
}

/** What a rule reads must have been measured by its first day, in every scenario. */
static void check_measured(struct ruling *ruling, const struct rule_entry *entry,
                           const struct plan_rule *rule, uint32_t measures)
{
  const struct plan *plan = ruling->planning->plan;

  for (int s = 0; s < plan->n_scenarios && !ruling->planning->is_measure_missing; s++) {
    const struct plan_scenario *scenario = &plan->scenarios[s];
    uint32_t known = 0;

    for (int v = 0; v < scenario->n_visits; v++)
      if (scenario->visits[v].minute <= (rule->first_day - 1) * MINUTES_PER_DAY)
        known |= scenario->visits[v].measures;
    for (int m = 0; m < plan->n_measures; m++)
      if ((measures & ~known) >> m & 1) {
        diagnostics_error(ruling->planning->diagnostics, &entry->at,
                          "rule '%s' reads %s on day %d, before any encounter has measured it",
                          entry->name.text ? entry->name.text : "?", plan->measures[m].name,
                          rule->first_day);
        return;
      }
  }
}

static void plan_rule(struct ruling *ruling, const struct rule_entry *entry, struct plan_rule *rule)
{
  struct planning *planning = ruling->planning;
  const double *days = entry->days.items;
  const struct action_entry *table = entry->table.items;
  const size_t n = entry->table.n ? entry->table.n : 1;
  struct plan_action *actions = arena_new(planning->arena, n, sizeof *actions);
  uint32_t measures = 0;

  *rule = (struct plan_rule){.n_actions = (int)n, .actions = actions};
  if (entry->name.text)
    rule->code = plan_name(planning, planning->rule_names, &planning->n_rule_names,
                           entry->name.text);
  if (entry->days.n < 1 && !entry->days.items) return; /* reported */
  if (entry->days.n < 1 || entry->days.n > 2 || days[0] != floor(days[0]) ||
      days[entry->days.n - 1] < days[0] ||
      days[entry->days.n - 1] != floor(days[entry->days.n - 1])) {
    diagnostics_error(planning->diagnostics, &entry->at,
                      "'days' is one day, or the first and the last: [6, 84]");
    return;
  }
  rule->first_day = (int)days[0];
  rule->last_day = (int)days[entry->days.n - 1];
  if (!entry->table.n == !entry->dose.node)
    diagnostics_error(planning->diagnostics, &entry->at, "a rule needs either 'dose' or 'table'");
  if (entry->dose.node)
    actions[0] = (struct plan_action){-1, dose_register(ruling, &entry->dose, &measures), -1, 0, 0};
  for (size_t i = 0; i < entry->table.n; i++) {
    check_action(ruling, &table[i], i + 1 == entry->table.n);
    actions[i] = plan_action(ruling, &table[i], &measures);
  }
  if (entry->table.n && table[entry->table.n - 1].when.node)
    diagnostics_error(planning->diagnostics, &table[entry->table.n - 1].at,
                      "the last line of a table has no 'when', so that there is always a dose");
  check_measured(ruling, entry, rule, measures);
}

/** Windows ascend, do not overlap and leave no day of the course without a rule. */
static void check_windows(struct ruling *ruling)
{
  const struct plan_administration *administration = ruling->administration;
  const struct rule_entry *entries = ruling->entry->rules.items;
  int day = administration->start_min / MINUTES_PER_DAY + 1;
  const int last_day = (administration->end_min - 1) / MINUTES_PER_DAY + 1;

  for (int i = 0; i < administration->n_rules; i++) {
    const struct plan_rule *rule = &administration->rules[i];

    if (rule->first_day == 0) return; /* reported */
    if (rule->first_day != day)
      diagnostics_error(ruling->planning->diagnostics, &entries[i].at,
                        rule->first_day < day
                            ? "this rule begins on day %d, but day %d is the next without a rule"
                            : "this rule begins on day %d, but day %d has no rule",
                        rule->first_day, day);
    day = rule->last_day + 1;
  }
  if (day <= last_day && plan_has_end(ruling->planning))
    diagnostics_error(ruling->planning->diagnostics, &ruling->entry->at,
                      "days %d to %d of this administration have no rule", day, last_day);
}

static void plan_times(struct ruling *ruling)
{
  struct planning *planning = ruling->planning;
  const struct administration_entry *entry = ruling->entry;
  struct plan_administration *administration = ruling->administration;

  administration->start_min = plan_minutes(planning, entry->start_h, &entry->at, "start");
  administration->frequency_min = plan_minutes(planning, entry->frequency_h, &entry->at,
                                               "frequency");
  administration->infusion_min = plan_minutes(planning, entry->infusion_h, &entry->at, "infusion");
  administration->end_min = planning->plan->end_min;
  if (!isnan(entry->duration_h))
    administration->end_min = administration->start_min +
                              plan_minutes(planning, entry->duration_h, &entry->at, "duration");
  if (administration->start_min >= planning->plan->end_min ||
      administration->end_min > planning->plan->end_min)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "this administration lasts beyond the study, which ends at %g d",
                      planning->plan->end_min / (double)MINUTES_PER_DAY);
  if (administration->frequency_min > 0 &&
      administration->infusion_min > administration->frequency_min)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "'infusion' is longer than 'frequency'; infusions may not overlap");
  if (entry->rules.n > 0 &&
      (administration->frequency_min == 0 || administration->frequency_min % MINUTES_PER_DAY != 0))
    diagnostics_error(planning->diagnostics, &entry->at,
                      "rules need a 'frequency' of whole days, like P1D");
}

static void plan_administration(struct planning *planning, const struct administration_entry *entry,
                                struct plan_administration *administration)
{
  struct ruling ruling = {.planning = planning, .entry = entry, .administration = administration};
  struct plan_rule *rules = arena_new(planning->arena, entry->rules.n, sizeof *rules);
  const char **names = arena_new(planning->arena, (size_t)planning->plan->n_interventions,
                                 sizeof *names);
  uint32_t measures = 0;

  *administration = (struct plan_administration){
      .intervention = -1, .dose = -1, .rules = rules, .n_rules = (int)entry->rules.n};
  for (int i = 0; entry->intervention.text && i < planning->plan->n_interventions; i++)
    if (planning->plan->interventions[i].name &&
        strcmp(planning->plan->interventions[i].name, entry->intervention.text) == 0)
      administration->intervention = i;
  if (administration->intervention < 0) {
    for (int i = 0; i < planning->plan->n_interventions; i++)
      names[i] = planning->plan->interventions[i].name;
    if (entry->intervention.text)
      text_unknown(&entry->intervention, "is not an intervention of this protocol",
                   (size_t)planning->plan->n_interventions, names, planning->diagnostics);
    return;
  }
  if (!planning->plan->interventions[administration->intervention].unit_text) return; /* reported */
  ruling.intervention = &planning->plan->interventions[administration->intervention];
  ruling.builder = program_builder_create();
  ruling.lags = arena_new(planning->arena, MAX_LAG_DAYS + 1, sizeof *ruling.lags);
  administration->lags = ruling.lags;
  plan_times(&ruling);
  add_inputs(&ruling);
  add_definitions(&ruling);
  if (!entry->rules.n == !entry->dose.node)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "an administration needs either 'dose' or 'rules'");
  if (entry->dose.node) administration->dose = dose_register(&ruling, &entry->dose, &measures);
  if (entry->dose.node)
    administration->fixed_code = plan_name(planning, planning->rule_names, &planning->n_rule_names,
                                           "fixed");
  if (measures)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "a fixed dose may not read measurements; write a rule");
  for (size_t i = 0; i < entry->rules.n; i++)
    plan_rule(&ruling, (const struct rule_entry *)entry->rules.items + i, &rules[i]);
  if (entry->rules.n) check_windows(&ruling);
  administration->program = program_finish(ruling.builder, planning->arena);
  program_builder_destroy(&ruling.builder);
  scope_clear(&ruling.scope);
}

void plan_arms(struct planning *planning)
{
  const struct arm_entry *entries = planning->file->arms.items;
  struct plan *plan = planning->plan;
  struct plan_arm *arms = (struct plan_arm *)plan->arms;

  for (int i = 0; i < plan->n_arms; i++) {
    const struct administration_entry *lines = entries[i].administrations.items;
    const size_t n = entries[i].administrations.n;
    struct plan_administration *administrations = arena_new(planning->arena, n,
                                                            sizeof *administrations);

    for (size_t k = 0; k < n; k++) plan_administration(planning, &lines[k], &administrations[k]);
    arms[i].administrations = administrations;
    arms[i].n_administrations = (int)n;
    for (int other = 0; other < i; other++)
      if (arms[i].name && arms[other].name && strcmp(arms[i].name, arms[other].name) == 0)
        diagnostics_error(planning->diagnostics, &entries[i].name.at,
                          "two arms have the name '%.40s'", arms[i].name);
  }
}
