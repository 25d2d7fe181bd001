/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariance matrices of a model file and their Cholesky factors. */
#include <math.h>

#include "base/memory.h"
#include "model/compiling.h"

/** What a row must keep of its variance, given the rows before it. Published matrices are rounded
 *  to a few digits, so that nothing below this is meant; and the factor would be rounding errors.
 */
static const double least_share = 1e-10;

/** A row whose variance, `given` the rows before it, is `left` of the `whole`. */
static bool is_row_sound(struct compiling *compiling, const struct matrix_entry *matrix, int row,
                         double whole, double left)
{
  const char *name = ((const struct text *)matrix->names->items)[row].text;

  if (left > least_share * whole) return true;
  if (!(whole > 0))
    diagnostics_error(compiling->diagnostics, matrix->at,
                      "the %s is not positive definite: the variance of '%.40s' (row %d) is %g and "
                      "must be positive",
                      matrix->what, name ? name : "?", row + 1, whole);
  else if (left < -least_share * whole)
    diagnostics_error(
        compiling->diagnostics, matrix->at,
        "the %s is not positive definite: the rows before it would explain %.4g times "
        "the variance of '%.40s' (row %d)",
        matrix->what, 1 - left / whole, name ? name : "?", row + 1);
  else
    diagnostics_error(compiling->diagnostics, matrix->at,
                      "the %s is singular or nearly so: given the rows before it, '%.40s' (row %d) "
                      "keeps %.1e of its variance, less than %g; what follows from other "
                      "parameters is written as an expression of them",
                      matrix->what, name ? name : "?", row + 1, left / whole, least_share);
  return false;
}

double *model_read_factor(struct compiling *compiling, const struct matrix_entry *matrix)
{
  const size_t n = matrix->names->n, n_numbers = n * (n + 1) / 2;
  const double *a = matrix->numbers->items;
  double *l;

  if (n > MAX_BLOCK || matrix->numbers->n != n_numbers) {
    diagnostics_error(
        compiling->diagnostics, matrix->at,
        "a block of %zu parameters (at most %d) needs %zu numbers, its lower triangle", n,
        MAX_BLOCK, n_numbers);
    return NULL;
  }
  for (size_t i = 0; i < n_numbers; i++)
    if (isnan(a[i])) return NULL; /* reported */
  l = arena_new(compiling->arena, n_numbers, sizeof *l);
  for (size_t i = 0; i < n; i++) {
    double *row = l + i * (i + 1) / 2;

    for (size_t j = 0; j <= i; j++) {
      const double *other = l + j * (j + 1) / 2;
      double sum = a[i * (i + 1) / 2 + j];

      for (size_t k = 0; k < j; k++) sum -= row[k] * other[k];
      if (i == j && !is_row_sound(compiling, matrix, (int)i, a[i * (i + 1) / 2 + i], sum))
        return NULL;
      row[j] = i == j ? sqrt(sum) : sum / other[j];
    }
  }
  return l;
}
