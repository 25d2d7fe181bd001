/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models with the trial's changes, what is measured, and when. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/planning.h"

enum { MAX_CHANGES = 64, MINUTES_PER_DAY = 1440 };

static void add_changes(struct planning *planning, const struct yaml_node *node, int kind,
                        struct model_change *changes, size_t *n)
{
  if (!node) return;
  if (node->kind != NODE_MAPPING) {
    diagnostics_error(planning->diagnostics, &node->at,
                      "changes of a model are name: value pairs, but this is %s",
                      yaml_kind_name(node));
    return;
  }
  for (int i = 0; i < node->n; i++) {
    const struct yaml_node *value = node->items[i];

    if (value->kind != NODE_SCALAR || *n == MAX_CHANGES) {
      diagnostics_error(planning->diagnostics, &value->at,
                        "a change of a model is one value (at most %d of them)", MAX_CHANGES);
      return;
    }
    changes[*n].kind = kind;
    changes[*n].name = (struct text){node->keys[i]->text, node->keys[i]->at};
    changes[(*n)++].value = (struct text){value->text, value->at};
  }
}

static const struct model *compile_truth(struct planning *planning, const struct truth_entry *truth)
{
  struct model_change *changes = arena_new(planning->arena, MAX_CHANGES, sizeof *changes);
  const struct source *source;
  size_t n = 0;

  if (!truth->model.text) return NULL;
  source = plan_inputs_find(planning->inputs, INPUT_MODEL, truth->model.text);
  if (!source) return NULL; /* could not be read: reported */
  add_changes(planning, truth->parameters, CHANGE_PARAMETER, changes, &n);
  add_changes(planning, truth->residual, CHANGE_RESIDUAL, changes, &n);
  add_changes(planning, truth->between_patients, CHANGE_BETWEEN_PATIENTS, changes, &n);
  add_changes(planning, truth->between_occasions, CHANGE_BETWEEN_OCCASIONS, changes, &n);
  return model_compile(source, n, changes, planning->arena, planning->diagnostics);
}

/** Categories of a cohort's covariate as those of a model's. */
static const int *map_categories(struct planning *planning, const struct place *at,
                                 const struct cohort_covariate *from,
                                 const struct model_covariate *to)
{
  int *map = arena_new(planning->arena, (size_t)from->n_categories, sizeof *map);

  for (int i = 0; i < from->n_categories; i++) {
    int k = 0;

    while (k < to->n_categories && strcmp(from->categories[i], to->categories[k]) != 0) k++;
    map[i] = k;
    if (k == to->n_categories)
      diagnostics_error(planning->diagnostics, at,
                        "category '%s' of %s in the cohort is unknown to the model",
                        from->categories[i], from->name);
  }
  return map;
}

static void link_covariates(struct planning *planning, struct plan_scenario *scenario,
                            const struct place *at)
{
  const struct model *model = scenario->model;
  struct plan_link *links = arena_new(planning->arena, (size_t)model->n_covariates, sizeof *links);

  for (int i = 0; i < model->n_covariates; i++) {
    const struct model_covariate *wanted = &model->covariates[i];
    const int found = plan_covariate_named(planning->plan, wanted->name);
    const struct cohort_covariate *have = found < 0 ? NULL
                                                    : &planning->plan->cohort->covariates[found];

    links[i] = (struct plan_link){.covariate = found, .factor = 1};
    if (!have)
      diagnostics_error(planning->diagnostics, at,
                        "the model needs the covariate '%s', which the cohort lacks", wanted->name);
    else if (!have->n_categories != !wanted->n_categories)
      diagnostics_error(planning->diagnostics, at, "'%s' is %s in the cohort, but not in the model",
                        wanted->name, have->n_categories ? "a category" : "a number");
    else if (have->n_categories)
      links[i].category = map_categories(planning, at, have, wanted);
    else if (!unit_same_dimension(have->unit, wanted->unit))
      diagnostics_error(planning->diagnostics, at,
                        "'%s' has the unit %s in the cohort, but %s in the model", wanted->name,
                        have->unit_text, wanted->unit_text);
    else
      links[i].factor = unit_factor(have->unit, wanted->unit);
  }
  scenario->links = links;
}

static void link_routes(struct planning *planning, struct plan_scenario *scenario)
{
  const struct plan *plan = planning->plan;
  const struct intervention_entry *entries = planning->file->interventions.items;
  const size_t n = (size_t)plan->n_interventions;
  int *routes = arena_new(planning->arena, n, sizeof *routes);
  double *factors = arena_new(planning->arena, n, sizeof *factors);

  for (size_t i = 0; i < n; i++) {
    const struct model *model = scenario->model;
    const char *names[64], *near;
    const struct unit unit = plan->interventions[i].unit;

    if (!entries[i].route.text || !plan->interventions[i].unit_text) continue; /* reported */
    routes[i] = model_route_named(model, entries[i].route.text);
    if (routes[i] >= 0) {
      const struct model_state *state = &model->states[model->routes[routes[i]].state];

      if (!unit_same_dimension(unit, state->unit))
        diagnostics_error(planning->diagnostics, &entries[i].at,
                          "doses in %s cannot go to the state %s of model %s, which is in %s",
                          plan->interventions[i].unit_text, state->name, model->name,
                          state->unit_text);
      else
        factors[i] = unit_factor(unit, state->unit);
      continue;
    }
    for (int r = 0; r < model->n_routes && r < 64; r++) names[r] = model->routes[r].name;
    near = nearest_word(entries[i].route.text,
                        (size_t)(model->n_routes < 64 ? model->n_routes : 64), names);
    diagnostics_error(planning->diagnostics, &entries[i].route.at,
                      "model %s has no route '%.40s'%s%s%s", model->name, entries[i].route.text,
                      near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  }
  scenario->routes = routes;
  scenario->dose_factors = factors;
}

/** The index of a measured output among the plan's measures, -1 when the model has none such. */
static int measure_of(struct planning *planning, struct plan_scenario *scenario,
                      const struct text *name)
{
  struct plan *plan = planning->plan;
  struct plan_measure *all = (struct plan_measure *)plan->measures;
  const int output = model_output_named(scenario->model, name->text);
  int index = plan_measure_named(plan, name->text);
  const struct model_output *o = output < 0 ? NULL : &scenario->model->outputs[output];

  if (!o) {
    const char *names[64], *near;
    int n = scenario->model->n_outputs < 64 ? scenario->model->n_outputs : 64;

    for (int i = 0; i < n; i++) names[i] = scenario->model->outputs[i].name;
    near = nearest_word(name->text, (size_t)n, names);
    diagnostics_error(planning->diagnostics, &name->at, "model %s has no output '%.40s'%s%s%s",
                      scenario->model->name, name->text, near ? "; did you mean '" : "",
                      near ? near : "", near ? "'?" : "");
    return -1;
  }
  if (index < 0) {
    if (plan->n_measures == MAX_MEASURES) {
      diagnostics_error(planning->diagnostics, &name->at, "more than %d outputs are measured",
                        MAX_MEASURES);
      return -1;
    }
    index = plan->n_measures++;
    all[index] = (struct plan_measure){o->name, o->label, o->unit_text, o->unit};
  }
  if (!unit_same_dimension(o->unit, all[index].unit)) {
    diagnostics_error(planning->diagnostics, &name->at,
                      "'%s' has the unit %s here, but %s in another scenario", name->text,
                      o->unit_text, all[index].unit_text);
    return -1;
  }
  scenario->outputs[index] = output;
  scenario->factors[index] = unit_factor(o->unit, all[index].unit);
  return index;
}

struct visit_list {
  struct plan_visit *visits;
  int n;
};

/** Two lines of the protocol may name one time: one visit, that measures what both ask for. */
static void add_visit(struct planning *planning, struct visit_list *list, int32_t minute,
                      uint32_t measures, const struct place *at)
{
  const int32_t day = minute / MINUTES_PER_DAY;
  const char *name = minute % MINUTES_PER_DAY == 0
                         ? arena_format(planning->arena, "day %d", day + 1)
                         : arena_format(planning->arena, "%g h", minute / 60.0);

  if (minute < 0 || minute > planning->plan->end_min) {
    diagnostics_error(planning->diagnostics, at,
                      "an encounter at %s is outside the study (it ends on day %g)", name,
                      planning->plan->end_min / (double)MINUTES_PER_DAY + 1);
    return;
  }
  for (int i = 0; i < list->n; i++) {
    if (list->visits[i].minute != minute) continue;
    list->visits[i].measures |= measures;
    return;
  }
  list->visits[list->n++] = (struct plan_visit){
      minute, measures, plan_name(planning, planning->visit_names, &planning->n_visit_names, name)};
}

static int by_time(const void *first, const void *second)
{
  const struct plan_visit *a = first, *b = second;

  return (a->minute > b->minute) - (a->minute < b->minute);
}

/** The same number twice in one list is a slip of the pen. */
static bool is_repeated(struct planning *planning, const struct list *list, size_t k)
{
  const double *values = list->items;

  for (size_t i = 0; i < k; i++) {
    if (values[i] != values[k]) continue;
    diagnostics_error(planning->diagnostics, &list->places[k], "%g stands twice in this list",
                      values[k]);
    return true;
  }
  return false;
}

static void plan_visits(struct planning *planning, struct plan_scenario *scenario,
                        const struct list *encounters)
{
  const struct encounter_entry *entries = encounters->items;
  struct visit_list list = {0};
  size_t room = 0;

  for (size_t i = 0; i < encounters->n; i++) room += entries[i].days.n + entries[i].times_h.n;
  list.visits = arena_new(planning->arena, room, sizeof *list.visits);
  for (size_t i = 0; i < encounters->n; i++) {
    const struct text *names = entries[i].measure.items;
    const double *days = entries[i].days.items, *times = entries[i].times_h.items;
    uint32_t measures = 0;

    if (entries[i].days.n + entries[i].times_h.n == 0)
      diagnostics_error(planning->diagnostics, &entries[i].at,
                        "an encounter needs 'days' or 'times'");
    for (size_t k = 0; k < entries[i].measure.n; k++) {
      const int index = names[k].text ? measure_of(planning, scenario, &names[k]) : -1;

      if (index >= 0)
        measures |= 1u << index;
      else
        planning->is_measure_missing = true;
    }
    for (size_t k = 0; k < entries[i].days.n; k++)
      if (!isnan(days[k]) && !is_repeated(planning, &entries[i].days, k))
        add_visit(planning, &list,
                  plan_minutes(planning, (days[k] - 1) * 24, &entries[i].days.places[k], "days"),
                  measures, &entries[i].days.places[k]);
    for (size_t k = 0; k < entries[i].times_h.n; k++)
      if (!isnan(times[k]) && !is_repeated(planning, &entries[i].times_h, k))
        add_visit(planning, &list,
                  plan_minutes(planning, times[k], &entries[i].times_h.places[k], "times"),
                  measures, &entries[i].times_h.places[k]);
  }
  qsort(list.visits, (size_t)list.n, sizeof *list.visits, by_time);
  scenario->visits = list.visits;
  scenario->n_visits = list.n;
}

static void choose_solver(struct planning *planning, struct plan_scenario *scenario)
{
  const struct model *model = scenario->model;
  const struct solver_entry *solver = planning->file->simulation->solver;
  const char *lack;

  scenario->solver = solver->method ? solver_method_names[solver->method]
                                    : model_method_name(model->method);
  lack = model_lacks(model, scenario->solver);
  if (lack)
    diagnostics_error(
        planning->diagnostics, &solver->at,
        "the solver '%s' needs what the model '%s' lacks: %s; choose 'auto', which is "
        "'%s' for this model",
        scenario->solver, model->name, lack, model_method_name(model->method));
}

static void plan_scenario(struct planning *planning, const struct scenario_entry *entry,
                          struct plan_scenario *scenario)
{
  const struct protocol_file *file = planning->file;
  const struct truth_entry *truth = entry && entry->truth ? entry->truth : file->truth;

  scenario->name = entry ? entry->name.text : "base";
  scenario->label = entry ? entry->label.text : "as published";
  for (int i = 0; i < MAX_MEASURES; i++) scenario->outputs[i] = -1;
  if (!isnan(truth->occasion_h))
    scenario->occasion_min = plan_minutes(planning, truth->occasion_h, &truth->at, "occasion");
  scenario->model = compile_truth(planning, truth);
  if (!scenario->model) planning->is_measure_missing = true;
  if (!scenario->model) return;
  choose_solver(planning, scenario);
  if (planning->plan->cohort) link_covariates(planning, scenario, &truth->model.at);
  link_routes(planning, scenario);
  plan_visits(planning, scenario,
              entry && entry->encounters.n ? &entry->encounters : &file->encounters);
}

/** Uncertainty is asked for, and no model tells how much there is. */
static void check_uncertainty(struct planning *planning)
{
  const struct simulation_entry *simulation = planning->file->simulation;

  if (!simulation->parameter_uncertainty) return;
  for (int i = 0; i < planning->plan->n_scenarios; i++) {
    const struct model *model = planning->plan->scenarios[i].model;

    if (!model || model->n_thetas > 0) return;
  }
  diagnostics_error(planning->diagnostics, &simulation->at,
                    "'parameter_uncertainty' needs a model with the key 'uncertainty'; %s has none",
                    planning->plan->scenarios[0].model->name);
}

void plan_scenarios(struct planning *planning)
{
  const struct scenario_entry *entries = planning->file->scenarios.items;
  struct plan *plan = planning->plan;
  const int n = planning->file->scenarios.n ? (int)planning->file->scenarios.n : 1;
  struct plan_scenario *scenarios = arena_new(planning->arena, (size_t)n, sizeof *scenarios);

  plan->measures = arena_new(planning->arena, MAX_MEASURES, sizeof *plan->measures);
  plan->n_scenarios = n;
  plan->scenarios = scenarios;
  for (int i = 0; i < n; i++)
    plan_scenario(planning, planning->file->scenarios.n ? &entries[i] : NULL, &scenarios[i]);
  check_uncertainty(planning);
  /* a rule or an endpoint may read a measure in every scenario */
  for (int i = 0; i < n; i++)
    for (int m = 0; !planning->is_measure_missing && m < plan->n_measures; m++)
      if (scenarios[i].outputs[m] < 0)
        diagnostics_error(planning->diagnostics,
                          planning->file->scenarios.n ? &entries[i].at : &planning->file->at,
                          "scenario '%s' does not measure '%s', which another scenario measures",
                          scenarios[i].name, plan->measures[m].name);
}
