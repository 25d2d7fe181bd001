/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mathematics that is longer or nests more deeply than an expression of the model language may: its
 * inner parts become derived quantities of their own. */
#include "base/memory.h"
#include "sbml/sbml_model.h"

/** Well below what the language takes. */
enum { MOST_NESTED = 20, LARGEST_PART = 600 };

struct splitting {
  struct sbml_model *model;
  const struct place *at;
};

struct part {
  const struct tree *tree;
  int depth; /* of parentheses and calls */
};

static bool is_chained(const struct tree *tree, const struct tree *within)
{
  return tree->kind == within->kind && (tree->kind == TREE_ADD || tree->kind == TREE_MULTIPLY ||
                                        tree->kind == TREE_AND || tree->kind == TREE_OR);
}

/** The part under a name of its own; a condition is counted and compared with 0. */
static const struct tree *named_part(struct splitting *splitting, const struct tree *tree)
{
  struct sbml_model *model = splitting->model;
  const char *id = arena_format(model->arena, "part_%d", ++model->n_parts);
  struct quantity *quantity = sbml_add_quantity(model, QUANTITY_PART, id, *splitting->at);
  const struct tree *name = tree_of_quantity(model->arena, TREE_QUANTITY, quantity);

  quantity->role = ROLE_DERIVED;
  quantity->varies = quantity->is_settled = true;
  quantity->expression = tree_as_number(model->arena, tree);
  return tree_is_truth(tree) ? tree_as_truth(model->arena, name) : name;
}

static struct part split(struct splitting *splitting, const struct tree *tree)
{
  const struct tree *of[3];
  struct part part = {tree, 0};
  bool is_same = true;

  for (int i = 0; i < tree->n; i++) {
    struct part inner = split(splitting, tree->of[i]);
    const int depth = inner.depth + (i == 0 && is_chained(tree->of[i], tree) ? 0 : 1);

    if (inner.tree->n > 0 && (depth > MOST_NESTED || inner.tree->size > LARGEST_PART))
      inner.tree = named_part(splitting, inner.tree);
    else if (depth > part.depth)
      part.depth = depth;
    is_same = is_same && inner.tree == tree->of[i];
    of[i] = inner.tree;
  }
  if (!is_same) part.tree = tree_with(splitting->model->arena, tree, of);
  return part;
}

static void shorten(struct splitting *splitting, const struct tree **tree)
{
  if (*tree) *tree = split(splitting, *tree).tree;
}

static void shorten_event(struct splitting *splitting, struct sbml_event *event)
{
  splitting->at = &event->at;
  shorten(splitting, &event->trigger);
  shorten(splitting, &event->delay);
  shorten(splitting, &event->priority);
  for (int i = 0; i < event->n; i++) shorten(splitting, &event->settings[i].value);
}

void sbml_split(struct sbml_model *model)
{
  struct splitting splitting = {.model = model};
  const size_t n = model->n_quantities;

  for (size_t i = 0; i < n; i++) {
    struct quantity *quantity = model->quantities[i];

    splitting.at = &quantity->at;
    if (quantity->role == ROLE_DERIVED) shorten(&splitting, &quantity->expression);
    if (quantity->role == ROLE_STATE || quantity->start_is_named)
      shorten(&splitting, &quantity->start);
    if (quantity->role == ROLE_STATE) shorten(&splitting, &quantity->rate);
  }
  for (int i = 0; i < model->n_events; i++) shorten_event(&splitting, &model->events[i]);
}
