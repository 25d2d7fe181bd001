/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariates that change during the study. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "expression/program_builder.h"
#include "plan/planning.h"

enum { MOST_COURSES = 120 }; /* their codes in the results are int8 */

/** The courses while their expressions are compiled to one program. */
struct coursing {
  struct planning *planning;
  struct scope scope;
  struct program_builder *builder;
};

/** An expression may read all covariates, as they were at first, and TIME. */
static void add_inputs(struct coursing *coursing)
{
  struct plan *plan = coursing->planning->plan;
  struct symbol time = {.name = "TIME"};

  for (int i = 0; i < plan->cohort->n_covariates; i++) {
    const struct cohort_covariate *covariate = &plan->cohort->covariates[i];
    const int reg = program_input(coursing->builder, PHASE_STATE);

    if (i == 0) plan->first_course_input = reg;
    scope_add(&coursing->scope, coursing->planning->arena,
              &(struct symbol){.name = covariate->name,
                               .type = covariate->n_categories ? VALUE_CATEGORY : VALUE_NUMBER,
                               .unit = covariate->unit,
                               .n_categories = covariate->n_categories,
                               .categories = covariate->categories,
                               .reg = reg});
  }
  unit_is("h", &time.unit);
  time.reg = plan->course_time = program_input(coursing->builder, PHASE_STATE);
  scope_add(&coursing->scope, coursing->planning->arena, &time);
}

/** One value of a table: a quantity in the covariate's unit, or a category. */
static double read_value(struct planning *planning, const struct yaml_node *node,
                         const struct cohort_covariate *covariate)
{
  const struct text name = {node->text, node->at};
  double value = (double)NAN;
  char message[256];
  const char *problem;

  if (node->kind != NODE_SCALAR) {
    diagnostics_error(planning->diagnostics, &node->at, "a value of '%s' is needed here",
                      covariate->name);
    return value;
  }
  if (covariate->n_categories > 0) {
    for (int c = 0; c < covariate->n_categories; c++)
      if (strcmp(covariate->categories[c], node->text) == 0) return c;
    text_unknown(&name, "is not a category of this covariate", (size_t)covariate->n_categories,
                 covariate->categories, planning->diagnostics);
    return value;
  }
  problem = quantity_parse(node->text, covariate->unit, covariate->unit_text, &value, message);
  if (problem) diagnostics_error(planning->diagnostics, &node->at, "%s", problem);
  return value;
}

static void read_times(struct planning *planning, const struct covariate_course_entry *entry,
                       struct plan_course *course)
{
  const double *times = entry->times_h.items;
  int32_t *minutes = arena_new(planning->arena, entry->times_h.n, sizeof *minutes);

  course->every_min = plan_minutes(planning, entry->every_h, &entry->at, "every");
  course->n = (int)entry->times_h.n;
  course->minutes = minutes;
  if ((course->n > 0) == !isnan(entry->every_h))
    diagnostics_error(planning->diagnostics, &entry->at,
                      "a covariate changes either at 'times' or 'every' so often");
  for (int i = 0; i < course->n; i++) {
    const struct place *at = &entry->times_h.places[i];

    if (isnan(times[i])) return; /* reported */
    minutes[i] = plan_minutes(planning, times[i], at, "times");
    if (i > 0 && minutes[i] <= minutes[i - 1])
      diagnostics_error(planning->diagnostics, at, "'times' must ascend");
    if (minutes[i] > planning->plan->end_min)
      diagnostics_error(planning->diagnostics, at, "this is after the end of the study");
  }
}

static void read_values(struct planning *planning, const struct covariate_course_entry *entry,
                        struct plan_course *course)
{
  const struct yaml_node *node = entry->values;
  double *values = arena_new(planning->arena, (size_t)course->n, sizeof *values);

  course->values = values;
  if (node->kind != NODE_SEQUENCE || node->n != course->n) {
    diagnostics_error(planning->diagnostics, &node->at,
                      "'values' needs one value for each of the %d 'times'", course->n);
    return;
  }
  for (int i = 0; i < course->n; i++)
    values[i] = read_value(planning, node->items[i],
                           &planning->plan->cohort->covariates[course->covariate]);
}

static void read_expression(struct coursing *coursing, const struct covariate_course_entry *entry,
                            struct plan_course *course)
{
  struct planning *planning = coursing->planning;
  const struct cohort_covariate *covariate = &planning->plan->cohort->covariates[course->covariate];
  struct expression *expression = expression_parse(&entry->expression, planning->arena,
                                                   planning->diagnostics);

  if (!expression) return;
  if (covariate->n_categories > 0) {
    diagnostics_error(planning->diagnostics, &expression->at,
                      "'%s' is a category; give 'times' and 'values'", covariate->name);
    return;
  }
  if (!expression_check_number(expression, &coursing->scope, covariate->unit,
                               planning->diagnostics))
    return;
  course->reg = program_expression(coursing->builder, expression, covariate->unit);
  program_need(coursing->builder, SECTION_OUTPUTS, course->reg);
}

static void plan_course(struct coursing *coursing, const struct covariate_course_entry *entry,
                        struct plan_course *course)
{
  struct planning *planning = coursing->planning;
  const struct cohort *cohort = planning->plan->cohort;
  const char **names = arena_new(planning->arena, (size_t)cohort->n_covariates, sizeof *names);

  course->covariate = entry->name.text ? plan_covariate_named(planning->plan, entry->name.text)
                                       : -1;
  for (int i = 0; i < cohort->n_covariates; i++) names[i] = cohort->covariates[i].name;
  if (course->covariate < 0) {
    if (entry->name.text)
      text_unknown(&entry->name, "is not a covariate of the cohort, which says its value at first",
                   (size_t)cohort->n_covariates, names, planning->diagnostics);
    return;
  }
  read_times(planning, entry, course);
  if (!entry->values == !entry->expression.node)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "a covariate that changes needs either 'values' or an 'expression'");
  else if (entry->values)
    read_values(planning, entry, course);
  else
    read_expression(coursing, entry, course);
}

void plan_covariates(struct planning *planning)
{
  const struct covariate_course_entry *entries = planning->file->covariates.items;
  const size_t n = planning->file->covariates.n;
  struct plan_course *courses = arena_new(planning->arena, n, sizeof *courses);
  struct coursing coursing = {.planning = planning};
  struct plan *plan = planning->plan;

  if (n == 0 || !plan->cohort) return; /* or reported */
  if (n > MOST_COURSES) {
    diagnostics_error(planning->diagnostics, &entries[MOST_COURSES].at,
                      "more than %d covariates change", MOST_COURSES);
    return;
  }
  plan->n_courses = (int)n;
  plan->courses = courses;
  coursing.builder = program_builder_create();
  add_inputs(&coursing);
  for (size_t i = 0; i < n; i++) plan_course(&coursing, &entries[i], &courses[i]);
  plan->course_program = program_finish(coursing.builder, planning->arena);
  if (!plan->course_program)
    diagnostics_error(planning->diagnostics, &planning->file->at, "the courses are too large");
  program_builder_destroy(&coursing.builder);
  scope_clear(&coursing.scope);
}
