/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SBML document as quantities, flows and events. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sbml/reading.h"
#include "sbml/xml_text.h"

static struct place place_of(const struct sbml_model *model, const void *element)
{
  return xml_place(model, SBase_getLine(element), SBase_getColumn(element));
}

static const char *kept(struct sbml_model *model, const char *text)
{
  return text && text[0] ? arena_format(model->arena, "%s", text) : NULL;
}

struct quantity *sbml_add_quantity(struct sbml_model *model, enum quantity_kind kind,
                                   const char *id, struct place at)
{
  struct quantity *quantity = arena_new(model->arena, 1, sizeof *quantity);

  *quantity = (struct quantity){.kind = kind, .id = id, .at = at, .value = (double)NAN};
  model->quantities = memory_grow(model->quantities, model->n_quantities + 1,
                                  &model->quantity_capacity, sizeof(struct quantity *));
  model->quantities[model->n_quantities++] = quantity;
  return quantity;
}

static struct quantity *add(struct reading *reading, enum quantity_kind kind, const void *element,
                            const char *id)
{
  struct sbml_model *model = reading->model;
  const char *name = SBase_getName(element);
  struct quantity *quantity = sbml_add_quantity(model, kind, arena_format(model->arena, "%s", id),
                                                place_of(model, element));

  if (name && strcmp(name, id) != 0) quantity->label = kept(model, name);
  return quantity;
}

static int by_id(const void *a, const void *b)
{
  const struct quantity *const *left = a, *const *right = b;

  return strcmp((*left)->id, (*right)->id);
}

struct quantity *reading_find(const struct reading *reading, const char *id)
{
  const struct quantity wanted = {.id = id}, *key = &wanted;
  struct quantity **found = reading->n_by_id == 0 ? NULL
                                                  : bsearch(&key, reading->by_id, reading->n_by_id,
                                                            sizeof(struct quantity *), by_id);

  return found ? *found : NULL;
}

/** Local parameters come later and are not in it. */
static void index_by_id(struct reading *reading)
{
  const struct sbml_model *model = reading->model;

  free(reading->by_id);
  reading->n_by_id = model->n_quantities;
  reading->by_id = memory_new(model->n_quantities + 1, sizeof(struct quantity *));
  if (model->n_quantities > 0)
    memcpy(reading->by_id, model->quantities, model->n_quantities * sizeof(struct quantity *));
  qsort(reading->by_id, reading->n_by_id, sizeof(struct quantity *), by_id);
}

static void read_compartments(struct reading *reading)
{
  for (unsigned i = 0; i < Model_getNumCompartments(reading->file); i++) {
    const Compartment_t *compartment = Model_getCompartment(reading->file, i);
    const char *id = Compartment_getId(compartment);
    struct quantity *quantity = add(reading, QUANTITY_COMPARTMENT, compartment, id);

    if (Compartment_isSetSize(compartment)) quantity->value = Compartment_getSize(compartment);
    quantity->is_constant = Compartment_getConstant(compartment);
    /* Since level 3 a point may have a size. */
    quantity->has_no_size = Compartment_getSpatialDimensionsAsDouble(compartment) == 0 &&
                            !Compartment_isSetSize(compartment) &&
                            !Model_getInitialAssignmentBySym(reading->file, id) &&
                            !Model_getRuleByVar(reading->file, id);
    quantity->unit = kept(reading->model, Compartment_getUnits(compartment));
  }
}

static void read_parameters(struct reading *reading)
{
  for (unsigned i = 0; i < Model_getNumParameters(reading->file); i++) {
    const Parameter_t *parameter = Model_getParameter(reading->file, i);
    struct quantity *quantity = add(reading, QUANTITY_PARAMETER, parameter,
                                    Parameter_getId(parameter));

    if (Parameter_isSetValue(parameter)) quantity->value = Parameter_getValue(parameter);
    quantity->is_constant = Parameter_getConstant(parameter);
    quantity->unit = kept(reading->model, Parameter_getUnits(parameter));
  }
}

static struct quantity *named(struct reading *reading, const struct place *at, const char *id,
                              enum quantity_kind kind, const char *what)
{
  struct quantity *quantity = reading_find(reading, id ? id : "");

  if (quantity && quantity->kind == kind) return quantity;
  diagnostics_error(reading->model->diagnostics, at, "'%.60s' is no %s of this model", id ? id : "",
                    what);
  return NULL;
}

static void read_species(struct reading *reading)
{
  const char *of_all = Model_getConversionFactor(reading->file);

  for (unsigned i = 0; i < Model_getNumSpecies(reading->file); i++) {
    const Species_t *species = Model_getSpecies(reading->file, i);
    struct quantity *quantity = add(reading, QUANTITY_SPECIES, species, Species_getId(species));
    const char *factor = Species_isSetConversionFactor(species)
                             ? Species_getConversionFactor(species)
                             : of_all;

    quantity->value_is_amount = Species_isSetInitialAmount(species);
    if (quantity->value_is_amount)
      quantity->value = Species_getInitialAmount(species);
    else if (Species_isSetInitialConcentration(species))
      quantity->value = Species_getInitialConcentration(species);
    quantity->compartment = named(reading, &quantity->at, Species_getCompartment(species),
                                  QUANTITY_COMPARTMENT, "compartment");
    if (factor && factor[0])
      quantity->factor = named(reading, &quantity->at, factor, QUANTITY_PARAMETER, "parameter");
    quantity->has_only_amount = Species_getHasOnlySubstanceUnits(species) ||
                                (quantity->compartment && quantity->compartment->has_no_size);
    quantity->is_boundary = Species_getBoundaryCondition(species);
    quantity->is_constant = Species_getConstant(species);
    quantity->unit = kept(reading->model, Species_getSubstanceUnits(species));
  }
}

/** Of all reactions, before any mathematics is read: their ids are names in it. */
static void read_stoichiometries(struct reading *reading, const Reaction_t *reaction, bool products)
{
  const unsigned n = products ? Reaction_getNumProducts(reaction)
                              : Reaction_getNumReactants(reaction);

  for (unsigned i = 0; i < n; i++) {
    Reaction_t *of = (Reaction_t *)reaction;
    const SpeciesReference_t *reference = products ? Reaction_getProduct(of, i)
                                                   : Reaction_getReactant(of, i);
    struct quantity *quantity;

    if (reading->model->level < 3 || !SpeciesReference_isSetId(reference)) continue;
    quantity = add(reading, QUANTITY_STOICHIOMETRY, reference, SpeciesReference_getId(reference));
    if (SpeciesReference_isSetStoichiometry(reference))
      quantity->value = SpeciesReference_getStoichiometry(reference);
    quantity->is_constant = SpeciesReference_getConstant(reference);
  }
}

static void read_reaction_names(struct reading *reading)
{
  for (unsigned i = 0; i < Model_getNumReactions(reading->file); i++) {
    const Reaction_t *reaction = Model_getReaction(reading->file, i);

    add(reading, QUANTITY_REACTION, reaction, Reaction_getId(reaction));
    read_stoichiometries(reading, reaction, false);
    read_stoichiometries(reading, reaction, true);
  }
}

/** A number, a quantity with an id, or mathematics (of level 2). */
static const struct tree *stoichiometry(struct reading *reading, SpeciesReference_t *reference)
{
  struct arena *arena = reading->model->arena;
  const struct tree *tree = NULL;
  struct quantity *quantity;

  reading->at = place_of(reading->model, reference);
  if (SpeciesReference_isSetStoichiometryMath(reference))
    tree = read_number(reading,
                       StoichiometryMath_getMath(SpeciesReference_getStoichiometryMath(reference)));
  if (tree) return tree;
  if (reading->model->level >= 3 && SpeciesReference_isSetId(reference)) {
    quantity = reading_find(reading, SpeciesReference_getId(reference));
    if (quantity && quantity->kind == QUANTITY_STOICHIOMETRY)
      return tree_of_quantity(arena, TREE_QUANTITY, quantity);
  }
  if (reading->model->level >= 3 && !SpeciesReference_isSetStoichiometry(reference)) {
    diagnostics_error(reading->model->diagnostics, &reading->at, "the stoichiometry has no value");
    return tree_number(arena, 1);
  }
  return tree_pair(
      arena, TREE_DIVIDE, tree_number(arena, SpeciesReference_getStoichiometry(reference)),
      tree_number(arena,
                  reading->model->level == 1 ? SpeciesReference_getDenominator(reference) : 1));
}

static void read_flow(struct reading *reading, struct quantity *reaction,
                      SpeciesReference_t *reference, bool is_product)
{
  struct sbml_model *model = reading->model;
  const struct tree *tree = stoichiometry(reading, reference);
  struct quantity *species = named(reading, &reading->at, SpeciesReference_getSpecies(reference),
                                   QUANTITY_SPECIES, "species");

  if (!species || species->is_boundary || species->is_constant) return;
  model->flows = memory_grow(model->flows, model->n_flows + 1, &model->flow_capacity,
                             sizeof *model->flows);
  model->flows[model->n_flows++] = (struct flow){
      reaction, species, is_product ? tree : tree_negate(model->arena, tree)};
}

/** What stands in a kinetic law and nowhere else. */
static void read_local_parameters(struct reading *reading, KineticLaw_t *law)
{
  const unsigned n = KineticLaw_getNumParameters(law);

  reading->locals = arena_new(reading->model->arena, n, sizeof(struct quantity *));
  reading->n_locals = (int)n;
  for (unsigned i = 0; i < n; i++) {
    const Parameter_t *parameter = KineticLaw_getParameter(law, i);
    struct quantity *quantity = add(reading, QUANTITY_PARAMETER, parameter,
                                    Parameter_getId(parameter));

    quantity->reaction = reading->at_reaction;
    if (Parameter_isSetValue(parameter)) quantity->value = Parameter_getValue(parameter);
    quantity->is_constant = true;
    quantity->unit = kept(reading->model, Parameter_getUnits(parameter));
    reading->locals[i] = quantity;
  }
}

static void read_reaction(struct reading *reading, Reaction_t *reaction)
{
  struct quantity *quantity = reading_find(reading, Reaction_getId(reaction));
  KineticLaw_t *law = Reaction_getKineticLaw(reaction);

  if (!quantity || quantity->kind != QUANTITY_REACTION) return;
  if (Reaction_isSetFast(reaction) && Reaction_getFast(reaction))
    diagnostics_error(reading->model->diagnostics, &quantity->at,
                      "the reaction '%.60s' is fast: in equilibrium at once, which the model "
                      "language lacks",
                      quantity->id);
  reading->at = place_of(reading->model, reaction);
  reading->at_reaction = quantity;
  if (law) {
    reading->at = place_of(reading->model, law);
    read_local_parameters(reading, law);
    quantity->law = read_number(reading, KineticLaw_getMath(law));
    reading->n_locals = 0;
  }
  for (unsigned i = 0; i < Reaction_getNumReactants(reaction); i++)
    read_flow(reading, quantity, Reaction_getReactant(reaction, i), false);
  for (unsigned i = 0; i < Reaction_getNumProducts(reaction); i++)
    read_flow(reading, quantity, Reaction_getProduct(reaction, i), true);
}

static struct quantity *target(struct reading *reading, const void *element, const char *id)
{
  struct quantity *quantity = reading_find(reading, id ? id : "");

  reading->at = place_of(reading->model, element);
  if (quantity && quantity->kind != QUANTITY_REACTION) return quantity;
  diagnostics_error(reading->model->diagnostics, &reading->at,
                    "'%.60s' is nothing of this model that can be set", id ? id : "");
  return NULL;
}

static void read_rules(struct reading *reading)
{
  for (unsigned i = 0; i < Model_getNumInitialAssignments(reading->file); i++) {
    const InitialAssignment_t *assignment = Model_getInitialAssignment(reading->file, i);
    struct quantity *quantity = target(reading, assignment,
                                       InitialAssignment_getSymbol(assignment));

    if (quantity) quantity->initial = read_number(reading, InitialAssignment_getMath(assignment));
  }
  for (unsigned i = 0; i < Model_getNumRules(reading->file); i++) {
    const Rule_t *rule = Model_getRule(reading->file, i);
    struct quantity *quantity;

    reading->at = place_of(reading->model, rule);
    if (Rule_isAlgebraic(rule)) {
      if (Rule_getMath(rule))
        diagnostics_error(reading->model->diagnostics, &reading->at,
                          "an algebraic rule, which the model language lacks; solve it for one of "
                          "its quantities and make it an assignment rule");
      continue;
    }
    quantity = target(reading, rule, Rule_getVariable(rule));
    if (quantity && Rule_isRate(rule))
      quantity->rate_rule = read_number(reading, Rule_getMath(rule));
    else if (quantity)
      quantity->assignment = read_number(reading, Rule_getMath(rule));
  }
}

static void read_settings(struct reading *reading, Event_t *file, struct sbml_event *event)
{
  const unsigned n = Event_getNumEventAssignments(file);

  event->settings = arena_new(reading->model->arena, n, sizeof *event->settings);
  for (unsigned i = 0; i < n; i++) {
    const EventAssignment_t *assignment = Event_getEventAssignment(file, i);
    struct quantity *quantity = target(reading, assignment,
                                       EventAssignment_getVariable(assignment));
    const struct tree *value = read_number(reading, EventAssignment_getMath(assignment));

    if (!quantity || !value) continue;
    quantity->is_set_by_events = true;
    event->settings[event->n++] = (struct setting){quantity, value};
  }
}

static void read_event(struct reading *reading, Event_t *file, struct sbml_event *event)
{
  struct sbml_model *model = reading->model;
  const Trigger_t *trigger = Event_getTrigger(file);
  const Delay_t *delay = Event_getDelay(file);
  const Priority_t *priority = Event_getPriority(file);
  const char *name = Event_getName(file);

  *event = (struct sbml_event){.id = kept(model, Event_getId(file)),
                               .label = kept(model, name),
                               .at = place_of(model, file),
                               .is_held_at_start = true,
                               .is_persistent = true,
                               .sets_values_at_trigger = Event_getUseValuesFromTriggerTime(file)};
  reading->at = event->at;
  if (trigger) {
    reading->at = place_of(model, trigger);
    event->trigger = read_math(reading, Trigger_getMath(trigger));
    if (event->trigger) event->trigger = tree_as_truth(model->arena, event->trigger);
    if (model->level >= 3) {
      event->is_held_at_start = Trigger_getInitialValue(trigger);
      event->is_persistent = Trigger_getPersistent(trigger);
    }
  }
  if (delay) event->delay = read_number(reading, Delay_getMath(delay));
  if (priority) event->priority = read_number(reading, Priority_getMath(priority));
  read_settings(reading, file, event);
}

/** An event without a trigger never happens. */
static void read_events(struct reading *reading)
{
  struct sbml_model *model = reading->model;
  const unsigned n = Model_getNumEvents(reading->file);

  model->events = arena_new(model->arena, n, sizeof *model->events);
  for (unsigned i = 0; i < n; i++) {
    read_event(reading, Model_getEvent(reading->file, i), &model->events[model->n_events]);
    if (model->events[model->n_events].trigger) model->n_events++;
  }
}

static void warn_of_constraints(struct reading *reading)
{
  for (unsigned i = 0; i < Model_getNumConstraints(reading->file); i++) {
    const struct place at = place_of(reading->model, Model_getConstraint(reading->file, i));

    diagnostics_warning(reading->model->diagnostics, &at,
                        "a constraint is not part of the model and is never checked");
  }
}

/** What libsbml found; false when it is no SBML. */
static bool report_errors(struct sbml_model *model, SBMLDocument_t *document)
{
  bool ok = true;

  for (unsigned i = 0; i < SBMLDocument_getNumErrors(document); i++) {
    const XMLError_t *error = (const XMLError_t *)SBMLDocument_getError(document, i);
    const unsigned line = XMLError_getLine(error), column = XMLError_getColumn(error);
    const struct place at = {model->source, line > 0 ? (int)line : 1, column > 0 ? (int)column : 1,
                             1};

    if (!XMLError_isError(error) && !XMLError_isFatal(error)) continue;
    diagnostics_error(model->diagnostics, &at, "%.600s",
                      xml_on_one_line(model->arena, XMLError_getMessage(error)));
    ok = false;
  }
  return ok;
}

/** Packages of level 3 that change what a model means; those that libsbml does not know and that
 *  must be understood are its own errors. */
static bool refuse_packages(struct sbml_model *model, SBMLDocument_t *document)
{
  static const char *const packages[] = {"fbc", "qual", "multi", "distrib", "arrays", "spatial"};
  const struct place at = place_of(model, document);
  bool ok = true;

  for (size_t i = 0; i < sizeof packages / sizeof *packages; i++) {
    if (!SBase_getPlugin((SBase_t *)document, packages[i])) continue;
    diagnostics_error(model->diagnostics, &at, "the SBML package '%s' cannot be imported",
                      packages[i]);
    ok = false;
  }
  return ok;
}

/** Submodels of the package comp become part of the one model. */
static bool flatten(struct sbml_model *model, SBMLDocument_t *document)
{
  ConversionProperties_t *wish = ConversionProperties_create();
  int code;

  if (!SBase_getPlugin((SBase_t *)document, "comp")) {
    ConversionProperties_free(wish);
    return true;
  }
  ConversionProperties_addOptionWithKey(wish, "flatten comp");
  ConversionProperties_addOptionWithKey(wish, "performValidation");
  ConversionProperties_setBoolValue(wish, "performValidation", 0);
  code = SBMLDocument_convert(document, wish);
  ConversionProperties_free(wish);
  if (code == LIBSBML_OPERATION_SUCCESS) return true;
  if (report_errors(model, document)) {
    const struct place at = place_of(model, document);

    diagnostics_error(model->diagnostics, &at, "the submodels (package comp) cannot be flattened");
  }
  return false;
}

static bool is_valid(struct sbml_model *model, SBMLDocument_t *document)
{
  if (!report_errors(model, document)) return false;
  SBMLDocument_setConsistencyChecks(document, LIBSBML_CAT_UNITS_CONSISTENCY, 0);
  SBMLDocument_setConsistencyChecks(document, LIBSBML_CAT_MODELING_PRACTICE, 0);
  SBMLDocument_setConsistencyChecks(document, LIBSBML_CAT_SBO_CONSISTENCY, 0);
  SBMLDocument_checkConsistency(document);
  return report_errors(model, document);
}

static void read_model(struct reading *reading)
{
  struct sbml_model *model = reading->model;

  model->id = kept(model, Model_getId(reading->file));
  model->label = kept(model, Model_getName(reading->file));
  model->time_unit = kept(model, Model_getTimeUnits(reading->file));
  read_compartments(reading);
  read_parameters(reading);
  index_by_id(reading);
  read_species(reading);
  read_reaction_names(reading);
  index_by_id(reading);
  for (unsigned i = 0; i < Model_getNumReactions(reading->file); i++)
    read_reaction(reading, Model_getReaction(reading->file, i));
  read_rules(reading);
  read_events(reading);
  warn_of_constraints(reading);
  free(reading->by_id);
}

/** Without a mark of byte order, and with the declaration that libsbml would add on a line of its
 *  own. */
static SBMLDocument_t *parsed(const struct sbml_model *model)
{
  const char *text = model->source->text;

  if (strncmp(text, "\xef\xbb\xbf", 3) == 0) text += 3;
  if (strncmp(text, "<?xml", 5) != 0)
    text = arena_format(model->arena, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>%s", text);
  return readSBMLFromString(text);
}

void sbml_read(struct sbml_model *model)
{
  struct reading reading = {.model = model};
  SBMLDocument_t *document;

  xml_find_lines(model);
  if (!xml_is_shallow(model)) return;
  document = parsed(model);
  model->level = (int)SBMLDocument_getLevel(document);
  model->version = (int)SBMLDocument_getVersion(document);
  if (is_valid(model, document) && refuse_packages(model, document) && flatten(model, document)) {
    reading.file = SBMLDocument_getModel(document);
    if (reading.file)
      read_model(&reading);
    else
      diagnostics_error(model->diagnostics, &(struct place){model->source, 1, 1, 1},
                        "there is no model in this file");
  }
  SBMLDocument_free(document);
}
