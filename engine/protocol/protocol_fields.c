/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of a protocol: they read it, write its resolved copy and print its reference. */
#include "protocol/protocol_file.h"

#include <math.h>

#define AT(member) offsetof(struct FIELDS_OF, member)
#define RECORD(id, doc)                                                                            \
  {                                                                                                \
#id, doc, sizeof(struct FIELDS_OF), FIELD_COUNT_OF(id##_fields), id##_fields                   \
  }
#define NO_LIMIT ((double)INFINITY)

static const char *const design_models[] = {"parallel", NULL};
static const char *const intents[] = {"treatment", "prevention", "diagnostic", "basic_science",
                                      NULL};
static const char *const blindings[] = {"open", "single", "double", NULL};
static const char *const allocation_methods[] = {"permuted_block", NULL};
const char *const solver_method_names[] = {"auto",      "linear", "explicit", "rosenbrock",
                                           "switching", "petsc",  NULL};
static const char *const cohort_modes[] = {"new", "same", NULL};

#define FIELDS_OF design_entry
static const struct field design_fields[] = {
    {.name = "model",
     .kind = FIELD_CHOICE,
     .offset = AT(model),
     .choices = design_models,
     .fallback = "parallel",
     .help = "intervention model"},
    {.name = "intent",
     .kind = FIELD_CHOICE,
     .offset = AT(intent),
     .choices = intents,
     .fallback = "treatment",
     .help = "trial intent"},
    {.name = "phase",
     .kind = FIELD_COUNT,
     .offset = AT(phase),
     .minimum = 1,
     .maximum = 4,
     .fallback = "2",
     .help = "trial phase"},
    {.name = "blinding",
     .kind = FIELD_CHOICE,
     .offset = AT(blinding),
     .choices = blindings,
     .fallback = "open",
     .help = "blinding schema"},
};
static const struct record_type design_type = RECORD(
    design, "The trial's design in ICH M11 words; described, not simulated, except the model.");
#undef FIELDS_OF

#define FIELDS_OF study_entry
static const struct field study_fields[] = {
    {.name = "id",
     .kind = FIELD_TEXT,
     .offset = AT(id),
     .is_required = true,
     .help = "short name of the study"},
    {.name = "title",
     .kind = FIELD_TEXT,
     .offset = AT(title),
     .is_required = true,
     .help = "one line"},
    {.name = "duration",
     .kind = FIELD_NUMBER,
     .offset = AT(duration_h),
     .unit = "h",
     .minimum = 0.016,
     .maximum = 876600,
     .is_required = true,
     .help = "from the first dose to the last encounter: P84D, 12 wk"},
    {.name = "design",
     .kind = FIELD_RECORD,
     .offset = AT(design),
     .record = &design_type,
     .fallback = "{}",
     .help = "design"},
    {.name = "references",
     .kind = FIELD_TEXTS,
     .offset = AT(references),
     .help = "publications and registries"},
};
static const struct record_type study_type = RECORD(study, "What the trial is.");
#undef FIELDS_OF

#define FIELDS_OF population_entry
static const struct field population_fields[] = {
    {.name = "cohort",
     .kind = FIELD_TEXT,
     .offset = AT(cohort),
     .is_required = true,
     .help = "cohort file, relative to the protocol"},
    {.name = "size",
     .kind = FIELD_COUNT,
     .offset = AT(size),
     .minimum = 1,
     .maximum = 1.6e7,
     .is_required = true,
     .help = "patients in each replicate, all arms together"},
    {.name = "eligibility",
     .kind = FIELD_NODE,
     .offset = AT(eligibility),
     .help = "conditions on covariates, like AGE >= 18 a; patients are redrawn until all hold"},
};
static const struct record_type population_type = RECORD(
    population, "Who is enrolled. Enrolment order is the order of patient ids.");
#undef FIELDS_OF

#define FIELDS_OF truth_entry
static const struct field truth_fields[] = {
    {.name = "model",
     .kind = FIELD_TEXT,
     .offset = AT(model),
     .is_required = true,
     .help = "name of a library model, or a model file relative to the protocol"},
    {.name = "parameters",
     .kind = FIELD_NODE,
     .offset = AT(parameters),
     .help = "typical values that replace those of the model: {MTT1: 12 h}"},
    {.name = "residual",
     .kind = FIELD_NODE,
     .offset = AT(residual),
     .help = "log_normal standard deviations that replace those of outputs: {INR: 0.10}"},
    {.name = "between_patients",
     .kind = FIELD_NODE,
     .offset = AT(between_patients),
     .help = "standard deviations of eta that replace those of parameters: {CL: 0.2}"},
    {.name = "between_occasions",
     .kind = FIELD_NODE,
     .offset = AT(between_occasions),
     .help = "standard deviations of kappa: {EC50: 0.2}"},
    {.name = "occasion",
     .kind = FIELD_NUMBER,
     .offset = AT(occasion_h),
     .unit = "h",
     .minimum = 1,
     .maximum = NO_LIMIT,
     .help = "length of an occasion; absent: the whole trial is one"},
};
static const struct record_type truth_type = RECORD(
    truth, "The hidden truth of the patients. Dose rules never see it.");
#undef FIELDS_OF

#define FIELDS_OF covariate_course_entry
static const struct field covariate_course_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "a covariate of the cohort"},
    {.name = "times",
     .kind = FIELD_NUMBERS,
     .offset = AT(times_h),
     .unit = "h",
     .minimum = 0,
     .maximum = NO_LIMIT,
     .help = "when it changes, since the first dose: 30 min, P14D"},
    {.name = "every",
     .kind = FIELD_NUMBER,
     .offset = AT(every_h),
     .unit = "h",
     .minimum = 0.016,
     .maximum = 876600,
     .help = "instead of times: at the start, and from there on so often"},
    {.name = "values",
     .kind = FIELD_NODE,
     .offset = AT(values),
     .help = "one for each of the times: quantities or categories"},
    {.name = "expression",
     .kind = FIELD_FORMULA,
     .offset = AT(expression),
     .help =
         "instead of values: of TIME, in h since the first dose, and of the cohort's covariates as "
         "they were at first"},
};
static const struct record_type covariate_course_type = RECORD(
    covariate_course,
    "How a covariate changes during the study; between two changes it holds. Model and rules read "
    "its present value, the model from that minute on, a rule when it decides. Eligibility, strata "
    "and /cohort have the value at first; /covariates has the changes.");
#undef FIELDS_OF

#define FIELDS_OF encounter_entry
static const struct field encounter_fields[] = {
    {.name = "days",
     .kind = FIELD_NUMBERS,
     .offset = AT(days),
     .minimum = 1,
     .maximum = 40000,
     .help = "study days; day n begins at 24 (n - 1) h"},
    {.name = "times",
     .kind = FIELD_NUMBERS,
     .offset = AT(times_h),
     .unit = "h",
     .minimum = 0,
     .maximum = NO_LIMIT,
     .help = "times since the first dose: 30 min, P14D"},
    {.name = "measure",
     .kind = FIELD_TEXTS,
     .offset = AT(measure),
     .is_required = true,
     .help = "outputs of the model that are measured, before a dose at the same time"},
};
static const struct record_type encounter_type = RECORD(encounter,
                                                        "Contacts at which something is measured.");
#undef FIELDS_OF

#define FIELDS_OF allocation_entry
static const struct field allocation_fields[] = {
    {.name = "method",
     .kind = FIELD_CHOICE,
     .offset = AT(method),
     .choices = allocation_methods,
     .fallback = "permuted_block",
     .help = "how arms are assigned"},
    {.name = "ratio",
     .kind = FIELD_NUMBERS,
     .offset = AT(ratio),
     .minimum = 1,
     .maximum = 10000,
     .help = "one whole number for each arm; absent: equal"},
    {.name = "block_sizes",
     .kind = FIELD_NUMBERS,
     .offset = AT(block_sizes),
     .minimum = 1,
     .maximum = 10000,
     .help = "multiples of the sum of the ratio; several: one is drawn for each block; absent: "
             "twice the sum"},
    {.name = "strata",
     .kind = FIELD_TEXTS,
     .offset = AT(strata),
     .help = "categorical covariates; blocks are permuted within each combination"},
};
static const struct record_type allocation_type = RECORD(allocation, "Randomisation.");
#undef FIELDS_OF

#define FIELDS_OF solver_entry
static const struct field solver_fields[] = {
    {.name = "method",
     .kind = FIELD_CHOICE,
     .offset = AT(method),
     .choices = solver_method_names,
     .fallback = "auto",
     .help =
         "auto chooses for each model, see `twintrial model show`; linear needs a linear block, "
         "rosenbrock and switching a Jacobian; petsc is the reference, one patient at a time"},
    {.name = "rtol",
     .kind = FIELD_NUMBER,
     .offset = AT(rtol),
     .minimum = 1e-13,
     .maximum = 0.1,
     .fallback = "1e-6",
     .help = "relative tolerance; the absolute one is 0.01 * rtol * the state's scale"},
    {.name = "max_steps",
     .kind = FIELD_COUNT,
     .offset = AT(max_steps),
     .minimum = 10,
     .maximum = 1e12,
     .fallback = "100000",
     .help = "attempted steps between two events before a patient is given up"},
};
static const struct record_type solver_type = RECORD(solver,
                                                     "How the differential equations are solved.");
#undef FIELDS_OF

#define FIELDS_OF simulation_entry
static const struct field simulation_fields[] = {
    {.name = "replicates",
     .kind = FIELD_COUNT,
     .offset = AT(replicates),
     .minimum = 1,
     .maximum = 1e9,
     .fallback = "1",
     .help = "how often the whole trial is simulated"},
    {.name = "seed",
     .kind = FIELD_COUNT,
     .offset = AT(seed),
     .minimum = 0,
     .maximum = 9e18,
     .is_required = true,
     .help = "of all random draws"},
    {.name = "cohort",
     .kind = FIELD_CHOICE,
     .offset = AT(cohort),
     .choices = cohort_modes,
     .fallback = "new",
     .help = "new patients in each replicate, or the same"},
    {.name = "parameter_uncertainty",
     .kind = FIELD_FLAG,
     .offset = AT(parameter_uncertainty),
     .help = "true: each replicate draws its own typical values from the model's `uncertainty`; "
             "absent: "
             "no"},
    {.name = "allowed_failures",
     .kind = FIELD_NUMBER,
     .offset = AT(allowed_failures),
     .minimum = 0,
     .maximum = 1,
     .fallback = "0.01",
     .help = "share of patients that may be unsolvable before the run ends with exit code 4"},
    {.name = "solver",
     .kind = FIELD_RECORD,
     .offset = AT(solver),
     .record = &solver_type,
     .fallback = "{}",
     .help = "solver"},
};
static const struct record_type simulation_type = RECORD(simulation, "How the trial is simulated.");
#undef FIELDS_OF

#define FIELDS_OF scenario_entry
static const struct field scenario_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what differs"},
    {.name = "truth",
     .kind = FIELD_RECORD,
     .offset = AT(truth),
     .record = &truth_type,
     .help = "replaces the protocol's truth"},
    {.name = "encounters",
     .kind = FIELD_RECORDS,
     .offset = AT(encounters),
     .record = &encounter_type,
     .help = "replaces the protocol's encounters"},
};
static const struct record_type scenario_type = RECORD(
    scenario, "A variant of the trial; all scenarios are run with the same random numbers.");
#undef FIELDS_OF

#define FIELDS_OF protocol_file
static const struct field protocol_fields[] = {
    {.name = "schema",
     .kind = FIELD_COUNT,
     .offset = AT(schema),
     .minimum = 1,
     .maximum = 1,
     .is_required = true,
     .help = "version of this format: 1"},
    {.name = "extends",
     .kind = FIELD_TEXT,
     .offset = AT(extends),
     .help = "another protocol, relative to this one, whose keys hold where this one has none"},
    {.name = "study",
     .kind = FIELD_RECORD,
     .offset = AT(study),
     .record = &study_type,
     .is_required = true,
     .help = "what the trial is"},
    {.name = "population",
     .kind = FIELD_RECORD,
     .offset = AT(population),
     .record = &population_type,
     .is_required = true,
     .help = "who is enrolled"},
    {.name = "truth",
     .kind = FIELD_RECORD,
     .offset = AT(truth),
     .record = &truth_type,
     .is_required = true,
     .help = "the hidden truth"},
    {.name = "interventions",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(interventions),
     .record = &intervention_type,
     .help = "what is given"},
    {.name = "arms",
     .kind = FIELD_RECORDS,
     .offset = AT(arms),
     .record = &arm_type,
     .is_required = true,
     .help = "groups"},
    {.name = "covariates",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(covariates),
     .record = &covariate_course_type,
     .help = "those that change during the study"},
    {.name = "allocation",
     .kind = FIELD_RECORD,
     .offset = AT(allocation),
     .record = &allocation_type,
     .fallback = "{}",
     .help = "randomisation"},
    {.name = "encounters",
     .kind = FIELD_RECORDS,
     .offset = AT(encounters),
     .record = &encounter_type,
     .is_required = true,
     .help = "contacts"},
    {.name = "endpoints",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(endpoints),
     .record = &endpoint_type,
     .help = "what is computed for each patient"},
    {.name = "estimands",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(estimands),
     .record = &estimand_type,
     .help = "what is to be estimated"},
    {.name = "analysis",
     .kind = FIELD_RECORDS,
     .offset = AT(analysis),
     .record = &analysis_type,
     .help = "how it is estimated"},
    {.name = "published",
     .kind = FIELD_RECORDS,
     .offset = AT(published),
     .record = &published_type,
     .help = "what was published"},
    {.name = "simulation",
     .kind = FIELD_RECORD,
     .offset = AT(simulation),
     .record = &simulation_type,
     .is_required = true,
     .help = "how it is simulated"},
    {.name = "scenarios",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(scenarios),
     .record = &scenario_type,
     .help = "variants run in one job"},
};
const struct record_type protocol_file_type = RECORD(protocol, "A trial protocol.");
