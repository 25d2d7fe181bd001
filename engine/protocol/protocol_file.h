/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/protocol/protocol_file.h
 * A trial protocol as written, field by field, in the words of USDM, ICH M11 and E9(R1). What the
 * names in it refer to is resolved in plan/plan.h. */
#pragma once
#include "base/fields.h"

struct design_entry {
  struct place at;
  int model, intent, blinding;
  int64_t phase;
};

struct study_entry {
  struct place at;
  struct text id, title;
  struct list references; /* struct text */
  const struct design_entry *design;
  double duration_h;
};

struct population_entry {
  struct place at;
  struct text cohort;
  int64_t size;
  const struct yaml_node *eligibility; /* list of conditions */
};

/** The hidden truth: a published model and what this trial changes of it. */
struct truth_entry {
  struct place at;
  struct text model;
  const struct yaml_node *parameters, *residual, *between_patients, *between_occasions;
  double occasion_h; /* NaN: one occasion */
};

struct intervention_entry {
  struct place at;
  struct text name, label, route, unit, step;
};

/** One line of a rule's table: when this holds, do that. */
struct action_entry {
  struct place at;
  struct formula when, dose, hold_until;
  double hold_h, next_encounter_h; /* NaN: none */
};

struct rule_entry {
  struct place at;
  struct text name;
  struct list days; /* double: one day, or first and last */
  struct formula dose;
  struct list table; /* struct action_entry */
};

struct administration_entry {
  struct place at;
  struct text intervention;
  struct formula dose;
  double start_h, frequency_h, duration_h, infusion_h;
  struct list definitions;       /* struct named_formula */
  const struct yaml_node *units; /* of definitions that are not pure numbers */
  struct list rules;             /* struct rule_entry */
};

struct arm_entry {
  struct place at;
  struct text name, label;
  int type;
  struct list administrations;
};

struct encounter_entry {
  struct place at;
  struct list days, times_h; /* double */
  struct list measure;       /* struct text */
};

struct allocation_entry {
  struct place at;
  int method;
  struct list ratio, block_sizes; /* double, whole */
  struct list strata;             /* struct text */
};

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

struct solver_entry {
  struct place at;
  int method;
  double rtol;
  int64_t max_steps;
};

struct simulation_entry {
  struct place at;
  int64_t replicates, seed;
  int cohort; /* 0 new patients in each replicate, 1 the same */
  double allowed_failures;
  const struct solver_entry *solver;
};

struct scenario_entry {
  struct place at;
  struct text name, label;
  const struct truth_entry *truth;
  struct list encounters;
};

struct protocol_file {
  struct place at;
  int64_t schema;
  struct text extends;
  const struct study_entry *study;
  const struct population_entry *population;
  const struct truth_entry *truth;
  const struct allocation_entry *allocation;
  const struct simulation_entry *simulation;
  struct list interventions, arms, encounters, endpoints, estimands;
  struct list analysis, published, scenarios;
};

extern const struct record_type protocol_file_type;
/** Names of solver_entry.method, NULL-terminated; the first is auto. */
extern const char *const solver_method_names[];

/** Reads a protocol; with `extends`, the keys of `base` (already loaded, NULL without) that the
 *  protocol does not have itself are taken from there. Never NULL unless it is not YAML at all. */
const struct protocol_file *protocol_read(const struct source *source, const struct source *base,
                                          struct arena *arena, struct diagnostics *diagnostics);
/** What `extends` names; its text is NULL without. No diagnostics: protocol_read() gives them. */
struct text protocol_base(const struct source *source, struct arena *arena);
