/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/program.h
 * Expressions lowered to one list of instructions, and the interpreter that runs it over eight
 * patients at once. Equal subexpressions are computed once, constants at compile time, and what
 * depends on the patient alone once per patient. Results are bit-identical on every vector width.
 */
#pragma once
#include "base/lane_math.h"
#include "expression/expression.h"

/** What a register changes with. Held: at events, and never while a solver steps. */
enum phase { PHASE_CONSTANT, PHASE_PATIENT, PHASE_HELD, PHASE_STATE };

/** Pieces that are run apart. The first runs once per patient; each of the others computes all that
 *  it needs and the first has not. What their arguments a and b and their result hold is said by
 *  whoever defines them: models in engine/model/functions.h. */
enum section {
  SECTION_PATIENT,
  SECTION_RATES,
  SECTION_OUTPUTS,
  SECTION_JACOBIAN,
  SECTION_FACTOR,
  SECTION_SOLVE,
  SECTION_MATRIX,
  SECTION_PRODUCT,
  SECTION_APPLY,
  SECTION_REMAINDER,
  SECTION_CROSSINGS,
  SECTION_ACTIONS,
  N_SECTIONS
};

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
  OPERATION_LOG10,
  OPERATION_SIN,
  OPERATION_COS,
  OPERATION_TAN,
  OPERATION_ASIN,
  OPERATION_ACOS,
  OPERATION_ATAN,
  OPERATION_SINH,
  OPERATION_COSH,
  OPERATION_TANH,
  OPERATION_POW,
  OPERATION_LESS,
  OPERATION_AT_MOST,
  OPERATION_EQUAL,
  OPERATION_AND,
  OPERATION_OR,
  OPERATION_NOT,
  OPERATION_SELECT, /* a ? b : c */
  /* Two instructions in one, rounded twice: only in finished sections. */
  OPERATION_MULTIPLY_ADD,      /* a b + c */
  OPERATION_MULTIPLY_SUBTRACT, /* c - a b */
};
/** Number of arguments, 0 to 3. */
int operation_arity(enum operation operation);

struct instruction {
  uint16_t operation, result, a, b, c;
};

/** Registers that stand for the arguments and the result of a section. */
struct signature {
  int n_a, n_b, n_out;
  const int *a, *b, *out;
};

struct program {
  int n_registers;
  double *constants;     /* [register]; 0 where it is not a constant */
  unsigned char *phases; /* [register] enum phase */
  struct instruction *code[N_SECTIONS];
  int n[N_SECTIONS];
  struct signature signatures[N_SECTIONS];
};

/** Registers with the constants in place; release with free(). */
lanes *program_registers(const struct program *program);
void program_run(const struct program *program, enum section section, lanes *registers,
                 enum simd simd);

/** Eight patients' registers, and what one section is given and gives. */
struct call {
  lanes *registers;
  const lanes *a, *b;
  lanes *out;
  enum simd simd;
};
/** Copies a and b to their registers, runs the section and copies its result to out. */
void program_call(const struct program *program, enum section section, const struct call *call);
