/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `twintrial check` and `twintrial schema` */
#include <stdio.h>
#include <string.h>

#include "base/failure.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "cli/front_commands.h"
#include "cli/place.h"
#include "plan/plan.h"

static bool is_new_solver(const struct plan *plan, int scenario)
{
  for (int s = 0; s < scenario; s++)
    if (strcmp(plan->scenarios[s].solver, plan->scenarios[scenario].solver) == 0) return false;
  return true;
}

static void print_summary(const struct plan *plan, const char *path)
{
  printf("%s: ok. %s: %lld patients, %d arms, %lld replicate%s", path, plan->file->study->id.text,
         (long long)plan->n_patients, plan->n_arms, (long long)plan->n_replicates,
         plan->n_replicates == 1 ? "" : "s");
  if (plan->file->scenarios.n) printf(", %d scenarios", plan->n_scenarios);
  printf(", %g d; solver: %s", plan->end_min / 1440.0, plan->scenarios[0].solver);
  for (int s = 1; s < plan->n_scenarios; s++)
    if (is_new_solver(plan, s)) printf(", %s", plan->scenarios[s].solver);
  printf("\n");
}

static void print_resolved(const struct plan *plan)
{
  struct json_writer *json = json_writer_create(stdout);

  record_write_json(&protocol_file_type, plan->file, json);
  json_writer_destroy(&json);
}

int check_command(const struct command *command, const struct arguments *arguments)
{
  const char *path = arguments->words[0];
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct plan_changes unchanged = {0};
  struct plan_inputs inputs = {0};
  const bool as_json = argument(command, arguments, "--json");
  const struct plan *plan;
  bool is_ok;

  plan_inputs_load(path, place_models(arena), &inputs, arena, diagnostics);
  plan = plan_build(&inputs, &unchanged, arena, diagnostics);
  is_ok = plan && diagnostics_n_errors(diagnostics) == 0 &&
          !(argument(command, arguments, "--strict") && diagnostics_n_warnings(diagnostics));
  if (as_json)
    diagnostics_print_json(diagnostics, stdout);
  else
    diagnostics_print(diagnostics, stderr);
  if (is_ok && argument(command, arguments, "--resolved"))
    print_resolved(plan);
  else if (is_ok && !as_json)
    print_summary(plan, path);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
  return is_ok ? EXIT_CODE_OK : EXIT_CODE_INVALID_INPUT;
}

int schema_command(const struct command *command, const struct arguments *arguments)
{
  static const struct {
    const char *name, *title;
    const struct record_type *type;
  } kinds[] = {{"protocol", "twintrial protocol", &protocol_file_type},
               {"model", "twintrial model", &model_file_type},
               {"cohort", "twintrial cohort", &cohort_file_type}};
  const char *wanted = argument(command, arguments, "--for");
  struct json_writer *json;

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(wanted ? wanted : "protocol", kinds[i].name) != 0) continue;
    if (argument(command, arguments, "--reference")) {
      record_write_reference(kinds[i].type, stdout);
      return EXIT_CODE_OK;
    }
    json = json_writer_create(stdout);
    record_write_schema(kinds[i].type, kinds[i].title, json);
    json_writer_destroy(&json);
    return EXIT_CODE_OK;
  }
  return failure(EXIT_CODE_INVALID_INPUT,
                 "schema: no kind of file '%s'; there are protocol, model and cohort", wanted);
}
