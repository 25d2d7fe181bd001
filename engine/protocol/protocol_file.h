/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/protocol/protocol_file.h
 * A trial protocol as written, field by field, in the words of USDM, ICH M11 and E9(R1). What the
 * names in it refer to is resolved in plan/plan.h. */
#pragma once
#include "base/fields.h"
#include "protocol/analysis_entries.h"
#include "protocol/treatment_entries.h"

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

/** How a covariate of the cohort changes during the study. */
struct covariate_course_entry {
  struct place at;
  struct text name;
  double every_h;                 /* NaN: at `times_h` */
  struct list times_h;            /* double */
  const struct yaml_node *values; /* one for each time */
  struct formula expression;      /* instead */
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
  bool parameter_uncertainty;
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
  struct list covariates, analysis, published, scenarios;
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
