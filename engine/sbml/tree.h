/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/sbml/tree.h
 * Formulas of an SBML model as trees of what the model language has. They share branches and are
 * never changed. The makers give conditions where conditions are needed and numbers elsewhere: in
 * SBML a truth may be counted (1 or 0) and a number may be a condition (not 0). */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct quantity;
struct sbml_event;

enum tree_kind {
  TREE_NUMBER,
  TREE_TRUTH,    /* number: 1 or 0 */
  TREE_QUANTITY, /* its value now */
  TREE_AT_START, /* its value at time 0 */
  TREE_RATE_OF,  /* its rate of change; not in what is written */
  TREE_TIME,
  TREE_HELD, /* whether an event's condition is true */
  TREE_CALL, /* of a function of the language */
  TREE_NEGATE,
  TREE_NOT,
  TREE_ADD,
  TREE_SUBTRACT,
  TREE_MULTIPLY,
  TREE_DIVIDE,
  TREE_POWER,
  TREE_LESS,
  TREE_AT_MOST,
  TREE_GREATER,
  TREE_AT_LEAST,
  TREE_EQUAL,
  TREE_UNEQUAL,
  TREE_AND,
  TREE_OR
};

struct tree {
  enum tree_kind kind;
  double number;
  struct quantity *quantity;
  const struct sbml_event *event;
  const char *function;
  int n;
  const struct tree **of; /* [n] */
  size_t size;            /* nodes, shared ones as often as they are written */
};

/** Sizes above it count as one more; such trees are refused. */
enum { LARGEST_TREE = 20000 };

const struct tree *tree_number(struct arena *arena, double number);
const struct tree *tree_truth(struct arena *arena, bool truth);
/** TREE_QUANTITY, TREE_AT_START or TREE_RATE_OF. */
const struct tree *tree_of_quantity(struct arena *arena, enum tree_kind kind,
                                    struct quantity *quantity);
const struct tree *tree_time(struct arena *arena);
const struct tree *tree_held(struct arena *arena, const struct sbml_event *event);
const struct tree *tree_negate(struct arena *arena, const struct tree *a);
const struct tree *tree_not(struct arena *arena, const struct tree *a);
/** From TREE_ADD on; what changes nothing (+ 0, * 1, and true) is left out. */
const struct tree *tree_pair(struct arena *arena, enum tree_kind kind, const struct tree *a,
                             const struct tree *b);
const struct tree *tree_call(struct arena *arena, const char *function, const struct tree *a);
/** min and max. */
const struct tree *tree_call_pair(struct arena *arena, const char *function, const struct tree *a,
                                  const struct tree *b);
const struct tree *tree_if(struct arena *arena, const struct tree *condition,
                           const struct tree *yes, const struct tree *no);
const struct tree *tree_as_number(struct arena *arena, const struct tree *tree);
const struct tree *tree_as_truth(struct arena *arena, const struct tree *tree);
bool tree_is_truth(const struct tree *tree);
bool tree_is_number(const struct tree *tree, double number); /* that very number */

/** The tree with other branches, [tree->n]. */
const struct tree *tree_with(struct arena *arena, const struct tree *tree,
                             const struct tree *const *of);
/** The tree with every leaf replaced by what `replace` gives for it. */
const struct tree *
tree_replace(struct arena *arena, const struct tree *tree,
             const struct tree *(*replace)(void *context, const struct tree *leaf), void *context);
void tree_visit(const struct tree *tree, void (*visit)(void *context, const struct tree *leaf),
                void *context);
/** NaN when it depends on anything but numbers and what `value` knows. */
double tree_value(const struct tree *tree, double (*value)(struct quantity *quantity));

/** In the model language; in the arena. Quantities go by the name they are written with. */
const char *tree_text(struct arena *arena, const struct tree *tree);
/** The shortest decimal number that is read as this one. */
const char *tree_number_text(struct arena *arena, double number);
