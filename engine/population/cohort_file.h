/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/population/cohort_file.h
 * A cohort file as written, field by field. What it means is cohort.h. */
#pragma once
#include "base/fields.h"

enum table_sampling { TABLE_BOOTSTRAP, TABLE_IN_ORDER };
enum quantile_scale { QUANTILES_LINEAR, QUANTILES_LOG };

struct genotype_entry {
  struct place at;
  const struct yaml_node *alleles; /* allele: probability */
  const struct yaml_node *weights; /* allele: expression */
  struct text joined;
};

struct uniform_entry {
  struct place at;
  struct formula from, to;
};

struct normal_entry {
  struct place at;
  struct formula mean, sd;
};

struct log_normal_entry {
  struct place at;
  struct formula median, sd_log;
};

struct quantiles_entry {
  struct place at;
  struct list p;             /* double */
  const struct yaml_node *x; /* numbers, or category: numbers */
  struct text by;
  struct formula location;
  int scale;
};

struct bands_entry {
  struct place at;
  struct list edges;               /* double */
  const struct yaml_node *shares;  /* probabilities */
  const struct yaml_node *weights; /* expressions */
};

struct cohort_covariate_entry {
  struct place at;
  struct text name, label, unit, source;
  /* exactly one of these says where the value comes from */
  const struct yaml_node *categorical, *weights;
  const struct genotype_entry *genotype;
  const struct uniform_entry *uniform;
  const struct normal_entry *normal;
  const struct log_normal_entry *log_normal;
  const struct quantiles_entry *quantiles;
  const struct bands_entry *bands;
  struct formula expression;
  struct text column;
  const struct yaml_node *truncate;   /* lower and upper expression */
  const struct yaml_node *categories; /* of a column: names, or name: cell */
};

struct correlation_entry {
  struct place at;
  struct list covariates;         /* struct text */
  const struct yaml_node *matrix; /* numbers, or category: numbers */
  struct text by, source;
};

struct cohort_table_entry {
  struct place at;
  struct text file, source;
  int sampling;
};

struct cohort_file {
  struct place at;
  int64_t schema;
  struct text cohort, title, description;
  struct list references; /* struct text */
  const struct cohort_table_entry *table;
  struct list covariates, correlations; /* the entries above */
  const struct yaml_node *eligibility;  /* conditions */
};

extern const struct record_type cohort_file_type;
