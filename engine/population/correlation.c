/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gaussian copulas: correlation matrices to Cholesky factors. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "population/compiling.h"

static bool has_score(enum draw_kind kind)
{
  return kind >= DRAW_UNIFORM && kind <= DRAW_BANDS;
}

/** The lower triangle by rows, from the upper triangle by rows; NULL when the matrix has no root.
 */
static double *cholesky(struct cohort_compiling *compiling, const double *upper, int n)
{
  double *l = arena_new(compiling->arena, (size_t)n * (size_t)(n + 1) / 2, sizeof *l);

  for (int i = 0; i < n; i++) {
    double *row = l + i * (i + 1) / 2;

    for (int j = 0; j <= i; j++) {
      const double *other = l + j * (j + 1) / 2;
      double sum = i == j ? 1 : upper[j * (2 * n - j - 1) / 2 + i - j - 1];

      for (int k = 0; k < j; k++) sum -= row[k] * other[k];
      if (i == j && !(sum > 0)) return NULL;
      row[j] = i == j ? sqrt(sum) : sum / other[j];
    }
  }
  return l;
}

/** The index of a covariate that has a distribution and no other copula; -1 and a diagnostic. */
static int find_member(struct cohort_compiling *compiling, const struct text *name)
{
  const struct symbol *symbol = name->text ? scope_find(&compiling->scope, name->text) : NULL;
  int i;

  if (!name->text) return -1;
  if (!symbol) {
    const int n = compiling->cohort->n_covariates;
    const char **names = arena_new(compiling->arena, (size_t)n, sizeof *names);

    for (int k = 0; k < n; k++) names[k] = compiling->covariates[k].name;
    text_unknown(name, "is not a covariate of this cohort", (size_t)n, names,
                 compiling->diagnostics);
    return -1;
  }
  i = (int)((struct cohort_covariate *)symbol->owner - compiling->covariates);
  if (!has_score(compiling->draws[i].kind) || compiling->draws[i].copula) {
    diagnostics_error(compiling->diagnostics, &name->at,
                      compiling->draws[i].copula
                          ? "'%.40s' stands in two correlations"
                          : "'%.40s' has no distribution that can be correlated; uniform, normal, "
                            "log_normal, quantiles and bands can",
                      name->text);
    return -1;
  }
  return i;
}

static bool read_members(struct cohort_compiling *compiling, const struct correlation_entry *entry,
                         struct copula *copula)
{
  const struct text *names = entry->covariates.items;
  int *members = arena_new(compiling->arena, entry->covariates.n, sizeof *members);
  bool ok = true;

  copula->n = (int)entry->covariates.n;
  copula->members = members;
  for (int i = 0; i < copula->n; i++) {
    members[i] = find_member(compiling, &names[i]);
    ok = members[i] >= 0 && ok;
    if (members[i] < 0) continue;
    compiling->draws[members[i]].copula = copula;
    compiling->draws[members[i]].member = i;
    if (copula->by < members[i]) continue;
    diagnostics_error(compiling->diagnostics, &entry->by.at,
                      "'%.40s' must stand above '%.40s' in this file", entry->by.text,
                      names[i].text);
    ok = false;
  }
  return ok;
}

static bool are_correlations(struct cohort_compiling *compiling, const struct yaml_node *matrix,
                             const double *values, int n)
{
  for (int i = 0; i < n; i++) {
    if (values[i] > -1 && values[i] < 1) continue;
    diagnostics_error(compiling->diagnostics, &matrix->at,
                      "a correlation lies between -1 and 1, but number %d is %g", i + 1, values[i]);
    return false;
  }
  return true;
}

static void read_copula(struct cohort_compiling *compiling, const struct correlation_entry *entry,
                        struct copula *copula)
{
  const int n = (int)entry->covariates.n;
  const double *const *matrices;
  const double **factors;
  int n_matrices = 1;

  copula->by = entry->by.text ? cohort_category_named(compiling, &entry->by) : -1;
  if (n < 2)
    diagnostics_error(compiling->diagnostics, &entry->at,
                      "a correlation needs at least two covariates");
  if (!read_members(compiling, entry, copula) || n < 2 || !entry->matrix) return;
  if (entry->by.text && copula->by < 0) return;
  if (copula->by >= 0) n_matrices = compiling->covariates[copula->by].n_categories;
  matrices = cohort_number_lists(compiling, entry->matrix, copula->by, n * (n - 1) / 2);
  factors = arena_new(compiling->arena, (size_t)n_matrices, sizeof *factors);
  copula->factors = factors;
  for (int c = 0; matrices && c < n_matrices; c++) {
    const struct yaml_node *node = copula->by < 0
                                       ? entry->matrix
                                       : yaml_find(entry->matrix,
                                                   compiling->covariates[copula->by].categories[c]);

    if (!are_correlations(compiling, node, matrices[c], n * (n - 1) / 2)) continue;
    factors[c] = cholesky(compiling, matrices[c], n);
    if (!factors[c])
      diagnostics_error(compiling->diagnostics, &node->at,
                        "these correlations are not positive definite: they contradict each other");
  }
}

void cohort_correlate(struct cohort_compiling *compiling)
{
  const struct correlation_entry *entries = compiling->file->correlations.items;
  const size_t n = compiling->file->correlations.n;
  struct copula *copulas = arena_new(compiling->arena, n, sizeof *copulas);

  compiling->program->n_copulas = (int)n;
  compiling->program->copulas = copulas;
  for (size_t i = 0; i < n; i++) read_copula(compiling, &entries[i], &copulas[i]);
}
