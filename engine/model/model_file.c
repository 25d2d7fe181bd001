/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_file.h"

#include <math.h>

#define AT(member) offsetof(struct FIELDS_OF, member)

const char *const numbers_status_names[] = {"paper", "secondary", "illustrative", NULL};

#define FIELDS_OF status_entry
static const struct field status_fields[] = {
    {.name = "numbers",
     .kind = FIELD_CHOICE,
     .offset = AT(numbers),
     .choices = numbers_status_names,
     .is_required = true,
     .help = "paper: compared with the paper; secondary: from code or text that cites it, not "
             "compared with it; illustrative: from no study"},
    {.name = "checked_against",
     .kind = FIELD_TEXT,
     .offset = AT(checked_against),
     .is_required = true,
     .help = "what the equations were computed with independently, like a closed form"},
};
static const struct record_type status_type = {"status", "How far the model was verified.",
                                               sizeof(struct FIELDS_OF),
                                               FIELD_COUNT_OF(status_fields), status_fields};
#undef FIELDS_OF

#define FIELDS_OF parameter_entry
static const struct field parameter_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "value",
     .kind = FIELD_TEXT,
     .offset = AT(value),
     .help = "typical value with its unit, like 0.314 L/h"},
    {.name = "by",
     .kind = FIELD_NAME,
     .offset = AT(by),
     .help = "the categorical covariate or the mixture that the typical value depends on"},
    {.name = "values",
     .kind = FIELD_NODE,
     .offset = AT(values),
     .help = "with `by`: one quantity for each category"},
    {.name = "times",
     .kind = FIELD_FORMULA,
     .offset = AT(times),
     .help = "a pure number that multiplies the typical value: covariate effects"},
    {.name = "variability",
     .kind = FIELD_RECORD,
     .offset = AT(variability),
     .record = &variability_type,
     .help = "between patients"},
    {.name = "inter_occasion",
     .kind = FIELD_RECORD,
     .offset = AT(inter_occasion),
     .record = &occasion_type,
     .help = "between occasions"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is, at most 40 characters"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = AT(source),
     .is_required = true,
     .help = "where the number comes from"},
};
static const struct record_type parameter_type = {
    "parameter", "A quantity of the model that may differ between patients.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(parameter_fields), parameter_fields};
#undef FIELDS_OF

#define FIELDS_OF covariate_entry
static const struct field covariate_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "unit",
     .kind = FIELD_TEXT,
     .offset = AT(unit),
     .help = "unit in which the model reads it"},
    {.name = "categories",
     .kind = FIELD_TEXTS,
     .offset = AT(categories),
     .help = "instead of a unit: the categories"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
};
static const struct record_type covariate_type = {
    "model_covariate", "What the model must know of a patient.", sizeof(struct FIELDS_OF),
    FIELD_COUNT_OF(covariate_fields), covariate_fields};
#undef FIELDS_OF

#define FIELDS_OF derived_entry
static const struct field derived_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "unit",
     .kind = FIELD_TEXT,
     .offset = AT(unit),
     .is_required = true,
     .help = "unit of the result"},
    {.name = "expression",
     .kind = FIELD_FORMULA,
     .offset = AT(expression),
     .is_required = true,
     .help = "of parameters, covariates, states, TIME and other derived quantities"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
};
static const struct record_type derived_type = {"derived", "A named expression.",
                                                sizeof(struct FIELDS_OF),
                                                FIELD_COUNT_OF(derived_fields), derived_fields};
#undef FIELDS_OF

#define FIELDS_OF state_entry
static const struct field state_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "unit",
     .kind = FIELD_TEXT,
     .offset = AT(unit),
     .is_required = true,
     .help = "unit of the state"},
    {.name = "initial",
     .kind = FIELD_FORMULA,
     .offset = AT(initial),
     .fallback = "0",
     .help = "value at time 0, of parameters and covariates"},
    {.name = "rate",
     .kind = FIELD_FORMULA,
     .offset = AT(rate),
     .is_required = true,
     .help = "time derivative, without doses"},
    {.name = "scale",
     .kind = FIELD_TEXT,
     .offset = AT(scale),
     .help = "typical size: the absolute tolerance is 0.01 * rtol * scale; default 1 in the "
             "state's unit"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
};
static const struct record_type state_type = {
    "state", "A state variable and its differential equation.", sizeof(struct FIELDS_OF),
    FIELD_COUNT_OF(state_fields), state_fields};
#undef FIELDS_OF

#define FIELDS_OF chain_entry
static const struct field chain_fields[] = {
    {.name = "",
     .kind = FIELD_NAME,
     .offset = AT(name),
     .help = "name: the states of a chain T are T1, T2, ..., and what leaves the last is T_out"},
    {.name = "states",
     .kind = FIELD_COUNT,
     .offset = AT(states),
     .is_required = true,
     .minimum = 1,
     .maximum = 500,
     .help = "how many"},
    {.name = "unit",
     .kind = FIELD_TEXT,
     .offset = AT(unit),
     .is_required = true,
     .help = "unit of each state"},
    {.name = "rate",
     .kind = FIELD_FORMULA,
     .offset = AT(rate),
     .is_required = true,
     .help = "the rate constant of every transfer, like KTR"},
    {.name = "input",
     .kind = FIELD_FORMULA,
     .offset = AT(input),
     .fallback = "0",
     .help = "what enters the first state, per unit of time, without doses"},
    {.name = "initial",
     .kind = FIELD_FORMULA,
     .offset = AT(initial),
     .fallback = "0",
     .help = "value of each state at time 0, of parameters and covariates"},
    {.name = "scale",
     .kind = FIELD_TEXT,
     .offset = AT(scale),
     .help = "typical size of each state, see states"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
};
static const struct record_type chain_type = {
    "chain", "States in a row, each of which empties into the next with one rate constant.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(chain_fields), chain_fields};
#undef FIELDS_OF

#define FIELDS_OF output_entry
static const struct field output_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "unit",
     .kind = FIELD_TEXT,
     .offset = AT(unit),
     .is_required = true,
     .help = "unit of the output"},
    {.name = "expression",
     .kind = FIELD_FORMULA,
     .offset = AT(expression),
     .is_required = true,
     .help = "of states, parameters, covariates and derived quantities"},
    {.name = "residual",
     .kind = FIELD_RECORD,
     .offset = AT(residual),
     .record = &residual_type,
     .help = "measurement error; absent: none"},
    {.name = "lloq",
     .kind = FIELD_TEXT,
     .offset = AT(lloq),
     .help =
         "lower limit of quantification with its unit; a measured value below it is reported as "
         "the limit, with BLQ 1, to rules, endpoints and the results"},
    {.name = "uloq",
     .kind = FIELD_TEXT,
     .offset = AT(uloq),
     .help =
         "upper limit of quantification; a value above it is reported as the limit, with ALQ 1"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is, at most 40 characters"},
};
static const struct record_type output_type = {"output", "What can be measured.",
                                               sizeof(struct FIELDS_OF),
                                               FIELD_COUNT_OF(output_fields), output_fields};
#undef FIELDS_OF

static const char *const event_values[] = {"at_trigger", "at_execution", NULL};
static const char *const event_starts[] = {"held", "not_held", NULL};

#define FIELDS_OF event_entry
static const struct field event_fields[] = {
    {.name = "",
     .kind = FIELD_NAME,
     .offset = AT(name),
     .help = "name, a condition for other expressions; first(name) is the time at which it first "
             "held, NaN before"},
    {.name = "when",
     .kind = FIELD_FORMULA,
     .offset = AT(when),
     .is_required = true,
     .help = "a condition, like V >= LIMIT and TIME > 2 h, of states, TIME, parameters and "
             "derived quantities; the moments at which its comparisons change are located"},
    {.name = "assign",
     .kind = FIELD_FORMULAS,
     .offset = AT(assign),
     .help = "states and their new values from the moment at which the condition becomes true, all "
             "computed from the values before; what has no rate but this is a state with rate 0"},
    {.name = "delay",
     .kind = FIELD_FORMULA,
     .offset = AT(delay),
     .help = "time from then to the assignment, evaluated when the condition becomes true; at once "
             "when absent or not above 0; at most 16 may be waiting"},
    {.name = "values",
     .kind = FIELD_CHOICE,
     .offset = AT(values),
     .choices = event_values,
     .fallback = "at_trigger",
     .help = "when the new values are computed: as the condition becomes true, or after the delay"},
    {.name = "priority",
     .kind = FIELD_FORMULA,
     .offset = AT(priority),
     .help = "of assignments of one moment that with the largest comes first; priorities and "
             "conditions are evaluated again after each; events without a priority have 0 and come "
             "in the order of the file, of those with the same one a draw decides, which is the "
             "same in every patient"},
    {.name = "persistent",
     .kind = FIELD_FLAG,
     .offset = AT(persistent),
     .fallback = "true",
     .help = "whether the assignment is made even if the condition is false again by then"},
    {.name = "at_start",
     .kind = FIELD_CHOICE,
     .offset = AT(at_start),
     .choices = event_starts,
     .fallback = "held",
     .help = "what counts as before time 0: of a condition that is true at time 0, `held` assigns "
             "nothing then, and `not_held` does"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
};
static const struct record_type event_type = {
    "event", "A condition that states bring about, and what it changes.", sizeof(struct FIELDS_OF),
    FIELD_COUNT_OF(event_fields), event_fields};
#undef FIELDS_OF

#define FIELDS_OF route_entry
static const struct field route_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "state",
     .kind = FIELD_NAME,
     .offset = AT(state),
     .is_required = true,
     .help = "the state that receives the dose"},
    {.name = "fraction",
     .kind = FIELD_FORMULA,
     .offset = AT(fraction),
     .fallback = "1",
     .help = "state's amount per amount given: bioavailability, active enantiomer"},
    {.name = "lag",
     .kind = FIELD_FORMULA,
     .offset = AT(lag),
     .fallback = "0",
     .help = "time from a dose to its arrival in the state, in the model's time; a visit at the "
             "arrival sees the dose"},
    {.name = "duration",
     .kind = FIELD_FORMULA,
     .offset = AT(duration),
     .help = "how long a dose takes to arrive whose record leaves that to the model (RATE -2)"},
    {.name = "rate",
     .kind = FIELD_FORMULA,
     .offset = AT(rate),
     .help = "of an infusion whose record leaves it to the model (RATE -1), the state's unit per "
             "time"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is"},
};
static const struct record_type route_type = {"route", "How doses enter.", sizeof(struct FIELDS_OF),
                                              FIELD_COUNT_OF(route_fields), route_fields};
#undef FIELDS_OF

#define FIELDS_OF model_file
static const struct field model_fields[] = {
    {.name = "schema",
     .kind = FIELD_COUNT,
     .offset = AT(schema),
     .is_required = true,
     .minimum = 1,
     .maximum = 1,
     .help = "version of this format: 1"},
    {.name = "model", .kind = FIELD_NAME, .offset = AT(model), .is_required = true, .help = "name"},
    {.name = "title",
     .kind = FIELD_TEXT,
     .offset = AT(title),
     .is_required = true,
     .help = "one line"},
    {.name = "description",
     .kind = FIELD_TEXT,
     .offset = AT(description),
     .help = "what a user should know: choices, limits, what was not verified"},
    {.name = "status",
     .kind = FIELD_RECORD,
     .offset = AT(status),
     .record = &status_type,
     .help = "how far it was verified; every model of the library says so"},
    {.name = "time",
     .kind = FIELD_TEXT,
     .offset = AT(time),
     .fallback = "h",
     .help = "unit of time of the rates: h, d, wk, min or s; \"1\" for a model without units, of "
             "which TIME is a pure number and 1 counts as an hour where hours are needed"},
    {.name = "references",
     .kind = FIELD_TEXTS,
     .offset = AT(references),
     .help = "where the model was published"},
    {.name = "covariates",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(covariates),
     .record = &covariate_type,
     .help = "what it must know of a patient"},
    {.name = "parameters",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(parameters),
     .record = &parameter_type,
     .is_required = true,
     .help = "quantities that describe a patient"},
    {.name = "blocks",
     .kind = FIELD_RECORDS,
     .offset = AT(blocks),
     .record = &block_type,
     .help = "correlated variability"},
    {.name = "derived",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(derived),
     .record = &derived_type,
     .help = "named expressions"},
    {.name = "states",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(states),
     .record = &state_type,
     .help = "differential equations; a model has these or chains or both"},
    {.name = "chains",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(chains),
     .record = &chain_type,
     .help = "states in a row: transit compartments, a delay"},
    {.name = "events",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(events),
     .record = &event_type,
     .help = "switches in the equations, first-passage times, and jumps of states"},
    {.name = "routes",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(routes),
     .record = &route_type,
     .help = "how doses enter"},
    {.name = "outputs",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(outputs),
     .record = &output_type,
     .is_required = true,
     .help = "what can be measured"},
    {.name = "mixtures",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(mixtures),
     .record = &mixture_type,
     .help = "latent categories of patients"},
    {.name = "uncertainty",
     .kind = FIELD_RECORDS,
     .offset = AT(uncertainty),
     .record = &uncertainty_type,
     .help = "of typical values"},
    {.name = "residual_blocks",
     .kind = FIELD_RECORDS,
     .offset = AT(residual_blocks),
     .record = &residual_block_type,
     .help = "outputs whose measurement errors at one time are correlated"},
};
const struct record_type model_file_type = {
    "model", "A model of disease and drug: states, parameters, rates, outputs.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(model_fields), model_fields};
