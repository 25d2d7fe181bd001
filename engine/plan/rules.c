/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Administrations and the rules by which their doses are decided, compiled to one program each. A
 * rule reads what a physician could know at that time; the hidden truth has no names here. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "plan/ruling.h"

enum { MINUTES_PER_DAY = 1440, MAX_LAG_DAYS = 366 };

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
    ruling_add_symbol(ruling, &(struct symbol){.name = name->name, .is_broken = true}, 0);
    return;
  }
  ruling->lags[administration->n_lags] = (struct plan_lag){
      days, program_input(ruling->builder, PHASE_STATE)};
  ruling_add_symbol(ruling,
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
      ruling_add_symbol(ruling, &(struct symbol){.name = definition->name.text, .is_broken = true},
                        0);
      continue;
    }
    expression_names(expression, gather_measures, &measures);
    ruling_add_symbol(
        ruling,
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

/** The first day stays 0 after an error. */
static void read_days(struct planning *planning, const struct rule_entry *entry,
                      struct plan_rule *rule)
{
  const double *days = entry->days.items;
  const double first = entry->days.n ? days[0] : 0;
  const double last = entry->days.n ? days[entry->days.n - 1] : 0;

  if (!days || isnan(first) || isnan(last)) return; /* reported */
  if (entry->days.n < 1 || entry->days.n > 2 || first != floor(first) || last != floor(last) ||
      last < first) {
    diagnostics_error(planning->diagnostics, &entry->at,
                      "'days' is one day, or the first and the last: [6, 84]");
    return;
  }
  rule->first_day = (int)first;
  rule->last_day = (int)last;
}

static void plan_rule(struct ruling *ruling, const struct rule_entry *entry, struct plan_rule *rule)
{
  struct planning *planning = ruling->planning;
  const struct action_entry *table = entry->table.items;
  const size_t n = entry->table.n ? entry->table.n : 1;
  struct plan_action *actions = arena_new(planning->arena, n, sizeof *actions);
  uint32_t measures = 0;

  *rule = (struct plan_rule){.n_actions = (int)n, .actions = actions};
  if (entry->name.text)
    rule->code = plan_name(planning, planning->rule_names, &planning->n_rule_names,
                           entry->name.text);
  read_days(planning, entry, rule);
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
  if (rule->first_day > 0) check_measured(ruling, entry, rule, measures);
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
  ruling_add_inputs(&ruling);
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
  if (!administration->program)
    diagnostics_error(planning->diagnostics, &entry->at, "the rules are too large");
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
