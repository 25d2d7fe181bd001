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

static const char *const actions[] = {"list", "show", "check", "build", "simulate", "import"};

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

enum { NAME_COLUMNS = 28, STATUS_COLUMNS = 12, LINE_COLUMNS = 100 };

/** The text in the lines that its column needs; the first goes on where the line stands. */
static void print_wrapped(const char *text)
{
  const int column = NAME_COLUMNS + 1 + STATUS_COLUMNS + 1;
  const size_t room = (size_t)(LINE_COLUMNS - column);

  while (strlen(text) > room) {
    size_t end = room;

    while (end > 0 && text[end] != ' ') end--;
    if (end == 0) break;
    printf("%.*s\n%*s", (int)end, text, column, "");
    text += end + 1;
  }
  printf("%s\n", text);
}

static void list_model(const struct model *model)
{
  const struct status_entry *status = model->file->status;

  printf("%-*s %-*s ", NAME_COLUMNS, model->name, STATUS_COLUMNS,
         status ? numbers_status_names[status->numbers] : "-");
  print_wrapped(model->title);
  if (!status) return;
  printf("%*s", NAME_COLUMNS + 1 + STATUS_COLUMNS + 1, "");
  print_wrapped(status->checked_against.text);
}

static void list_one(const char *folder, const char *name)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const char *path = arena_format(arena, "%s/%s", folder, name);
  const struct model *model = load(path, arena, diagnostics);

  if (model)
    list_model(model);
  else
    printf("%-*s does not compile; see `twintrial model check %s`\n", NAME_COLUMNS, name, path);
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
  if (n > 0)
    printf("%-*s %-*s title; what the equations were checked against\n", NAME_COLUMNS, "model",
           STATUS_COLUMNS, "numbers");
  for (int i = 0; i < n; i++) {
    list_one(folder, entries[i]->d_name);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
  arena_destroy(&arena);
  return code;
}

enum action { SHOW, CHECK, BUILD };

struct wish {
  enum action action;
  const char *into; /* a folder, or NULL */
  bool as_latex;
};

static int act(const struct wish *wish, const char *name, const char *path, struct arena *arena)
{
  struct diagnostics *diagnostics = diagnostics_create();
  const struct model *model = load(path, arena, diagnostics);
  int code = model ? EXIT_CODE_OK : EXIT_CODE_INVALID_INPUT;

  diagnostics_print(diagnostics, stderr);
  if (model && wish->action == SHOW && wish->as_latex)
    model_latex(model, stdout);
  else if (model && wish->action == SHOW)
    model_show(model, stdout);
  if (model && wish->action == BUILD)
    code = model_build(model, wish->into ? wish->into : place_kernels(arena), arena);
  if (model && wish->action == CHECK)
    printf("%s: ok. %s: %d states, %d parameters\n", name, model->name, model->n_states,
           model->n_parameters);
  diagnostics_destroy(&diagnostics);
  return code;
}

static int with_model(const struct wish *wish, const char *name)
{
  struct arena *arena = arena_create();
  const char *path;
  int code = place_model(name, arena, &path);

  if (code == EXIT_CODE_OK) code = act(wish, name, path, arena);
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
    wish.action = (enum action)i;
    if (strcmp(action, actions[i + 1]) == 0 && arguments->n_words == 2)
      return with_model(&wish, arguments->words[1]);
  }
  if (near && strcmp(near, action) != 0)
    return failure(EXIT_CODE_INVALID_INPUT, "model: unknown action '%s'; did you mean '%s'?",
                   action, near);
  return failure(
      EXIT_CODE_INVALID_INPUT,
      "model: use it as `twintrial model list`, `model show NAME`, `model check FILE.yaml`, "
      "`model build FILE.yaml`, `model simulate NAME --events FILE.csv` or `model import "
      "FILE.xml`");
}
