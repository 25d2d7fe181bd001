/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/population/compiling.h
 * What the steps of cohort_compile() share; of no use outside this folder. */
#pragma once
#include "expression/program_builder.h"
#include "population/cohort.h"
#include "population/cohort_program.h"

struct cohort_compiling {
  struct arena *arena;
  struct diagnostics *diagnostics;
  struct scope scope; /* the covariates so far */
  struct program_builder *builder;
  const struct cohort_file *file;
  const struct source *table;
  struct cohort *cohort;
  struct cohort_covariate *covariates;
  struct draw *draws;
  struct cohort_program *program;
  int current; /* the covariate that is being compiled; all of them are known when it is the last +
                  1 */
};

/** Steps, in this order; each reports what is wrong and goes on as far as it can. */
void cohort_declare(
    struct cohort_compiling *compiling); /* covariates and what they are drawn from */
void cohort_correlate(struct cohort_compiling *compiling); /* copulas */
void cohort_load_table(struct cohort_compiling *compiling);
void cohort_restrict(struct cohort_compiling *compiling, const struct list *eligibility);

/** What the current covariate is drawn from; categories and all numbers but those of the table. */
void cohort_distribution(struct cohort_compiling *compiling,
                         const struct cohort_covariate_entry *entry);

/** The register of a parameter in `unit`, -1 after an error. A pure number is a number of `unit`.
 */
int cohort_parameter(struct cohort_compiling *compiling, const struct formula *formula,
                     struct unit unit);
/** The same for a node of the file, which may be no text. */
int cohort_parameter_node(struct cohort_compiling *compiling, const struct yaml_node *node,
                          struct unit unit);
/** False and a diagnostic when a constant is not positive; what is not constant is checked when it
 *  is drawn. */
bool cohort_positive(struct cohort_compiling *compiling, int reg, const struct formula *formula);
/** The same when both are constant and the first is not below the second. */
bool cohort_rising(struct cohort_compiling *compiling, int below, int above,
                   const struct place *at);
/** Weights, one register each; if `are_probabilities` constants that sum to 1. NULL after an error.
 */
const int *cohort_weights(struct cohort_compiling *compiling, const struct yaml_node *node,
                          bool are_probabilities);

/** The index of an earlier categorical covariate, -1 and a diagnostic when it is none. */
int cohort_category_named(struct cohort_compiling *compiling, const struct text *name);
/** Lists of `n` numbers: one, or with `by` >= 0 one for each category of that covariate. NULL after
 *  an error. */
const double *const *cohort_number_lists(struct cohort_compiling *compiling,
                                         const struct yaml_node *node, int by, int n);
