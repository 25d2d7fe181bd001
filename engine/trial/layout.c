/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/layout.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "trial/study_tables.h"
#include "twin/life.h"

enum { MAX_LABEL = 40 };

/** Columns of one table while it is put together. */
struct columns {
  struct arena *arena;
  struct column *items;
  int n, capacity;
};

/** As much as SAS keeps, without half a character of UTF-8. */
static size_t label_length(const char *label)
{
  size_t length = MAX_LABEL;

  while (length > 0 && ((unsigned char)label[length] & 0xc0) == 0x80) length--;
  return length;
}

static void add(struct columns *columns, struct column column)
{
  if (columns->n == columns->capacity) {
    struct column *more = arena_new(columns->arena, (size_t)columns->capacity * 2 + 16,
                                    sizeof *more);

    if (columns->n) memcpy(more, columns->items, (size_t)columns->n * sizeof *more);
    columns->items = more;
    columns->capacity = columns->capacity * 2 + 16;
  }
  if (column.label && strlen(column.label) > MAX_LABEL)
    column.label = arena_text(columns->arena, column.label, label_length(column.label));
  columns->items[columns->n++] = column;
}

static void real(struct columns *columns, const char *name, const char *units, const char *label)
{
  add(columns, (struct column){.name = name, .type = COLUMN_REAL, .units = units, .label = label});
}

static void integer(struct columns *columns, const char *name, enum column_type type,
                    const char *label)
{
  add(columns, (struct column){.name = name, .type = type, .label = label});
}

static void code(struct columns *columns, const char *name, const char *label, int n,
                 const char *const *categories)
{
  add(columns, (struct column){.name = name,
                               .type = COLUMN_CODE,
                               .label = label,
                               .n_categories = n,
                               .categories = categories});
}

static struct columns begin(struct arena *arena)
{
  struct columns columns = {.arena = arena};

  integer(&columns, "replicate", COLUMN_INT32, "Replicate of the trial");
  integer(&columns, "pat", COLUMN_INT32, "Patient within the replicate");
  return columns;
}

static struct table_layout end(const struct columns *columns, const char *path, const char *label)
{
  return (struct table_layout){path, label, columns->n, columns->items};
}

static void arm_column(struct columns *columns, const struct plan *plan)
{
  const char **names = arena_new(columns->arena, (size_t)plan->n_arms, sizeof *names);

  for (int i = 0; i < plan->n_arms; i++) names[i] = plan->arms[i].name;
  code(columns, "arm", "Arm", plan->n_arms, names);
}

static struct table_layout cohort_table(const struct plan *plan, struct arena *arena)
{
  struct columns columns = begin(arena);

  add(&columns, (struct column){.name = "USUBJID",
                                .type = COLUMN_TEXT16,
                                .label = "Unique subject identifier"});
  integer(&columns, "attempt", COLUMN_INT16, "Draw that was eligible; 0 is the first");
  for (int i = 0; i < plan->cohort->n_covariates; i++) {
    const struct cohort_covariate *covariate = &plan->cohort->covariates[i];

    if (covariate->n_categories)
      code(&columns, covariate->name, covariate->label, covariate->n_categories,
           covariate->categories);
    else
      real(&columns, covariate->name, covariate->unit_text, covariate->label);
  }
  return end(&columns, "/cohort", "Covariates at baseline");
}

static struct table_layout randomisation_table(const struct plan *plan, struct arena *arena)
{
  struct columns columns = begin(arena);

  arm_column(&columns, plan);
  integer(&columns, "stratum", COLUMN_INT16, "Stratum of the randomisation, from 0");
  integer(&columns, "block", COLUMN_INT32, "Permuted block within the stratum");
  return end(&columns, "/randomisation", "Allocation to arms");
}

static struct table_layout disposition_table(const struct plan *plan, struct arena *arena)
{
  struct columns columns = begin(arena);

  arm_column(&columns, plan);
  code(&columns, "status", "Outcome of the simulation", N_LIFE_STATUSES, life_status_names);
  real(&columns, "time_h", "h", "Followed until this time");
  return end(&columns, "/disposition", "Who could be simulated, and until when");
}

static int column_named(const struct columns *columns, const char *name)
{
  for (int i = COLUMN_FIRST; i < columns->n; i++)
    if (strcmp(columns->items[i].name, name) == 0) return i;
  return -1;
}

static bool has_categories(const struct column *column, const struct model_mixture *mixture)
{
  if (column->type != COLUMN_CODE || column->n_categories != mixture->n_categories) return false;
  for (int c = 0; c < mixture->n_categories; c++)
    if (strcmp(column->categories[c], mixture->categories[c]) != 0) return false;
  return true;
}

/** Likewise, one for each latent category. */
static void mixture_columns(const struct plan *plan, struct columns *columns, int **at)
{
  for (int s = 0; s < plan->n_scenarios; s++) {
    const struct model *model = plan->scenarios[s].model;

    at[s] = arena_new(columns->arena, (size_t)model->n_mixtures, sizeof **at);
    for (int i = 0; i < model->n_mixtures; i++) {
      const struct model_mixture *mixture = &model->mixtures[i];
      const char *name = mixture->name;
      int found = column_named(columns, name);

      if (found >= 0 && !has_categories(&columns->items[found], mixture)) {
        name = arena_format(columns->arena, "%s_%s", name, plan->scenarios[s].name);
        found = column_named(columns, name);
      }
      if (found < 0)
        code(columns, name, mixture->label, mixture->n_categories, mixture->categories);
      at[s][i] = column_named(columns, name);
    }
  }
}

/** One column for each parameter that a scenario's model has; two scenarios share a column when
 *  name and unit are the same. */
static struct table_layout parameter_table(const struct plan *plan, struct arena *arena, int **at,
                                           int **mixtures)
{
  struct columns columns = begin(arena);

  for (int s = 0; s < plan->n_scenarios; s++) {
    const struct model *model = plan->scenarios[s].model;

    at[s] = arena_new(arena, (size_t)model->n_parameters, sizeof **at);
    for (int i = 0; i < model->n_parameters; i++) {
      const struct model_parameter *parameter = &model->parameters[i];
      const char *name = parameter->name;
      int found = column_named(&columns, name);

      if (found >= 0 && strcmp(columns.items[found].units, parameter->unit_text) != 0) {
        name = arena_format(arena, "%s_%s", name, plan->scenarios[s].name);
        found = column_named(&columns, name);
      }
      if (found < 0) real(&columns, name, parameter->unit_text, parameter->label);
      at[s][i] = column_named(&columns, name);
    }
  }
  mixture_columns(plan, &columns, mixtures);
  return end(&columns, "/truth/param", "True individual parameters");
}

static struct table_layout eta_table(const struct plan *plan, struct arena *arena, int **at)
{
  struct columns columns = begin(arena);

  for (int s = 0; s < plan->n_scenarios; s++) {
    const struct model *model = plan->scenarios[s].model;

    at[s] = arena_new(arena, (size_t)model->n_etas, sizeof **at);
    for (int i = 0; i < model->n_etas; i++) {
      const char *name = model->parameters[model->etas[i].parameter].name;

      if (column_named(&columns, name) < 0)
        real(&columns, name, "1", arena_format(arena, "Random effect on %s", name));
      at[s][i] = column_named(&columns, name);
    }
  }
  return end(&columns, "/truth/eta", "True random effects between patients");
}

/** The unit that all of them have, or NULL. */
static const char *shared_unit(const char *so_far, const char *next, bool is_first)
{
  return is_first || (so_far && strcmp(so_far, next) == 0) ? next : NULL;
}

static struct table_layout dosing_table(const struct plan *plan, struct arena *arena)
{
  struct columns columns = begin(arena);
  const char **names = arena_new(arena, (size_t)plan->n_interventions, sizeof *names);
  const char *unit = NULL;

  for (int i = 0; i < plan->n_interventions; i++) {
    names[i] = plan->interventions[i].name;
    unit = shared_unit(unit, plan->interventions[i].unit_text, i == 0);
  }
  real(&columns, "time_h", "h", "Time of the dose since the first dose");
  code(&columns, "treatment", "What was given", plan->n_interventions, names);
  real(&columns, "amt", unit, "Amount");
  real(&columns, "rate", unit ? arena_format(arena, "%s/h", unit) : NULL,
       "Infusion rate; 0 is a bolus");
  real(&columns, "ii", "h", "Interval to the additional doses");
  integer(&columns, "addl", COLUMN_INT32, "Additional equal doses that follow");
  code(&columns, "rule", "Rule that decided the dose", plan->n_rule_names, plan->rule_names);
  return end(&columns, "/dosing", "Doses that were given");
}

static bool has_limit(const struct plan *plan, bool is_upper)
{
  for (int s = 0; s < plan->n_scenarios; s++)
    for (int m = 0; m < plan->n_measures; m++) {
      const struct plan_scenario *scenario = &plan->scenarios[s];
      const struct model_output *output = &scenario->model->outputs[scenario->outputs[m]];

      if (!isnan(is_upper ? output->uloq : output->lloq)) return true;
    }
  return false;
}

static struct table_layout observation_table(const struct plan *plan, struct arena *arena,
                                             struct layout *layout)
{
  struct columns columns = begin(arena);
  const char **names = arena_new(arena, (size_t)plan->n_measures, sizeof *names);
  const char *unit = NULL;

  for (int i = 0; i < plan->n_measures; i++) {
    names[i] = plan->measures[i].name;
    unit = shared_unit(unit, plan->measures[i].unit_text, i == 0);
  }
  add(&columns, visit_column(plan));
  real(&columns, "time_h", "h", "Time since the first dose");
  code(&columns, "analyte", "What was measured", plan->n_measures, names);
  real(&columns, "TRUE", unit, "True value, before a dose at this time");
  real(&columns, "DV", unit, "Measured value");
  layout->lloq = layout->uloq = -1;
  if (has_limit(plan, false)) {
    layout->lloq = columns.n;
    real(&columns, "LLOQ", unit, "Lower limit of quantification");
    integer(&columns, "BLQ", COLUMN_INT16, "1: below LLOQ, which DV then is");
  }
  if (has_limit(plan, true)) {
    layout->uloq = columns.n;
    real(&columns, "ULOQ", unit, "Upper limit of quantification");
    integer(&columns, "ALQ", COLUMN_INT16, "1: above ULOQ, which DV then is");
  }
  return end(&columns, "/obs", "Measurements");
}

static struct table_layout change_table(const struct plan *plan, struct arena *arena)
{
  struct columns columns = begin(arena);
  const char **names = arena_new(arena, (size_t)plan->n_courses, sizeof *names);

  for (int i = 0; i < plan->n_courses; i++)
    names[i] = plan->cohort->covariates[plan->courses[i].covariate].name;
  real(&columns, "time_h", "h", "Time since the first dose");
  code(&columns, "covariate", "What changed", plan->n_courses, names);
  real(&columns, "value", NULL, "New value: unit or category of /cohort");
  return end(&columns, "/covariates", "Covariates that changed");
}

static struct table_layout event_table(const struct plan *plan, struct arena *arena)
{
  static const char *const cnsr[] = {"event", "censored"};
  struct columns columns = begin(arena);
  const char **names = arena_new(arena, (size_t)plan->n_endpoints, sizeof *names);
  int n = 0;

  for (int i = 0; i < plan->n_endpoints; i++)
    if (plan->endpoints[i].entry->type == ENDPOINT_TIME_TO_EVENT)
      names[n++] = plan->endpoints[i].entry->name.text;
  arm_column(&columns, plan);
  code(&columns, "PARAMCD", "Endpoint", n, names);
  real(&columns, "AVAL", "d", "Time to event or censoring");
  code(&columns, "CNSR", "Censoring, 0 is an event", 2, cnsr);
  return end(&columns, "/tte", "Times to events");
}

static struct table_layout numerics_table(struct arena *arena)
{
  struct columns columns = begin(arena);

  integer(&columns, "nsteps", COLUMN_INT32, "Steps taken by the solver");
  integer(&columns, "nrej", COLUMN_INT32, "Steps rejected and repeated");
  return end(&columns, "/numerics", "Work of the solver");
}

static struct table_layout index_table(struct arena *arena)
{
  struct columns columns = begin(arena);

  add(&columns, (struct column){.name = "obs_start",
                                .type = COLUMN_ROW,
                                .label = "First row in /obs, from 0",
                                .of_table = TABLE_OBSERVATIONS});
  integer(&columns, "n_obs", COLUMN_INT32, "Rows of this patient in /obs");
  add(&columns, (struct column){.name = "dosing_start",
                                .type = COLUMN_ROW,
                                .label = "First row in /dosing, from 0",
                                .of_table = TABLE_DOSING});
  integer(&columns, "n_dosing", COLUMN_INT32, "Rows of this patient in /dosing");
  return end(&columns, "/index", "Rows per patient");
}

static const char *endpoint_unit(const struct plan *plan, const struct plan_endpoint *endpoint)
{
  if (endpoint->entry->type == ENDPOINT_TIME_IN_RANGE) return "%";
  return endpoint->entry->type == ENDPOINT_RESPONDER ? "1"
                                                     : plan->measures[endpoint->measure].unit_text;
}

static struct table_layout endpoint_table(const struct plan *plan,
                                          const struct plan_endpoint *endpoint, struct arena *arena)
{
  struct columns columns = begin(arena);

  arm_column(&columns, plan);
  real(&columns, "AVAL", endpoint_unit(plan, endpoint), endpoint->entry->label.text);
  return end(&columns, arena_format(arena, "/pd/%s", endpoint->entry->name.text),
             endpoint->entry->label.text);
}

void layout_create(const struct plan *plan, struct arena *arena, struct layout *layout)
{
  struct table_layout *tables = arena_new(
      arena, TABLE_FIRST_ENDPOINT + (size_t)plan->n_endpoints + 1, sizeof *tables);
  int *endpoints = arena_new(arena, (size_t)plan->n_endpoints, sizeof *endpoints);
  int n = TABLE_FIRST_ENDPOINT;

  *layout = (struct layout){.tables = tables, .endpoints = endpoints};
  layout->parameters = arena_new(arena, (size_t)plan->n_scenarios, sizeof *layout->parameters);
  layout->etas = arena_new(arena, (size_t)plan->n_scenarios, sizeof *layout->etas);
  layout->mixtures = arena_new(arena, (size_t)plan->n_scenarios, sizeof *layout->mixtures);
  tables[TABLE_COHORT] = cohort_table(plan, arena);
  tables[TABLE_RANDOMISATION] = randomisation_table(plan, arena);
  tables[TABLE_DISPOSITION] = disposition_table(plan, arena);
  tables[TABLE_PARAMETERS] = parameter_table(plan, arena, layout->parameters, layout->mixtures);
  tables[TABLE_ETAS] = eta_table(plan, arena, layout->etas);
  tables[TABLE_DOSING] = dosing_table(plan, arena);
  tables[TABLE_OBSERVATIONS] = observation_table(plan, arena, layout);
  tables[TABLE_TIME_TO_EVENT] = event_table(plan, arena);
  tables[TABLE_NUMERICS] = numerics_table(arena);
  tables[TABLE_INDEX] = index_table(arena);
  for (int i = 0; i < plan->n_endpoints; i++) {
    if (plan->endpoints[i].entry->type == ENDPOINT_TIME_TO_EVENT) continue;
    endpoints[n - TABLE_FIRST_ENDPOINT] = i;
    tables[n++] = endpoint_table(plan, &plan->endpoints[i], arena);
  }
  layout->changes = plan->n_courses > 0 ? n : -1;
  if (plan->n_courses > 0) tables[n++] = change_table(plan, arena);
  layout->n_tables = n;
  study_tables_create(plan, arena, &layout->n_small, &layout->small);
}

void layout_clear(struct layout *layout)
{
  for (int i = 0; i < layout->n_small; i++) column_table_clear(&layout->small[i]);
}
