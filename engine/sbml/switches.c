/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a formula switches at a certain time (a pulse written with piecewise), a step of a solver
 * could pass over it: its condition becomes an event, which is located. */
#include <string.h>

#include "base/memory.h"
#include "sbml/sbml_model.h"

enum { MOST_SWITCHES = 40 };

/** The condition of an event may depend on no event: what events see is left as it is. */
static void mark_seen(void *context, const struct tree *leaf)
{
  struct quantity *quantity = leaf->quantity;

  if (leaf->kind != TREE_QUANTITY || quantity->is_seen_by_events) return;
  quantity->is_seen_by_events = true;
  if (quantity->role == ROLE_DERIVED) tree_visit(quantity->expression, mark_seen, context);
}

struct leaves {
  bool has_time, has_other;
};

static void look_at(void *context, const struct tree *leaf)
{
  struct leaves *leaves = context;

  leaves->has_time = leaves->has_time || leaf->kind == TREE_TIME;
  leaves->has_other = leaves->has_other || leaf->kind == TREE_HELD || leaf->kind == TREE_AT_START ||
                      (leaf->kind == TREE_QUANTITY && leaf->quantity->varies);
}

static bool tests_equality(const struct tree *tree)
{
  if (tree->kind == TREE_EQUAL || tree->kind == TREE_UNEQUAL) return true;
  for (int i = 0; i < tree->n; i++)
    if (tests_equality(tree->of[i])) return true;
  return false;
}

/** Of the time and of what never changes, and nothing else. */
static bool is_of_time(const struct tree *condition)
{
  struct leaves leaves = {false, false};

  tree_visit(condition, look_at, &leaves);
  return leaves.has_time && !leaves.has_other && !tests_equality(condition);
}

static bool is_same(const struct tree *a, const struct tree *b)
{
  if (a == b) return true;
  if (a->kind != b->kind || a->n != b->n || a->quantity != b->quantity) return false;
  if (a->n == 0 && a->number != b->number) return false;
  if (a->function && strcmp(a->function, b->function) != 0) return false;
  for (int i = 0; i < a->n; i++)
    if (!is_same(a->of[i], b->of[i])) return false;
  return true;
}

/** The condition as the name of an event, itself when there are too many. */
static const struct tree *held(struct sbml_model *model, const struct tree *condition)
{
  struct sbml_event *event = NULL;

  for (int i = 0; i < model->n_switches && !event; i++)
    if (is_same(model->switches[i]->trigger, condition)) event = model->switches[i];
  if (!event && model->n_switches == MOST_SWITCHES) return condition;
  if (!event) {
    event = arena_new(model->arena, 1, sizeof *event);
    *event = (struct sbml_event){
        .trigger = condition, .is_held_at_start = true, .is_persistent = true};
    model->switches[model->n_switches++] = event;
  }
  return tree_held(model->arena, event);
}

static const struct tree *switched(struct sbml_model *model, const struct tree *tree)
{
  const struct tree *of[3];
  bool is_other = false;

  for (int i = 0; i < tree->n; i++) {
    const bool is_condition = i == 0 && tree->kind == TREE_CALL && tree->n == 3;

    of[i] = is_condition && is_of_time(tree->of[0]) ? held(model, tree->of[0])
                                                    : switched(model, tree->of[i]);
    is_other = is_other || of[i] != tree->of[i];
  }
  return is_other ? tree_with(model->arena, tree, of) : tree;
}

static bool has_time(const struct tree *tree)
{
  struct leaves leaves = {false, false};

  tree_visit(tree, look_at, &leaves);
  return leaves.has_time;
}

/** An oscillation in time that an event looks at is the rate of a state that nobody reads: its
 *  accuracy keeps steps short enough to see it come and go. */
static void add_clock(struct sbml_model *model, const struct tree *function, const struct place *at)
{
  struct quantity *clock;

  for (size_t i = 0; i < model->n_quantities; i++)
    if (model->quantities[i]->kind == QUANTITY_CLOCK &&
        is_same(model->quantities[i]->rate, function))
      return;
  clock = sbml_add_quantity(model, QUANTITY_CLOCK,
                            arena_format(model->arena, "clock_%d", ++model->n_clocks), *at);
  clock->label = "read by nothing; keeps steps short";
  clock->role = ROLE_STATE;
  clock->varies = clock->is_settled = true;
  clock->start = tree_number(model->arena, 0);
  clock->rate = function;
}

/** What comes again and again, or jumps. */
static bool oscillates(const struct tree *tree)
{
  static const char *const functions[] = {"sin", "cos", "tan", "floor", "ceil"};

  if (tree->kind != TREE_CALL || !has_time(tree)) return false;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (strcmp(tree->function, functions[i]) == 0) return true;
  return false;
}

static void add_clocks(struct sbml_model *model, const struct tree *tree, const struct place *at)
{
  if (oscillates(tree))
    add_clock(model, tree, at);
  else
    for (int i = 0; i < tree->n; i++) add_clocks(model, tree->of[i], at);
}

/** In what conditions say, and in what they rest on. */
static void find_clocks(struct sbml_model *model)
{
  const size_t n = model->n_quantities;

  for (int i = 0; i < model->n_events; i++)
    add_clocks(model, model->events[i].trigger, &model->events[i].at);
  for (size_t i = 0; i < n; i++) {
    struct quantity *quantity = model->quantities[i];

    if (quantity->is_seen_by_events && quantity->role == ROLE_DERIVED)
      add_clocks(model, quantity->expression, &quantity->at);
  }
}

void sbml_find_switches(struct sbml_model *model)
{
  model->switches = arena_new(model->arena, MOST_SWITCHES, sizeof(struct sbml_event *));
  for (int i = 0; i < model->n_events; i++) tree_visit(model->events[i].trigger, mark_seen, NULL);
  find_clocks(model);
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (quantity->is_left_out || quantity->is_seen_by_events || !quantity->varies) continue;
    if (quantity->role == ROLE_DERIVED)
      quantity->expression = switched(model, quantity->expression);
    if (quantity->role == ROLE_STATE) quantity->rate = switched(model, quantity->rate);
  }
}
