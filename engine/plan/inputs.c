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

/** Reading, as far as it has come. */
struct loading {
  const char *library;
  struct plan_inputs *inputs;
  struct arena *arena;
  struct diagnostics *diagnostics;
};

bool model_is_missing(const struct text *name, const char *library, struct arena *arena,
                      const char **near)
{
  const char *path = model_path(name, library, arena);
  const char *names[512];
  struct dirent *entry;
  DIR *folder;
  size_t n = 0;

  if (strncmp(path, library, strlen(library)) != 0 || access(path, F_OK) == 0) return false;
  folder = opendir(library);
  while (folder && n < 512 && (entry = readdir(folder))) {
    const size_t length = strlen(entry->d_name);

    if (length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0)
      names[n++] = arena_text(arena, entry->d_name, length - 5);
  }
  if (folder) closedir(folder);
  *near = nearest_word(name->text, n, names);
  return true;
}

static void load_model(const struct loading *loading, const struct truth_entry *truth)
{
  struct plan_input input = {.role = INPUT_MODEL};
  const char *path, *near;

  if (!truth || !truth->model.text ||
      plan_inputs_find(loading->inputs, INPUT_MODEL, truth->model.text))
    return;
  input.name = truth->model.text;
  path = model_path(&truth->model, loading->library, loading->arena);
  if (model_is_missing(&truth->model, loading->library, loading->arena, &near)) {
    diagnostics_error(loading->diagnostics, &truth->model.at,
                      near ? "no library model '%.60s'; did you mean '%s'?"
                           : "no library model '%.60s'; see `twintrial model list`, or name a file",
                      truth->model.text, near);
    return;
  }
  input.source = source_load(loading->arena, path, &truth->model.at, loading->diagnostics);
  if (input.source) plan_inputs_add(loading->inputs, loading->arena, &input);
}

static const struct source *load(const struct loading *loading, enum input_role role,
                                 const char *path, const struct place *at)
{
  const struct plan_input input = {role, NULL,
                                   source_load(loading->arena, path, at, loading->diagnostics)};

  if (input.source) plan_inputs_add(loading->inputs, loading->arena, &input);
  return input.source;
}

static void load_cohort(const struct loading *loading, const struct text *name)
{
  const struct source *cohort = load(loading, INPUT_COHORT, relative_path(name, loading->arena),
                                     &name->at);
  struct diagnostics *later = diagnostics_create(); /* cohort_compile() gives them */
  const struct text table = cohort ? cohort_table_path(cohort, loading->arena, later)
                                   : (struct text){0};

  diagnostics_destroy(&later);
  if (table.text) load(loading, INPUT_TABLE, table.text, &table.at);
}

static void load_named(const struct loading *loading, const struct protocol_file *file)
{
  const struct scenario_entry *scenarios = file->scenarios.items;

  if (file->population && file->population->cohort.text)
    load_cohort(loading, &file->population->cohort);
  load_model(loading, file->truth);
  for (size_t i = 0; i < file->scenarios.n; i++) load_model(loading, scenarios[i].truth);
}

void plan_inputs_load(const char *path, const char *library, struct plan_inputs *inputs,
                      struct arena *arena, struct diagnostics *diagnostics)
{
  const struct loading loading = {library, inputs, arena, diagnostics};
  const struct source *protocol = load(&loading, INPUT_PROTOCOL, path, NULL), *base = NULL;
  struct diagnostics *later = diagnostics_create(); /* plan_build() gives them */
  const struct protocol_file *file;
  struct text extends;

  if (protocol) {
    extends = protocol_base(protocol, arena);
    if (extends.text)
      base = load(&loading, INPUT_BASE, relative_path(&extends, arena), &extends.at);
    file = protocol_read(protocol, base, arena, later);
    if (file) load_named(&loading, file);
  }
  diagnostics_destroy(&later);
}
