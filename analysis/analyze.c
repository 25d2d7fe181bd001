/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analyze.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis_plan.h"
#include "base/failure.h"
#include "base/memory.h"
#include "results/results_file.h"
#include "trial_report.h"

static void read_tables(struct results_file *file, const struct analysis_plan *plan,
                        struct trial_tables *tables)
{
  const size_t n = (size_t)plan->n_endpoints;
  const struct column_table **values = arena_new(plan->arena, n, sizeof *values);
  const char **names = arena_new(plan->arena, n, sizeof *names);

  *tables = (struct trial_tables){.randomisation = results_read_table(file, "/randomisation"),
                                  .disposition = results_read_table(file, "/disposition"),
                                  .cohort = results_read_table(file, "/cohort"),
                                  .time_to_event = results_read_table(file, "/tte"),
                                  .n_endpoints = plan->n_endpoints,
                                  .endpoint_names = names,
                                  .endpoint_table = values};
  for (size_t e = 0; e < n; e++) {
    names[e] = plan->endpoints[e].name;
    if (plan->endpoints[e].type == ENDPOINT_TIME_TO_EVENT) continue;
    values[e] = results_read_table(file, arena_format(plan->arena, "/pd/%s", names[e]));
  }
}

static int write_failure(const char *path)
{
  return failure(EXIT_CODE_FILE, "cannot write %s: %s", path, strerror(errno));
}

/* Beside its name first, so that nothing half-written ever stands under it. */
static int write_json(const struct trial_report *report, const char *path)
{
  const size_t length = strlen(path) + sizeof ".partial";
  char *partial = memory_new(length, 1);
  int is_written = 0, code = EXIT_CODE_OK;
  FILE *file;

  snprintf(partial, length, "%s.partial", path);
  file = fopen(partial, "w");
  if (file) {
    trial_report_json(report, file);
    is_written = fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
    if (fclose(file) != 0) is_written = 0;
  }
  if (!is_written || rename(partial, path) != 0) {
    code = write_failure(path);
    remove(partial);
  }
  free(partial);
  return code;
}

static int tell(const struct trial_report *report, const struct analyze_options *options)
{
  if (options->as_json)
    trial_report_json(report, stdout);
  else
    trial_report_print(report, stdout);
  if (fflush(stdout) != 0 || ferror(stdout)) return write_failure("standard output");
  if (options->output) TRY(write_json(report, options->output));
  if (!trial_report_has_problem(report)) return EXIT_CODE_OK;
  return failure(EXIT_CODE_INVALID_INPUT, "a planned analysis could not be done; see NOT DONE");
}

static int report_rows(const struct analysis_plan *plan, const struct trial_tables *tables,
                       const struct analyze_options *options)
{
  struct trial_report report;
  struct trial_rows rows;
  int code;

  TRY(trial_rows_create(tables, &rows));
  code = trial_report_create(plan, &rows, &report);
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
  struct analysis_plan plan;
  struct trial_tables tables;
  int code;

  if (!protocol) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s has no /protocol/resolved_json", path);
  }
  TRY(analysis_plan_load(protocol, &plan));
  read_tables(file, &plan, &tables);
  code = report_rows(&plan, &tables, options);
  analysis_plan_clear(&plan);
  return code;
}

int analyze_file(const char *path, const struct analyze_options *options)
{
  struct results_file *file;
  int code;

  TRY(results_open(path, &file));
  code = analyze(file, path, options);
  results_close(&file);
  return code;
}
