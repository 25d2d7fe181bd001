/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "base/memory.h"

static const char rng_text[] =
    "Philox4x32-10 (Salmon et al. 2011). Key: the 64-bit study seed, low word first. Counter "
    "words:\n"
    "patient, replicate, purpose << 24 | draw, occasion. patient and replicate count from 1, 0 is "
    "for\n"
    "what belongs to the whole trial; scenarios share the replicates. occasion is the nominal time "
    "in\n"
    "minutes since the first dose, 0 for what happens once, the attempt for redrawn covariates; "
    "of\n"
    "the allocation it is the stratum for the order in a block and -1 - stratum for its size, and\n"
    "draw is the place in the stratum. With simulation.cohort 'same', replicate is 0 for cohort,\n"
    "eta and kappa.\n"
    "Purposes: 1 cohort, 2 cohort attempt, 3 allocation, 4 eta, 5 kappa, 6 residual.\n"
    "Normal draws invert the distribution function (algorithm AS 241).\n";

static const char more_rng_text[] =
    "Further purposes: 13 errors that are correlated in time, of which occasion is any minute; 14\n"
    "mixture, its number is draw; 15 uncertainty of typical values, patient is 0 and draw the "
    "parameter.\n";

/** What the purposes above do not name; only files of trials that use it say so. */
static bool has_further_purposes(const struct plan *plan)
{
  for (int s = 0; s < plan->n_scenarios; s++) {
    const struct model *model = plan->scenarios[s].model;

    if (model->n_mixtures > 0) return true;
    for (int i = 0; i < model->n_outputs; i++)
      if (model->outputs[i].correlation_min > 0) return true;
  }
  return plan->file->simulation->parameter_uncertainty;
}

static const char *resolved_json(const struct plan *plan, struct arena *arena, size_t *length)
{
  char *buffer = NULL, *text;
  FILE *stream = open_memstream(&buffer, length);
  struct json_writer *json;

  REQUIRE(stream);
  json = json_writer_create(stream);
  record_write_json(&protocol_file_type, plan->file, json);
  json_writer_destroy(&json);
  fclose(stream);
  text = arena_text(arena, buffer, *length);
  free(buffer);
  return text;
}

static const char *sha256_of(struct arena *arena, const struct source *source)
{
  char text[SHA256_TEXT_BYTES];

  sha256_text(source->text, source->length, text);
  return arena_text(arena, text, sizeof text - 1);
}

static const char *const role_names[] = {"protocol", "base", "cohort", "table", "model"};

const char *inputs_sha256(const struct plan *plan, struct arena *arena)
{
  size_t length;
  const char *all = arena_format(arena, "%s%s\n", resolved_json(plan, arena, &length),
                                 plan->solver_options);
  char text[SHA256_TEXT_BYTES];

  for (int i = 0; i < plan->inputs->n; i++)
    all = arena_format(arena, "%s%s %s\n", all, role_names[plan->inputs->items[i].role],
                       sha256_of(arena, plan->inputs->items[i].source));
  sha256_text(all, strlen(all), text);
  return arena_text(arena, text, sizeof text - 1);
}

struct lists {
  struct arena *arena;
  struct results_attribute *attributes;
  struct results_text *texts;
  int n_attributes, n_texts;
};

static void add_attribute(struct lists *lists, const char *path, const char *name, const char *text)
{
  lists->attributes[lists->n_attributes++] = (struct results_attribute){path, name, text};
}

static void add_text(struct lists *lists, const char *path, const char *bytes, size_t length)
{
  lists->texts[lists->n_texts++] = (struct results_text){path, bytes, length};
}

/** The model's name inside the file: its own, not the path under which it was found. */
static const char *model_name(const struct plan *plan, const char *input_name)
{
  for (int s = 0; s < plan->n_scenarios; s++) {
    const struct scenario_entry *scenarios = plan->file->scenarios.items;
    const struct truth_entry *truth = plan->file->scenarios.n && scenarios[s].truth
                                          ? scenarios[s].truth
                                          : plan->file->truth;

    if (strcmp(truth->model.text, input_name) == 0) return plan->scenarios[s].model->name;
  }
  return "unused";
}

static void add_input(struct lists *lists, const struct plan *plan, const struct plan_input *input)
{
  static const char *const paths[] = {"/protocol/yaml", "/protocol/base_yaml",
                                      "/inputs/cohort_yaml", "/inputs/cohort_csv"};
  const char *sha = sha256_of(lists->arena, input->source);
  const char *path, *name;

  if (input->role == INPUT_MODEL) {
    name = model_name(plan, input->name);
    path = arena_format(lists->arena, "/model/%s/yaml", name);
    for (int i = 0; i < lists->n_texts; i++) {
      if (strcmp(lists->texts[i].path, path) != 0) continue;
      name = arena_format(lists->arena, "%s_", name); /* two files that call themselves the same */
      path = arena_format(lists->arena, "/model/%s/yaml", name);
    }
    add_attribute(lists, "/", arena_format(lists->arena, "model_sha256_%s", name), sha);
  } else {
    path = paths[input->role];
    add_attribute(lists, "/", arena_format(lists->arena, "%s_sha256", role_names[input->role]),
                  sha);
  }
  add_text(lists, path, input->source->text, input->source->length);
}

void content_create(const struct plan *plan, const struct layout *layout, struct arena *arena,
                    struct results_content *content)
{
  const size_t room = (size_t)plan->inputs->n + 16;
  struct lists lists = {.arena = arena,
                        .attributes = arena_new(arena, room, sizeof *lists.attributes),
                        .texts = arena_new(arena, room, sizeof *lists.texts)};
  const char *json, *rng;
  size_t length;

  add_attribute(&lists, "/", "Conventions", "twintrial-1.0");
  add_attribute(&lists, "/", "engine", "twintrial");
  add_attribute(&lists, "/", "engine_version", TWINTRIAL_VERSION);
  add_attribute(&lists, "/", "study", plan->file->study->id.text);
  add_attribute(&lists, "/", "seed",
                arena_format(arena, "0x%016llx", (unsigned long long)plan->seed));
  add_attribute(&lists, "/", "inputs_sha256", inputs_sha256(plan, arena));
  add_attribute(&lists, "/", "reproducibility_class", "R1");
  add_attribute(&lists, "/", "solver_options", plan->solver_options);
  add_attribute(&lists, "/", "twin_level", "T0");
  add_attribute(&lists, "/", "stamp", "EXPLORATORY");
  add_attribute(&lists, "/", "default", "/cohort");
  for (int i = 0; i < plan->inputs->n; i++) add_input(&lists, plan, &plan->inputs->items[i]);
  json = resolved_json(plan, arena, &length);
  add_text(&lists, "/protocol/resolved_json", json, length);
  rng = arena_format(arena, "%s%s", rng_text, has_further_purposes(plan) ? more_rng_text : "");
  add_text(&lists, "/rng/key_layout", rng, strlen(rng));
  *content = (struct results_content){.n_attributes = lists.n_attributes,
                                      .n_texts = lists.n_texts,
                                      .n_small_tables = layout->n_small,
                                      .n_tables = layout->n_tables,
                                      .attributes = lists.attributes,
                                      .texts = lists.texts,
                                      .small_tables = layout->small,
                                      .tables = layout->tables};
}
