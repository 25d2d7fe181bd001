/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/expression.h
 * The language of models, cohorts and dose rules: arithmetic, comparisons, and / or / not,
 * if(c, a, b), min, max, abs, exp, log, log10, sqrt, floor, ceil, sin, cos, tan, asin, acos, atan,
 * sinh, cosh, tanh, round(x, step), lookup(CATEGORY, 'a': 1, ...),
 * interpolate(x, 0 h: 1, 12 h: 2.5, ...), piecewise linear and constant outside,
 * positive_root(b, c), the x >= 0 of x^2 + b x = c for c >= 0, without cancellation,
 * first(EVENT), the time of a model's event, a name like any other,
 * quantities ("0.5 mg/L": a unit holds no spaces) and `x in mg` for the number of mg in x.
 * Units are checked, and converted only where they differ. */
#pragma once
#include "base/fields.h"
#include "base/units.h"

enum value_type { VALUE_NUMBER, VALUE_TRUTH, VALUE_CATEGORY };

/** A name that expressions may use. */
struct symbol {
  const char *name;
  enum value_type type;
  struct unit unit; /* of a number */
  int n_categories;
  const char *const *categories; /* of a category; its value is the index */
  int reg;                       /* the program's register, set by whoever lowers */
  bool is_broken;                /* reported; what uses it fails without another message */
  void *owner;                   /* for whoever made the symbol */
};

/** The names in sight. */
struct scope {
  struct symbol **symbols;
  size_t n, capacity;
  /** Why a name that exists elsewhere may not be used here, "" when that is reported already, or
   *  NULL; may be NULL itself. */
  const char *(*refusal)(void *context, const char *name);
  void *context;
};

/** Adds a copy of the symbol and returns it; the scope owns nothing but its list. */
struct symbol *scope_add(struct scope *scope, struct arena *arena, const struct symbol *symbol);
struct symbol *scope_find(const struct scope *scope, const char *name);
void scope_clear(struct scope *scope);
/** For messages. */
#define EXPRESSION_FUNCTIONS                                                                       \
  "if, min, max, abs, exp, log, log10, sqrt, floor, ceil, round, sin, cos, tan, asin, acos, "      \
  "atan, "                                                                                         \
  "sinh, cosh, tanh, lookup, interpolate and positive_root"
/** Words of the language, and TIME, which models give a meaning: no names for anything else. */
bool expression_is_reserved(const char *name);

enum expression_kind {
  EXPRESSION_NUMBER,
  EXPRESSION_SYMBOL,
  EXPRESSION_WORD, /* a quoted category */
  EXPRESSION_NEGATE,
  EXPRESSION_ADD,
  EXPRESSION_SUBTRACT,
  EXPRESSION_MULTIPLY,
  EXPRESSION_DIVIDE,
  EXPRESSION_POWER,
  EXPRESSION_LESS,
  EXPRESSION_AT_MOST,
  EXPRESSION_GREATER,
  EXPRESSION_AT_LEAST,
  EXPRESSION_EQUAL,
  EXPRESSION_UNEQUAL,
  EXPRESSION_AND,
  EXPRESSION_OR,
  EXPRESSION_NOT,
  EXPRESSION_IN,
  EXPRESSION_LOOKUP,
  EXPRESSION_IF,
  EXPRESSION_MIN,
  EXPRESSION_MAX,
  EXPRESSION_ABS,
  EXPRESSION_EXP, /* from here to ceil: of one pure number, and one itself */
  EXPRESSION_LOG,
  EXPRESSION_LOG10,
  EXPRESSION_SIN,
  EXPRESSION_COS,
  EXPRESSION_TAN,
  EXPRESSION_ASIN,
  EXPRESSION_ACOS,
  EXPRESSION_ATAN,
  EXPRESSION_SINH,
  EXPRESSION_COSH,
  EXPRESSION_TANH,
  EXPRESSION_SQRT,
  EXPRESSION_FLOOR,
  EXPRESSION_CEIL,
  EXPRESSION_ROUND,
  EXPRESSION_INTERPOLATE, /* x, then an abscissa and its value for each point */
  EXPRESSION_POSITIVE_ROOT
};

/** Points of an interpolation. */
enum { MOST_POINTS = 100 };

struct expression {
  enum expression_kind kind;
  struct place at;
  double number;         /* of a number, in `unit` */
  const char *name;      /* of a symbol, a word */
  struct symbol *symbol; /* after expression_check() */
  int n;                 /* arguments */
  struct expression **arguments;
  const char **keys;    /* of a lookup: the category of argument i + 1 */
  enum value_type type; /* after expression_check() */
  struct unit unit;
  bool has_unit;         /* a number with a unit of its own */
  struct unit asked;     /* of `x in unit` */
  const char *unit_text; /* of a number with a unit, of `x in unit`; as written */
};

/** Syntax only; NULL and a diagnostic when it is wrong. */
struct expression *expression_parse(const struct formula *formula, struct arena *arena,
                                    struct diagnostics *diagnostics);
/** Finds the names, checks types and units; false and diagnostics when something does not fit. */
bool expression_check(struct expression *expression, const struct scope *scope,
                      struct diagnostics *diagnostics);
/** Also that the result is a number whose dimension is that of `wanted`. */
bool expression_check_number(struct expression *expression, const struct scope *scope,
                             struct unit wanted, struct diagnostics *diagnostics);
bool expression_check_truth(struct expression *expression, const struct scope *scope,
                            struct diagnostics *diagnostics);
/** Calls `visit` for each name in a parsed expression. */
void expression_names(const struct expression *expression,
                      void (*visit)(void *context, const struct expression *name), void *context);
