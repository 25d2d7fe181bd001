/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/variability_entries.h
 * The part of a model file that says what differs by chance: between patients, between occasions,
 * between the truth and its measurement; as written. */
#pragma once
#include "base/fields.h"

enum distribution {
  DISTRIBUTION_LOG_NORMAL,
  DISTRIBUTION_NORMAL,
  DISTRIBUTION_LOGIT_NORMAL,
  DISTRIBUTION_BOX_COX,
  N_DISTRIBUTIONS
};
/** For people. */
extern const char *const distribution_titles[N_DISTRIBUTIONS];

struct variability_entry {
  struct place at;
  int distribution;
  double sd, variance; /* on the scale of eta; NaN: in a block, or none */
  double lower, upper; /* of logit_normal, in the parameter's unit */
  double lambda;       /* of box_cox */
};

struct occasion_entry {
  struct place at;
  double sd, variance;
};

struct residual_entry {
  struct place at;
  double log_normal, proportional, power;
  struct text additive; /* a quantity in the output's unit */
  double correlation_h; /* NaN: errors at different times are independent */
};

enum effect_level { BETWEEN_PATIENTS, BETWEEN_OCCASIONS };

struct block_entry {
  struct place at;
  int between;            /* enum effect_level */
  struct list parameters; /* struct text */
  struct list covariance; /* double: lower triangle by rows */
};

/** A latent category. */
struct mixture_entry {
  struct place at;
  struct text name, label, source;
  const struct yaml_node *probabilities; /* category: number */
};

enum uncertainty_scale { UNCERTAINTY_OF_EFFECT, UNCERTAINTY_PLAIN };

/** How typical values that were estimated together may be wrong. */
struct uncertainty_entry {
  struct place at;
  struct list parameters; /* struct text */
  struct list covariance; /* double: lower triangle by rows */
  int scale;              /* enum uncertainty_scale */
  struct text source;
};

/** Outputs whose errors at one time are correlated. */
struct residual_block_entry {
  struct place at;
  struct list outputs;     /* struct text */
  struct list correlation; /* double: below the diagonal, by rows */
};

extern const struct record_type variability_type, occasion_type, block_type;
extern const struct record_type residual_type, residual_block_type, mixture_type, uncertainty_type;
