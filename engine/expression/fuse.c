/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Most of what is interpreted are sums of products: two instructions become one. */
#include <stdlib.h>

#include "base/memory.h"
#include "expression/builder_internal.h"

/** How often each register is read by a section, its results included. */
static int *count_readers(const struct program *program, enum section section)
{
  const struct signature *signature = &program->signatures[section];
  int *readers = memory_new((size_t)program->n_registers, sizeof *readers);

  for (int i = 0; i < program->n[section]; i++) {
    const struct instruction *in = &program->code[section][i];
    const int of[3] = {in->a, in->b, in->c};

    for (int k = 0; k < operation_arity((enum operation)in->operation); k++) readers[of[k]]++;
  }
  for (int i = 0; i < signature->n_out; i++) readers[signature->out[i]]++;
  return readers;
}

/** The instruction that makes the product, if the sum is its only reader; else NULL. */
static struct instruction *product_for(struct instruction *const *makers, const int *readers,
                                       int reg)
{
  struct instruction *maker = makers[reg];

  if (!maker || maker->operation != OPERATION_MULTIPLY || readers[reg] != 1) return NULL;
  return maker;
}

/** `sum` = product + c, or c - product; the product is left without a reader. */
static void join(struct instruction *sum, const struct instruction *product, int *readers, int c)
{
  readers[product->result]--;
  sum->operation = sum->operation == OPERATION_ADD ? OPERATION_MULTIPLY_ADD
                                                   : OPERATION_MULTIPLY_SUBTRACT;
  sum->a = product->a;
  sum->b = product->b;
  sum->c = (uint16_t)c;
}

static void fuse(struct instruction *in, struct instruction *const *makers, int *readers)
{
  struct instruction *product;

  if (in->operation != OPERATION_ADD && in->operation != OPERATION_SUBTRACT) return;
  product = product_for(makers, readers, in->b);
  if (product)
    join(in, product, readers, in->a);
  else if (in->operation == OPERATION_ADD && (product = product_for(makers, readers, in->a)))
    join(in, product, readers, in->b);
}

void program_fuse(struct program *program, enum section section)
{
  int *readers = count_readers(program, section), n = 0;
  struct instruction **makers = memory_new((size_t)program->n_registers, sizeof *makers);
  struct instruction *code = program->code[section];

  for (int i = 0; i < program->n[section]; i++) {
    fuse(&code[i], makers, readers);
    makers[code[i].result] = &code[i];
  }
  for (int i = 0; i < program->n[section]; i++)
    if (readers[code[i].result] > 0) code[n++] = code[i];
  program->n[section] = n;
  free(readers);
  free(makers);
}
