/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/cohort_file.h"

#define AT(member) offsetof(struct FIELDS_OF, member)

static const char *const samplings[] = {"bootstrap", "in_order", NULL};
static const char *const scales[] = {"linear", "log", NULL};

#define FIELDS_OF genotype_entry
static const struct field genotype_fields[] = {
    {.name = "alleles",
     .kind = FIELD_NODE,
     .offset = AT(alleles),
     .help = "allele: probability; they sum to 1"},
    {.name = "weights",
     .kind = FIELD_NODE,
     .offset = AT(weights),
     .help = "instead of alleles: allele: relative weight, an expression"},
    {.name = "joined",
     .kind = FIELD_TEXT,
     .offset = AT(joined),
     .fallback = "/",
     .help = "stands between the two alleles in the name of a genotype"},
};
static const struct record_type genotype_type = {
    "genotype", "Two alleles, drawn independently of each other (Hardy-Weinberg).",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(genotype_fields), genotype_fields};
#undef FIELDS_OF

#define FIELDS_OF uniform_entry
static const struct field uniform_fields[] = {
    {.name = "from",
     .kind = FIELD_FORMULA,
     .offset = AT(from),
     .is_required = true,
     .help = "least value"},
    {.name = "to",
     .kind = FIELD_FORMULA,
     .offset = AT(to),
     .is_required = true,
     .help = "largest value"},
};
static const struct record_type uniform_type = {"uniform", "Evenly between two values.",
                                                sizeof(struct FIELDS_OF),
                                                FIELD_COUNT_OF(uniform_fields), uniform_fields};
#undef FIELDS_OF

#define FIELDS_OF normal_entry
static const struct field normal_fields[] = {
    {.name = "mean",
     .kind = FIELD_FORMULA,
     .offset = AT(mean),
     .is_required = true,
     .help = "mean"},
    {.name = "sd",
     .kind = FIELD_FORMULA,
     .offset = AT(sd),
     .is_required = true,
     .help = "standard deviation"},
};
static const struct record_type normal_type = {"normal", "Normally distributed.",
                                               sizeof(struct FIELDS_OF),
                                               FIELD_COUNT_OF(normal_fields), normal_fields};
#undef FIELDS_OF

#define FIELDS_OF log_normal_entry
static const struct field log_normal_fields[] = {
    {.name = "median",
     .kind = FIELD_FORMULA,
     .offset = AT(median),
     .is_required = true,
     .help = "median"},
    {.name = "sd_log",
     .kind = FIELD_FORMULA,
     .offset = AT(sd_log),
     .is_required = true,
     .help = "standard deviation of the natural logarithm, a pure number"},
};
static const struct record_type log_normal_type = {
    "log_normal", "The logarithm is normally distributed.", sizeof(struct FIELDS_OF),
    FIELD_COUNT_OF(log_normal_fields), log_normal_fields};
#undef FIELDS_OF

#define FIELDS_OF quantiles_entry
static const struct field quantiles_fields[] = {
    {.name = "p",
     .kind = FIELD_NUMBERS,
     .offset = AT(p),
     .is_required = true,
     .help = "rising probabilities, at least two"},
    {.name = "x",
     .kind = FIELD_NODE,
     .offset = AT(x),
     .is_required = true,
     .help =
         "the quantiles, rising, in the unit of the covariate; with `by` a list for each category"},
    {.name = "by",
     .kind = FIELD_NAME,
     .offset = AT(by),
     .help = "an earlier categorical covariate that chooses the list"},
    {.name = "location",
     .kind = FIELD_FORMULA,
     .offset = AT(location),
     .fallback = "0",
     .help = "is added to the quantile: the table is then one of residuals"},
    {.name = "scale",
     .kind = FIELD_CHOICE,
     .offset = AT(scale),
     .choices = scales,
     .fallback = "linear",
     .help = "with log, x and location are natural logarithms of the value in its unit"},
};
static const struct record_type quantiles_type = {
    "quantiles",
    "A published table of quantiles, straight lines between them on the scale of normal scores; "
    "the outermost lines go on beyond the table.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(quantiles_fields), quantiles_fields};
#undef FIELDS_OF

#define FIELDS_OF bands_entry
static const struct field bands_fields[] = {
    {.name = "edges",
     .kind = FIELD_NUMBERS,
     .offset = AT(edges),
     .is_required = true,
     .help = "one more than there are bands, in the unit of the covariate; two equal edges make a "
             "single value"},
    {.name = "shares",
     .kind = FIELD_NODE,
     .offset = AT(shares),
     .help = "probabilities of the bands; they sum to 1"},
    {.name = "weights",
     .kind = FIELD_NODE,
     .offset = AT(weights),
     .help = "instead of shares: relative weights, expressions"},
};
static const struct record_type bands_type = {
    "bands", "A share for each band, evenly distributed within it.", sizeof(struct FIELDS_OF),
    FIELD_COUNT_OF(bands_fields), bands_fields};
#undef FIELDS_OF

#define FIELDS_OF cohort_covariate_entry
static const struct field covariate_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "label",
     .kind = FIELD_TEXT,
     .offset = AT(label),
     .fallback = "",
     .help = "what it is, at most 40 characters"},
    {.name = "unit",
     .kind = FIELD_TEXT,
     .offset = AT(unit),
     .help = "unit of a number; none for categories"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = AT(source),
     .help = "where the numbers come from; needed unless the value is a column"},
    {.name = "categorical",
     .kind = FIELD_NODE,
     .offset = AT(categorical),
     .help = "category: probability; they sum to 1"},
    {.name = "weights",
     .kind = FIELD_NODE,
     .offset = AT(weights),
     .help = "category: relative weight, an expression"},
    {.name = "genotype",
     .kind = FIELD_RECORD,
     .offset = AT(genotype),
     .record = &genotype_type,
     .help = "two alleles"},
    {.name = "uniform",
     .kind = FIELD_RECORD,
     .offset = AT(uniform),
     .record = &uniform_type,
     .help = "evenly between two values"},
    {.name = "normal",
     .kind = FIELD_RECORD,
     .offset = AT(normal),
     .record = &normal_type,
     .help = "normal distribution"},
    {.name = "log_normal",
     .kind = FIELD_RECORD,
     .offset = AT(log_normal),
     .record = &log_normal_type,
     .help = "log-normal distribution"},
    {.name = "quantiles",
     .kind = FIELD_RECORD,
     .offset = AT(quantiles),
     .record = &quantiles_type,
     .help = "table of quantiles"},
    {.name = "bands",
     .kind = FIELD_RECORD,
     .offset = AT(bands),
     .record = &bands_type,
     .help = "a share for each band"},
    {.name = "expression",
     .kind = FIELD_FORMULA,
     .offset = AT(expression),
     .help = "computed from the covariates above"},
    {.name = "column",
     .kind = FIELD_TEXT,
     .offset = AT(column),
     .help = "header of a column of the table"},
    {.name = "truncate",
     .kind = FIELD_NODE,
     .offset = AT(truncate),
     .help = "[least, largest] of normal, log_normal and quantiles, by inversion"},
    {.name = "categories",
     .kind = FIELD_NODE,
     .offset = AT(categories),
     .help = "of a column of categories: [names as in the table], or name: text in the table"},
};
static const struct record_type covariate_type = {
    "covariate",
    "One property of a patient. Exactly one key from `categorical` to `column` says where it comes "
    "from; expressions may use the covariates above it, and a pure number is a number of the unit "
    "of the covariate.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(covariate_fields), covariate_fields};
#undef FIELDS_OF

#define FIELDS_OF correlation_entry
static const struct field correlation_fields[] = {
    {.name = "covariates",
     .kind = FIELD_TEXTS,
     .offset = AT(covariates),
     .is_required = true,
     .help = "names, two or more"},
    {.name = "matrix",
     .kind = FIELD_NODE,
     .offset = AT(matrix),
     .is_required = true,
     .help = "upper triangle without the diagonal, row by row; with `by` a list for each category"},
    {.name = "by",
     .kind = FIELD_NAME,
     .offset = AT(by),
     .help = "a categorical covariate above all of them that chooses the matrix"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = AT(source),
     .is_required = true,
     .help = "where the numbers come from"},
};
static const struct record_type correlation_type = {
    "correlation",
    "Gaussian copula: correlations between the normal scores of covariates, given all on which "
    "their distributions depend.",
    sizeof(struct FIELDS_OF), FIELD_COUNT_OF(correlation_fields), correlation_fields};
#undef FIELDS_OF

#define FIELDS_OF cohort_table_entry
static const struct field table_fields[] = {
    {.name = "file",
     .kind = FIELD_TEXT,
     .offset = AT(file),
     .is_required = true,
     .help = "path, relative to the folder of this file"},
    {.name = "sampling",
     .kind = FIELD_CHOICE,
     .offset = AT(sampling),
     .choices = samplings,
     .is_required = true,
     .help = "rows drawn with replacement, or patient 1 is row 1"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = AT(source),
     .is_required = true,
     .help = "where the table comes from"},
};
static const struct record_type table_type = {
    "table", "A CSV file of patients (RFC 4180, with a header).", sizeof(struct FIELDS_OF),
    FIELD_COUNT_OF(table_fields), table_fields};
#undef FIELDS_OF

#define FIELDS_OF cohort_file
static const struct field cohort_fields[] = {
    {.name = "schema",
     .kind = FIELD_COUNT,
     .offset = AT(schema),
     .is_required = true,
     .minimum = 1,
     .maximum = 1,
     .help = "version of this format: 1"},
    {.name = "cohort",
     .kind = FIELD_NAME,
     .offset = AT(cohort),
     .is_required = true,
     .help = "name"},
    {.name = "title",
     .kind = FIELD_TEXT,
     .offset = AT(title),
     .is_required = true,
     .help = "one line"},
    {.name = "description",
     .kind = FIELD_TEXT,
     .offset = AT(description),
     .help = "what a user should know: choices, limits, what was not verified"},
    {.name = "references",
     .kind = FIELD_TEXTS,
     .offset = AT(references),
     .help = "where the numbers were published"},
    {.name = "table",
     .kind = FIELD_RECORD,
     .offset = AT(table),
     .record = &table_type,
     .help = "real or simulated patients to take covariates from"},
    {.name = "covariates",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(covariates),
     .record = &covariate_type,
     .is_required = true,
     .help = "in the order in which they are drawn"},
    {.name = "correlations",
     .kind = FIELD_RECORDS,
     .offset = AT(correlations),
     .record = &correlation_type,
     .help = "between covariates"},
    {.name = "eligibility",
     .kind = FIELD_NODE,
     .offset = AT(eligibility),
     .help = "conditions, all of which a patient meets; others are drawn again"},
};
const struct record_type cohort_file_type = {"cohort", "A population: what its patients are like.",
                                             sizeof(struct FIELDS_OF),
                                             FIELD_COUNT_OF(cohort_fields), cohort_fields};
