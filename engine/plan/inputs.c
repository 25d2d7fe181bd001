/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/inputs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "population/cohort.h"
#include "protocol/protocol_file.h"

void plan_inputs_add(struct plan_inputs *inputs, struct arena *arena,
                     const struct plan_input *input)
{
  if (inputs->n == inputs->capacity) {
    struct plan_input *more = arena_new(arena, (size_t)inputs->capacity * 2 + 8, sizeof *more);

    if (inputs->n) memcpy(more, inputs->items, (size_t)inputs->n * sizeof *more);
    inputs->items = more;
    inputs->capacity = inputs->capacity * 2 + 8;
  }
  inputs->items[inputs->n++] = *input;
}

const struct source *plan_inputs_find(const struct plan_inputs *inputs, enum input_role role,
                                      const char *name)
{
  for (int i = 0; i < inputs->n; i++) {
    const struct plan_input *input = &inputs->items[i];

    if (input->role == role && (role != INPUT_MODEL || strcmp(input->name, name) == 0))
      return input->source;
  }
  return NULL;
}

/** Relative to the folder of the file in which the text stands. */
static const char *relative_path(const struct text *text, struct arena *arena)
{
  const char *file = text->at.source->name;
  const char *slash = strrchr(file, '/');

  if (text->text[0] == '/' || !slash) return text->text;
  return arena_format(arena, "%.*s/%s", (int)(slash - file), file, text->text);
}

const char *model_path(const struct text *name, const char *library, struct arena *arena)
{
  const size_t length = strlen(name->text);

  if (strchr(name->text, '/') || (length > 5 && strcmp(name->text + length - 5, ".yaml") == 0))
    return relative_path(name, arena);
  return arena_format(arena, "%s/%s.yaml", library, name->text);
}

/** An unknown library model, with the nearest that exists. */
static void report_no_model(const struct text *name, const char *library, struct arena *arena,
                            struct diagnostics *diagnostics)
{
  DIR *folder = opendir(library);
  struct dirent *entry;
  const char *names[512], *near;
  size_t n = 0;

  while (folder && n < 512 && (entry = readdir(folder))) {
    const size_t length = strlen(entry->d_name);

    if (length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0)
      names[n++] = arena_text(arena, entry->d_name, length - 5);
  }
  if (folder) closedir(folder);
  near = nearest_word(name->text, n, names);
  if (near)
    diagnostics_error(diagnostics, &name->at, "no library model '%.60s'; did you mean '%s'?",
                      name->text, near);
  else
    diagnostics_error(diagnostics, &name->at,
                      "no library model '%.60s'; see `twintrial model list`, or name a file",
                      name->text);
}

static void load_model(const struct truth_entry *truth, const char *library,
                       struct plan_inputs *inputs, struct arena *arena,
                       struct diagnostics *diagnostics)
{
  struct plan_input input = {.role = INPUT_MODEL};
  const char *path;

  if (!truth || !truth->model.text || plan_inputs_find(inputs, INPUT_MODEL, truth->model.text))
    return;
  input.name = truth->model.text;
  path = model_path(&truth->model, library, arena);
  if (strncmp(path, library, strlen(library)) == 0 && access(path, F_OK) != 0) {
    report_no_model(&truth->model, library, arena, diagnostics);
    return;
  }
  input.source = source_load(arena, path, &truth->model.at, diagnostics);
  if (input.source) plan_inputs_add(inputs, arena, &input);
}

static const struct source *load(enum input_role role, const char *path, const struct place *at,
                                 struct plan_inputs *inputs, struct arena *arena,
                                 struct diagnostics *diagnostics)
{
  const struct plan_input input = {role, NULL, source_load(arena, path, at, diagnostics)};

  if (input.source) plan_inputs_add(inputs, arena, &input);
  return input.source;
}

static void load_named(const struct protocol_file *file, const char *library,
                       struct plan_inputs *inputs, struct arena *arena,
                       struct diagnostics *diagnostics)
{
  const struct scenario_entry *scenarios = file->scenarios.items;

  if (file->population && file->population->cohort.text) {
    const struct text *name = &file->population->cohort;
    const struct source *cohort = load(INPUT_COHORT, relative_path(name, arena), &name->at, inputs,
                                       arena, diagnostics);
    struct diagnostics *later = diagnostics_create(); /* cohort_compile() gives them */
    const struct text table = cohort ? cohort_table_path(cohort, arena, later) : (struct text){0};

    diagnostics_destroy(&later);
    if (table.text) load(INPUT_TABLE, table.text, &table.at, inputs, arena, diagnostics);
  }
  load_model(file->truth, library, inputs, arena, diagnostics);
  for (size_t i = 0; i < file->scenarios.n; i++)
    load_model(scenarios[i].truth, library, inputs, arena, diagnostics);
}

void plan_inputs_load(const char *path, const char *library, struct plan_inputs *inputs,
                      struct arena *arena, struct diagnostics *diagnostics)
{
  struct diagnostics *later = diagnostics_create(); /* plan_build() gives them */
  const struct source *base = NULL, *protocol;
  const struct protocol_file *file;
  struct text extends;

  protocol = load(INPUT_PROTOCOL, path, NULL, inputs, arena, diagnostics);
  if (protocol) {
    extends = protocol_base(protocol, arena);
    if (extends.text)
      base = load(INPUT_BASE, relative_path(&extends, arena), &extends.at, inputs, arena,
                  diagnostics);
    file = protocol_read(protocol, base, arena, later);
    if (file) load_named(file, library, inputs, arena, diagnostics);
  }
  diagnostics_destroy(&later);
}
