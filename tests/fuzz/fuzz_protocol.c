/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A protocol, with a shipped cohort and shipped models, made a plan and written in full. */
#include "fuzz_input.h"

#include <stdlib.h>

#include "base/json_writer.h"
#include "plan/plan.h"

/** Read once: where they are is given by the build. */
static struct arena *arena_of_shipped;
static struct plan_inputs shipped;
static const struct source *base;

static const struct source *load(struct arena *arena, const char *path)
{
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source *source = source_load(arena, path, NULL, diagnostics);

  if (!source) {
    diagnostics_print(diagnostics, stderr);
    abort();
  }
  diagnostics_destroy(&diagnostics);
  return source;
}

static void load_shipped(void)
{
  static const char *const models[] = {"hamberg_2007_warfarin", "pk_1cmt"};
  struct arena *arena = arena_of_shipped = arena_create(); /* until the end */
  struct plan_input input = {.role = INPUT_COHORT,
                             .source = load(arena, SOURCE_DIR "/cohorts/eu_pact.yaml")};

  base = load(arena, SOURCE_DIR "/protocols/eu_pact.yaml");
  plan_inputs_add(&shipped, arena, &input);
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    const char *path = arena_format(arena, SOURCE_DIR "/engine/models/%s.yaml", models[i]);

    input = (struct plan_input){INPUT_MODEL, models[i], load(arena, path)};
    plan_inputs_add(&shipped, arena, &input);
  }
}

static void write_plan(const struct plan *plan)
{
  FILE *nowhere = fopen("/dev/null", "w");
  struct json_writer *json;

  if (!nowhere) abort();
  json = json_writer_create(nowhere);
  record_write_json(&protocol_file_type, plan->file, json);
  json_writer_destroy(&json);
  fclose(nowhere);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct plan_changes unchanged = {0};
  struct plan_inputs inputs = {0};
  const struct plan_input protocol = {INPUT_PROTOCOL, NULL, fuzz_source(arena, data, size)};
  const struct plan *plan;
  struct text model;

  if (!shipped.n) load_shipped();
  plan_inputs_add(&inputs, arena, &protocol);
  if (protocol_base(protocol.source, arena).text)
    plan_inputs_add(&inputs, arena, &(struct plan_input){INPUT_BASE, NULL, base});
  for (int i = 0; i < shipped.n; i++) plan_inputs_add(&inputs, arena, &shipped.items[i]);
  plan = plan_build(&inputs, &unchanged, arena, diagnostics);
  model = plan ? plan->file->truth->model : (struct text){0};
  if (plan && plan_inputs_find(&inputs, INPUT_MODEL, model.text)) write_plan(plan);
  fuzz_finish(arena, diagnostics);
  return 0;
}
