/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of interventions, arms and the rules by which they are dosed. */
#include "protocol/treatment_entries.h"

#include <math.h>

#define AT(member) offsetof(struct FIELDS_OF, member)
#define RECORD(id, doc)                                                                            \
  {                                                                                                \
#id, doc, sizeof(struct FIELDS_OF), FIELD_COUNT_OF(id##_fields), id##_fields                   \
  }
#define NO_LIMIT ((double)INFINITY)

static const char *const arm_types[] = {"experimental", "active_comparator", "placebo",
                                        "no_treatment", NULL};

#define FIELDS_OF intervention_entry
static const struct field intervention_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
    {.name = "route",
     .kind = FIELD_NAME,
     .offset = AT(route),
     .is_required = true,
     .help = "a route of the model"},
    {.name = "unit",
     .kind = FIELD_TEXT,
     .offset = AT(unit),
     .fallback = "mg",
     .help = "unit of doses in the results"},
    {.name = "step",
     .kind = FIELD_TEXT,
     .offset = AT(step),
     .help = "doses are rounded to multiples of this tablet size, halves up: 0.5 mg; absent: not "
             "rounded"},
};
const struct record_type intervention_type = RECORD(intervention, "What is given.");
#undef FIELDS_OF

#define FIELDS_OF action_entry
static const struct field action_fields[] = {
    {.name = "when",
     .kind = FIELD_FORMULA,
     .offset = AT(when),
     .help = "condition; the first line that holds is taken; absent: always"},
    {.name = "dose",
     .kind = FIELD_FORMULA,
     .offset = AT(dose),
     .is_required = true,
     .help = "dose from now on, or after the hold"},
    {.name = "hold",
     .kind = FIELD_NUMBER,
     .offset = AT(hold_h),
     .unit = "h",
     .minimum = 1,
     .maximum = NO_LIMIT,
     .help = "give nothing for this long first: P2D; a decision at an encounter supersedes it"},
    {.name = "hold_until",
     .kind = FIELD_FORMULA,
     .offset = AT(hold_until),
     .help = "give nothing until an encounter at which this holds; `dose` is computed then"},
    {.name = "next_encounter",
     .kind = FIELD_NUMBER,
     .offset = AT(next_encounter_h),
     .unit = "h",
     .minimum = 1,
     .maximum = NO_LIMIT,
     .help = "add an encounter after this long, and again while hold_until waits"},
};
static const struct record_type action_type = RECORD(action, "One line of a decision table.");
#undef FIELDS_OF

#define FIELDS_OF rule_entry
static const struct field rule_fields[] = {
    {.name = "name",
     .kind = FIELD_NAME,
     .offset = AT(name),
     .is_required = true,
     .help = "stands with every dose in the results"},
    {.name = "days",
     .kind = FIELD_NUMBERS,
     .offset = AT(days),
     .is_required = true,
     .minimum = 1,
     .maximum = 40000,
     .help = "a day, or first and last day; day n begins at 24 (n - 1) h"},
    {.name = "dose",
     .kind = FIELD_FORMULA,
     .offset = AT(dose),
     .help = "the dose, when there is no table"},
    {.name = "table",
     .kind = FIELD_RECORDS,
     .offset = AT(table),
     .record = &action_type,
     .help = "when/action lines, first match wins"},
};
static const struct record_type rule_type = RECORD(
    rule, "How the dose is decided in a window of days: on its first day and at every encounter in "
          "it. Rules read covariates, measured outputs, day, last_dose (the last dose that was not "
          "zero) and dose_before(k) (the dose given k days before).");
#undef FIELDS_OF

#define FIELDS_OF administration_entry
static const struct field administration_fields[] = {
    {.name = "intervention",
     .kind = FIELD_NAME,
     .offset = AT(intervention),
     .is_required = true,
     .help = "what is given"},
    {.name = "dose",
     .kind = FIELD_FORMULA,
     .offset = AT(dose),
     .help = "a fixed dose, when there are no rules: 100 mg, or of covariates"},
    {.name = "start",
     .kind = FIELD_NUMBER,
     .offset = AT(start_h),
     .unit = "h",
     .minimum = 0,
     .maximum = NO_LIMIT,
     .fallback = "PT0H",
     .help = "time of the first dose"},
    {.name = "frequency",
     .kind = FIELD_NUMBER,
     .offset = AT(frequency_h),
     .unit = "h",
     .minimum = 0.016,
     .maximum = NO_LIMIT,
     .help = "time between doses: P1D, 8 h; absent: one dose"},
    {.name = "duration",
     .kind = FIELD_NUMBER,
     .offset = AT(duration_h),
     .unit = "h",
     .minimum = 0.016,
     .maximum = NO_LIMIT,
     .help = "no dose at or after start + duration; absent: to the end of the study"},
    {.name = "infusion",
     .kind = FIELD_NUMBER,
     .offset = AT(infusion_h),
     .unit = "h",
     .minimum = 0,
     .maximum = NO_LIMIT,
     .fallback = "PT0H",
     .help = "length of each infusion; 0 is a bolus"},
    {.name = "definitions",
     .kind = FIELD_FORMULAS,
     .offset = AT(definitions),
     .help = "named expressions for the rules"},
    {.name = "units",
     .kind = FIELD_NODE,
     .offset = AT(units),
     .help = "units of definitions that are not pure numbers: {M: mg}"},
    {.name = "rules",
     .kind = FIELD_RECORDS,
     .offset = AT(rules),
     .record = &rule_type,
     .help = "how doses are decided"},
};
static const struct record_type administration_type = RECORD(administration, "A course of doses.");
#undef FIELDS_OF

#define FIELDS_OF arm_entry
static const struct field arm_fields[] = {
    {.name = "name", .kind = FIELD_NAME, .offset = AT(name), .is_required = true, .help = "name"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
    {.name = "type",
     .kind = FIELD_CHOICE,
     .offset = AT(type),
     .choices = arm_types,
     .fallback = "experimental",
     .help = "arm type"},
    {.name = "administrations",
     .kind = FIELD_RECORDS,
     .offset = AT(administrations),
     .record = &administration_type,
     .help = "what its patients are given"},
};
const struct record_type arm_type = RECORD(arm, "A group of patients treated alike.");
#undef FIELDS_OF
