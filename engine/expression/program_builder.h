/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/program_builder.h
 * Makes programs: from expressions, operation by operation, and by differentiation. */
#pragma once
#include "expression/program.h"

struct program_builder;
struct program_builder *program_builder_create(void);
/** From now on expressions may be rearranged so that less is left to do at each step: x / p becomes
 *  x (1 / p), and q (x p) becomes x (q p), for p and q that the patient's own sections know. The
 *  last bit of a value may change; not for rules that compare or round. */
void program_rearrange(struct program_builder *builder);
void program_builder_destroy(struct program_builder **builder);

int program_input(struct program_builder *builder, enum phase phase);
int program_constant(struct program_builder *builder, double value);
/** A number that belongs to the patient, though every patient has the same: code made for a
 *  program holds with any other value in its place. */
int program_typical(struct program_builder *builder, double value);
int program_operation(struct program_builder *builder, enum operation operation, int a, int b,
                      int c);
/** A checked expression, in `unit` (ignored for conditions and categories); its symbols have their
 *  registers. Returns the register of the result. */
int program_expression(struct program_builder *builder, const struct expression *expression,
                       struct unit unit);
enum phase program_phase(const struct program_builder *builder, int reg);
/** The value of a constant; 0 of any other register. */
double program_value(const struct program_builder *builder, int reg);
int program_size(const struct program_builder *builder);
/** Forgets all registers from `size` on; none of them may have been needed. */
void program_shrink(struct program_builder *builder, int size);

/** The derivatives of registers with respect to one input. */
struct derivatives {
  struct program_builder *builder;
  int wrt, capacity;
  int *of; /* [register] */
};
enum { DERIVATIVE_ZERO = -1, DERIVATIVE_UNKNOWN = -2 };
void derivatives_begin(struct program_builder *builder, int wrt, struct derivatives *derivatives);
void derivatives_clear(struct derivatives *derivatives);
/** The register of the derivative; DERIVATIVE_ZERO where it is zero almost
 *  everywhere, as of a step: what depends on an input, program_inputs_of() tells. Where
 *  a function has a kink, the derivative of the side it is on. */
int derivative_of(struct derivatives *derivatives, int reg);
/** The value of a register when all inputs in `zeros` [register] are 0. */
int program_without(struct program_builder *builder, int reg, const bool *zeros);
/** Sums and products with the obvious simplifications, DERIVATIVE_ZERO included: not for values,
 *  for which -0 + 0 and 0 * infinity matter. */
int simple_sum(struct program_builder *builder, int a, int b);
int simple_difference(struct program_builder *builder, int a, int b);
int simple_product(struct program_builder *builder, int a, int b);
int simple_quotient(struct program_builder *builder, int a, int b);
/** Plain operations, rearranged if program_rearrange() allows it. */
int program_product(struct program_builder *builder, int a, int b);
int program_quotient(struct program_builder *builder, int a, int b);

struct input_visitor {
  void (*visit)(void *context, int reg);
  void *context;
};
/** Calls the visitor for every input on which one of `n` registers depends, each once. */
void program_inputs_of(const struct program_builder *builder, int n, const int *regs,
                       const struct input_visitor *visitor);

/** Says that a register must be there after a section has run. */
void program_need(struct program_builder *builder, enum section section, int reg);
/** The section computes `out` from a and b (all copied); it needs its results. */
void program_define(struct program_builder *builder, enum section section,
                    const struct signature *signature);
/** At most 65,535 registers; more is a failure() of the model's size, and NULL. */
const struct program *program_finish(struct program_builder *builder, struct arena *arena);
