/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One patient from a compiled cohort. */
#include <math.h>
#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"
#include "expression/interpreter.h"
#include "population/cohort.h"
#include "population/cohort_program.h"
#include "population/score.h"

struct cohort_sampler {
  const struct cohort *cohort;
  enum simd simd;
  lanes *registers; /* all lanes alike */
  double *normals;  /* [covariate] standard normal draws of the members of copulas */
};

/** One attempt at a patient. */
struct attempt {
  struct cohort_sampler *sampler;
  const struct random_stream *stream;
  enum random_purpose purpose;
  int32_t number;
  int64_t row;        /* of the table */
  double *covariates; /* [covariate]; those above the current one are known */
};

struct cohort_sampler *cohort_sampler_create(const struct cohort *cohort)
{
  struct cohort_sampler *sampler = memory_new(1, sizeof *sampler);

  sampler->cohort = cohort;
  sampler->simd = simd_choice();
  sampler->registers = program_registers(cohort->program->program);
  sampler->normals = memory_new((size_t)cohort->n_covariates, sizeof *sampler->normals);
  return sampler;
}

void cohort_sampler_destroy(struct cohort_sampler **sampler)
{
  if (!*sampler) return;
  free((*sampler)->registers);
  free((*sampler)->normals);
  free(*sampler);
  *sampler = NULL;
}

static double reg(const struct attempt *attempt, int number)
{
  return attempt->sampler->registers[number][0];
}

static double uniform(const struct attempt *attempt, int draw)
{
  return random_uniform(attempt->stream, attempt->purpose, (uint32_t)draw, attempt->number);
}

/** Category or band, in proportion to its weight; -1 when the weights make no sense. */
static int choose(const struct attempt *attempt, const struct draw *draw, double u)
{
  double sum = 0, target;

  for (int i = 0; i < draw->n_weights; i++) {
    if (!(reg(attempt, draw->weights[i]) >= 0)) return -1;
    sum += reg(attempt, draw->weights[i]);
  }
  if (!(sum > 0 && isfinite(sum))) return -1;
  target = u * sum;
  sum = 0;
  for (int i = 0; i < draw->n_weights; i++) {
    sum += reg(attempt, draw->weights[i]);
    if (target < sum) return i;
  }
  for (int i = draw->n_weights - 1; i >= 0; i--) /* u * sum was rounded up to sum */
    if (reg(attempt, draw->weights[i]) > 0) return i;
  return -1;
}

/** The number of the unordered pair in the order 11, 12, ..., 22, ...  */
static double genotype(const struct attempt *attempt, const struct draw *draw, int number)
{
  const int one = choose(attempt, draw, uniform(attempt, number));
  const int two = choose(attempt, draw, uniform(attempt, number + 1));
  const int low = one < two ? one : two, high = one < two ? two : one;

  if (low < 0) return (double)NAN;
  return low * draw->n_weights - low * (low - 1) / 2 + high - low;
}

/** The standard normal score of a covariate: its own draw, or that of its copula. */
static double score(const struct attempt *attempt, const struct draw *draw, int number)
{
  const struct copula *copula = draw->copula;
  const double *factor;
  double sum = 0;

  if (!copula) return normal_quantile(uniform(attempt, number));
  factor = copula->factors[copula->by < 0 ? 0 : (int)attempt->covariates[copula->by]] +
           draw->member * (draw->member + 1) / 2;
  for (int k = 0; k <= draw->member; k++)
    sum += factor[k] * attempt->sampler->normals[copula->members[k]];
  return sum;
}

static const double *quantiles_of(const struct attempt *attempt, const struct quantile_table *table)
{
  return table->values[table->by < 0 ? 0 : (int)attempt->covariates[table->by]];
}

/** The value at a score; rising. */
static double value_at(const struct attempt *attempt, const struct draw *draw, double z)
{
  const double location = reg(attempt, draw->location);
  double value;

  switch (draw->kind) {
  case DRAW_NORMAL:
    return location + reg(attempt, draw->spread) * z;
  case DRAW_LOG_NORMAL:
    return location * math_exp(reg(attempt, draw->spread) * z);
  default:
    value = location + interpolated(draw->quantiles->n, draw->quantiles->scores,
                                    quantiles_of(attempt, draw->quantiles), z);
  }
  return draw->quantiles->scale == QUANTILES_LOG ? math_exp(value) : value;
}

/** The score at which a value stands: the inverse. */
static double score_of(const struct attempt *attempt, const struct draw *draw, double value)
{
  const double location = reg(attempt, draw->location);
  const bool is_log = draw->kind == DRAW_LOG_NORMAL ||
                      (draw->kind == DRAW_QUANTILES && draw->quantiles->scale == QUANTILES_LOG);

  if (is_log && !(value > 0)) return (double)-INFINITY;
  switch (draw->kind) {
  case DRAW_NORMAL:
    return (value - location) / reg(attempt, draw->spread);
  case DRAW_LOG_NORMAL:
    return math_log(value / location) / reg(attempt, draw->spread);
  default:
    break;
  }
  return interpolated(draw->quantiles->n, quantiles_of(attempt, draw->quantiles),
                      draw->quantiles->scores, (is_log ? math_log(value) : value) - location);
}

static double truncated(const struct attempt *attempt, const struct draw *draw, double z)
{
  const double lower = reg(attempt, draw->lower), upper = reg(attempt, draw->upper);
  double value;

  if (!(lower < upper)) return (double)NAN;
  value = value_at(
      attempt, draw,
      truncated_score(z, score_of(attempt, draw, lower), score_of(attempt, draw, upper)));
  /* only rounding can have carried it beyond a limit */
  return value < lower ? lower : (value > upper ? upper : value);
}

static double from_score(const struct attempt *attempt, const struct draw *draw, int number)
{
  const double z = score(attempt, draw, number);

  if (draw->spread >= 0 && !(reg(attempt, draw->spread) > 0)) return (double)NAN;
  if (draw->kind == DRAW_LOG_NORMAL && !(reg(attempt, draw->location) > 0)) return (double)NAN;
  return draw->lower < 0 ? value_at(attempt, draw, z) : truncated(attempt, draw, z);
}

static double from_uniform(const struct attempt *attempt, const struct draw *draw, int number)
{
  const double u = draw->copula ? normal_cumulative(score(attempt, draw, number))
                                : uniform(attempt, number);
  const double from = reg(attempt, draw->location), to = reg(attempt, draw->spread);

  if (!(from <= to)) return (double)NAN;
  return from + u * (to - from);
}

/** One number chooses the band and the place within it, so that the value rises with it. */
static double from_bands(const struct attempt *attempt, const struct draw *draw, int number)
{
  const double u = draw->copula ? normal_cumulative(score(attempt, draw, number))
                                : uniform(attempt, number);
  const int band = choose(attempt, draw, u);
  double sum = 0, below = 0, part;

  if (band < 0) return (double)NAN;
  for (int i = 0; i < draw->n_weights; i++) {
    if (i < band) below += reg(attempt, draw->weights[i]);
    sum += reg(attempt, draw->weights[i]);
  }
  part = (u * sum - below) / reg(attempt, draw->weights[band]);
  part = part < 0 ? 0 : (part > 1 ? 1 : part);
  return draw->edges[band] + part * (draw->edges[band + 1] - draw->edges[band]);
}

static double value_of(const struct attempt *attempt, const struct draw *draw, int number)
{
  int category;

  switch (draw->kind) {
  case DRAW_CATEGORICAL:
  case DRAW_WEIGHTS:
    category = choose(attempt, draw, uniform(attempt, number));
    return category < 0 ? (double)NAN : category;
  case DRAW_GENOTYPE:
    return genotype(attempt, draw, number);
  case DRAW_UNIFORM:
    return from_uniform(attempt, draw, number);
  case DRAW_NORMAL:
  case DRAW_LOG_NORMAL:
  case DRAW_QUANTILES:
    return from_score(attempt, draw, number);
  case DRAW_BANDS:
    return from_bands(attempt, draw, number);
  case DRAW_COLUMN:
    return draw->column[attempt->row];
  case DRAW_EXPRESSION:
  case N_DRAW_KINDS:
    break;
  }
  return reg(attempt, draw->reg);
}

static void run(struct cohort_sampler *sampler, int first, int n)
{
  const struct program *program = sampler->cohort->program->program;

  interpret(&(struct piece){program->code[SECTION_PATIENT] + first, n, {0}},
            &(struct call){.registers = sampler->registers, .simd = sampler->simd});
}

static int64_t row_of(const struct attempt *attempt)
{
  const struct cohort_program *program = attempt->sampler->cohort->program;
  int64_t row;

  if (program->n_rows == 0) return 0;
  if (program->sampling == TABLE_IN_ORDER) {
    REQUIRE(attempt->stream->patient >= 1 && attempt->stream->patient <= program->n_rows);
    return (int64_t)attempt->stream->patient - 1;
  }
  row = (int64_t)(uniform(attempt, ROW_DRAW) * (double)program->n_rows);
  return row < program->n_rows ? row : program->n_rows - 1;
}

/** False when a covariate has no value. */
static bool draw_covariates(struct attempt *attempt)
{
  struct cohort_sampler *sampler = attempt->sampler;
  const struct cohort_program *program = sampler->cohort->program;

  attempt->row = row_of(attempt);
  for (int i = 0; i < program->n_copulas; i++) {
    for (int k = 0; k < program->copulas[i].n; k++) {
      const int member = program->copulas[i].members[k];

      sampler->normals[member] = normal_quantile(uniform(attempt, DRAWS_EACH * member));
    }
  }
  for (int i = 0; i < sampler->cohort->n_covariates; i++) {
    const struct draw *draw = &program->draws[i];
    double value;

    run(sampler, draw->first, draw->n);
    value = value_of(attempt, draw, DRAWS_EACH * i);
    attempt->covariates[i] = value;
    if (!isfinite(value)) return false;
    if (draw->kind != DRAW_EXPRESSION) sampler->registers[draw->reg] = value - (lanes){0};
  }
  return true;
}

int cohort_patient(struct cohort_sampler *sampler, const struct random_stream *stream,
                   double *covariates)
{
  const struct cohort_program *program = sampler->cohort->program;
  const int n = program->is_all_given ? 1 : COHORT_MAX_ATTEMPTS;

  for (int number = 0; number < n; number++) {
    struct attempt attempt = {.sampler = sampler,
                              .stream = stream,
                              .purpose = number ? RANDOM_COHORT_ATTEMPT : RANDOM_COHORT,
                              .number = number,
                              .covariates = covariates};

    if (!draw_covariates(&attempt)) return COHORT_NO_VALUE;
    if (program->eligible < 0) return number;
    run(sampler, program->first, program->n);
    if (reg(&attempt, program->eligible) != 0) return number;
  }
  return COHORT_NOT_ELIGIBLE;
}
