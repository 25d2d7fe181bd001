/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "plan/planning.h"

enum { MAX_REPLICATES = 9999999, MAX_PATIENTS = 16000000 };
enum { MAX_VISIT_NAMES = 5000 }; /* above 120 they are numbers in the results */
enum { MAX_NAMES = 120 };        /* categories are int8 in the results file */

int32_t plan_minutes(struct planning *planning, double time_h, const struct place *at,
                     const char *what)
{
  const double minutes = time_h * 60;
  const double whole = floor(minutes + 0.5);

  if (isnan(time_h)) return 0;
  if (fabs(minutes - whole) > 1e-6 || fabs(whole) > INT32_MAX / 2)
    diagnostics_error(planning->diagnostics, at,
                      "'%s' must be a whole number of minutes, at most 2,000 years", what);
  return fabs(whole) > INT32_MAX / 2 ? 0 : (int32_t)whole;
}

bool plan_has_end(const struct planning *planning)
{
  return !isnan(planning->file->study->duration_h);
}

int plan_name(struct planning *planning, const char **names, size_t *n, const char *name)
{
  for (size_t i = 0; i < *n; i++)
    if (strcmp(names[i], name) == 0) return (int)i;
  if (*n == (names == planning->visit_names ? MAX_VISIT_NAMES : MAX_NAMES)) {
    diagnostics_error(planning->diagnostics, &planning->file->at,
                      "more than %d different visit times or %d rules", MAX_VISIT_NAMES, MAX_NAMES);
    return 0;
  }
  names[*n] = name;
  return (int)(*n)++;
}

int plan_measure_named(const struct plan *plan, const char *name)
{
  for (int i = 0; i < plan->n_measures; i++)
    if (strcmp(plan->measures[i].name, name) == 0) return i;
  return -1;
}

int plan_covariate_named(const struct plan *plan, const char *name)
{
  for (int i = 0; plan->cohort && i < plan->cohort->n_covariates; i++)
    if (strcmp(plan->cohort->covariates[i].name, name) == 0) return i;
  return -1;
}

void plan_interventions(struct planning *planning)
{
  const struct intervention_entry *entries = planning->file->interventions.items;
  const size_t n = planning->file->interventions.n;
  struct plan_intervention *interventions = arena_new(planning->arena, n, sizeof *interventions);

  for (size_t i = 0; i < n; i++) {
    char message[256];
    const char *problem = NULL;

    interventions[i] = (struct plan_intervention){.name = entries[i].name.text,
                                                  .label = entries[i].label.text,
                                                  .unit_text = entries[i].unit.text};
    if (!entries[i].unit.text) continue; /* reported */
    if (!unit_is(entries[i].unit.text, &interventions[i].unit)) {
      diagnostics_error(planning->diagnostics, &entries[i].unit.at, "unknown unit '%.40s'",
                        entries[i].unit.text);
      interventions[i].unit_text = NULL;
    } else if (entries[i].step.text)
      problem = quantity_parse(entries[i].step.text, interventions[i].unit,
                               interventions[i].unit_text, &interventions[i].step, message);
    if (problem)
      diagnostics_error(planning->diagnostics, &entries[i].step.at, "%s", problem);
    else if (entries[i].step.text && !(interventions[i].step > 0))
      diagnostics_error(planning->diagnostics, &entries[i].step.at, "'step' must be positive");
  }
  planning->plan->interventions = interventions;
  planning->plan->n_interventions = (int)n;
}

/** The protocol's own conditions, one text or a list of them. */
static struct list eligibility(struct planning *planning)
{
  const struct yaml_node *node = planning->file->population->eligibility;
  const int n = !node ? 0 : node->kind == NODE_SCALAR ? 1 : node->n;
  struct formula *formulas = arena_new(planning->arena, (size_t)n, sizeof *formulas);

  for (int i = 0; i < n; i++) {
    const struct yaml_node *item = node->kind == NODE_SCALAR ? node : node->items[i];

    formulas[i] = (struct formula){item->text, item};
    if (item->kind == NODE_SCALAR && node->kind != NODE_MAPPING) continue;
    diagnostics_error(planning->diagnostics, &item->at,
                      "'eligibility' needs a list of conditions, like [\"AGE >= 18 a\"]");
    return (struct list){0};
  }
  return (struct list){.n = (size_t)n, .items = formulas};
}

static bool is_table_missing(struct planning *planning, const struct source *cohort)
{
  struct diagnostics *ignored = diagnostics_create(); /* cohort_compile() gives them */
  const struct text table = cohort_table_path(cohort, planning->arena, ignored);

  diagnostics_destroy(&ignored);
  return table.text && !plan_inputs_find(planning->inputs, INPUT_TABLE, NULL);
}

/** Columns that every table of patients has already. */
static const char *const taken[] = {"replicate", "pat", "USUBJID", "attempt"};

static void check_columns(struct planning *planning)
{
  const struct cohort *cohort = planning->plan->cohort;

  for (int i = 0; i < cohort->n_covariates; i++)
    for (size_t k = 0; k < sizeof taken / sizeof *taken; k++)
      if (strcmp(cohort->covariates[i].name, taken[k]) == 0)
        diagnostics_error(planning->diagnostics, &planning->file->population->cohort.at,
                          "the covariate '%s' has the name of a column of the results; rename it",
                          taken[k]);
}

static void build_cohort(struct planning *planning)
{
  const struct list conditions = eligibility(planning);
  const struct source *cohort = plan_inputs_find(planning->inputs, INPUT_COHORT, NULL);
  struct plan *plan = planning->plan;

  if (!cohort || is_table_missing(planning, cohort)) return; /* reported */
  plan->cohort = cohort_compile(cohort, plan_inputs_find(planning->inputs, INPUT_TABLE, NULL),
                                &conditions, planning->arena, planning->diagnostics);
  if (plan->cohort) check_columns(planning);
  if (plan->cohort && plan->cohort->n_rows > 0 && plan->cohort->n_rows < plan->n_patients)
    diagnostics_error(planning->diagnostics, &planning->file->population->at,
                      "the cohort's table has %lld patients, but 'size' asks for %lld",
                      (long long)plan->cohort->n_rows, (long long)plan->n_patients);
}

/** What results files count in one byte, and in one table. */
static void check_codes(struct planning *planning)
{
  const struct protocol_file *file = planning->file;
  const int64_t n_scenarios = file->scenarios.n ? (int64_t)file->scenarios.n : 1;

  if (file->scenarios.n > MAX_NAMES || file->interventions.n > MAX_NAMES)
    diagnostics_error(planning->diagnostics, &file->at, "more than %d scenarios or interventions",
                      MAX_NAMES);
  else if (file->simulation->replicates > MAX_REPLICATES / n_scenarios)
    diagnostics_error(planning->diagnostics, &file->simulation->at,
                      "more than %d replicates, scenarios counted", MAX_REPLICATES);
}

/** Into the records, so that the resolved copy says what was run. They are ours: just read. */
static void apply_changes(const struct protocol_file *file, const struct plan_changes *changes,
                          struct diagnostics *diagnostics)
{
  struct simulation_entry *simulation = (struct simulation_entry *)file->simulation;
  struct population_entry *population = (struct population_entry *)file->population;
  struct solver_entry *solver = (struct solver_entry *)simulation->solver;

  if (changes->replicates > 0) simulation->replicates = changes->replicates;
  if (changes->patients > 0) population->size = changes->patients;
  if (population->size > MAX_PATIENTS)
    diagnostics_error(diagnostics, &population->at, "more than %d patients in a replicate",
                      MAX_PATIENTS);
  if (changes->rtol > 0) solver->rtol = changes->rtol;
  for (int i = 0; changes->method && solver_method_names[i]; i++)
    if (strcmp(changes->method, solver_method_names[i]) == 0) solver->method = i;
}

const struct plan *plan_build(const struct plan_inputs *inputs, const struct plan_changes *changes,
                              struct arena *arena, struct diagnostics *diagnostics)
{
  const struct source *protocol = plan_inputs_find(inputs, INPUT_PROTOCOL, NULL);
  struct plan *plan = arena_new(arena, 1, sizeof *plan);
  struct planning planning = {
      .arena = arena, .diagnostics = diagnostics, .inputs = inputs, .plan = plan};

  if (!protocol) return NULL;
  if (protocol_base(protocol, arena).text && !plan_inputs_find(inputs, INPUT_BASE, NULL))
    return NULL;
  planning.file = protocol_read(protocol, plan_inputs_find(inputs, INPUT_BASE, NULL), arena,
                                diagnostics);
  if (!planning.file) return NULL;
  planning.is_read = diagnostics_n_errors(diagnostics) == 0;
  *plan = (struct plan){.file = planning.file, .inputs = inputs};
  /* Without these, nothing that follows would say anything new. */
  if (!planning.file->study || !planning.file->population || !planning.file->simulation ||
      !planning.file->truth)
    return NULL;
  apply_changes(planning.file, changes, diagnostics);
  planning.visit_names = arena_new(arena, MAX_VISIT_NAMES + 1, sizeof *planning.visit_names);
  planning.rule_names = arena_new(arena, MAX_NAMES + 1, sizeof *planning.rule_names);
  plan->solver_options = changes->solver_options ? changes->solver_options : "";
  plan->seed = (uint64_t)planning.file->simulation->seed;
  plan->n_replicates = planning.file->simulation->replicates;
  plan->n_patients = planning.file->population->size;
  plan->end_min = plan_minutes(&planning, planning.file->study->duration_h,
                               &planning.file->study->at, "duration");
  if (!plan_has_end(&planning)) plan->end_min = INT32_MAX / 4;
  build_cohort(&planning);
  check_codes(&planning);
  plan_interventions(&planning);
  plan_scenarios(&planning);
  plan_covariates(&planning);
  plan_allocation(&planning);
  plan_arms(&planning);
  plan_endpoints(&planning);
  plan_estimands(&planning);
  planning.visit_names[planning.n_visit_names++] = "unscheduled";
  plan->visit_names = planning.visit_names;
  plan->n_visit_names = (int)planning.n_visit_names;
  plan->rule_names = planning.rule_names;
  plan->n_rule_names = (int)planning.n_rule_names;
  return diagnostics_n_errors(diagnostics) == 0 ? plan : NULL;
}
