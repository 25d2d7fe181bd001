/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/model_file.h
 * A model file as written, field by field. What it means is model.h. */
#pragma once
#include "base/fields.h"

enum distribution { DISTRIBUTION_LOG_NORMAL, DISTRIBUTION_NORMAL, DISTRIBUTION_LOGIT_NORMAL };

struct variability_entry {
  struct place at;
  int distribution;
  double sd, variance; /* on the scale of eta; NaN: in a block, or none */
  double lower, upper; /* of logit_normal, in the parameter's unit */
};

struct occasion_entry {
  struct place at;
  double sd, variance;
};

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

struct residual_entry {
  struct place at;
  double log_normal, proportional;
  struct text additive; /* a quantity in the output's unit */
};

struct output_entry {
  struct place at;
  struct text name, unit, label;
  struct formula expression;
  const struct residual_entry *residual;
};

struct event_entry {
  struct place at;
  struct text name, label;
  struct formula when;
};

struct route_entry {
  struct place at;
  struct text name, state, label;
  struct formula fraction, lag, duration, rate;
};

struct block_entry {
  struct place at;
  struct list parameters; /* struct text */
  struct list covariance; /* double: lower triangle by rows */
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
};

extern const struct record_type model_file_type;
