/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expression/program.h"

#include "base/memory.h"
#include "expression/interpreter.h"

lanes *program_registers(const struct program *program)
{
  lanes *registers = memory_new((size_t)program->n_registers, sizeof *registers);

  for (int i = 0; i < program->n_registers; i++) registers[i] = program->constants[i] - (lanes){0};
  return registers;
}

void program_run(const struct program *program, enum section section, lanes *registers,
                 enum simd simd)
{
  interpret(program->code[section], program->n[section], registers, simd);
}

void program_call(const struct program *program, enum section section, const struct call *call)
{
  const struct signature *signature = &program->signatures[section];
  lanes *r = call->registers;

  for (int i = 0; i < signature->n_a; i++) r[signature->a[i]] = call->a[i];
  for (int i = 0; i < signature->n_b; i++) r[signature->b[i]] = call->b[i];
  interpret(program->code[section], program->n[section], r, call->simd);
  for (int i = 0; i < signature->n_out; i++) call->out[i] = r[signature->out[i]];
}
