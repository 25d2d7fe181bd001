/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/compiling.h
 * What the steps of model_compile() share; of no use outside this folder. */
#pragma once
#include "expression/program_builder.h"
#include "model/model.h"

enum item_kind {
  ITEM_COVARIATE,
  ITEM_MIXTURE,
  ITEM_PARAMETER,
  ITEM_DERIVED,
  ITEM_STATE,
  ITEM_OUTFLOW, /* of a chain */
  ITEM_EVENT,
  ITEM_TIME
};

/** A name of the model. Parameters and derived quantities are lowered when first needed. */
struct item {
  enum item_kind kind;
  int index; /* in its group of the file */
  struct place at;
  struct symbol *symbol;
  struct expression *expression; /* of a derived quantity; the `times` of a parameter */
  bool is_being_lowered, is_lowered, is_used;
};

/** States first .. first + n - 1 of the model. */
struct chain {
  int first, n;
  struct item *out;
  struct expression *rate, *input, *initial;
};

struct route_formulas {
  struct expression *fraction, *lag, *duration, *rate; /* duration and rate may be NULL */
};

/** A program has room for 65,535; the Jacobian, its factors and the linear block stay below this.
 */
enum { MOST_REGISTERS = 60000 };

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
  int depth; /* of definitions that rest on others, while they are lowered */
  bool is_too_deep;
  size_t n_changes;
  const struct model_change *changes;
  struct expression **rates, **initials; /* [state], NULL within chains */
  struct chain *chains;                  /* as in the file */
  struct expression **outputs, **conditions;
  struct event_formulas *actions; /* [event] */
  struct route_formulas *routes;
  int *jacobian_regs;       /* [entry of the Jacobian] */
  double **category_values; /* [parameter][category], NULL for a plain value */
};

/** Steps, in this order; each reports what is wrong and goes on as far as it can. */
void model_declare(struct compiling *compiling);     /* names, units, typical values */
void model_check(struct compiling *compiling);       /* expressions */
void model_variability(struct compiling *compiling); /* etas, kappas, blocks, residual errors */
void model_lower(struct compiling *compiling);       /* the program: values, rates, outputs */
void model_differentiate(struct compiling *compiling);
/** False, and nothing is done, when the model is too large for it. */
bool model_eliminate(struct compiling *compiling, struct model_jacobian *jacobian);
void model_find_linear_block(struct compiling *compiling);
void model_find_structure(struct compiling *compiling);

/** The lower triangle of a covariance matrix as written; `what` it is called in messages. */
struct matrix_entry {
  const struct place *at;
  const char *what;
  const struct list *names;   /* struct text */
  const struct list *numbers; /* double, by rows */
};
/** Its Cholesky factor, by rows; NULL, and reported, when it has none or is nearly singular. */
double *model_read_factor(struct compiling *compiling, const struct matrix_entry *matrix);

/** The standard deviation that a protocol asks for instead, or `sd`. */
double model_changed_sd(struct compiling *compiling, int kind, const char *name, double sd);
enum { MOST_MIXED = 100 };
/** Latent categories; before the parameters, which may depend on them. */
void model_declare_mixtures(struct compiling *compiling);
/** The thetas. */
void model_uncertainty(struct compiling *compiling);
void model_residual_errors(struct compiling *compiling);

struct item *model_add_item(struct compiling *compiling, enum item_kind kind, int index,
                            const struct text *name, const struct symbol *symbol);
/** False, and reported, when the text is no unit; an absent text is a pure number. */
bool model_read_unit(struct compiling *compiling, const struct text *text, struct unit *unit);
/** A state's scale in its unit; 1 when nothing is written. */
double model_read_scale(struct compiling *compiling, const struct text *text,
                        const struct model_state *state);
/** NULL, and reported, when the formula is wrong; `wanted` is NULL when the unit that is wanted was
 *  itself a mistake. */
struct expression *model_check_formula(struct compiling *compiling, const struct formula *formula,
                                       const struct unit *wanted);
/** The register of a checked expression; what it names is lowered first. */
int model_lower_expression(struct compiling *compiling, const struct expression *expression,
                           struct unit unit);
/** Likewise, of a value that must not change during a patient's life. */
int model_lower_fixed(struct compiling *compiling, const struct expression *expression,
                      struct unit unit, const char *what);

/** Chains: how many states there are in all, then the steps above. */
int model_count_chained(const struct compiling *compiling);
void model_declare_chains(struct compiling *compiling);
void model_check_chains(struct compiling *compiling);
int model_lower_outflow(struct compiling *compiling, const struct chain *chain);
/** Rates and initial values of the states of all chains. */
void model_lower_chains(struct compiling *compiling);

/** Events: the steps above; their inputs come before all that is lowered. */
void model_declare_events(struct compiling *compiling);
void model_check_events(struct compiling *compiling);
void model_add_event_inputs(struct compiling *compiling);
/** What crosses, and what happens then. */
void model_lower_events(struct compiling *compiling);

/** A section of time and state: a is the time, b the state. */
void model_define(struct compiling *compiling, enum section section, int n_out, const int *out);

const struct model_change *model_change_of(const struct compiling *compiling, int kind,
                                           const char *name);
