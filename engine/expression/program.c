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
  interpret(&(struct piece){program->code[section], program->n[section], {0}},
            &(struct call){.registers = registers, .simd = simd});
}

void program_call(const struct program *program, enum section section, const struct call *call)
{
  interpret(
      &(struct piece){program->code[section], program->n[section], program->signatures[section]},
      call);
}
