/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analyze.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis_plan.h"
#include "base/failure.h"
#include "base/memory.h"
#include "results/disk.h"
#include "results/results_contents.h"
#include "trial_report.h"

/* The unit of an endpoint's values, which the protocol does not say. */
static const char *unit_of(const struct column_table *table)
{
  const int column = table ? table_column(table, "AVAL") : -1;
  const char *unit = column < 0 ? NULL : table->layout->columns[column].units;

  return unit ? unit : "";
}

static void read_tables(struct results_file *file, const struct analysis_plan *plan,
                        struct trial_tables *tables)
{
  const size_t n = (size_t)plan->n_endpoints;
  const struct column_table **values = arena_new(plan->arena, n, sizeof *values);
  const char **names = arena_new(plan->arena, n, sizeof *names);

  *tables = (struct trial_tables){.randomisation = results_read_table(file, "/randomisation"),
                                  .disposition = results_read_table(file, "/disposition"),
                                  .cohort = results_read_table(file, "/cohort"),
                                  .replicates = results_read_table(file, "/study/replicates"),
                                  .time_to_event = results_read_table(file, "/tte"),
                                  .n_endpoints = plan->n_endpoints,
                                  .endpoint_names = names,
                                  .endpoint_table = values};
  for (size_t e = 0; e < n; e++) {
    names[e] = plan->endpoints[e].name;
    if (plan->endpoints[e].type == ENDPOINT_TIME_TO_EVENT) continue;
    values[e] = results_read_table(file, arena_format(plan->arena, "/pd/%s", names[e]));
    if (!*plan->endpoints[e].unit) plan->endpoints[e].unit = unit_of(values[e]);
  }
}

static struct provenance read_provenance(struct results_file *file, struct arena *arena)
{
  static const char prefix[] = "model_sha256_";
  size_t n;
  const struct results_root_attribute *attributes = results_root_attributes(file, &n);
  struct model_hash *models = arena_new(arena, n, sizeof *models);
  struct provenance provenance = {
      .seed = results_attribute_text(file, "/", "seed"),
      .engine_version = results_attribute_text(file, "/", "engine_version"),
      .inputs_sha256 = results_attribute_text(file, "/", "inputs_sha256"),
      .models = models};

  for (size_t a = 0; a < n; a++) {
    if (strncmp(attributes[a].name, prefix, sizeof prefix - 1) != 0 || !attributes[a].text) {
      continue;
    }
    models[provenance.n_models++] = (struct model_hash){attributes[a].name + sizeof prefix - 1,
                                                        attributes[a].text};
  }
  return provenance;
}

static int write_failure(const char *path)
{
  return failure(EXIT_CODE_FILE, "cannot write %s: %s", path, strerror(errno));
}

static bool is_all_written(const struct trial_report *report, FILE *file, bool is_synced)
{
  trial_report_json(report, file);
  return fflush(file) == 0 && !ferror(file) && (!is_synced || fsync(fileno(file)) == 0);
}

/* A pipe or a device is written to; it must not be replaced by a file. */
static int write_json_to(const struct trial_report *report, const char *device)
{
  FILE *file = fopen(device, "w");
  bool is_written = file && is_all_written(report, file, false);

  if (file && fclose(file) != 0) is_written = false;
  return is_written ? EXIT_CODE_OK : write_failure(device);
}

/* Beside its name first, so that nothing half-written ever stands under it. */
static int write_json(const struct trial_report *report, const char *path)
{
  const size_t length = strlen(path) + sizeof ".partial";
  char *partial;
  bool is_written = false;
  int code = EXIT_CODE_OK;
  struct stat status;
  FILE *file;

  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return write_json_to(report, path);
  partial = memory_new(length, 1);
  snprintf(partial, length, "%s.partial", path);
  file = fopen(partial, "w");
  if (file) {
    is_written = is_all_written(report, file, true);
    if (fclose(file) != 0) is_written = false;
  }
  if (!is_written || rename(partial, path) != 0) {
    code = write_failure(path);
    if (file) remove(partial);
  } else {
    code = disk_sync_folder_of(path);
  }
  free(partial);
  return code;
}

static int tell(const struct trial_report *report, const struct analyze_options *options)
{
  if (options->as_json)
    trial_report_json(report, stdout);
  else
    trial_report_print(report, options->is_detailed, stdout);
  if (fflush(stdout) != 0 || ferror(stdout)) return write_failure("standard output");
  if (options->output) TRY(write_json(report, options->output));
  if (!trial_report_has_problem(report)) return EXIT_CODE_OK;
  return failure(EXIT_CODE_INVALID_INPUT, "a planned analysis could not be done; see NOT DONE");
}

static int report_rows(const struct analysis_plan *plan, const struct trial_tables *tables,
                       const struct provenance *provenance, const struct analyze_options *options)
{
  struct trial_report report;
  struct trial_rows rows;
  int code;

  TRY(trial_rows_create(tables, &rows));
  code = trial_report_create(plan, &rows, provenance, &report);
  if (code == EXIT_CODE_OK) {
    code = tell(&report, options);
    trial_report_clear(&report);
  }
  trial_rows_clear(&rows);
  return code;
}

static int analyze(struct results_file *file, const char *path,
                   const struct analyze_options *options)
{
  const char *protocol = results_read_text(file, "/protocol/resolved_json");
  struct provenance provenance;
  struct analysis_plan plan;
  struct trial_tables tables;
  int code;

  if (!protocol) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s has no /protocol/resolved_json", path);
  }
  TRY(analysis_plan_load(protocol, &plan));
  read_tables(file, &plan, &tables);
  provenance = read_provenance(file, plan.arena);
  code = report_rows(&plan, &tables, &provenance, options);
  analysis_plan_clear(&plan);
  return code;
}

/* Results cost days; an analysis must not take their place. */
static int check_output(const char *path, const char *output)
{
  struct stat results, target;

  if (!output || stat(path, &results) != 0 || stat(output, &target) != 0) return EXIT_CODE_OK;
  if (results.st_dev != target.st_dev || results.st_ino != target.st_ino) return EXIT_CODE_OK;
  return failure(EXIT_CODE_INVALID_INPUT, "the JSON cannot be written over the results file %s",
                 path);
}

int analyze_file(const char *path, const struct analyze_options *options)
{
  struct results_file *file;
  int code;

  TRY(check_output(path, options->output));
  TRY(results_open(path, &file));
  code = analyze(file, path, options);
  results_close(&file);
  return code;
}
