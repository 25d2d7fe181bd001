/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/protocol/treatment_entries.h
 * The part of a protocol that says what is given to whom and how doses are decided; as written. */
#pragma once
#include "base/fields.h"

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

extern const struct record_type intervention_type, arm_type;
