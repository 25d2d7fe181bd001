/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each quantity becomes: a parameter, a derived quantity or a state with its rate. */
#include <math.h>

#include "base/memory.h"
#include "sbml/sbml_model.h"

static const struct tree *start_of(struct sbml_model *model, struct quantity *quantity);
static const struct tree *rate_of(struct sbml_model *model, struct quantity *quantity);

static const struct tree *now(struct sbml_model *model, struct quantity *quantity)
{
  return tree_of_quantity(model->arena, TREE_QUANTITY, quantity);
}

static const struct tree *pair(struct sbml_model *model, enum tree_kind kind, const struct tree *a,
                               const struct tree *b)
{
  return tree_pair(model->arena, kind, a, b);
}

static const struct tree *zero(struct sbml_model *model)
{
  return tree_number(model->arena, 0);
}

static void refuse(struct sbml_model *model, const struct quantity *quantity, const char *what)
{
  diagnostics_error(model->diagnostics, &quantity->at, "'%.60s' %s", quantity->id, what);
}

/** A stoichiometry with an id that nothing names or sets is the number that it is. */
static const struct tree *plain_stoichiometry(struct sbml_model *model, const struct tree *tree)
{
  struct quantity *quantity = tree->kind == TREE_NEGATE ? tree->of[0]->quantity : tree->quantity;

  if (!quantity || quantity->kind != QUANTITY_STOICHIOMETRY) return tree;
  if (quantity->is_used || quantity->initial || quantity->assignment || quantity->rate_rule ||
      quantity->is_set_by_events || isnan(quantity->value)) {
    quantity->is_used = true;
    return tree;
  }
  quantity->is_left_out = true;
  return tree_number(model->arena, tree->kind == TREE_NEGATE ? -quantity->value : quantity->value);
}

/** Several numbers of one reaction become one: a catalyst, consumed and produced, does not change.
 */
static void join_flows(struct sbml_model *model)
{
  for (size_t i = 0; i < model->n_flows; i++) {
    struct flow *flow = &model->flows[i];

    flow->stoichiometry = plain_stoichiometry(model, flow->stoichiometry);
    for (size_t j = i; j-- > 0 && model->flows[j].reaction == flow->reaction;) {
      struct flow *earlier = &model->flows[j];

      if (earlier->species != flow->species || earlier->stoichiometry->kind != TREE_NUMBER ||
          flow->stoichiometry->kind != TREE_NUMBER)
        continue;
      earlier->stoichiometry = tree_number(model->arena, earlier->stoichiometry->number +
                                                             flow->stoichiometry->number);
      flow->stoichiometry = zero(model);
    }
  }
}

static void add_flow(struct sbml_model *model, const struct flow *flow)
{
  const struct tree *times = flow->stoichiometry, *rate = now(model, flow->reaction);
  const struct tree *before = flow->species->change ? flow->species->change : zero(model);
  const bool is_loss = times->kind == TREE_NEGATE ||
                       (times->kind == TREE_NUMBER && times->number < 0);

  if (tree_is_number(times, 0)) return;
  if (is_loss) times = tree_negate(model->arena, times);
  rate = pair(model, TREE_MULTIPLY, times, rate);
  flow->species->change = pair(model, is_loss ? TREE_SUBTRACT : TREE_ADD, before, rate);
  if (!flow->reaction->law)
    refuse(model, flow->reaction,
           "is a reaction without a kinetic law, so that its rate is "
           "unknown");
}

/** The size of a compartment is used where an amount becomes a concentration or the reverse. */
static bool uses_size(const struct quantity *quantity)
{
  if (quantity->kind != QUANTITY_SPECIES || quantity->assignment) return false;
  if (quantity->has_only_amount)
    return !quantity->compartment->has_no_size && !quantity->initial && !isnan(quantity->value) &&
           quantity->value != 0 && !quantity->value_is_amount;
  return quantity->change || (!quantity->initial && !isnan(quantity->value) &&
                              quantity->value != 0 && quantity->value_is_amount);
}

static void find_changes(struct sbml_model *model)
{
  join_flows(model);
  for (size_t i = 0; i < model->n_flows; i++) add_flow(model, &model->flows[i]);
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    if (quantity->change && quantity->factor)
      quantity->change = pair(model, TREE_MULTIPLY, now(model, quantity->factor), quantity->change);
    if (quantity->change && quantity->factor) quantity->factor->is_used = true;
    if (uses_size(quantity)) quantity->compartment->is_used = true;
  }
}

static bool varies(struct quantity *quantity);

static void find_varying(void *context, const struct tree *leaf)
{
  bool *found = context;

  if (leaf->kind == TREE_TIME || leaf->kind == TREE_RATE_OF ||
      (leaf->kind == TREE_QUANTITY && varies(leaf->quantity)))
    *found = true;
}

static bool is_moved(const struct quantity *quantity)
{
  return quantity->rate_rule || quantity->is_set_by_events || quantity->change;
}

static bool varies(struct quantity *quantity)
{
  const struct tree *by = quantity->assignment ? quantity->assignment : quantity->law;

  if (quantity->is_settled) return quantity->varies;
  quantity->is_settled = true; /* rules in a circle are libsbml's to refuse */
  quantity->varies = !quantity->assignment && is_moved(quantity);
  if (by) tree_visit(by, find_varying, &quantity->varies);
  if (quantity->kind == QUANTITY_SPECIES && !quantity->has_only_amount && !by &&
      varies(quantity->compartment))
    quantity->varies = true;
  return quantity->varies;
}

static bool jumps(struct quantity *quantity);

static void find_jumping(void *context, const struct tree *leaf)
{
  bool *found = context;

  if (leaf->kind == TREE_QUANTITY && jumps(leaf->quantity)) *found = true;
}

/** Whether an event makes it jump, itself or through what its formula names. */
static bool jumps(struct quantity *quantity)
{
  const struct tree *by = quantity->assignment ? quantity->assignment : quantity->law;

  if (quantity->jump_is_settled) return quantity->jumps;
  quantity->jump_is_settled = true;
  quantity->jumps = quantity->is_set_by_events;
  if (by) tree_visit(by, find_jumping, &quantity->jumps);
  if (quantity->kind == QUANTITY_SPECIES && !quantity->has_only_amount && !by &&
      jumps(quantity->compartment))
    quantity->jumps = true;
  return quantity->jumps;
}

/** A rate rule moves the concentration whatever the size does, an event on the size keeps the
 *  amount: where an assignment rule passes the event on, the two differ. */
static bool keeps_concentration(struct sbml_model *model, struct quantity *species)
{
  if (!species->rate_rule || !species->compartment->assignment) return false;
  if (jumps(species->compartment))
    refuse(model, species,
           "has a rate rule for its concentration, in a compartment whose assignment rule makes "
           "its size jump at an event: the model language cannot say what then becomes of the "
           "amount; let events set the size, without the rule");
  return true;
}

/** In a compartment that changes, reactions and the mere change keep to the amount. */
static void separate_amounts(struct sbml_model *model)
{
  const size_t n = model->n_quantities;

  for (size_t i = 0; i < n; i++) {
    struct quantity *species = model->quantities[i];

    if (species->kind != QUANTITY_SPECIES || species->has_only_amount || species->assignment ||
        !varies(species->compartment) || keeps_concentration(model, species))
      continue;
    species->amount = sbml_add_quantity(
        model, QUANTITY_AMOUNT, arena_format(model->arena, "%s_amount", species->id), species->at);
    species->amount->species = species;
    species->amount->label = species->label;
    species->amount->is_settled = true;
    species->amount->varies = is_moved(species);
    species->expression = pair(model, TREE_DIVIDE, now(model, species->amount),
                               now(model, species->compartment));
  }
}

static const struct tree *at_start_of(void *context, const struct tree *leaf)
{
  struct sbml_model *model = context;
  const struct tree *start;

  if (leaf->kind == TREE_TIME) return zero(model);
  if (leaf->kind != TREE_QUANTITY || !varies(leaf->quantity)) return leaf;
  start = start_of(model, leaf->quantity);
  if (start->kind == TREE_NUMBER || start->kind == TREE_QUANTITY) return start;
  leaf->quantity->start_is_named = true;
  return tree_of_quantity(model->arena, TREE_AT_START, leaf->quantity);
}

static const struct tree *at_start(struct sbml_model *model, const struct tree *tree)
{
  return tree_replace(model->arena, tree, at_start_of, model);
}

/** The given number of a species in the meaning of its symbol. */
static const struct tree *given_value(struct sbml_model *model, const struct quantity *quantity)
{
  const struct tree *value = tree_number(model->arena, quantity->value);

  if (isnan(quantity->value)) {
    refuse(model, quantity, "has no value at the start");
    return zero(model);
  }
  if (quantity->kind != QUANTITY_SPECIES ||
      quantity->value_is_amount == quantity->has_only_amount || quantity->compartment->has_no_size)
    return value;
  if (quantity->value == 0) return value;
  return pair(model, quantity->has_only_amount ? TREE_MULTIPLY : TREE_DIVIDE, value,
              at_start(model, now(model, quantity->compartment)));
}

static const struct tree *start_as_written(struct sbml_model *model, struct quantity *quantity)
{
  struct quantity *species = quantity->species;

  if (species && !species->initial && species->value_is_amount && !isnan(species->value))
    return tree_number(model->arena, species->value);
  if (species)
    return pair(model, TREE_MULTIPLY, start_of(model, species),
                at_start(model, now(model, species->compartment)));
  if (quantity->initial) return at_start(model, quantity->initial);
  if (quantity->assignment || quantity->law)
    return at_start(model, quantity->assignment ? quantity->assignment : quantity->law);
  return given_value(model, quantity);
}

/** In the meaning of its symbol, of parameters and other values at the start. */
static const struct tree *start_of(struct sbml_model *model, struct quantity *quantity)
{
  if (quantity->start) return quantity->start;
  if (quantity->is_visited) {
    refuse(model, quantity, "depends on itself at the start");
    return zero(model);
  }
  quantity->is_visited = true;
  quantity->start = start_as_written(model, quantity);
  quantity->is_visited = false;
  return quantity->start;
}

static const struct tree *rate_at(void *context, const struct tree *leaf)
{
  return leaf->kind == TREE_RATE_OF ? rate_of(context, leaf->quantity) : leaf;
}

/** Without rateOf. */
static const struct tree *explicit(struct sbml_model *model, const struct tree *tree)
{
  return tree ? tree_replace(model->arena, tree, rate_at, model) : NULL;
}

static const struct tree *rate_as_written(struct sbml_model *model, struct quantity *quantity)
{
  struct quantity *species = quantity->species, *compartment = quantity->compartment;

  if (species && species->rate_rule)
    return pair(
        model, TREE_ADD,
        pair(model, TREE_MULTIPLY, explicit(model, species->rate_rule),
             now(model, species->compartment)),
        pair(model, TREE_MULTIPLY, now(model, species), rate_of(model, species->compartment)));
  if (species) return species->change ? species->change : zero(model);
  if (quantity->rate_rule) return explicit(model, quantity->rate_rule);
  if (!quantity->change) return zero(model);
  if (quantity->has_only_amount) return quantity->change;
  return pair(model, TREE_DIVIDE, quantity->change, now(model, compartment));
}

static const struct tree *rate_of(struct sbml_model *model, struct quantity *quantity)
{
  if (!varies(quantity)) return zero(model);
  if (quantity->amount)
    return pair(model, TREE_DIVIDE,
                pair(model, TREE_SUBTRACT, rate_of(model, quantity->amount),
                     pair(model, TREE_MULTIPLY, now(model, quantity),
                          rate_of(model, quantity->compartment))),
                now(model, quantity->compartment));
  if (quantity->assignment || quantity->kind == QUANTITY_REACTION || quantity->is_visited) {
    refuse(model, quantity,
           quantity->is_visited ? "has a rate that depends on itself"
                                : "is set by an assignment rule, so that its rate is not known");
    return zero(model);
  }
  if (quantity->rate) return quantity->rate;
  quantity->is_visited = true;
  quantity->rate = rate_as_written(model, quantity);
  quantity->is_visited = false;
  return quantity->rate;
}

static void make_explicit(struct sbml_model *model)
{
  for (size_t i = 0; i < model->n_quantities; i++) {
    struct quantity *quantity = model->quantities[i];

    quantity->initial = explicit(model, quantity->initial);
    quantity->assignment = explicit(model, quantity->assignment);
    quantity->law = explicit(model, quantity->law);
  }
  for (int i = 0; i < model->n_events; i++) {
    struct sbml_event *event = &model->events[i];

    event->trigger = explicit(model, event->trigger);
    event->delay = explicit(model, event->delay);
    event->priority = explicit(model, event->priority);
    for (int k = 0; k < event->n; k++)
      event->settings[k].value = explicit(model, event->settings[k].value);
  }
}

/** What never changes: a number, or an expression of numbers. */
static void settle_constant(struct sbml_model *model, struct quantity *quantity)
{
  const struct tree *start;

  quantity->role = ROLE_PARAMETER;
  if (isnan(quantity->value) && !quantity->initial && !quantity->species && !quantity->is_used) {
    quantity->is_left_out = true;
    return;
  }
  start = start_of(model, quantity);
  if (start->kind == TREE_NUMBER && isfinite(start->number)) {
    quantity->value = start->number;
    return;
  }
  if (start->kind == TREE_NUMBER) refuse(model, quantity, "is infinite, or no number");
  quantity->role = ROLE_DERIVED;
  quantity->expression = start;
}

static void settle(struct sbml_model *model, struct quantity *quantity)
{
  if (quantity->is_left_out) return;
  if (quantity->amount || quantity->assignment || quantity->law) {
    quantity->role = ROLE_DERIVED;
    if (!quantity->amount)
      quantity->expression = quantity->assignment ? quantity->assignment : quantity->law;
  } else if (quantity->kind == QUANTITY_REACTION) {
    quantity->is_left_out = true;
    if (quantity->is_used)
      refuse(model, quantity, "is a reaction without a kinetic law, so that its rate is unknown");
  } else if (quantity->varies) {
    quantity->role = ROLE_STATE;
    start_of(model, quantity);
    rate_of(model, quantity);
  } else {
    settle_constant(model, quantity);
  }
}

/** Nothing that the event sets depends on when it is computed. */
static bool sets_fixed_values(const struct sbml_event *event)
{
  bool varies_in_time = false;

  for (int i = 0; i < event->n; i++)
    tree_visit(event->settings[i].value, find_varying, &varies_in_time);
  return !varies_in_time;
}

/** A concentration in a compartment that changes is set by setting the amount, with the size from
 *  before: if the event sets that, too, the concentration will be another. */
static void settle_event(struct sbml_model *model, struct sbml_event *event)
{
  struct setting *settings = arena_new(model->arena, (size_t)event->n, sizeof *settings);
  const bool is_late = event->delay && event->sets_values_at_trigger;
  const bool is_fixed = sets_fixed_values(event);

  for (int i = 0; i < event->n; i++) {
    struct quantity *quantity = event->settings[i].quantity;

    settings[i] = event->settings[i];
    if (!quantity->amount) continue;
    settings[i].quantity = quantity->amount;
    settings[i].value = pair(model, TREE_MULTIPLY, settings[i].value,
                             now(model, quantity->compartment));
    if (is_late && is_fixed) event->sets_values_at_trigger = false;
    if (is_late && !is_fixed)
      diagnostics_error(model->diagnostics, &event->at,
                        "after a delay, this event sets the concentration '%.60s', whose "
                        "compartment changes, to a value from before: the model language cannot "
                        "say that",
                        quantity->id);
  }
  event->settings = settings;
}

static void refuse_large(struct sbml_model *model, const struct quantity *quantity,
                         const struct tree *tree)
{
  if (tree && tree->size > LARGEST_TREE)
    refuse(model, quantity, "needs mathematics that is too large to write");
}

void sbml_resolve(struct sbml_model *model)
{
  find_changes(model);
  for (size_t i = 0; i < model->n_quantities; i++) varies(model->quantities[i]);
  separate_amounts(model);
  make_explicit(model);
  for (size_t i = 0; i < model->n_quantities; i++) settle(model, model->quantities[i]);
  for (int i = 0; i < model->n_events; i++) settle_event(model, &model->events[i]);
  for (size_t i = 0; i < model->n_quantities; i++) {
    refuse_large(model, model->quantities[i], model->quantities[i]->expression);
    refuse_large(model, model->quantities[i], model->quantities[i]->start);
    refuse_large(model, model->quantities[i], model->quantities[i]->rate);
  }
}
