/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of endpoints, estimands, analyses and published results. */
#include "protocol/analysis_entries.h"

#include <math.h>

#define AT(member) offsetof(struct FIELDS_OF, member)
#define RECORD(id, doc)                                                                            \
  {                                                                                                \
#id, doc, sizeof(struct FIELDS_OF), FIELD_COUNT_OF(id##_fields), id##_fields                   \
  }
#define NO_LIMIT ((double)INFINITY)

const char *const endpoint_type_names[] = {"time_in_range", "responder", "time_to_event",
                                           "value",         "change",    NULL};
static const char *const responder_rules[] = {"any", "all", "last", NULL};
const char *const summary_names[] = {"mean_difference", "risk_difference", "hazard_ratio", NULL};
static const char *const methods[] = {"t_test",   "welch", "ancova",       "proportion",
                                      "log_rank", "cox",   "kaplan_meier", NULL};
static const char *const intervals[] = {"newcombe", "miettinen_nurminen", NULL};

#define FIELDS_OF endpoint_entry
static const struct field endpoint_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is, at most 40 characters"},
    {.name = "type",
     .kind = FIELD_CHOICE,
     .offset = AT(type),
     .choices = endpoint_type_names,
     .is_required = true,
     .help = "time_in_range: percent of time by Rosendaal's interpolation; responder: 0 or 1; "
             "time_to_event: days to the first sample in range; value, change: at a time, from the "
             "first sample"},
    {.name = "of",
     .kind = FIELD_NAME,
     .offset = AT(of),
     .is_required = true,
     .help = "a measured output"},
    {.name = "range",
     .kind = FIELD_TEXTS,
     .offset = AT(range),
     .help = "low and high, in the output's unit"},
    {.name = "at_least",
     .kind = FIELD_TEXT,
     .offset = AT(at_least),
     .help = "threshold of a responder, instead of a range"},
    {.name = "at_most",
     .kind = FIELD_TEXT,
     .offset = AT(at_most),
     .help = "threshold of a responder, instead of a range"},
    {.name = "samples",
     .kind = FIELD_CHOICE,
     .offset = AT(samples),
     .choices = responder_rules,
     .fallback = "any",
     .help = "which samples must fit for a responder"},
    {.name = "from",
     .kind = FIELD_NUMBER,
     .offset = AT(from_h),
     .unit = "h",
     .minimum = 0,
     .maximum = NO_LIMIT,
     .fallback = "PT0H",
     .help = "begin of the window"},
    {.name = "to",
     .kind = FIELD_NUMBER,
     .offset = AT(to_h),
     .unit = "h",
     .minimum = 0,
     .maximum = NO_LIMIT,
     .help = "end of the window; absent: the study's duration"},
    {.name = "time",
     .kind = FIELD_NUMBER,
     .offset = AT(time_h),
     .unit = "h",
     .minimum = 0,
     .maximum = NO_LIMIT,
     .help = "of value and change; absent: the study's duration"},
};
const struct record_type endpoint_type = RECORD(
    endpoint, "What is computed for each patient, from measured values.");
#undef FIELDS_OF

#define FIELDS_OF estimand_entry
static const struct field estimand_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
    {.name = "endpoint",
     .kind = FIELD_NAME,
     .offset = AT(endpoint),
     .is_required = true,
     .help = "the variable"},
    {.name = "treatments",
     .kind = FIELD_TEXTS,
     .offset = AT(treatments),
     .is_required = true,
     .help = "two arms: the effect is first minus second (or first over second)"},
    {.name = "population",
     .kind = FIELD_TEXT,
     .offset = AT(population),
     .fallback = "randomised",
     .help = "analysis population; this version has only randomised"},
    {.name = "summary",
     .kind = FIELD_CHOICE,
     .offset = AT(summary),
     .choices = summary_names,
     .is_required = true,
     .help = "population-level summary"},
    {.name = "intercurrent_events",
     .kind = FIELD_NODE,
     .offset = AT(intercurrent_events),
     .help = "event: strategy of ICH E9(R1); this version has only treatment_policy"},
};
const struct record_type estimand_type = RECORD(estimand, "What is to be estimated (ICH E9(R1)).");
#undef FIELDS_OF

#define FIELDS_OF analysis_entry
static const struct field analysis_fields[] = {
    {.name = "estimand",
     .kind = FIELD_NAME,
     .offset = AT(estimand),
     .is_required = true,
     .help = "what is estimated"},
    {.name = "method",
     .kind = FIELD_CHOICE,
     .offset = AT(method),
     .choices = methods,
     .is_required = true,
     .help = "the estimator"},
    {.name = "adjust",
     .kind = FIELD_TEXTS,
     .offset = AT(adjust),
     .help = "covariates of ancova and cox"},
    {.name = "interval",
     .kind = FIELD_CHOICE,
     .offset = AT(interval),
     .choices = intervals,
     .fallback = "newcombe",
     .help = "confidence interval of a difference of proportions"},
    {.name = "level",
     .kind = FIELD_NUMBER,
     .offset = AT(level),
     .minimum = 0.5,
     .maximum = 0.9999,
     .fallback = "0.95",
     .help = "two-sided confidence level"},
};
const struct record_type analysis_type = RECORD(analysis,
                                                "How an estimand is estimated in each replicate.");
#undef FIELDS_OF

#define FIELDS_OF published_entry
static const struct field published_fields[] = {
    {.name = "estimand",
     .kind = FIELD_NAME,
     .offset = AT(estimand),
     .is_required = true,
     .help = "the estimand that was published"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = AT(source),
     .is_required = true,
     .help = "where"},
    {.name = "arms",
     .kind = FIELD_NODE,
     .offset = AT(arms),
     .help = "summary of each arm: {guided: 67.4}"},
    {.name = "estimate",
     .kind = FIELD_NUMBER,
     .offset = AT(estimate),
     .help = "the published effect"},
    {.name = "interval",
     .kind = FIELD_NUMBERS,
     .offset = AT(interval),
     .help = "its confidence interval"},
    {.name = "level",
     .kind = FIELD_NUMBER,
     .offset = AT(level),
     .minimum = 0.5,
     .maximum = 0.9999,
     .fallback = "0.95",
     .help = "of the interval"},
    {.name = "arm_band",
     .kind = FIELD_NUMBER,
     .offset = AT(arm_band),
     .minimum = 0,
     .maximum = NO_LIMIT,
     .help = "how far arm summaries may be from the published ones"},
    {.name = "trial_data_used_in_model",
     .kind = FIELD_FLAG,
     .offset = AT(is_trial_data_used_in_model),
     .is_required = true,
     .help = "was the model fitted to this trial?"},
    {.name = "note", .kind = FIELD_TEXT, .offset = AT(note), .help = "what a reader should know"},
};
const struct record_type published_type = RECORD(
    published, "A published result, printed beside the simulated one.");
#undef FIELDS_OF
