/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of a cohort file: parameters, weights, lists by category. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "population/compiling.h"

/** Tolerance of sums of probabilities, for decimal fractions that are not exact in binary. */
static const double sum_tolerance = 1e-9;

static bool is_constant(const struct cohort_compiling *compiling, int reg)
{
  return program_phase(compiling->builder, reg) == PHASE_CONSTANT;
}

int cohort_parameter(struct cohort_compiling *compiling, const struct formula *formula,
                     struct unit unit)
{
  struct expression *expression;
  int reg;

  if (!formula->node) return -1;
  expression = expression_parse(formula, compiling->arena, compiling->diagnostics);
  if (!expression || !expression_check(expression, &compiling->scope, compiling->diagnostics))
    return -1;
  if (expression->type == VALUE_NUMBER && unit_equal(expression->unit, unit_one))
    unit = unit_one;
  else if (!expression_check_number(expression, &compiling->scope, unit, compiling->diagnostics))
    return -1;
  reg = program_expression(compiling->builder, expression, unit);
  if (is_constant(compiling, reg) && !isfinite(program_value(compiling->builder, reg))) {
    diagnostics_error(compiling->diagnostics, &expression->at, "this has no finite value");
    return -1;
  }
  program_need(compiling->builder, SECTION_PATIENT, reg);
  return reg;
}

int cohort_parameter_node(struct cohort_compiling *compiling, const struct yaml_node *node,
                          struct unit unit)
{
  if (node->kind == NODE_SCALAR)
    return cohort_parameter(compiling, &(struct formula){node->text, node}, unit);
  diagnostics_error(compiling->diagnostics, &node->at,
                    "a number or an expression is needed here, but this is %s",
                    yaml_kind_name(node));
  return -1;
}

bool cohort_positive(struct cohort_compiling *compiling, int reg, const struct formula *formula)
{
  if (reg < 0) return false;
  if (!is_constant(compiling, reg) || program_value(compiling->builder, reg) > 0) return true;
  diagnostics_error(compiling->diagnostics, &formula->node->at,
                    "this must be positive, but it is %g", program_value(compiling->builder, reg));
  return false;
}

bool cohort_rising(struct cohort_compiling *compiling, int below, int above, const struct place *at)
{
  if (below < 0 || above < 0) return false;
  if (!is_constant(compiling, below) || !is_constant(compiling, above)) return true;
  if (program_value(compiling->builder, below) < program_value(compiling->builder, above))
    return true;
  diagnostics_error(
      compiling->diagnostics, at, "the lower limit %g is not below the upper limit %g",
      program_value(compiling->builder, below), program_value(compiling->builder, above));
  return false;
}

/** A probability or a weight; `sum` grows by it when it is constant. */
static int read_weight(struct cohort_compiling *compiling, const struct yaml_node *node,
                       bool is_probability, double *sum)
{
  const int reg = cohort_parameter_node(compiling, node, unit_one);
  double value;

  if (reg < 0) return -1;
  if (!is_constant(compiling, reg)) {
    if (!is_probability) return reg;
    diagnostics_error(compiling->diagnostics, &node->at,
                      "a probability must be a constant; weights may depend on covariates, and are "
                      "divided by their sum");
    return -1;
  }
  value = program_value(compiling->builder, reg);
  *sum += value;
  if (value >= 0 && (!is_probability || value <= 1 + sum_tolerance)) return reg;
  diagnostics_error(compiling->diagnostics, &node->at,
                    is_probability ? "a probability must be between 0 and 1, but this is %g"
                                   : "a weight must not be negative, but this is %g",
                    value);
  return -1;
}

const int *cohort_weights(struct cohort_compiling *compiling, const struct yaml_node *node,
                          bool are_probabilities)
{
  int *weights = arena_new(compiling->arena, (size_t)node->n, sizeof *weights);
  bool ok = node->n > 0, is_known = true;
  double sum = 0;

  if (!ok) diagnostics_error(compiling->diagnostics, &node->at, "there is nothing to choose from");
  for (int i = 0; i < node->n; i++) {
    weights[i] = read_weight(compiling, node->items[i], are_probabilities, &sum);
    ok = weights[i] >= 0 && ok;
    is_known = ok && is_known && is_constant(compiling, weights[i]);
  }
  if (!ok) return NULL;
  if (are_probabilities && fabs(sum - 1) > sum_tolerance) {
    diagnostics_error(compiling->diagnostics, &node->at,
                      "these probabilities sum to %.12g, which is %.3g too %s", sum, fabs(sum - 1),
                      sum > 1 ? "much" : "little");
    return NULL;
  }
  if (is_known && !(sum > 0)) {
    diagnostics_error(compiling->diagnostics, &node->at, "these weights are all 0");
    return NULL;
  }
  return weights;
}

int cohort_category_named(struct cohort_compiling *compiling, const struct text *name)
{
  const struct symbol *symbol = scope_find(&compiling->scope, name->text);

  if (symbol && symbol->type == VALUE_CATEGORY)
    return (int)((struct cohort_covariate *)symbol->owner - compiling->covariates);
  diagnostics_error(compiling->diagnostics, &name->at,
                    "'by' needs the name of an earlier categorical covariate; '%.40s' is %s",
                    name->text, symbol ? "a number" : "none");
  return -1;
}

static double *read_numbers(struct cohort_compiling *compiling, const struct yaml_node *node, int n)
{
  double *numbers = arena_new(compiling->arena, (size_t)n, sizeof *numbers);
  bool ok = true;

  if (node->kind != NODE_SEQUENCE || node->n != n) {
    diagnostics_error(compiling->diagnostics, &node->at, "a list of %d numbers is needed here", n);
    return NULL;
  }
  for (int i = 0; i < n; i++) {
    const struct yaml_node *item = node->items[i];

    if (item->kind == NODE_SCALAR && number_parse(item->text, &numbers[i])) continue;
    diagnostics_error(compiling->diagnostics, &item->at, "not a number");
    ok = false;
  }
  return ok ? numbers : NULL;
}

/** Keys that are no category of the covariate. */
static bool has_only_categories(struct cohort_compiling *compiling, const struct yaml_node *node,
                                const struct cohort_covariate *covariate)
{
  bool ok = true;

  for (int i = 0; i < node->n; i++) {
    bool is_known = false;

    for (int c = 0; c < covariate->n_categories; c++)
      is_known = is_known || strcmp(covariate->categories[c], node->keys[i]->text) == 0;
    if (!is_known)
      diagnostics_error(compiling->diagnostics, &node->keys[i]->at,
                        "'%.40s' is not a category of %s", node->keys[i]->text, covariate->name);
    ok = is_known && ok;
  }
  return ok;
}

const double *const *cohort_number_lists(struct cohort_compiling *compiling,
                                         const struct yaml_node *node, int by, int n)
{
  const struct cohort_covariate *covariate = by >= 0 ? &compiling->covariates[by] : NULL;
  const int n_lists = covariate ? covariate->n_categories : 1;
  const double **lists = arena_new(compiling->arena, (size_t)n_lists, sizeof *lists);
  bool ok = true;

  if (!covariate) {
    lists[0] = read_numbers(compiling, node, n);
    return lists[0] ? lists : NULL;
  }
  if (node->kind != NODE_MAPPING) {
    diagnostics_error(compiling->diagnostics, &node->at,
                      "with 'by' a list for each category of %s is needed here", covariate->name);
    return NULL;
  }
  ok = has_only_categories(compiling, node, covariate);
  for (int c = 0; c < n_lists; c++) {
    const struct yaml_node *list = yaml_find(node, covariate->categories[c]);

    if (list)
      lists[c] = read_numbers(compiling, list, n);
    else
      diagnostics_error(compiling->diagnostics, &node->at, "no list for the category '%s' of %s",
                        covariate->categories[c], covariate->name);
    ok = lists[c] && ok;
  }
  return ok ? lists : NULL;
}
