/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `twintrial model list | show NAME | check FILE` */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "cli/front_commands.h"
#include "cli/place.h"
#include "model/model.h"
#include "plan/inputs.h"

static const char *const actions[] = {"list", "show", "check", "build"};

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

static void print_parameters(const struct model *model)
{
  static const char *const distributions[] = {"log-normal", "normal", "logit-normal"};

  printf("\nParameters\n");
  for (int i = 0; i < model->n_parameters; i++) {
    const struct model_parameter *p = &model->parameters[i];
    char value[40], variability[40] = "";

    if (isnan(p->typical))
      snprintf(value, sizeof value, "by category");
    else
      snprintf(value, sizeof value, "%g", p->typical);
    if (p->eta >= 0)
      snprintf(variability, sizeof variability, "%s, SD %.3g", distributions[p->distribution],
               p->eta_sd);
    printf("  %-14s %12s %-8s %-24s %s\n", p->name, value, p->unit_text, variability, p->label);
  }
}

static void print_equations(const struct model *model)
{
  const struct state_entry *states = model->file->states.items;
  const struct event_entry *events = model->file->events.items;
  const struct chain_entry *chains = model->file->chains.items;
  const struct derived_entry *derived = model->file->derived.items;
  const struct output_entry *outputs = model->file->outputs.items;

  if (model->file->derived.n) printf("\nDerived quantities\n");
  for (size_t i = 0; i < model->file->derived.n; i++)
    printf("  %-10s = %-50s [%s]\n", derived[i].name.text, derived[i].expression.text,
           derived[i].unit.text);
  printf("\nStates, time in %s\n", model->time_text);
  for (size_t i = 0; i < model->file->states.n; i++)
    printf("  d%s/dt = %s, %s(0) = %s [%s]\n", states[i].name.text, states[i].rate.text,
           states[i].name.text, states[i].initial.text, states[i].unit.text);
  for (size_t i = 0; i < model->file->chains.n; i++)
    printf("  %s1 to %s%d: a chain with rate %s, input %s, all %s at first [%s]\n",
           chains[i].name.text, chains[i].name.text, (int)chains[i].states, chains[i].rate.text,
           chains[i].input.text, chains[i].initial.text, chains[i].unit.text);
  if (model->n_events) printf("\nEvents\n");
  for (size_t i = 0; i < model->file->events.n; i++)
    printf("  %-10s when %s\n", events[i].name.text, events[i].when.text);
  printf("\nOutputs\n");
  for (size_t i = 0; i < model->file->outputs.n; i++)
    printf("  %-10s = %-50s [%s]\n", outputs[i].name.text, outputs[i].expression.text,
           outputs[i].unit.text);
}

static void print_model(const struct model *model)
{
  const struct text *references = model->file->references.items;

  printf("%s: %s\n", model->name, model->title);
  if (model->file->description.text) printf("\n%s\n", model->file->description.text);
  printf("\n%d states, %d parameters, %d random effects; solved by: explicit (Dormand-Prince 5(4) "
         "in lanes)\n",
         model->n_states, model->n_parameters, model->n_etas);
  printf("Covariates:");
  for (int i = 0; i < model->n_covariates; i++)
    printf(" %s%s%s%s", model->covariates[i].name, model->covariates[i].unit_text ? " [" : "",
           model->covariates[i].unit_text ? model->covariates[i].unit_text : "",
           model->covariates[i].unit_text ? "]" : "");
  printf("%s\nRoutes:", model->n_covariates ? "" : " none");
  for (int i = 0; i < model->n_routes; i++)
    printf(" %s -> %s", model->routes[i].name, model->states[model->routes[i].state].name);
  printf("\n");
  print_parameters(model);
  print_equations(model);
  for (size_t i = 0; i < model->file->references.n; i++)
    printf("%s  %s\n", i ? "" : "\nReferences\n", references[i].text);
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

static int act(enum model_action action, const struct text *text, const char *into,
               struct arena *arena)
{
  struct diagnostics *diagnostics = diagnostics_create();
  const struct model *model = load(model_path(text, place_models(arena), arena), arena,
                                   diagnostics);
  int code = model ? EXIT_CODE_OK : EXIT_CODE_INVALID_INPUT;

  diagnostics_print(diagnostics, stderr);
  if (model && action == SHOW) print_model(model);
  if (model && action == BUILD)
    code = model_build(model, into ? into : place_kernels(arena), arena);
  if (model && action == CHECK)
    printf("%s: ok. %s: %d states, %d parameters\n", text->text, model->name, model->n_states,
           model->n_parameters);
  diagnostics_destroy(&diagnostics);
  return code;
}

static int with_model(enum model_action action, const char *name, const char *into)
{
  struct arena *arena = arena_create();
  const struct source here = {"", "", 0};
  const struct text text = {name, {&here, 1, 1, 1}};
  const char *near;
  const int code = model_is_missing(&text, place_models(arena), arena, &near)
                       ? no_model(name, near)
                       : act(action, &text, into, arena);

  arena_destroy(&arena);
  return code;
}

int model_command(const struct command *command, const struct arguments *arguments)
{
  const char *action = arguments->words[0];
  const char *near = nearest_word(action, 4, actions);

  if (strcmp(action, "list") == 0 && arguments->n_words == 1) return list();
  for (int i = SHOW; i <= BUILD; i++)
    if (strcmp(action, actions[i + 1]) == 0 && arguments->n_words == 2)
      return with_model((enum model_action)i, arguments->words[1],
                        argument(command, arguments, "--into"));
  if (near && strcmp(near, action) != 0)
    return failure(EXIT_CODE_INVALID_INPUT, "model: unknown action '%s'; did you mean '%s'?",
                   action, near);
  return failure(
      EXIT_CODE_INVALID_INPUT,
      "model: use it as `twintrial model list`, `model show NAME`, `model check FILE.yaml` "
      "or `model build FILE.yaml`");
}
