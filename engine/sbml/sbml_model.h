/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/sbml/sbml_model.h
 * An SBML model as read, and what its quantities become in a model file. */
#pragma once
#include "base/diagnostics.h"
#include "sbml/tree.h"

enum quantity_kind {
  QUANTITY_COMPARTMENT,
  QUANTITY_SPECIES,
  QUANTITY_PARAMETER,
  QUANTITY_STOICHIOMETRY,
  QUANTITY_REACTION, /* its rate */
  QUANTITY_CLOCK,    /* for steps that see a function of the time: not in the file */
  QUANTITY_PART,     /* of mathematics that nests too deeply: not in the file */
  QUANTITY_AMOUNT    /* of a species whose concentration its compartment changes: not in the file */
};

enum quantity_role { ROLE_PARAMETER, ROLE_DERIVED, ROLE_STATE };

/** What an SBML formula can name. The second half is found by sbml_resolve(). */
struct quantity {
  enum quantity_kind kind;
  const char *id, *label, *unit; /* label: its name in the file; both may be NULL */
  struct place at;
  double value;         /* at time 0, NaN when not given */
  bool value_is_amount; /* of a species; else its concentration */
  bool has_only_amount; /* of a species: its symbol means its amount */
  bool is_constant, is_boundary, is_used;
  bool has_no_size;                      /* of a compartment without dimensions */
  struct quantity *compartment, *factor; /* of a species; factor: conversion, or NULL */
  struct quantity *reaction;             /* of a local parameter: in whose kinetic law */
  const struct tree *initial;            /* initial assignment; this and the next may be NULL */
  const struct tree *assignment, *rate_rule;
  const struct tree *law; /* of a reaction */
  bool is_set_by_events;

  enum quantity_role role;
  const char *written, *start_written; /* names in the model file; NULL: the start has none */
  const char *other_written;           /* the output of a species in its other meaning */
  struct quantity *amount;             /* in a compartment that changes, else NULL */
  struct quantity *species;            /* of QUANTITY_AMOUNT */
  const struct tree *change;           /* amount per time by all reactions, NULL for none */
  const struct tree *expression, *start, *rate;
  double start_value; /* NaN while it is not known */
  bool varies, is_settled, is_visited, is_left_out, is_seen_by_events, start_is_valued;
  bool jumps, jump_is_settled; /* whether events make it jump */
  bool start_is_named, is_written, start_is_written;
};

/** How a reaction changes a species. */
struct flow {
  struct quantity *reaction, *species;
  const struct tree *stoichiometry; /* negative for reactants */
};

struct setting {
  struct quantity *quantity;
  const struct tree *value;
};

struct sbml_event {
  const char *id, *label, *written;
  struct place at;
  const struct tree *trigger, *delay, *priority; /* delay and priority may be NULL */
  bool is_held_at_start, is_persistent, sets_values_at_trigger;
  int n;
  struct setting *settings; /* [n] */
};

struct sbml_model {
  struct arena *arena;
  struct diagnostics *diagnostics;
  const struct source *source;
  int n_lines;
  const char **lines;                 /* [n_lines] where they begin */
  const char *id, *label, *time_unit; /* may be NULL */
  const char *origin;                 /* for sources: the file and the model */
  int level, version, n_parts, n_clocks;
  size_t n_quantities, quantity_capacity;
  struct quantity **quantities; /* in the order of the file */
  size_t n_flows, flow_capacity;
  struct flow *flows;
  int n_events;
  struct sbml_event *events;
  int n_switches;
  struct sbml_event **switches; /* conditions of formulas, see switches.c */
};

struct quantity *sbml_add_quantity(struct sbml_model *model, enum quantity_kind kind,
                                   const char *id, struct place at);

/** The steps of an import, in this order. Mistakes and what cannot be imported are diagnostics. */
void sbml_read(struct sbml_model *model);
void sbml_resolve(struct sbml_model *model);
void sbml_find_switches(struct sbml_model *model);
void sbml_split(struct sbml_model *model);
void sbml_name(struct sbml_model *model);
const char *sbml_write(struct sbml_model *model); /* YAML, in the arena */
