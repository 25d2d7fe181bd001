/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field tables of what differs by chance. */
#include "model/variability_entries.h"

#define AT(member) offsetof(struct FIELDS_OF, member)

static const char *const distributions[] = {"log_normal", "normal", "logit_normal", "box_cox",
                                            NULL};
const char *const distribution_titles[] = {"log-normal", "normal", "logit-normal", "Box-Cox"};
static const char *const uncertainty_scales[] = {"effect", "plain", NULL};
static const char *const effect_levels[] = {"patients", "occasions", NULL};

#define FIELDS_OF variability_entry
static const struct field variability_fields[] = {
    {.name = "distribution",
     .kind = FIELD_CHOICE,
     .offset = AT(distribution),
     .choices = distributions,
     .fallback = "log_normal",
     .help =
         "typical * exp(eta); typical + eta; the logit scale between lower and upper; or typical * "
         "exp((exp(lambda * eta) - 1) / lambda) (Petersson et al. 2009)"},
    {.name = "sd",
     .kind = FIELD_NUMBER,
     .offset = AT(sd),
     .minimum = 0,
     .maximum = 100,
     .help = "standard deviation of eta"},
    {.name = "variance",
     .kind = FIELD_NUMBER,
     .offset = AT(variance),
     .minimum = 0,
     .maximum = 1e4,
     .help = "variance of eta, instead of sd"},
    {.name = "lower",
     .kind = FIELD_NUMBER,
     .offset = AT(lower),
     .fallback = "0",
     .help = "lower bound of logit_normal"},
    {.name = "upper",
     .kind = FIELD_NUMBER,
     .offset = AT(upper),
     .fallback = "1",
     .help = "upper bound of logit_normal"},
    {.name = "lambda",
     .kind = FIELD_NUMBER,
     .offset = AT(lambda),
     .help = "shape of box_cox, -10 to 10: above 0 skewed to the right of log_normal, below 0 to "
             "the left; 0 is "
             "log_normal"},
};
const struct record_type variability_type = {
    "variability", "How a parameter differs between patients.", sizeof(struct FIELDS_OF),
    FIELD_COUNT_OF(variability_fields), variability_fields};
#undef FIELDS_OF

#define FIELDS_OF occasion_entry
static const struct field occasion_fields[] = {
    {.name = "sd",
     .kind = FIELD_NUMBER,
     .offset = AT(sd),
     .minimum = 0,
     .maximum = 100,
     .help = "standard deviation of kappa"},
    {.name = "variance",
     .kind = FIELD_NUMBER,
     .offset = AT(variance),
     .minimum = 0,
     .maximum = 1e4,
     .help = "variance of kappa, instead of sd"},
};
const struct record_type occasion_type = {
    "inter_occasion",
    "How a parameter differs between occasions of one patient, on the scale of eta.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(occasion_fields), occasion_fields};
#undef FIELDS_OF

#define FIELDS_OF block_entry
static const struct field block_fields[] = {
    {.name = "parameters",
     .kind = FIELD_TEXTS,
     .offset = AT(parameters),
     .is_required = true,
     .help = "the parameters whose random effects vary together"},
    {.name = "between",
     .kind = FIELD_CHOICE,
     .offset = AT(between),
     .choices = effect_levels,
     .fallback = "patients",
     .help = "the etas between patients, or the kappas between occasions"},
    {.name = "covariance",
     .kind = FIELD_NUMBERS,
     .offset = AT(covariance),
     .is_required = true,
     .help = "lower triangle of the covariance matrix, row by row; positive definite"},
};
const struct record_type block_type = {"block", "Correlated variability.", sizeof(struct FIELDS_OF),
                                       FIELD_COUNT_OF(block_fields), block_fields};
#undef FIELDS_OF

#define FIELDS_OF residual_entry
static const struct field residual_fields[] = {
    {.name = "log_normal",
     .kind = FIELD_NUMBER,
     .offset = AT(log_normal),
     .fallback = "0",
     .minimum = 0,
     .maximum = 10,
     .help =
         "standard deviation of the log of the measured value; a true value that is not positive "
         "is measured without error"},
    {.name = "proportional",
     .kind = FIELD_NUMBER,
     .offset = AT(proportional),
     .fallback = "0",
     .minimum = 0,
     .maximum = 10,
     .help = "standard deviation relative to the true value"},
    {.name = "power",
     .kind = FIELD_NUMBER,
     .offset = AT(power),
     .fallback = "1",
     .minimum = 0,
     .maximum = 10,
     .help = "the proportional standard deviation is proportional * |true value|^power, values as "
             "numbers in the output's unit"},
    {.name = "additive",
     .kind = FIELD_TEXT,
     .offset = AT(additive),
     .help = "standard deviation with its unit; with proportional, the variances add up"},
    {.name = "correlation_time",
     .kind = FIELD_NUMBER,
     .offset = AT(correlation_h),
     .unit = "h",
     .minimum = 0.01,
     .maximum = 1e7,
     .help = "errors at two times are correlated by exp(-distance / correlation_time)"},
};
const struct record_type residual_type = {"residual", "How a measurement differs from the truth.",
                                          sizeof(struct FIELDS_OF), FIELD_COUNT_OF(residual_fields),
                                          residual_fields};
#undef FIELDS_OF

#define FIELDS_OF residual_block_entry
static const struct field residual_block_fields[] = {
    {.name = "outputs",
     .kind = FIELD_TEXTS,
     .offset = AT(outputs),
     .is_required = true,
     .help = "outputs with a residual error; with correlation_time, all of the same"},
    {.name = "correlation",
     .kind = FIELD_NUMBERS,
     .offset = AT(correlation),
     .is_required = true,
     .help =
         "of the errors (of their logs for log_normal), below the diagonal, row by row: one number "
         "for two outputs, three for three"},
};
const struct record_type residual_block_type = {
    "residual_block", "Correlated errors of what is measured at one time.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(residual_block_fields), residual_block_fields};
#undef FIELDS_OF

#define FIELDS_OF mixture_entry
static const struct field mixture_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name, a category to expressions"},
    {.name = "probabilities",
     .kind = FIELD_NODE,
     .offset = AT(probabilities),
     .is_required = true,
     .help = "of its categories, like {fast: 0.3, slow: 0.7}; they add up to 1"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is, at most 40 characters"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = AT(source),
     .is_required = true,
     .help = "where the numbers come from"},
};
const struct record_type mixture_type = {
    "mixture",
    "A category that is drawn once for each patient and hidden from dose rules: a parameter may "
    "depend on it with `by`, any expression with its name. The results have it beside the "
    "parameters.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(mixture_fields), mixture_fields};
#undef FIELDS_OF

#define FIELDS_OF uncertainty_entry
static const struct field uncertainty_fields[] = {
    {.name = "parameters",
     .kind = FIELD_TEXTS,
     .offset = AT(parameters),
     .is_required = true,
     .help = "parameters whose typical values were estimated together"},
    {.name = "covariance",
     .kind = FIELD_NUMBERS,
     .offset = AT(covariance),
     .is_required = true,
     .help = "lower triangle of the estimates' covariance matrix, row by row; positive definite"},
    {.name = "scale",
     .kind = FIELD_CHOICE,
     .offset = AT(scale),
     .choices = uncertainty_scales,
     .fallback = "effect",
     .help =
         "effect: that of the parameter's random effect, the log for log_normal and box_cox, the "
         "logit for logit_normal, the parameter itself for normal; plain: the parameter itself, "
         "in its unit"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = AT(source),
     .is_required = true,
     .help = "where the numbers come from"},
};
const struct record_type uncertainty_type = {
    "uncertainty",
    "How well typical values are known. With simulation.parameter_uncertainty of a protocol, each "
    "replicate draws its own; with `by`, one draw moves the values of all categories.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(uncertainty_fields), uncertainty_fields};
#undef FIELDS_OF
