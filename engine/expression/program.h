/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/program.h
 * Expressions lowered to one list of instructions, and the interpreter that runs it over eight
 * patients at once. Equal subexpressions are computed once, constants at compile time, and what
 * depends on the patient alone once per patient. Results are bit-identical on every vector width.
 */
#pragma once
#include "base/lane_math.h"
#include "expression/expression.h"

/** What a register changes with. */
enum phase { PHASE_CONSTANT, PHASE_PATIENT, PHASE_STATE };
/** Pieces that are run apart: per patient, per evaluation of the rates, per observation. Outputs
 *  need the registers of the rates, so run SECTION_RATES first. */
enum section { SECTION_PATIENT, SECTION_RATES, SECTION_OUTPUTS, N_SECTIONS };

enum operation {
  OPERATION_INPUT,
  OPERATION_CONSTANT,
  OPERATION_ADD,
  OPERATION_SUBTRACT,
  OPERATION_MULTIPLY,
  OPERATION_DIVIDE,
  OPERATION_NEGATE,
  OPERATION_MIN,
  OPERATION_MAX,
  OPERATION_ABS,
  OPERATION_SQRT,
  OPERATION_FLOOR,
  OPERATION_EXP,
  OPERATION_LOG,
  OPERATION_POW,
  OPERATION_LESS,
  OPERATION_AT_MOST,
  OPERATION_EQUAL,
  OPERATION_AND,
  OPERATION_OR,
  OPERATION_NOT,
  OPERATION_SELECT /* a ? b : c */
};

struct instruction {
  uint16_t operation, result, a, b, c;
};

struct program {
  int n_registers;
  double *constants; /* [register]; 0 where it is not a constant */
  struct instruction *code[N_SECTIONS];
  int n[N_SECTIONS];
};

struct program_builder;
struct program_builder *program_builder_create(void);
void program_builder_destroy(struct program_builder **builder);
int program_input(struct program_builder *builder, enum phase phase);
int program_constant(struct program_builder *builder, double value);
int program_operation(struct program_builder *builder, enum operation operation, int a, int b,
                      int c);
/** A checked expression, in `unit` (ignored for conditions and categories); its symbols have their
 *  registers. Returns the register of the result. */
int program_expression(struct program_builder *builder, const struct expression *expression,
                       struct unit unit);
/** Says that a register must be there after a section has run. */
void program_need(struct program_builder *builder, enum section section, int reg);
enum phase program_phase(const struct program_builder *builder, int reg);
/** The value of a constant; 0 of any other register. */
double program_value(const struct program_builder *builder, int reg);
/** At most 65,535 registers; more is a failure() of the model's size, and NULL. */
const struct program *program_finish(struct program_builder *builder, struct arena *arena);

/** Registers with the constants in place; release with free(). */
lanes *program_registers(const struct program *program);
void program_run(const struct program *program, enum section section, lanes *registers,
                 enum simd simd);
