/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the states that move linearly whatever the rest does, and writes out the arithmetic of
 * their matrices. */
#include <stdlib.h>

#include "base/memory.h"
#include "model/compiling.h"

/** A product of larger matrices costs more than the steps that it saves. */
enum { MOST_LINEAR = 12, MOST_PRODUCTS = 800 };

/** Which entry of the Jacobian is where: [row][column], -1 where zero. */
static int *entry_places(const struct model *model)
{
  const int n = model->n_states;
  int *at = memory_new((size_t)n * (size_t)n, sizeof *at);

  for (int i = 0; i < n * n; i++) at[i] = -1;
  for (int k = 0; k < model->jacobian->n_entries; k++)
    at[model->jacobian->rows[k] * n + model->jacobian->columns[k]] = k;
  return at;
}

/** What a rate reads, wherever it stands: a step like if(TIME < 10 h, ...) or floor(X) has no
 *  derivative, and yet is not linear. */
struct reading {
  const struct model *model;
  bool time, *states; /* [state] */
};

static void note(void *context, int reg)
{
  struct reading *reading = context;

  reading->time = reading->time || reg == reading->model->time_reg;
  for (int i = 0; i < reading->model->n_states; i++)
    if (reading->model->states[i].reg == reg) reading->states[i] = true;
}

/** The rate reads linear states only, each with a constant derivative, and not the time. */
static bool is_linear_row(const struct compiling *compiling, const int *at, int i,
                          const bool *is_linear)
{
  const struct model *model = compiling->model;
  const int n = model->n_states;
  struct reading reading = {model, false, memory_new((size_t)n, sizeof(bool))};
  bool linear;

  program_inputs_of(compiling->builder, 1, &model->states[i].rate,
                    &(struct input_visitor){note, &reading});
  linear = !reading.time;
  for (int j = 0; j < n && linear; j++) {
    const int k = at[i * n + j];

    if (!reading.states[j]) continue;
    linear = k >= 0 && is_linear[j] &&
             program_phase(compiling->builder, compiling->jacobian_regs[k]) < PHASE_STATE;
  }
  free(reading.states);
  return linear;
}

static int find_linear(struct compiling *compiling, const int *at, bool *is_linear)
{
  const struct model *model = compiling->model;
  int n = 0, before;

  for (int i = 0; i < model->n_states; i++) is_linear[i] = true;
  do {
    before = n;
    n = 0;
    for (int i = 0; i < model->n_states; i++) {
      is_linear[i] = is_linear[i] && is_linear_row(compiling, at, i, is_linear);
      n += is_linear[i];
    }
  } while (n != before);
  return n;
}

/** The matrix of [x; 1]: [row][column] with n + 1 columns; registers, -1 where zero. */
struct block {
  struct compiling *compiling;
  struct model_linear *linear;
  int n_columns;
  int *matrix;
  int *number; /* the same places, numbered; -1 outside the pattern */
};

static int constant_part(struct compiling *compiling, int rate)
{
  const struct model *model = compiling->model;
  bool *zeros = memory_new((size_t)program_size(compiling->builder), sizeof *zeros);
  int reg;

  for (int i = 0; i < model->n_states; i++) zeros[model->states[i].reg] = true;
  reg = program_without(compiling->builder, rate, zeros);
  free(zeros);
  return reg;
}

static void fill_matrix(const struct block *block, const int *at)
{
  const struct model *model = block->compiling->model;
  const struct model_linear *linear = block->linear;

  for (int i = 0; i < linear->n; i++) {
    int *row = block->matrix + i * block->n_columns;

    for (int j = 0; j < linear->n; j++) {
      const int k = at[linear->states[i] * model->n_states + linear->states[j]];

      row[j] = k < 0 ? -1 : block->compiling->jacobian_regs[k];
    }
    row[linear->n] = constant_part(block->compiling, model->states[linear->states[i]].rate);
  }
}

/** Marks what any product of such matrices may fill: the pattern with its diagonal, closed. */
static void close_pattern(const struct block *block)
{
  const int n = block->linear->n, columns = block->n_columns;
  int *is = block->number;

  for (int i = 0; i < n * columns; i++) is[i] = block->matrix[i] >= 0;
  for (int i = 0; i < n; i++) is[i * columns + i] = 1;
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < columns; j++)
        if (is[i * columns + k] && is[k * columns + j]) is[i * columns + j] = 1;
}

static void number_places(const struct block *block)
{
  struct model_linear *linear = block->linear;
  const int size = linear->n * block->n_columns;
  struct arena *arena = block->compiling->arena;

  linear->rows = arena_new(arena, (size_t)size, sizeof *linear->rows);
  linear->columns = arena_new(arena, (size_t)size, sizeof *linear->columns);
  for (int i = 0; i < size; i++) {
    if (!block->number[i]) {
      block->number[i] = -1;
      continue;
    }
    linear->rows[linear->n_entries] = i / block->n_columns;
    linear->columns[linear->n_entries] = i % block->n_columns;
    block->number[i] = linear->n_entries++;
  }
}

static int count_products(const struct block *block)
{
  const struct model_linear *linear = block->linear;
  int n = 0;

  for (int e = 0; e < linear->n_entries; e++)
    for (int k = 0; k < linear->n; k++)
      n += block->number[linear->rows[e] * block->n_columns + k] >= 0 &&
           block->number[k * block->n_columns + linear->columns[e]] >= 0;
  return n;
}

/** `n` fresh inputs; release with free(). */
static int *fresh(struct program_builder *builder, int n)
{
  int *regs = memory_new((size_t)n, sizeof *regs);

  for (int i = 0; i < n; i++) regs[i] = program_input(builder, PHASE_STATE);
  return regs;
}

static void define_matrix(const struct block *block)
{
  const struct model_linear *linear = block->linear;
  int *out = memory_new((size_t)linear->n_entries, sizeof *out);

  for (int e = 0; e < linear->n_entries; e++) {
    out[e] = block->matrix[linear->rows[e] * block->n_columns + linear->columns[e]];
    if (out[e] < 0) out[e] = program_constant(block->compiling->builder, 0);
  }
  program_define(block->compiling->builder, SECTION_MATRIX,
                 &(struct signature){.n_out = linear->n_entries, .out = out});
  free(out);
}

static void define_product(const struct block *block)
{
  struct program_builder *builder = block->compiling->builder;
  const struct model_linear *linear = block->linear;
  const int m = linear->n_entries;
  int *a = fresh(builder, m), *b = fresh(builder, m);
  int *out = memory_new((size_t)m, sizeof *out);

  for (int e = 0; e < m; e++) {
    int sum = DERIVATIVE_ZERO;

    for (int k = 0; k < linear->n; k++) {
      const int left = block->number[linear->rows[e] * block->n_columns + k];
      const int right = block->number[k * block->n_columns + linear->columns[e]];

      if (left >= 0 && right >= 0)
        sum = simple_sum(builder, sum, simple_product(builder, a[left], b[right]));
    }
    out[e] = sum < 0 ? program_constant(builder, 0) : sum;
  }
  program_define(builder, SECTION_PRODUCT, &(struct signature){m, m, m, a, b, out});
  free(a);
  free(b);
  free(out);
}

static void define_apply(const struct block *block)
{
  struct program_builder *builder = block->compiling->builder;
  const struct model_linear *linear = block->linear;
  int *d = fresh(builder, linear->n_entries), *x = fresh(builder, linear->n);
  int *out = memory_new((size_t)linear->n, sizeof *out);

  for (int i = 0; i < linear->n; i++) out[i] = DERIVATIVE_ZERO;
  for (int e = 0; e < linear->n_entries; e++) {
    const int row = linear->rows[e], column = linear->columns[e];
    const int term = column == linear->n ? d[e] : simple_product(builder, d[e], x[column]);

    out[row] = simple_sum(builder, out[row], term);
  }
  for (int i = 0; i < linear->n; i++) out[i] = simple_sum(builder, x[i], out[i]);
  program_define(builder, SECTION_APPLY,
                 &(struct signature){linear->n_entries, linear->n, linear->n, d, x, out});
  free(d);
  free(x);
  free(out);
}

static void define_remainder(struct compiling *compiling, const struct model_linear *linear)
{
  int *rates = memory_new((size_t)linear->n_remainder, sizeof *rates);

  for (int i = 0; i < linear->n_remainder; i++)
    rates[i] = compiling->model->states[linear->remainder[i]].rate;
  model_define(compiling, SECTION_REMAINDER, linear->n_remainder, rates);
  free(rates);
}

static struct model_linear *divide_states(struct compiling *compiling, const bool *is_linear)
{
  const int n = compiling->model->n_states;
  struct model_linear *linear = arena_new(compiling->arena, 1, sizeof *linear);

  linear->states = arena_new(compiling->arena, (size_t)n, sizeof *linear->states);
  linear->remainder = arena_new(compiling->arena, (size_t)n, sizeof *linear->remainder);
  for (int i = 0; i < n; i++) {
    if (is_linear[i])
      linear->states[linear->n++] = i;
    else
      linear->remainder[linear->n_remainder++] = i;
  }
  return linear;
}

/** States whose rates depend on states. */
static int count_moving(const struct block *block)
{
  int n = 0;

  for (int i = 0; i < block->linear->n; i++) {
    bool moves = false;

    for (int j = 0; j < block->linear->n; j++)
      moves = moves || block->matrix[i * block->n_columns + j] >= 0;
    n += moves;
  }
  return n;
}

static void define_block(const struct block *block)
{
  define_matrix(block);
  define_product(block);
  define_apply(block);
  define_remainder(block->compiling, block->linear);
  block->linear->n_moving = count_moving(block);
  block->compiling->model->linear = block->linear;
}

void model_find_linear_block(struct compiling *compiling)
{
  struct model *model = compiling->model;
  struct block block = {.compiling = compiling};
  bool *is_linear;
  int *at, n;

  if (!model->jacobian) return;
  at = entry_places(model);
  is_linear = memory_new((size_t)model->n_states, sizeof *is_linear);
  n = find_linear(compiling, at, is_linear);
  if (n > 0 && n <= MOST_LINEAR) {
    block.linear = divide_states(compiling, is_linear);
    block.n_columns = n + 1;
    block.matrix = memory_new((size_t)(n * (n + 1)), sizeof *block.matrix);
    block.number = memory_new((size_t)(n * (n + 1)), sizeof *block.number);
    fill_matrix(&block, at);
    close_pattern(&block);
    number_places(&block);
    if (count_products(&block) <= MOST_PRODUCTS) define_block(&block);
    free(block.matrix);
    free(block.number);
  }
  free(is_linear);
  free(at);
}
