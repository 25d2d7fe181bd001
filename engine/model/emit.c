/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/emit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"

/** Longer sections are functions of their own: a step calls the rates many times. */
enum { MOST_INLINED = 100 };

/** A section being written. */
struct writing {
  FILE *out;
  const struct model *model;
  const struct program *program;
  const char **names; /* [register] how the section calls it, NULL while unknown */
  struct arena *arena;
};

static const char *named(struct arena *arena, const char *array, int index)
{
  return arena_format(arena, "%s[%d]", array, index);
}

static const char *constant(struct arena *arena, double value)
{
  if (isnan(value)) return "ALL(__builtin_nan(\"\"))";
  if (isinf(value)) return value < 0 ? "ALL(-__builtin_inf())" : "ALL(__builtin_inf())";
  return arena_format(arena, "ALL(%a)", value);
}

static const char *name_of(const struct writing *writing, int reg)
{
  if (!writing->names[reg])
    writing->names[reg] = constant(writing->arena, writing->program->constants[reg]);
  return writing->names[reg];
}

/** %s are the arguments a, b, c in that order; or they are %1, %2, %3. */
static const char *const forms[] = {
    [OPERATION_ADD] = "%s + %s",
    [OPERATION_SUBTRACT] = "%s - %s",
    [OPERATION_MULTIPLY] = "%s * %s",
    [OPERATION_AND] = "%s * %s",
    [OPERATION_DIVIDE] = "%s / %s",
    [OPERATION_NEGATE] = "-%s",
    [OPERATION_MIN] = "lanes_smaller(%s, %s)",
    [OPERATION_MAX] = "lanes_larger(%s, %s)",
    [OPERATION_OR] = "lanes_larger(%s, %s)",
    [OPERATION_ABS] = "lanes_abs(%s)",
    [OPERATION_SQRT] = "lanes_sqrt(%s)",
    [OPERATION_FLOOR] = "lanes_floor(%s)",
    [OPERATION_EXP] = "EXP(%s)",
    [OPERATION_LOG] = "LOG(%s)",
    [OPERATION_LOG10] = "LOG10(%s)",
    [OPERATION_SIN] = "SIN(%s)",
    [OPERATION_COS] = "COS(%s)",
    [OPERATION_TAN] = "TAN(%s)",
    [OPERATION_ASIN] = "ASIN(%s)",
    [OPERATION_ACOS] = "ACOS(%s)",
    [OPERATION_ATAN] = "ATAN(%s)",
    [OPERATION_SINH] = "SINH(%s)",
    [OPERATION_COSH] = "COSH(%s)",
    [OPERATION_TANH] = "TANH(%s)",
    [OPERATION_POW] = "POW(%s, %s)",
    [OPERATION_LESS] = "TRUTH(lanes_less(%s, %s))",
    [OPERATION_AT_MOST] = "TRUTH(lanes_at_most(%s, %s))",
    [OPERATION_EQUAL] = "TRUTH(lanes_equal(%s, %s))",
    [OPERATION_NOT] = "ALL(1.) - %s",
    [OPERATION_SELECT] = "CHOICE(%s, %s, %s)",
    [OPERATION_MULTIPLY_ADD] = "%s * %s + %s",
    [OPERATION_MULTIPLY_SUBTRACT] = "%3 - %1 * %2",
};

static void write_instruction(const struct writing *writing, const struct instruction *in,
                              const char *name)
{
  const char *form = forms[in->operation];
  const int of[3] = {in->a, in->b, in->c};
  int k = 0;

  REQUIRE(form); /* an input is no operation */
  fprintf(writing->out, "  const lanes %s = ", name);
  for (const char *c = form; *c; c++) {
    if (c[0] == '%') {
      c++;
      fputs(name_of(writing, of[*c == 's' ? k++ : *c - '1']), writing->out);
    } else
      fputc(*c, writing->out);
  }
  fputs(";\n", writing->out);
}

static void write_section(FILE *out, const struct model *model, enum section section,
                          const char *function)
{
  const struct program *program = model->program;
  const struct signature *signature = &program->signatures[section];
  struct writing writing = {out, model, program,
                            memory_new((size_t)program->n_registers, sizeof(char *)),
                            arena_create()};

  for (int i = 0; i < model->n_inputs; i++)
    writing.names[model->inputs[i]] = named(writing.arena, "p", i);
  for (int i = 0; i < signature->n_a; i++)
    writing.names[signature->a[i]] = named(writing.arena, "a", i);
  for (int i = 0; i < signature->n_b; i++)
    writing.names[signature->b[i]] = named(writing.arena, "b", i);
  fprintf(out,
          "%s void %s(const struct model_lanes *restrict m, const lanes *restrict a,\n"
          "    const lanes *restrict b, lanes *restrict out)\n{\n"
          "  const lanes *restrict const p = m->inputs;\n\n"
          "  (void)p, (void)a, (void)b, (void)out;\n",
          program->n[section] <= MOST_INLINED ? "INLINE" : "APART", function);
  for (int i = 0; i < program->n[section]; i++) {
    const struct instruction *in = &program->code[section][i];
    const char *name = arena_format(writing.arena, "v%d", i);

    write_instruction(&writing, in, name);
    writing.names[in->result] = name;
  }
  for (int i = 0; i < signature->n_out; i++)
    fprintf(out, "  out[%d] = %s;\n", i, name_of(&writing, signature->out[i]));
  fputs("}\n\n", out);
  free(writing.names);
  arena_destroy(&writing.arena);
}

static void write_list(FILE *out, const char *macro, const char *name, int n, const int *values)
{
  fprintf(out, "static const int %s[] = {", name);
  for (int i = 0; i < n; i++) fprintf(out, "%s%d", i ? ", " : "", values[i]);
  fprintf(out, "%s};\n#define %s(i) (%s[i])\n", n ? "" : "0", macro, name);
}

static void write_sizes(FILE *out, const struct model *model)
{
  fprintf(out,
          "#define N_STATES %d\n#define N_OUTPUTS %d\n#define N_OBSERVED %d\n"
          "#define N_EVENTS %d\n",
          model->n_states, model->n_outputs, model->n_observed, model->n_events);
  write_list(out, "OBSERVED", "these_observed", model->n_observed, model->observed);
  if (model->jacobian)
    fprintf(out, "#define N_JACOBIAN %d\n#define N_FACTORS %d\n#define HAS_TIME_DERIVATIVE %d\n",
            model->jacobian->n_entries, model->jacobian->n_factors,
            model->jacobian->has_time_derivative);
  if (!model->linear) return;
  fprintf(out, "#define N_LINEAR %d\n#define N_REMAINDER %d\n#define N_ENTRIES %d\n",
          model->linear->n, model->linear->n_remainder, model->linear->n_entries);
  write_list(out, "LINEAR", "these_linear", model->linear->n, model->linear->states);
  write_list(out, "REMAINDER", "these_remaining", model->linear->n_remainder,
             model->linear->remainder);
}

char *model_emit(const struct model *model)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);

  REQUIRE(out);
  write_sizes(out, model);
  fputc('\n', out);
  write_section(out, model, SECTION_RATES, "this_rates");
  write_section(out, model, SECTION_OUTPUTS, "this_outputs");
  if (model->jacobian) {
    write_section(out, model, SECTION_JACOBIAN, "this_jacobian");
    write_section(out, model, SECTION_FACTOR, "this_factor");
    write_section(out, model, SECTION_SOLVE, "this_solve");
  }
  if (model->linear) {
    write_section(out, model, SECTION_MATRIX, "this_matrix");
    write_section(out, model, SECTION_PRODUCT, "this_product");
    write_section(out, model, SECTION_APPLY, "this_apply");
    write_section(out, model, SECTION_REMAINDER, "this_remainder");
  }
  REQUIRE(fclose(out) == 0);
  return text;
}
