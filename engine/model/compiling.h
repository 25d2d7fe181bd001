/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/compiling.h
 * What the steps of model_compile() share; of no use outside this folder. */
#pragma once
#include "expression/program_builder.h"
#include "model/model.h"

enum item_kind { ITEM_COVARIATE, ITEM_PARAMETER, ITEM_DERIVED, ITEM_STATE, ITEM_TIME };

/** A name of the model. Parameters and derived quantities are lowered when first needed. */
struct item {
  enum item_kind kind;
  int index; /* in its group of the file */
  struct place at;
  struct symbol *symbol;
  struct expression *expression; /* of a derived quantity; the `times` of a parameter */
  bool is_being_lowered, is_lowered, is_used;
};

struct compiling {
  struct arena *arena;
  struct diagnostics *diagnostics;
  struct scope scope;
  int errors_before;
  struct program_builder *builder;
  struct model *model;
  const struct model_file *file;
  struct item *items;
  int n_items;
  size_t n_changes;
  const struct model_change *changes;
  struct expression **rates, **initials; /* [state] */
  struct expression **outputs, **fractions;
  int *jacobian_regs;       /* [entry of the Jacobian] */
  double **category_values; /* [parameter][category], NULL for a plain value */
};

/** Steps, in this order; each reports what is wrong and goes on as far as it can. */
void model_declare(struct compiling *compiling);     /* names, units, typical values */
void model_check(struct compiling *compiling);       /* expressions */
void model_variability(struct compiling *compiling); /* etas, kappas, blocks, residual errors */
void model_lower(struct compiling *compiling);       /* the program: values, rates, outputs */
void model_differentiate(struct compiling *compiling);
void model_eliminate(struct compiling *compiling, struct model_jacobian *jacobian);
void model_find_linear_block(struct compiling *compiling);
void model_find_structure(struct compiling *compiling);

/** A section of time and state: a is the time, b the state. */
void model_define(struct compiling *compiling, enum section section, int n_out, const int *out);

const struct model_change *model_change_of(const struct compiling *compiling, int kind,
                                           const char *name);
