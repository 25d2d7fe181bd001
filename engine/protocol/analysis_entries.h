/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/protocol/analysis_entries.h
 * The part of a protocol that says what is computed from the trial: endpoints, estimands, analyses,
 * published results; as written. */
#pragma once
#include "base/fields.h"

enum endpoint_type {
  ENDPOINT_TIME_IN_RANGE,
  ENDPOINT_RESPONDER,
  ENDPOINT_TIME_TO_EVENT,
  ENDPOINT_VALUE,
  ENDPOINT_CHANGE
};
enum responder_rule { RESPONDER_ANY, RESPONDER_ALL, RESPONDER_LAST };

struct endpoint_entry {
  struct place at;
  struct text name, label, of, at_least, at_most;
  int type, samples; /* enum responder_rule */
  struct list range; /* struct text: low, high */
  double from_h, to_h, time_h;
};

enum estimand_summary { SUMMARY_MEAN_DIFFERENCE, SUMMARY_RISK_DIFFERENCE, SUMMARY_HAZARD_RATIO };

struct estimand_entry {
  struct place at;
  struct text name, label, endpoint, population;
  struct list treatments; /* struct text */
  int summary;            /* enum estimand_summary */
  const struct yaml_node *intercurrent_events;
};

enum estimator {
  ESTIMATOR_T_TEST,
  ESTIMATOR_WELCH,
  ESTIMATOR_ANCOVA,
  ESTIMATOR_PROPORTION,
  ESTIMATOR_LOG_RANK,
  ESTIMATOR_COX,
  ESTIMATOR_KAPLAN_MEIER
};

struct analysis_entry {
  struct place at;
  struct text estimand;
  int method, interval; /* method: enum estimator */
  double level;
  struct list adjust; /* struct text */
};

struct published_entry {
  struct place at;
  struct text estimand, source, note;
  const struct yaml_node *arms;
  double estimate, level, arm_band;
  struct list interval; /* double */
  bool is_trial_data_used_in_model;
};

/** Names of endpoint_entry.type and estimand_entry.summary, NULL-terminated. */
extern const char *const endpoint_type_names[], *const summary_names[];

extern const struct record_type endpoint_type, estimand_type, analysis_type, published_type;
