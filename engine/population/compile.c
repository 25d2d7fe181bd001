/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a cohort file to a compiled cohort. */
#include <string.h>

#include "base/memory.h"
#include "population/compiling.h"

/** And-ed to the conditions so far. */
static void add_condition(struct cohort_compiling *compiling, const struct formula *formula)
{
  struct cohort_program *program = compiling->program;
  struct expression *expression;
  int reg;

  if (!formula->node) return;
  expression = expression_parse(formula, compiling->arena, compiling->diagnostics);
  if (!expression || !expression_check_truth(expression, &compiling->scope, compiling->diagnostics))
    return;
  reg = program_expression(compiling->builder, expression, unit_one);
  if (program_phase(compiling->builder, reg) == PHASE_CONSTANT &&
      program_value(compiling->builder, reg) == 0)
    diagnostics_error(compiling->diagnostics, &expression->at,
                      "no patient can be eligible: this is never true");
  if (program->eligible >= 0)
    reg = program_operation(compiling->builder, OPERATION_AND, program->eligible, reg, 0);
  program->eligible = reg;
}

void cohort_restrict(struct cohort_compiling *compiling, const struct list *eligibility)
{
  const struct yaml_node *own = compiling->file->eligibility;
  const struct formula *others = eligibility ? eligibility->items : NULL;
  const bool is_single = own && own->kind == NODE_SCALAR;

  compiling->program->eligible = -1;
  for (int i = 0; own && i < (is_single ? 1 : own->n); i++) {
    const struct yaml_node *node = is_single ? own : own->items[i];

    if (own->kind != NODE_MAPPING && node->kind == NODE_SCALAR)
      add_condition(compiling, &(struct formula){node->text, node});
    else
      diagnostics_error(compiling->diagnostics, &node->at,
                        "'eligibility' needs a list of conditions, like [\"AGE >= 18 a\"]");
  }
  for (size_t i = 0; eligibility && i < eligibility->n; i++) add_condition(compiling, &others[i]);
  if (compiling->program->eligible >= 0)
    program_need(compiling->builder, SECTION_PATIENT, compiling->program->eligible);
}

/** Which instructions run before which draw. */
static void divide_program(struct cohort_compiling *compiling)
{
  struct cohort_program *result = compiling->program;
  const struct program *program = program_finish(compiling->builder, compiling->arena);
  int done = 0;

  result->program = program;
  if (!program) {
    diagnostics_error(compiling->diagnostics, &compiling->file->at, "the cohort is too large");
    return;
  }
  for (int i = 0; i < compiling->cohort->n_covariates; i++) {
    struct draw *draw = &compiling->draws[i];

    draw->first = done;
    while (done < program->n[SECTION_PATIENT] &&
           program->code[SECTION_PATIENT][done].result < draw->boundary)
      done++;
    draw->n = done - draw->first;
  }
  result->first = done;
  result->n = program->n[SECTION_PATIENT] - done;
}

static bool is_all_given(const struct cohort_compiling *compiling)
{
  if (compiling->program->n_rows > 0 && compiling->program->sampling == TABLE_BOOTSTRAP)
    return false;
  for (int i = 0; i < compiling->cohort->n_covariates; i++)
    if (compiling->draws[i].kind < DRAW_EXPRESSION) return false;
  return true;
}

static bool prepare(struct cohort_compiling *compiling)
{
  const struct cohort_file *file = compiling->file;
  struct cohort *cohort = compiling->cohort;
  const size_t n = file->covariates.n;

  cohort->name = file->cohort.text;
  cohort->title = file->title.text;
  cohort->file = file;
  cohort->n_covariates = (int)n;
  compiling->covariates = arena_new(compiling->arena, n, sizeof *compiling->covariates);
  compiling->draws = arena_new(compiling->arena, n, sizeof *compiling->draws);
  compiling->program = arena_new(compiling->arena, 1, sizeof *compiling->program);
  compiling->program->draws = compiling->draws;
  cohort->covariates = compiling->covariates;
  cohort->program = compiling->program;
  if (n > 0 && n <= MAX_COVARIATES) return true;
  if (n > 0)
    diagnostics_error(compiling->diagnostics, &file->at, "more than %d covariates",
                      (int)MAX_COVARIATES);
  return false;
}

const struct cohort *cohort_compile(const struct source *source, const struct source *table,
                                    const struct list *eligibility, struct arena *arena,
                                    struct diagnostics *diagnostics)
{
  const int before = diagnostics_n_errors(diagnostics);
  const struct yaml_node *root = yaml_parse(arena, source, diagnostics);
  struct cohort_compiling compiling = {.arena = arena, .diagnostics = diagnostics, .table = table};

  if (!root) return NULL;
  compiling.file = record_read(&cohort_file_type, root, arena, diagnostics);
  compiling.cohort = arena_new(arena, 1, sizeof *compiling.cohort);
  compiling.builder = program_builder_create();
  if (prepare(&compiling)) {
    cohort_declare(&compiling);
    cohort_correlate(&compiling);
    cohort_load_table(&compiling);
    cohort_restrict(&compiling, eligibility);
    compiling.program->is_all_given = is_all_given(&compiling);
    if (diagnostics_n_errors(diagnostics) == before) divide_program(&compiling);
  } else if (diagnostics_n_errors(diagnostics) == before)
    diagnostics_error(diagnostics, &compiling.file->at, "a cohort needs at least one covariate");
  program_builder_destroy(&compiling.builder);
  scope_clear(&compiling.scope);
  return diagnostics_n_errors(diagnostics) == before ? compiling.cohort : NULL;
}

struct text cohort_table_path(const struct source *source, struct arena *arena,
                              struct diagnostics *diagnostics)
{
  const struct yaml_node *root = yaml_parse(arena, source, diagnostics);
  const struct yaml_node *file = yaml_find(yaml_find(root, "table"), "file");
  const char *slash = strrchr(source->name, '/');
  const int folder = slash ? (int)(slash + 1 - source->name) : 0;

  if (!file || file->kind != NODE_SCALAR || !file->text[0]) return (struct text){0};
  if (file->text[0] == '/') return (struct text){file->text, file->at};
  return (struct text){arena_format(arena, "%.*s%s", folder, source->name, file->text), file->at};
}
