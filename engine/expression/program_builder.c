/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instructions are kept once each, in an order in which they can run. */
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "expression/builder_internal.h"
#include "expression/interpreter.h"

struct program_builder *program_builder_create(void)
{
  return memory_new(1, sizeof(struct program_builder));
}

void program_builder_destroy(struct program_builder **builder)
{
  struct program_builder *b = *builder;

  if (!b) return;
  for (int s = 0; s < N_SECTIONS; s++) {
    free((void *)b->signatures[s].a);
    free((void *)b->signatures[s].b);
    free((void *)b->signatures[s].out);
  }
  free(b->entries);
  free(b->slots);
  free(b);
  *builder = NULL;
}

int operation_arity(enum operation operation)
{
  switch (operation) {
  case OPERATION_INPUT:
  case OPERATION_CONSTANT:
    return 0;
  case OPERATION_NEGATE:
  case OPERATION_ABS:
  case OPERATION_SQRT:
  case OPERATION_FLOOR:
  case OPERATION_EXP:
  case OPERATION_LOG:
  case OPERATION_LOG10:
  case OPERATION_SIN:
  case OPERATION_COS:
  case OPERATION_TAN:
  case OPERATION_ASIN:
  case OPERATION_ACOS:
  case OPERATION_ATAN:
  case OPERATION_SINH:
  case OPERATION_COSH:
  case OPERATION_TANH:
  case OPERATION_NOT:
    return 1;
  case OPERATION_SELECT:
  case OPERATION_MULTIPLY_ADD:
  case OPERATION_MULTIPLY_SUBTRACT:
    return 3;
  default:
    return 2;
  }
}

static uint64_t hash_of(const struct entry *entry)
{
  const struct instruction *in = &entry->instruction;
  uint64_t bits, h;

  memcpy(&bits, &entry->value, sizeof bits);
  h = bits ^ ((uint64_t)in->operation << 48 | (uint64_t)in->a << 32 | (uint64_t)in->b << 16 |
              (uint64_t)in->c);
  h = (h ^ h >> 31) * UINT64_C(0x9E3779B97F4A7C15);
  return h ^ h >> 29;
}

static bool is_same(const struct entry *one, const struct entry *other)
{
  const struct instruction *a = &one->instruction, *b = &other->instruction;

  return a->operation == b->operation && a->a == b->a && a->b == b->b && a->c == b->c &&
         memcmp(&one->value, &other->value, sizeof one->value) == 0 && one->phase == other->phase;
}

/** Where the entry is in the table, or the empty slot where it belongs. */
static int *slot_of(const struct program_builder *builder, const struct entry *entry)
{
  size_t i = hash_of(entry) & (builder->n_slots - 1);

  while (builder->slots[i] >= 0 && !is_same(&builder->entries[builder->slots[i]], entry))
    i = (i + 1) & (builder->n_slots - 1);
  return &builder->slots[i];
}

static bool is_shared(const struct entry *entry)
{
  return entry->instruction.operation > OPERATION_CONSTANT || entry->phase == PHASE_CONSTANT;
}

static void rehash(struct program_builder *builder, size_t n_slots)
{
  builder->n_slots = n_slots;
  free(builder->slots);
  builder->slots = memory_new(builder->n_slots, sizeof *builder->slots);
  for (size_t i = 0; i < builder->n_slots; i++) builder->slots[i] = -1;
  for (size_t i = 0; i < builder->n; i++)
    if (is_shared(&builder->entries[i])) *slot_of(builder, &builder->entries[i]) = (int)i;
}

static int append(struct program_builder *builder, struct entry entry)
{
  builder->entries = memory_grow(builder->entries, builder->n + 1, &builder->capacity,
                                 sizeof entry);
  entry.instruction.result = (uint16_t)builder->n;
  builder->entries[builder->n] = entry;
  return (int)builder->n++;
}

/** The register that holds it already, or a new one. */
static int shared(struct program_builder *builder, struct entry entry)
{
  int *slot;

  if (2 * (builder->n + 1) > builder->n_slots)
    rehash(builder, builder->n_slots ? 2 * builder->n_slots : 256);
  slot = slot_of(builder, &entry);
  if (*slot < 0) *slot = append(builder, entry);
  return *slot;
}

int program_input(struct program_builder *builder, enum phase phase)
{
  return append(builder, (struct entry){.instruction.operation = OPERATION_INPUT, .phase = phase});
}

int program_constant(struct program_builder *builder, double value)
{
  return shared(builder,
                (struct entry){.instruction.operation = OPERATION_CONSTANT, .value = value});
}

int program_typical(struct program_builder *builder, double value)
{
  return append(builder, (struct entry){.instruction.operation = OPERATION_CONSTANT,
                                        .value = value,
                                        .phase = PHASE_PATIENT});
}

/** Through the interpreter itself, so that folding moves no bit. */
static double folded(const struct program_builder *builder, const struct instruction *instruction)
{
  struct instruction one = {instruction->operation, 3, 0, 1, 2};
  const uint16_t arguments[3] = {instruction->a, instruction->b, instruction->c};
  lanes registers[4] = {0};

  for (int i = 0; i < operation_arity(instruction->operation); i++)
    registers[i] = builder->entries[arguments[i]].value - (lanes){0};
  interpret(&(struct piece){&one, 1, {0}},
            &(struct call){.registers = registers, .simd = SIMD_BASELINE});
  return registers[3][0];
}

/** Registers are numbered with 16 bits; a model that is too large is refused when it is finished,
 *  and until then its numbers may be wrong but are in range. */
int program_operation(struct program_builder *builder, enum operation operation, int a, int b,
                      int c)
{
  const int n = operation_arity(operation);
  const int of[3] = {a, n > 1 ? b : 0, n > 2 ? c : 0};
  struct entry entry = {
      .instruction = {(uint16_t)operation, 0, (uint16_t)of[0], (uint16_t)of[1], (uint16_t)of[2]}};

  for (int i = 0; i < n; i++)
    if (builder->entries[of[i]].phase > entry.phase) entry.phase = builder->entries[of[i]].phase;
  if (entry.phase == PHASE_CONSTANT)
    return program_constant(builder, folded(builder, &entry.instruction));
  return shared(builder, entry);
}

void program_rearrange(struct program_builder *builder)
{
  builder->rearranges = true;
}

static bool is_early(const struct program_builder *builder, int reg)
{
  return builder->entries[reg].phase <= PHASE_PATIENT;
}

/** For `early` (x p): x (early p); -1 when `late` is no such product. */
static int gathered(struct program_builder *builder, int early, int late)
{
  const struct instruction in = builder->entries[late].instruction;
  const bool first = is_early(builder, in.a), second = is_early(builder, in.b);

  if (in.operation != OPERATION_MULTIPLY || first == second) return -1;
  return program_operation(
      builder, OPERATION_MULTIPLY, first ? in.b : in.a,
      program_operation(builder, OPERATION_MULTIPLY, early, first ? in.a : in.b, 0), 0);
}

int program_product(struct program_builder *builder, int a, int b)
{
  int result = -1;

  if (builder->rearranges && is_early(builder, a) && !is_early(builder, b))
    result = gathered(builder, a, b);
  if (builder->rearranges && is_early(builder, b) && !is_early(builder, a))
    result = gathered(builder, b, a);
  return result >= 0 ? result : program_operation(builder, OPERATION_MULTIPLY, a, b, 0);
}

int program_quotient(struct program_builder *builder, int a, int b)
{
  if (!builder->rearranges || is_early(builder, a) || !is_early(builder, b))
    return program_operation(builder, OPERATION_DIVIDE, a, b, 0);
  return program_product(
      builder, a, program_operation(builder, OPERATION_DIVIDE, program_constant(builder, 1), b, 0));
}

enum phase program_phase(const struct program_builder *builder, int reg)
{
  return builder->entries[reg].phase;
}

double program_value(const struct program_builder *builder, int reg)
{
  return builder->entries[reg].value;
}

int program_size(const struct program_builder *builder)
{
  return (int)builder->n;
}

void program_need(struct program_builder *builder, enum section section, int reg)
{
  struct entry *entry = &builder->entries[reg];
  const int n = operation_arity(entry->instruction.operation);

  if (entry->needed >> section & 1) return;
  entry->needed |= 1u << section;
  if (n > 0) program_need(builder, section, entry->instruction.a);
  if (n > 1) program_need(builder, section, entry->instruction.b);
  if (n > 2) program_need(builder, section, entry->instruction.c);
}

void program_shrink(struct program_builder *builder, int size)
{
  builder->n = (size_t)size;
  rehash(builder, builder->n_slots);
}

static int *copied(const int *regs, int n)
{
  int *copy = memory_new((size_t)n, sizeof *copy);

  if (n > 0) memcpy(copy, regs, (size_t)n * sizeof *copy);
  return copy;
}

void program_define(struct program_builder *builder, enum section section,
                    const struct signature *signature)
{
  struct signature *kept = &builder->signatures[section];

  REQUIRE(!kept->out);
  *kept = (struct signature){signature->n_a,
                             signature->n_b,
                             signature->n_out,
                             copied(signature->a, signature->n_a),
                             copied(signature->b, signature->n_b),
                             copied(signature->out, signature->n_out)};
  for (int i = 0; i < signature->n_out; i++) program_need(builder, section, signature->out[i]);
}

static bool runs_in(const struct entry *entry, int section)
{
  if (operation_arity(entry->instruction.operation) == 0) return false;
  if (entry->phase == PHASE_PATIENT) return section == SECTION_PATIENT && entry->needed;
  return entry->phase > PHASE_PATIENT && (entry->needed >> section & 1);
}

static void finish_section(const struct program_builder *builder, int section,
                           struct program *program, struct arena *arena)
{
  const struct signature *from = &builder->signatures[section];
  int *all = arena_new(arena, (size_t)(from->n_a + from->n_b + from->n_out), sizeof *all);
  int n = 0;

  for (size_t i = 0; i < builder->n; i++) n += runs_in(&builder->entries[i], section);
  program->code[section] = arena_new(arena, (size_t)n, sizeof *program->code[section]);
  for (size_t i = 0; i < builder->n; i++)
    if (runs_in(&builder->entries[i], section))
      program->code[section][program->n[section]++] = builder->entries[i].instruction;
  for (int i = 0; i < from->n_a; i++) all[i] = from->a[i];
  for (int i = 0; i < from->n_b; i++) all[from->n_a + i] = from->b[i];
  for (int i = 0; i < from->n_out; i++) all[from->n_a + from->n_b + i] = from->out[i];
  program->signatures[section] = (struct signature){
      from->n_a, from->n_b, from->n_out, all, all + from->n_a, all + from->n_a + from->n_b};
}

const struct program *program_finish(struct program_builder *builder, struct arena *arena)
{
  struct program *program = arena_new(arena, 1, sizeof *program);

  if (builder->n > UINT16_MAX) {
    failure(EXIT_CODE_INVALID_INPUT, "the equations need more than 65,535 intermediate values");
    return NULL;
  }
  program->n_registers = (int)builder->n;
  program->constants = arena_new(arena, builder->n, sizeof *program->constants);
  program->phases = arena_new(arena, builder->n, sizeof *program->phases);
  for (int s = 0; s < N_SECTIONS; s++) finish_section(builder, s, program, arena);
  for (size_t i = 0; i < builder->n; i++) {
    program->constants[i] = builder->entries[i].value;
    program->phases[i] = (unsigned char)builder->entries[i].phase;
  }
  for (int s = SECTION_PATIENT + 1; s < N_SECTIONS; s++)
    if (program->signatures[s].n_out > 0) program_fuse(program, (enum section)s);
  return program;
}
