/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML into the records of models and cohorts, and out again as JSON. */
#include "fuzz_input.h"

#include <stdlib.h>

#include "base/json_writer.h"
#include "model/model_file.h"
#include "population/cohort_file.h"

static void write_record(const struct record_type *type, const struct yaml_node *root,
                         struct arena *arena, struct diagnostics *diagnostics)
{
  const void *record = record_read(type, root, arena, diagnostics);
  FILE *nowhere = fopen("/dev/null", "w");
  struct json_writer *json;

  if (!nowhere) abort();
  json = json_writer_create(nowhere);
  record_write_json(type, record, json);
  json_writer_destroy(&json);
  fclose(nowhere);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct yaml_node *root = yaml_parse(arena, fuzz_source(arena, data, size), diagnostics);

  if (root) {
    write_record(&model_file_type, root, arena, diagnostics);
    write_record(&cohort_file_type, root, arena, diagnostics);
  } else if (diagnostics_n_errors(diagnostics) == 0)
    abort();
  fuzz_finish(arena, diagnostics);
  return 0;
}
