/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/model_file.h
 * A model file as written, field by field. What it means is model.h. */
#pragma once
#include "base/fields.h"
#include "model/variability_entries.h"

struct parameter_entry {
  struct place at;
  struct text name, value, label, source, by;
  const struct yaml_node *values; /* category: quantity */
  struct formula times;
  const struct variability_entry *variability;
  const struct occasion_entry *inter_occasion;
};

struct covariate_entry {
  struct place at;
  struct text name, unit, label;
  struct list categories; /* struct text */
};

struct derived_entry {
  struct place at;
  struct text name, unit, label;
  struct formula expression;
};

struct state_entry {
  struct place at;
  struct text name, unit, label, scale;
  struct formula initial, rate;
};

struct chain_entry {
  struct place at;
  struct text name, unit, label, scale;
  int64_t states;
  struct formula rate, input, initial;
};

struct output_entry {
  struct place at;
  struct text name, unit, label;
  struct formula expression;
  const struct residual_entry *residual;
  struct text lloq, uloq; /* quantities in the output's unit */
};

enum event_values { VALUES_AT_TRIGGER, VALUES_AT_EXECUTION };
enum event_start { START_HELD, START_NOT_HELD };

struct event_entry {
  struct place at;
  struct text name, label;
  struct formula when, delay, priority;
  struct list assign; /* struct named_formula */
  int values, at_start;
  bool persistent;
};

struct route_entry {
  struct place at;
  struct text name, state, label;
  struct formula fraction, lag, duration, rate;
};

extern const char *const numbers_status_names[]; /* ends with NULL */

struct status_entry {
  struct place at;
  int numbers; /* index into numbers_status_names */
  struct text checked_against;
};

struct model_file {
  struct place at;
  int64_t schema;
  struct text model, title, time, description;
  const struct status_entry *status;                   /* NULL: not told */
  struct list references;                              /* struct text */
  struct list covariates, parameters, blocks, derived; /* the entries above */
  struct list states, chains, events, routes, outputs;
  struct list mixtures, uncertainty, residual_blocks;
};

extern const struct record_type model_file_type;
