/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial_report.h"

#include <string.h>

#include "base/failure.h"
#include "base/memory.h"

static void count_patients(struct trial_report *report)
{
  const struct trial_rows *rows = report->rows;
  const int n_arms = report->plan->n_arms;
  int *planned = arena_new(report->arena, (size_t)rows->n_arms + 1, sizeof *planned);

  report->arms = arena_new(report->arena, (size_t)n_arms, sizeof *report->arms);
  for (int a = 0; a < rows->n_arms; a++) planned[a] = -1;
  for (int a = 0; a < n_arms; a++) {
    const int code = trial_rows_arm_named(rows, report->plan->arms[a].name);

    report->arms[a].arm = &report->plan->arms[a];
    report->arms[a].n_of_status = arena_new(report->arena, (size_t)rows->n_statuses,
                                            sizeof(size_t));
    if (code >= 0) planned[code] = a;
  }
  report->n_patients = rows->n;
  for (size_t row = 0; row < rows->n; row++) {
    const int arm = rows->arm[row] >= 0 ? planned[rows->arm[row]] : -1;
    const int status = rows->status[row], is_failed = trial_rows_is_failed(rows, row);

    report->n_failed += (size_t)is_failed;
    report->n_not_randomised += arm < 0;
    if (arm < 0) continue;
    report->arms[arm].n_randomised++;
    report->arms[arm].n_failed += (size_t)is_failed;
    if (status >= 0)
      report->arms[arm].n_of_status[status]++;
    else
      report->arms[arm].n_without_status++;
  }
}

static int run_all(struct trial_report *report)
{
  const struct analysis_plan *plan = report->plan;

  count_patients(report);
  report->analyses = arena_new(report->arena, (size_t)plan->n_analyses, sizeof *report->analyses);
  report->published = arena_new(report->arena, (size_t)plan->n_published,
                                sizeof *report->published);
  for (int i = 0; i < plan->n_analyses; i++) {
    TRY(trial_analysis_run(&plan->analyses[i], report->rows, report->arena, &report->analyses[i]));
    report->n_analyses++;
  }
  for (int i = 0; i < plan->n_published; i++) {
    report->published[report->n_published++] = acceptance(&plan->published[i], report->analyses,
                                                          report->n_analyses);
  }
  return EXIT_CODE_OK;
}

int trial_report_create(const struct analysis_plan *plan, const struct trial_rows *rows,
                        struct trial_report *report)
{
  int code;

  *report = (struct trial_report){.plan = plan, .rows = rows, .arena = arena_create()};
  code = run_all(report);
  if (code != EXIT_CODE_OK) trial_report_clear(report);
  return code;
}

void trial_report_clear(struct trial_report *report)
{
  for (int i = 0; i < report->n_analyses; i++) trial_analysis_clear(&report->analyses[i]);
  arena_destroy(&report->arena);
  *report = (struct trial_report){0};
}

int trial_report_has_problem(const struct trial_report *report)
{
  for (int i = 0; i < report->n_analyses; i++) {
    if (report->analyses[i].problem) return 1;
  }
  return 0;
}
