/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record_columns.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"

static const char *const items[N_ITEMS] = {"ID", "TIME", "AMT", "EVID", "CMT", "RATE",
                                           "II", "ADDL", "SS",  "MDV",  "OCC"};

/** What else stands in data sets for NONMEM, and is not read here. */
static const char *const ignored[] = {"C", "DV", "L2", "CALL", "BLQ", "LIMIT", NULL};

static int item_named(const char *name)
{
  for (int i = 0; i < N_ITEMS; i++)
    if (strcasecmp(items[i], name) == 0) return i;
  return -1;
}

static bool is_ignored(const char *name)
{
  for (int i = 0; ignored[i]; i++)
    if (strcasecmp(ignored[i], name) == 0) return true;
  return false;
}

/** The names that a column may have in a model, covariates first; in any case when no other name
 *  of the model differs from it by case alone. */
static int given_named(const struct model *model, const char *name)
{
  const int n = model->n_covariates + model->n_parameters;
  int found = -1;

  for (int i = 0; i < n; i++) {
    const char *candidate = i < model->n_covariates
                                ? model->covariates[i].name
                                : model->parameters[i - model->n_covariates].name;

    if (strcmp(candidate, name) == 0) return i;
    if (strcasecmp(candidate, name) == 0) found = found == -1 ? i : -2;
  }
  return found;
}

/** NULL when the name is that of nothing. */
static const char *near_name(const struct model *model, const char *name, struct arena *arena)
{
  const int n = model->n_covariates + model->n_parameters;
  const char **names = arena_new(arena, (size_t)n, sizeof *names);

  for (int i = 0; i < model->n_covariates; i++) names[i] = model->covariates[i].name;
  for (int i = 0; i < model->n_parameters; i++)
    names[model->n_covariates + i] = model->parameters[i].name;
  return nearest_word(name, (size_t)n, names);
}

static void ignore(const struct model *model, const struct text *name, struct arena *arena,
                   struct diagnostics *diagnostics)
{
  const char *near = near_name(model, name->text, arena);

  diagnostics_warning(diagnostics, &name->at,
                      "column '%.40s' is not used: it is no covariate and no parameter of %s%s%s%s",
                      name->text, model->name, near ? "; did you mean '" : "", near ? near : "",
                      near ? "'?" : "");
}

static void check_twice(const struct record_columns *columns, int i, const struct text *name,
                        struct diagnostics *diagnostics)
{
  for (int k = 0; k < i; k++)
    if (columns->kinds[k] == columns->kinds[i] && columns->kinds[i] != COLUMN_IGNORED &&
        (columns->kinds[i] != COLUMN_GIVEN || columns->given[k] == columns->given[i]))
      diagnostics_error(diagnostics, &name->at, "column '%.40s' is there twice", name->text);
}

static void require(const struct model *model, const struct text *header,
                    const struct record_columns *columns, struct diagnostics *diagnostics)
{
  if (columns->items[COLUMN_TIME] < 0)
    diagnostics_error(diagnostics, &header->at, "there is no column TIME");
  for (int c = 0; c < model->n_covariates; c++) {
    bool found = false;

    for (int i = 0; i < columns->n; i++)
      found = found || (columns->kinds[i] == COLUMN_GIVEN && columns->given[i] == c);
    if (!found)
      diagnostics_error(diagnostics, &header->at,
                        "there is no column %s: the model needs this covariate",
                        model->covariates[c].name);
  }
}

static void check_parameters(const struct model *model, const struct record_columns *columns,
                             const struct text *header, struct diagnostics *diagnostics)
{
  for (int i = 0; i < columns->n_parameters; i++)
    for (int k = 0; k < i; k++)
      if (columns->parameters[i] == columns->parameters[k])
        diagnostics_error(diagnostics, &header->at, "parameter %s has two columns",
                          model->parameters[columns->parameters[i]].name);
}

static void read_column(const struct model *model, const struct text *name, int i,
                        struct record_columns *columns)
{
  const int item = item_named(name->text);
  const int given = item < 0 ? given_named(model, name->text) : -1;

  columns->names[i] = name->text;
  columns->given[i] = given;
  columns->kinds[i] = item >= 0    ? (enum record_column)item
                      : given >= 0 ? COLUMN_GIVEN
                                   : COLUMN_IGNORED;
  if (item >= 0 && columns->items[item] < 0) columns->items[item] = i;
  if (given < model->n_covariates) return;
  columns->given[i] = model->n_covariates + columns->n_parameters;
  columns->parameters[columns->n_parameters++] = given - model->n_covariates;
}

bool record_columns_read(const struct model *model, const struct list *names, struct arena *arena,
                         struct diagnostics *diagnostics, struct record_columns *columns)
{
  const int before = diagnostics_n_errors(diagnostics);
  const struct text *header = names->items;
  const size_t n = names->n;

  *columns = (struct record_columns){
      .n = (int)n,
      .kinds = arena_new(arena, n, sizeof *columns->kinds),
      .given = arena_new(arena, n, sizeof *columns->given),
      .names = arena_new(arena, n, sizeof *columns->names),
      .parameters = arena_new(arena, n, sizeof *columns->parameters)};
  for (int i = 0; i < N_ITEMS; i++) columns->items[i] = -1;
  for (int i = 0; i < columns->n; i++) {
    read_column(model, &header[i], i, columns);
    check_twice(columns, i, &header[i], diagnostics);
    if (columns->given[i] == -2)
      diagnostics_error(diagnostics, &header[i].at,
                        "column '%.40s' may mean several names of the model, which differ by case",
                        header[i].text);
    else if (columns->kinds[i] == COLUMN_IGNORED && !is_ignored(header[i].text))
      ignore(model, &header[i], arena, diagnostics);
  }
  check_parameters(model, columns, header, diagnostics);
  require(model, header, columns, diagnostics);
  return diagnostics_n_errors(diagnostics) == before;
}
