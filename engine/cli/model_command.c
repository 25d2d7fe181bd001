/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `twintrial model list | show NAME | check FILE | build FILE` */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "cli/front_commands.h"
#include "cli/place.h"
#include "model/model_latex.h"
#include "plan/inputs.h"

static const char *const actions[] = {"list", "show", "check", "build", "import"};

static int by_name(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_model(const struct dirent *entry)
{
  const size_t length = strlen(entry->d_name);

  return length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static const struct model *load(const char *path, struct arena *arena,
                                struct diagnostics *diagnostics)
{
  const struct source *source = source_load(arena, path, NULL, diagnostics);

  return source ? model_compile(source, 0, NULL, arena, diagnostics) : NULL;
}

static void list_one(const char *folder, const char *name)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const char *path = arena_format(arena, "%s/%s", folder, name);
  const struct model *model = load(path, arena, diagnostics);

  if (model)
    printf("%-28s %s\n", model->name, model->title);
  else
    printf("%-28s does not compile; see `twintrial model check %s`\n", name, path);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
}

static int list(void)
{
  struct arena *arena = arena_create();
  const char *folder = place_models(arena);
  struct dirent **entries;
  const int n = scandir(folder, &entries, is_model, by_name);
  int code = EXIT_CODE_OK;

  if (n < 0) code = failure(EXIT_CODE_FILE, "cannot read the folder of models, %s", folder);
  for (int i = 0; i < n; i++) {
    list_one(folder, entries[i]->d_name);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
  arena_destroy(&arena);
  return code;
}

static int no_model(const char *name, const char *near)
{
  if (near)
    return failure(EXIT_CODE_INVALID_INPUT, "no library model '%s'; did you mean '%s'?", name,
                   near);
  return failure(EXIT_CODE_INVALID_INPUT,
                 "no library model '%s'; see `twintrial model list`, or name a file", name);
}

enum model_action { SHOW, CHECK, BUILD };

struct wish {
  enum model_action action;
  const char *into; /* a folder, or NULL */
  bool as_latex;
};

static int act(const struct wish *wish, const struct text *text, struct arena *arena)
{
  struct diagnostics *diagnostics = diagnostics_create();
  const struct model *model = load(model_path(text, place_models(arena), arena), arena,
                                   diagnostics);
  int code = model ? EXIT_CODE_OK : EXIT_CODE_INVALID_INPUT;

  diagnostics_print(diagnostics, stderr);
  if (model && wish->action == SHOW && wish->as_latex)
    model_latex(model, stdout);
  else if (model && wish->action == SHOW)
    model_show(model, stdout);
  if (model && wish->action == BUILD)
    code = model_build(model, wish->into ? wish->into : place_kernels(arena), arena);
  if (model && wish->action == CHECK)
    printf("%s: ok. %s: %d states, %d parameters\n", text->text, model->name, model->n_states,
           model->n_parameters);
  diagnostics_destroy(&diagnostics);
  return code;
}

static int with_model(const struct wish *wish, const char *name)
{
  struct arena *arena = arena_create();
  const struct source here = {"", "", 0, 0};
  const struct text text = {name, {&here, 1, 1, 1}};
  const char *near;
  const int code = model_is_missing(&text, place_models(arena), arena, &near)
                       ? no_model(name, near)
                       : act(wish, &text, arena);

  arena_destroy(&arena);
  return code;
}

int model_command(const struct command *command, const struct arguments *arguments)
{
  const char *action = arguments->words[0];
  const char *near = nearest_word(action, sizeof actions / sizeof *actions, actions);

  struct wish wish = {.into = argument(command, arguments, "--into"),
                      .as_latex = argument(command, arguments, "--latex")};

  if (strcmp(action, "list") == 0 && arguments->n_words == 1) return list();
  for (int i = SHOW; i <= BUILD; i++) {
    wish.action = (enum model_action)i;
    if (strcmp(action, actions[i + 1]) == 0 && arguments->n_words == 2)
      return with_model(&wish, arguments->words[1]);
  }
  if (near && strcmp(near, action) != 0)
    return failure(EXIT_CODE_INVALID_INPUT, "model: unknown action '%s'; did you mean '%s'?",
                   action, near);
  return failure(
      EXIT_CODE_INVALID_INPUT,
      "model: use it as `twintrial model list`, `model show NAME`, `model check FILE.yaml`, "
      "`model build FILE.yaml` or `model import FILE.xml`");
}
