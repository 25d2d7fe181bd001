/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sbml/tree.h"

#include <math.h>
#include <string.h>

#include "base/lane_math.h"
#include "base/memory.h"

static struct tree *node(struct arena *arena, enum tree_kind kind, int n)
{
  struct tree *tree = arena_new(arena, 1, sizeof *tree);

  tree->kind = kind;
  tree->n = n;
  tree->size = 1;
  if (n > 0) tree->of = arena_new(arena, (size_t)n, sizeof(struct tree *));
  return tree;
}

static const struct tree *with(struct tree *tree, int i, const struct tree *of)
{
  tree->of[i] = of;
  tree->size = tree->size + of->size > LARGEST_TREE ? LARGEST_TREE + 1 : tree->size + of->size;
  return tree;
}

const struct tree *tree_number(struct arena *arena, double number)
{
  struct tree *tree = node(arena, TREE_NUMBER, 0);

  tree->number = number;
  return tree;
}

const struct tree *tree_truth(struct arena *arena, bool truth)
{
  struct tree *tree = node(arena, TREE_TRUTH, 0);

  tree->number = truth;
  return tree;
}

const struct tree *tree_of_quantity(struct arena *arena, enum tree_kind kind,
                                    struct quantity *quantity)
{
  struct tree *tree = node(arena, kind, 0);

  tree->quantity = quantity;
  return tree;
}

const struct tree *tree_time(struct arena *arena)
{
  return node(arena, TREE_TIME, 0);
}

const struct tree *tree_held(struct arena *arena, const struct sbml_event *event)
{
  struct tree *tree = node(arena, TREE_HELD, 0);

  tree->event = event;
  return tree;
}

bool tree_is_truth(const struct tree *tree)
{
  return tree->kind == TREE_TRUTH || tree->kind == TREE_HELD || tree->kind == TREE_NOT ||
         tree->kind >= TREE_LESS;
}

bool tree_is_number(const struct tree *tree, double number)
{
  return tree->kind == TREE_NUMBER && tree->number == number;
}

static bool is_call(const struct tree *tree, const char *function)
{
  return tree->kind == TREE_CALL && strcmp(tree->function, function) == 0;
}

const struct tree *tree_as_number(struct arena *arena, const struct tree *tree)
{
  if (tree->kind == TREE_TRUTH) return tree_number(arena, tree->number);
  if (!tree_is_truth(tree)) return tree;
  return tree_if(arena, tree, tree_number(arena, 1), tree_number(arena, 0));
}

const struct tree *tree_as_truth(struct arena *arena, const struct tree *tree)
{
  if (tree_is_truth(tree)) return tree;
  if (tree->kind == TREE_NUMBER) return tree_truth(arena, tree->number != 0);
  if (is_call(tree, "if") && tree_is_number(tree->of[1], 1) && tree_is_number(tree->of[2], 0))
    return tree->of[0]; /* a counted truth */
  return tree_pair(arena, TREE_UNEQUAL, tree, tree_number(arena, 0));
}

const struct tree *tree_negate(struct arena *arena, const struct tree *a)
{
  const struct tree *number = tree_as_number(arena, a);

  if (number->kind == TREE_NUMBER) return tree_number(arena, -number->number);
  if (number->kind == TREE_NEGATE) return number->of[0];
  return with(node(arena, TREE_NEGATE, 1), 0, number);
}

const struct tree *tree_not(struct arena *arena, const struct tree *a)
{
  const struct tree *truth = tree_as_truth(arena, a);

  if (truth->kind == TREE_TRUTH) return tree_truth(arena, truth->number == 0);
  if (truth->kind == TREE_NOT) return truth->of[0];
  return with(node(arena, TREE_NOT, 1), 0, truth);
}

static bool is_negative(const struct tree *tree)
{
  return tree->kind == TREE_NEGATE || (tree->kind == TREE_NUMBER && tree->number < 0);
}

/** What is simpler than the pair and the same, or NULL. */
static const struct tree *simpler(struct arena *arena, enum tree_kind kind, const struct tree *a,
                                  const struct tree *b)
{
  switch (kind) {
  case TREE_ADD:
    if (tree_is_number(a, 0)) return b;
    if (tree_is_number(b, 0)) return a;
    if (is_negative(b)) return tree_pair(arena, TREE_SUBTRACT, a, tree_negate(arena, b));
    return NULL;
  case TREE_SUBTRACT:
    if (tree_is_number(a, 0)) return tree_negate(arena, b);
    if (tree_is_number(b, 0)) return a;
    if (is_negative(b)) return tree_pair(arena, TREE_ADD, a, tree_negate(arena, b));
    return NULL;
  case TREE_MULTIPLY:
    if (tree_is_number(a, 1)) return b;
    if (tree_is_number(b, 1)) return a;
    return NULL;
  case TREE_DIVIDE:
  case TREE_POWER:
    return tree_is_number(b, 1) ? a : NULL;
  case TREE_AND:
    if (a->kind == TREE_TRUTH) return a->number != 0 ? b : a;
    if (b->kind == TREE_TRUTH) return b->number != 0 ? a : b;
    return NULL;
  case TREE_OR:
    if (a->kind == TREE_TRUTH) return a->number != 0 ? a : b;
    if (b->kind == TREE_TRUTH) return b->number != 0 ? b : a;
    return NULL;
  default:
    return NULL;
  }
}

const struct tree *tree_pair(struct arena *arena, enum tree_kind kind, const struct tree *a,
                             const struct tree *b)
{
  const bool is_logical = kind == TREE_AND || kind == TREE_OR;
  const struct tree *left = is_logical ? tree_as_truth(arena, a) : tree_as_number(arena, a);
  const struct tree *right = is_logical ? tree_as_truth(arena, b) : tree_as_number(arena, b);
  const struct tree *simple = simpler(arena, kind, left, right);
  struct tree *tree;

  if (simple) return simple;
  tree = node(arena, kind, 2);
  with(tree, 0, left);
  return with(tree, 1, right);
}

const struct tree *tree_call(struct arena *arena, const char *function, const struct tree *a)
{
  struct tree *tree = node(arena, TREE_CALL, 1);

  tree->function = function;
  return with(tree, 0, tree_as_number(arena, a));
}

const struct tree *tree_call_pair(struct arena *arena, const char *function, const struct tree *a,
                                  const struct tree *b)
{
  struct tree *tree = node(arena, TREE_CALL, 2);

  tree->function = function;
  with(tree, 0, tree_as_number(arena, a));
  return with(tree, 1, tree_as_number(arena, b));
}

const struct tree *tree_if(struct arena *arena, const struct tree *condition,
                           const struct tree *yes, const struct tree *no)
{
  const struct tree *truth = tree_as_truth(arena, condition);
  struct tree *tree;

  if (truth->kind == TREE_TRUTH) return tree_as_number(arena, truth->number != 0 ? yes : no);
  tree = node(arena, TREE_CALL, 3);
  tree->function = "if";
  with(tree, 0, truth);
  with(tree, 1, tree_as_number(arena, yes));
  return with(tree, 2, tree_as_number(arena, no));
}

const struct tree *tree_with(struct arena *arena, const struct tree *tree,
                             const struct tree *const *of)
{
  if (tree->kind == TREE_NEGATE) return tree_negate(arena, of[0]);
  if (tree->kind == TREE_NOT) return tree_not(arena, of[0]);
  if (tree->kind != TREE_CALL) return tree_pair(arena, tree->kind, of[0], of[1]);
  if (tree->n == 1) return tree_call(arena, tree->function, of[0]);
  if (tree->n == 2) return tree_call_pair(arena, tree->function, of[0], of[1]);
  return tree_if(arena, of[0], of[1], of[2]);
}

const struct tree *
tree_replace(struct arena *arena, const struct tree *tree,
             const struct tree *(*replace)(void *context, const struct tree *leaf), void *context)
{
  const struct tree *of[3];
  bool is_same = true;

  if (tree->n == 0) return replace(context, tree);
  for (int i = 0; i < tree->n; i++) {
    of[i] = tree_replace(arena, tree->of[i], replace, context);
    is_same = is_same && of[i] == tree->of[i];
  }
  return is_same ? tree : tree_with(arena, tree, of);
}

void tree_visit(const struct tree *tree, void (*visit)(void *context, const struct tree *leaf),
                void *context)
{
  if (tree->n == 0) visit(context, tree);
  for (int i = 0; i < tree->n; i++) tree_visit(tree->of[i], visit, context);
}

static double call_value(const struct tree *tree, const double *of)
{
  static const struct {
    const char *name;
    double (*function)(double x);
  } functions[] = {{"exp", math_exp}, {"log", math_log}, {"sqrt", sqrt},
                   {"floor", floor},  {"ceil", ceil},    {"abs", fabs}};

  if (is_call(tree, "if")) return of[0] != 0 ? of[1] : of[2];
  if (is_call(tree, "min")) return of[0] < of[1] ? of[0] : of[1];
  if (is_call(tree, "max")) return of[0] > of[1] ? of[0] : of[1];
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (is_call(tree, functions[i].name)) return functions[i].function(of[0]);
  return (double)NAN;
}

static double pair_value(enum tree_kind kind, double a, double b)
{
  switch (kind) {
  case TREE_ADD:
    return a + b;
  case TREE_SUBTRACT:
    return a - b;
  case TREE_MULTIPLY:
    return a * b;
  case TREE_DIVIDE:
    return a / b;
  case TREE_POWER:
    return math_pow(a, b);
  case TREE_LESS:
    return a < b;
  case TREE_AT_MOST:
    return a <= b;
  case TREE_GREATER:
    return a > b;
  case TREE_AT_LEAST:
    return a >= b;
  case TREE_EQUAL:
    return a == b;
  case TREE_UNEQUAL:
    return a != b;
  case TREE_AND:
    return a != 0 && b != 0;
  case TREE_OR:
    return a != 0 || b != 0;
  default:
    return (double)NAN;
  }
}

double tree_value(const struct tree *tree, double (*value)(struct quantity *quantity))
{
  double of[3] = {0};

  for (int i = 0; i < tree->n; i++) {
    of[i] = tree_value(tree->of[i], value);
    if (isnan(of[i])) return of[i];
  }
  switch (tree->kind) {
  case TREE_NUMBER:
  case TREE_TRUTH:
    return tree->number;
  case TREE_QUANTITY:
  case TREE_AT_START:
    return value ? value(tree->quantity) : (double)NAN;
  case TREE_RATE_OF:
  case TREE_TIME:
  case TREE_HELD:
    return (double)NAN;
  case TREE_CALL:
    return call_value(tree, of);
  case TREE_NEGATE:
    return -of[0];
  case TREE_NOT:
    return of[0] == 0;
  default:
    return pair_value(tree->kind, of[0], of[1]);
  }
}
