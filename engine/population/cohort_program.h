/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/population/cohort_program.h
 * A compiled cohort: how the covariates of a patient come about, one after the other. */
#pragma once
#include "expression/program.h"
#include "population/cohort_file.h"

/** In the order of the keys of a covariate. */
enum draw_kind {
  DRAW_CATEGORICAL,
  DRAW_WEIGHTS,
  DRAW_GENOTYPE,
  DRAW_UNIFORM,
  DRAW_NORMAL,
  DRAW_LOG_NORMAL,
  DRAW_QUANTILES,
  DRAW_BANDS,
  DRAW_EXPRESSION,
  DRAW_COLUMN,
  N_DRAW_KINDS
};

/** Values at rising normal scores. Before and after them the outermost line goes on, as if the tail
 *  were normal: published tables end at 0.5 or 1 %, and cutting there would lose the sickest. */
struct quantile_table {
  int n;
  const double *scores;
  int by;                      /* the covariate that chooses the list, or -1 */
  const double *const *values; /* [category, or 0][n] */
  enum quantile_scale scale;
};

/** Correlated normal scores: score i = sum over k <= i of factor[i (i + 1) / 2 + k] * z(k), where
 *  z(k) is the standard normal draw of member k. */
struct copula {
  int n;
  const int *members;           /* covariates */
  int by;                       /* the covariate that chooses the factor, or -1 */
  const double *const *factors; /* [category, or 0]: Cholesky factor, lower triangle by rows */
};

/** One covariate. Registers hold parameters in the covariate's unit; -1 is none. */
struct draw {
  enum draw_kind kind;
  int boundary;         /* a register: what the draw needs is computed by instructions below it */
  int first, n;         /* these instructions */
  int reg;              /* of the value */
  int location, spread; /* mean and sd; median and sd of the log; from and to; location and none */
  int lower, upper;     /* of a truncated one */
  int n_weights;
  const int *weights; /* registers: of categories, alleles or bands */
  const double *edges;
  const struct quantile_table *quantiles;
  const struct copula *copula;
  int member;           /* of the copula */
  const double *column; /* [row] */
};

struct cohort_program {
  const struct program *program;
  const struct draw *draws; /* [covariate] */
  int n_copulas;
  const struct copula *copulas;
  int eligible; /* register of the condition, -1 without */
  int first, n; /* its instructions */
  enum table_sampling sampling;
  int64_t n_rows;    /* of the table; 0 without */
  bool is_all_given; /* nothing is drawn: a patient who is not eligible never will be */
};

/** Draw numbers: covariate i has DRAWS_EACH of them from DRAWS_EACH * i, the row has ROW_DRAW. */
enum { DRAWS_EACH = 16, MAX_COVARIATES = 1024, ROW_DRAW = 0xffffff };
