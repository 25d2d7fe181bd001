/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/study_tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "twin/effects.h"

enum { MAX_CATEGORIES = 120 }; /* codes are int8 */

/** A list of names as a column of codes, so that no text is of variable length. */
struct names {
  const char *column, *label;
  const char **names;
  int n;
};

static const char **new_names(struct arena *arena, int n)
{
  return arena_new(arena, (size_t)n, sizeof(const char *));
}

/** Categories are unique: readers make factors of them. Returns the code of `name`. */
static int code_of(struct names *list, const char *name)
{
  for (int i = 0; i < list->n; i++)
    if (strcmp(list->names[i], name) == 0) return i;
  list->names[list->n] = name;
  return list->n++;
}

static bool is_name_of(const struct names *list, const char *name)
{
  for (int i = 0; i < list->n; i++)
    if (strcmp(list->names[i], name) == 0) return true;
  return false;
}

static struct names empty_names(struct arena *arena, const char *column, const char *label, int n)
{
  return (struct names){column, label, arena_new(arena, (size_t)n, sizeof(const char *)), 0};
}

/** Two columns of names beside each other, row by row, and perhaps a third of numbers. */
static void names_table(struct arena *arena, const struct table_layout *about,
                        const struct names *lists, const struct column *number,
                        struct column_table *table)
{
  struct table_layout *layout = arena_new(arena, 1, sizeof *layout);
  struct column *columns = arena_new(arena, 3, sizeof *columns);
  struct names kept[2];

  for (int c = 0; c < 2; c++) {
    kept[c] = empty_names(arena, lists[c].column, lists[c].label, lists[c].n);
    for (int i = 0; i < lists[c].n; i++) code_of(&kept[c], lists[c].names[i]);
    columns[c] = (struct column){.name = kept[c].column,
                                 .type = COLUMN_CODE,
                                 .label = kept[c].label,
                                 .n_categories = kept[c].n,
                                 .categories = kept[c].names};
  }
  if (number) columns[2] = *number;
  *layout = (struct table_layout){about->path, about->label, number ? 3 : 2, columns};
  column_table_create(layout, table);
  for (int i = 0; i < lists[0].n; i++) {
    const size_t row = column_table_add_row(table);

    for (int c = 0; c < 2; c++)
      column_table_int(table, row, c, code_of(&kept[c], lists[c].names[i]));
  }
}

static void arms_table(const struct plan *plan, struct arena *arena, struct column_table *table)
{
  struct names lists[] = {{"arm", "Arm", new_names(arena, plan->n_arms), plan->n_arms},
                          {"label", "What it is", new_names(arena, plan->n_arms), plan->n_arms}};

  for (int i = 0; i < plan->n_arms; i++) {
    lists[0].names[i] = plan->arms[i].name;
    lists[1].names[i] = plan->arms[i].label[0] ? plan->arms[i].label : plan->arms[i].name;
  }
  names_table(
      arena, &(struct table_layout){"/study/arms", "Arms of the trial", 0, NULL}, lists,
      &(struct column){.name = "ratio", .type = COLUMN_INT32, .label = "Share in the allocation"},
      table);
  for (int i = 0; i < plan->n_arms; i++) column_table_int(table, (size_t)i, 2, plan->arms[i].ratio);
}

static void interventions_table(const struct plan *plan, struct arena *arena,
                                struct column_table *table)
{
  const int n = plan->n_interventions;
  struct names lists[] = {{"treatment", "What is given", new_names(arena, n), n},
                          {"unit", "Unit of amounts", new_names(arena, n), n}};

  for (int i = 0; i < n; i++) {
    lists[0].names[i] = plan->interventions[i].name;
    lists[1].names[i] = plan->interventions[i].unit_text;
  }
  names_table(
      arena, &(struct table_layout){"/study/interventions", "What is given", 0, NULL}, lists,
      &(struct column){
          .name = "step", .type = COLUMN_REAL, .label = "Doses are multiples of this, 0: any"},
      table);
  for (int i = 0; i < n; i++) column_table_real(table, (size_t)i, 2, plan->interventions[i].step);
}

static void measures_table(const struct plan *plan, struct arena *arena, struct column_table *table)
{
  const int n = plan->n_measures;
  struct names lists[] = {{"analyte", "What is measured", new_names(arena, n), n},
                          {"unit", "Unit of values", new_names(arena, n), n}};

  for (int i = 0; i < n; i++) {
    lists[0].names[i] = plan->measures[i].name;
    lists[1].names[i] = plan->measures[i].unit_text;
  }
  names_table(arena, &(struct table_layout){"/study/analytes", "What is measured", 0, NULL}, lists,
              NULL, table);
}

/** Which scenario a replicate belongs to, and its number there. */
static void replicates_table(const struct plan *plan, struct arena *arena,
                             struct column_table *table)
{
  struct table_layout *layout = arena_new(arena, 1, sizeof *layout);
  struct column *columns = arena_new(arena, 3, sizeof *columns);
  const char **names = arena_new(arena, (size_t)plan->n_scenarios, sizeof *names);

  for (int s = 0; s < plan->n_scenarios; s++) names[s] = plan->scenarios[s].name;
  columns[0] = (struct column){
      .name = "replicate", .type = COLUMN_INT32, .label = "Replicate of the trial"};
  columns[1] = (struct column){.name = "scenario",
                               .type = COLUMN_CODE,
                               .label = "Scenario",
                               .n_categories = plan->n_scenarios,
                               .categories = names};
  columns[2] = (struct column){
      .name = "within", .type = COLUMN_INT32, .label = "Replicate within the scenario"};
  *layout = (struct table_layout){"/study/replicates", "Replicates of the trial", 3, columns};
  column_table_create(layout, table);
  for (int64_t i = 0; i < plan->n_scenarios * plan->n_replicates; i++) {
    const size_t row = column_table_add_row(table);

    column_table_int(table, row, 0, i + 1);
    column_table_int(table, row, 1, i / plan->n_replicates);
    column_table_int(table, row, 2, i % plan->n_replicates + 1);
  }
}

struct column visit_column(const struct plan *plan)
{
  struct column column = {.name = "visit", .type = COLUMN_INT16, .label = "Encounter, a number"};

  if (plan->n_visit_names <= MAX_CATEGORIES)
    column = (struct column){.name = "visit",
                             .type = COLUMN_CODE,
                             .label = "Encounter",
                             .n_categories = plan->n_visit_names,
                             .categories = plan->visit_names};
  return column;
}

/** When each scenario's planned encounters are. */
static void visits_table(const struct plan *plan, struct arena *arena, struct column_table *table)
{
  const char **scenarios = new_names(arena, plan->n_scenarios);
  struct table_layout *layout = arena_new(arena, 1, sizeof *layout);
  struct column *columns = arena_new(arena, 3, sizeof *columns);

  for (int s = 0; s < plan->n_scenarios; s++) scenarios[s] = plan->scenarios[s].name;
  columns[0] = (struct column){.name = "scenario",
                               .type = COLUMN_CODE,
                               .label = "Scenario",
                               .n_categories = plan->n_scenarios,
                               .categories = scenarios};
  columns[1] = visit_column(plan);
  columns[2] = (struct column){
      .name = "time_h", .type = COLUMN_REAL, .units = "h", .label = "Planned time"};
  *layout = (struct table_layout){"/study/visits", "Planned encounters", 3, columns};
  column_table_create(layout, table);
  for (int s = 0; s < plan->n_scenarios; s++) {
    for (int v = 0; v < plan->scenarios[s].n_visits; v++) {
      const size_t row = column_table_add_row(table);

      column_table_int(table, row, 0, s);
      column_table_int(table, row, 1, plan->scenarios[s].visits[v].code);
      column_table_real(table, row, 2, plan->scenarios[s].visits[v].minute / 60.0);
    }
  }
}

static void endpoints_table(const struct plan *plan, struct arena *arena,
                            struct column_table *table)
{
  const int n = plan->n_endpoints;
  struct names lists[] = {{"endpoint", "Endpoint", new_names(arena, n), n},
                          {"type", "How it is computed", new_names(arena, n), n}};

  for (int i = 0; i < n; i++) {
    lists[0].names[i] = plan->endpoints[i].entry->name.text;
    lists[1].names[i] = endpoint_type_names[plan->endpoints[i].entry->type];
  }
  names_table(arena, &(struct table_layout){"/study/endpoints", "Endpoints", 0, NULL}, lists, NULL,
              table);
}

static void estimands_table(const struct plan *plan, struct arena *arena,
                            struct column_table *table)
{
  const struct estimand_entry *estimands = plan->file->estimands.items;
  const int n = (int)plan->file->estimands.n;
  struct names lists[] = {{"estimand", "Estimand", new_names(arena, n), n},
                          {"summary", "Population-level summary", new_names(arena, n), n}};

  for (int i = 0; i < n; i++) {
    lists[0].names[i] = estimands[i].name.text;
    lists[1].names[i] = summary_names[estimands[i].summary];
  }
  names_table(arena, &(struct table_layout){"/study/estimands", "Estimands", 0, NULL}, lists, NULL,
              table);
}

static struct column names_column(const struct names *names)
{
  return (struct column){.name = names->column,
                         .type = COLUMN_CODE,
                         .label = names->label,
                         .n_categories = names->n,
                         .categories = names->names};
}

static void add_parameters(const struct plan *plan, int scenario, struct names *names,
                           struct names *units, struct column_table *table)
{
  const struct model *model = plan->scenarios[scenario].model;

  for (int i = 0; i < model->n_parameters; i++) {
    const struct model_parameter *parameter = &model->parameters[i];
    size_t row;

    if (names->n == MAX_CATEGORIES) {
      column_table_empty(table); /* all or none; the models' texts are in the file */
      return;
    }
    row = column_table_add_row(table);
    column_table_int(table, row, 0, scenario);
    column_table_int(table, row, 1, code_of(names, parameter->name));
    column_table_real(table, row, 2, parameter->typical);
    column_table_int(table, row, 3, code_of(units, parameter->unit_text));
    column_table_real(table, row, 4, parameter->eta_sd);
    column_table_real(table, row, 5, parameter->kappa_sd);
  }
}

/** Typical values and variability as they were in each scenario, with the protocol's changes. */
static void parameters_table(const struct plan *plan, struct arena *arena,
                             struct column_table *table)
{
  struct table_layout *layout = arena_new(arena, 1, sizeof *layout);
  struct column *columns = arena_new(arena, 6, sizeof *columns);
  struct names scenarios = empty_names(arena, "scenario", "Scenario", plan->n_scenarios);
  struct names names = empty_names(arena, "parameter", "Parameter of the model", MAX_CATEGORIES);
  struct names units = empty_names(arena, "unit", "Unit of the typical value", MAX_CATEGORIES);

  for (int s = 0; s < plan->n_scenarios; s++) code_of(&scenarios, plan->scenarios[s].name);
  columns[1].type = columns[3].type = columns[0].type = COLUMN_CODE;
  columns[2] = (struct column){
      .name = "typical", .type = COLUMN_REAL, .label = "Typical value; missing if by category"};
  columns[4] = (struct column){
      .name = "eta_sd", .type = COLUMN_REAL, .label = "SD between patients"};
  columns[5] = (struct column){
      .name = "kappa_sd", .type = COLUMN_REAL, .label = "SD between occasions"};
  *layout = (struct table_layout){"/study/parameters", "The truth that was simulated", 6, columns};
  column_table_create(layout, table);
  for (int s = 0; s < plan->n_scenarios; s++) add_parameters(plan, s, &names, &units, table);
  columns[0] = names_column(&scenarios);
  columns[1] = names_column(&names);
  columns[3] = names_column(&units);
}

static void add_population(const struct plan *plan, int64_t replicate, struct names *names,
                           struct column_table *table)
{
  const struct model *model = plan->scenarios[replicate / plan->n_replicates].model;
  const uint32_t within = (uint32_t)(replicate % plan->n_replicates + 1);
  double *thetas = memory_new((size_t)model->n_thetas, sizeof *thetas);

  effects_of_replicate(model, plan->seed, within, thetas);
  for (int i = 0; i < model->n_thetas; i++) {
    const char *name = model->parameters[model->thetas[i].parameter].name;
    size_t row;

    if (names->n == MAX_CATEGORIES && !is_name_of(names, name)) continue; /* codes are int8 */
    row = column_table_add_row(table);
    column_table_int(table, row, 0, replicate + 1);
    column_table_int(table, row, 1, code_of(names, name));
    column_table_real(table, row, 2, thetas[i]);
    column_table_real(table, row, 3, effects_typical(model, i, thetas[i]));
  }
  free(thetas);
}

/** Typical values as each replicate has drawn them. */
static void population_table(const struct plan *plan, struct arena *arena,
                             struct column_table *table)
{
  struct table_layout *layout = arena_new(arena, 1, sizeof *layout);
  struct column *columns = arena_new(arena, 4, sizeof *columns);
  struct names names = empty_names(arena, "parameter", "Parameter of the model", MAX_CATEGORIES);

  columns[0] = (struct column){
      .name = "replicate", .type = COLUMN_INT32, .label = "Replicate of the trial"};
  columns[1].type = COLUMN_CODE;
  columns[2] = (struct column){
      .name = "theta", .type = COLUMN_REAL, .label = "Deviation, on the scale of its uncertainty"};
  columns[3] = (struct column){
      .name = "typical", .type = COLUMN_REAL, .label = "Typical value; missing if by category"};
  *layout = (struct table_layout){"/truth/population", "Population parameters of the replicates", 4,
                                  columns};
  column_table_create(layout, table);
  for (int64_t r = 0; r < plan->n_scenarios * plan->n_replicates; r++)
    add_population(plan, r, &names, table);
  columns[1] = names_column(&names);
}

/** Solvers of the scenarios: auto chooses by the model, so this is a function of the inputs. */
static void solvers_table(const struct plan *plan, struct arena *arena, struct column_table *table)
{
  const int n = plan->n_scenarios;
  struct table_layout *layout = arena_new(arena, 1, sizeof *layout);
  struct column *columns = arena_new(arena, 3, sizeof *columns);
  struct names lists[] = {empty_names(arena, "scenario", "Scenario", n),
                          empty_names(arena, "model", "Model of the truth", n),
                          empty_names(arena, "solver", "How its equations are solved", n)};

  *layout = (struct table_layout){"/study/solvers", "Solvers", 3, columns};
  for (int c = 0; c < 3; c++) columns[c].type = COLUMN_CODE;
  column_table_create(layout, table);
  for (int s = 0; s < n; s++) {
    const struct plan_scenario *scenario = &plan->scenarios[s];
    const char *const of[] = {scenario->name, scenario->model->name, scenario->solver};
    const size_t row = column_table_add_row(table);

    for (int c = 0; c < 3; c++) column_table_int(table, row, c, code_of(&lists[c], of[c]));
  }
  for (int c = 0; c < 3; c++) columns[c] = names_column(&lists[c]);
}

void study_tables_create(const struct plan *plan, struct arena *arena, int *n,
                         struct column_table **tables)
{
  static void (*const all[])(const struct plan *, struct arena *, struct column_table *) = {
      arms_table,      interventions_table, measures_table,   visits_table, replicates_table,
      endpoints_table, estimands_table,     parameters_table, solvers_table};

  *n = (int)(sizeof all / sizeof *all);
  *tables = arena_new(arena, (size_t)*n + 1, sizeof **tables);
  for (int i = 0; i < *n; i++) all[i](plan, arena, &(*tables)[i]);
  if (plan->file->simulation->parameter_uncertainty)
    population_table(plan, arena, &(*tables)[(*n)++]);
}
