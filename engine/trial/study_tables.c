/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/study_tables.h"

#include "base/memory.h"

/** A table whose rows are numbered names: the name is a code, so that no text is of variable
 * length. */
static void names_table(struct arena *arena, const char *path, const char *label,
                        const char *column, int n, const char *const *names, int n_more,
                        const struct column *more, struct column_table *table)
{
  struct table_layout *layout = arena_new(arena, 1, sizeof *layout);
  struct column *columns = arena_new(arena, (size_t)n_more + 1, sizeof *columns);

  columns[0] = (struct column){
      .name = column, .type = COLUMN_CODE, .label = label, .n_categories = n, .categories = names};
  for (int i = 0; i < n_more; i++) columns[i + 1] = more[i];
  *layout = (struct table_layout){path, label, n_more + 1, columns};
  column_table_create(layout, table);
  for (int i = 0; i < n; i++) column_table_int(table, column_table_add_row(table), 0, i);
}

static void arms_table(const struct plan *plan, struct arena *arena, struct column_table *table)
{
  const char **names = arena_new(arena, (size_t)plan->n_arms, sizeof *names);
  const char **labels = arena_new(arena, (size_t)plan->n_arms, sizeof *labels);

  for (int i = 0; i < plan->n_arms; i++) {
    names[i] = plan->arms[i].name;
    labels[i] = plan->arms[i].label[0] ? plan->arms[i].label : plan->arms[i].name;
  }
  names_table(arena, "/study/arms", "Arms of the trial", "arm", plan->n_arms, names, 2,
              (const struct column[]){
                  {.name = "label",
                   .type = COLUMN_CODE,
                   .label = "What it is",
                   .n_categories = plan->n_arms,
                   .categories = labels},
                  {.name = "ratio", .type = COLUMN_INT32, .label = "Share in the allocation"}},
              table);
  for (int i = 0; i < plan->n_arms; i++) {
    column_table_int(table, (size_t)i, 1, i);
    column_table_int(table, (size_t)i, 2, plan->arms[i].ratio);
  }
}

static void interventions_table(const struct plan *plan, struct arena *arena,
                                struct column_table *table)
{
  const size_t n = (size_t)plan->n_interventions;
  const char **names = arena_new(arena, n, sizeof *names);
  const char **units = arena_new(arena, n, sizeof *units);

  for (size_t i = 0; i < n; i++) {
    names[i] = plan->interventions[i].name;
    units[i] = plan->interventions[i].unit_text;
  }
  names_table(
      arena, "/study/interventions", "What is given", "treatment", plan->n_interventions, names, 2,
      (const struct column[]){
          {.name = "unit",
           .type = COLUMN_CODE,
           .label = "Unit of amounts",
           .n_categories = plan->n_interventions,
           .categories = units},
          {.name = "step", .type = COLUMN_REAL, .label = "Doses are multiples of this, 0: any"}},
      table);
  for (size_t i = 0; i < n; i++) {
    column_table_int(table, i, 1, (int64_t)i);
    column_table_real(table, i, 2, plan->interventions[i].step);
  }
}

static void measures_table(const struct plan *plan, struct arena *arena, struct column_table *table)
{
  const size_t n = (size_t)plan->n_measures;
  const char **names = arena_new(arena, n, sizeof *names);
  const char **units = arena_new(arena, n, sizeof *units);

  for (size_t i = 0; i < n; i++) {
    names[i] = plan->measures[i].name;
    units[i] = plan->measures[i].unit_text;
  }
  names_table(arena, "/study/analytes", "What is measured", "analyte", plan->n_measures, names, 1,
              (const struct column[]){{.name = "unit",
                                       .type = COLUMN_CODE,
                                       .label = "Unit of values",
                                       .n_categories = plan->n_measures,
                                       .categories = units}},
              table);
  for (size_t i = 0; i < n; i++) column_table_int(table, i, 1, (int64_t)i);
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

void study_tables_create(const struct plan *plan, struct arena *arena, int *n,
                         struct column_table **tables)
{
  *n = 4;
  *tables = arena_new(arena, (size_t)*n, sizeof **tables);
  arms_table(plan, arena, &(*tables)[0]);
  interventions_table(plan, arena, &(*tables)[1]);
  measures_table(plan, arena, &(*tables)[2]);
  replicates_table(plan, arena, &(*tables)[3]);
}
