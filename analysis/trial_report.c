/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"

static void count_patient(const struct trial_rows *rows, size_t row, const int *planned,
                          struct scenario_report *scenario)
{
  const int arm = rows->arm[row] >= 0 ? planned[rows->arm[row]] : -1;
  const int status = rows->status[row], is_failed = trial_rows_is_failed(rows, row);

  scenario->n_patients++;
  scenario->n_failed += (size_t)is_failed;
  scenario->n_not_randomised += arm < 0;
  if (arm < 0) return;
  scenario->arms[arm].n_randomised++;
  scenario->arms[arm].n_failed += (size_t)is_failed;
  if (status >= 0)
    scenario->arms[arm].n_of_status[status]++;
  else
    scenario->arms[arm].n_without_status++;
}

static void count_patients(const struct trial_report *report,
                           const struct scenario_rows *replicates, struct scenario_report *scenario)
{
  const struct trial_rows *rows = report->rows;
  const int n_arms = report->plan->n_arms;
  int *planned = arena_new(report->arena, (size_t)rows->n_arms + 1, sizeof *planned);

  scenario->arms = arena_new(report->arena, (size_t)n_arms, sizeof *scenario->arms);
  for (int a = 0; a < rows->n_arms; a++) planned[a] = -1;
  for (int a = 0; a < n_arms; a++) {
    const int code = trial_rows_arm_named(rows, report->plan->arms[a].name);

    scenario->arms[a].arm = &report->plan->arms[a];
    scenario->arms[a].n_of_status = arena_new(report->arena, (size_t)rows->n_statuses,
                                              sizeof(size_t));
    if (code >= 0) planned[code] = a;
  }
  for (size_t r = 0; r < replicates->n; r++) {
    const struct replicate_rows *replicate = &rows->replicates[replicates->first + r];

    for (size_t i = 0; i < replicate->n; i++) {
      count_patient(rows, replicate->first + i, planned, scenario);
    }
  }
}

static const char *label_of(const struct analysis_plan *plan, const char *name)
{
  for (int s = 0; s < plan->n_scenarios; s++) {
    if (strcmp(plan->scenarios[s].name, name) == 0) return plan->scenarios[s].label;
  }
  return "";
}

static void start_scenario(const struct trial_report *report, const struct scenario_rows *rows,
                           struct scenario_report *scenario)
{
  const struct analysis_plan *plan = report->plan;

  /* The one scenario of a trial without scenarios is the trial. */
  scenario->name = plan->n_scenarios > 0 ? rows->name : "";
  scenario->label = label_of(plan, rows->name);
  scenario->n_replicates = rows->n;
  scenario->analyses = arena_new(report->arena, (size_t)plan->n_analyses,
                                 sizeof *scenario->analyses);
  scenario->published = arena_new(report->arena, (size_t)plan->n_published,
                                  sizeof *scenario->published);
  count_patients(report, rows, scenario);
}

static int run_all(struct trial_report *report)
{
  const struct analysis_plan *plan = report->plan;
  const size_t n = report->rows->n_scenarios;
  struct trial_analysis *analyses = arena_new(report->arena, n, sizeof *analyses);

  report->scenarios = arena_new(report->arena, n, sizeof *report->scenarios);
  report->n_scenarios = n;
  for (size_t s = 0; s < n; s++) {
    start_scenario(report, &report->rows->scenarios[s], &report->scenarios[s]);
  }
  for (int i = 0; i < plan->n_analyses; i++) {
    TRY(trial_analysis_run(&plan->analyses[i], report->rows, report->arena, analyses));
    for (size_t s = 0; s < n; s++) report->scenarios[s].analyses[i] = analyses[s];
  }
  for (size_t s = 0; s < n; s++) {
    struct scenario_report *scenario = &report->scenarios[s];

    for (int i = 0; i < plan->n_published; i++) {
      scenario->published[i] = acceptance(&plan->published[i], scenario->analyses,
                                          plan->n_analyses);
    }
  }
  return EXIT_CODE_OK;
}

int trial_report_create(const struct analysis_plan *plan, const struct trial_rows *rows,
                        const struct provenance *provenance, struct trial_report *report)
{
  int code;

  *report = (struct trial_report){
      .plan = plan, .rows = rows, .provenance = *provenance, .arena = arena_create()};
  code = run_all(report);
  if (code != EXIT_CODE_OK) trial_report_clear(report);
  return code;
}

void trial_report_clear(struct trial_report *report)
{
  for (size_t s = 0; s < report->n_scenarios; s++) {
    for (int i = 0; i < report->plan->n_analyses; i++) {
      trial_analysis_clear(&report->scenarios[s].analyses[i]);
    }
  }
  arena_destroy(&report->arena);
  *report = (struct trial_report){0};
}

int trial_report_has_problem(const struct trial_report *report)
{
  for (size_t s = 0; s < report->n_scenarios; s++) {
    for (int i = 0; i < report->plan->n_analyses; i++) {
      if (report->scenarios[s].analyses[i].problem) return 1;
    }
  }
  return 0;
}

struct scenario_range scenario_range(const struct trial_report *report, int analysis, int arm)
{
  struct scenario_range range = {(double)NAN, (double)NAN, 0, 0};

  for (size_t s = 0; s < report->n_scenarios; s++) {
    const struct trial_analysis *one = &report->scenarios[s].analyses[analysis];
    const double value = one->problem ? (double)NAN
                         : arm < 0    ? one->effect.mean
                                      : trial_analysis_centre(one, arm);

    if (isnan(value)) {
      range.n_without++;
      continue;
    }
    if (range.n == 0 || value < range.low) range.low = value;
    if (range.n == 0 || value > range.high) range.high = value;
    range.n++;
  }
  return range;
}
