/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "report_text.h"

enum { TEXT_BYTES = 512, NAME_WIDTH = 22 };

static const char *plural(size_t n)
{
  return n == 1 ? "" : "s";
}

static void print_hash(const char *what, const char *sha256, FILE *out)
{
  char words[TEXT_BYTES];

  snprintf(words, sizeof words, "SHA-256 %.100s %.80s", what, sha256);
  print_words(words, 0, out);
}

static void print_head(const struct trial_report *report, FILE *out)
{
  const struct analysis_plan *plan = report->plan;
  const struct provenance *from = &report->provenance;
  const size_t n = report->rows->n_replicates, n_scenarios = report->n_scenarios;

  fprintf(out, "%s%s%s\n", plan->study_id, *plan->study_id && *plan->study_title ? "  " : "",
          plan->study_title);
  if (n_scenarios > 1) fprintf(out, "%zu scenarios, ", n_scenarios);
  fprintf(out, "%zu replicate%s%s, %s patients in each", n, plural(n),
          n_scenarios > 1 ? " in all" : "",
          figure_count(n > 0 ? (double)report->rows->n / (double)n : 0, 1).text);
  if (from->seed) fprintf(out, "; seed %s", figure_seed(from->seed).text);
  fputs("\n", out);
  fprintf(out, "Simulated by twintrial %s, analysed by %s\n",
          from->engine_version ? from->engine_version : "(not stated)", TWINTRIAL_VERSION);
  if (from->inputs_sha256) print_hash("of the inputs", from->inputs_sha256, out);
  for (int m = 0; m < from->n_models; m++) {
    print_hash(from->models[m].name, from->models[m].sha256, out);
  }
  for (size_t s = 0; s < n_scenarios; s++) {
    const size_t held = report->scenarios[s].n_replicates;

    if (plan->n_replicates <= 0 || held == (size_t)plan->n_replicates) continue;
    fprintf(out, "Note: the protocol plans %d replicates, the file holds %zu%s%s.\n",
            plan->n_replicates, held, n_scenarios > 1 ? " of " : "", report->scenarios[s].name);
  }
}

static void print_reasons(const struct trial_report *report, const struct arm_disposition *arm,
                          FILE *out)
{
  const char *comma = "  ";

  for (int s = 1; s < report->rows->n_statuses; s++) {
    if (arm->n_of_status[s] == 0) continue;
    fprintf(out, "%s%s %zu", comma, report->rows->status_names[s], arm->n_of_status[s]);
    comma = ", ";
  }
  if (arm->n_without_status > 0) fprintf(out, "%sno status %zu", comma, arm->n_without_status);
}

static void print_failures(const struct trial_report *report,
                           const struct scenario_report *scenario, FILE *out)
{
  const double share = scenario->n_patients > 0
                           ? (double)scenario->n_failed / (double)scenario->n_patients
                           : (double)NAN;
  const double allowed = report->plan->allowed_failures;

  fprintf(out, "Failures are counted: %zu of %zu patients could not be solved (%.3g %%",
          scenario->n_failed, scenario->n_patients, isnan(share) ? 0 : 100 * share);
  if (!isnan(allowed)) fprintf(out, "; allowed %.3g %%", 100 * allowed);
  fputs(").\n", out);
  if (scenario->n_failed > 0) {
    fputs("They are in none of the figures below; 'failed' and 'missing' count who is not in N.\n",
          out);
  }
  if (share > allowed) fputs("WARNING: more patients failed than the protocol allows.\n", out);
  if (scenario->n_not_randomised > 0) {
    fprintf(out, "%zu patients are in no arm of the protocol and in no table below.\n",
            scenario->n_not_randomised);
  }
}

static void print_patients(const struct trial_report *report,
                           const struct scenario_report *scenario, FILE *out)
{
  fprintf(out, "\n%-*s %12s %12s %10s  %s\n", NAME_WIDTH, "Patients", "randomised", "solved",
          "failed", "reasons");
  for (int a = 0; a < report->plan->n_arms; a++) {
    const struct arm_disposition *arm = &scenario->arms[a];

    fprintf(out, "  %-*.*s %12zu %12zu %10zu", NAME_WIDTH - 2, NAME_WIDTH - 2, arm->arm->name,
            arm->n_randomised, arm->n_randomised - arm->n_failed, arm->n_failed);
    print_reasons(report, arm, out);
    fputs("\n", out);
  }
  print_failures(report, scenario, out);
}

static void print_one(const struct trial_report *report, const struct scenario_report *scenario,
                      FILE *out)
{
  const struct analysis_plan *plan = report->plan;

  print_patients(report, scenario, out);
  for (int i = 0; i < plan->n_analyses; i++) {
    if (opens_question(plan, i)) print_estimand(report, scenario, i, out);
  }
  for (int p = 0; p < plan->n_published; p++) {
    if (scenario->published[p].analysis) continue;
    fprintf(out, "\nPublished, but without an analysis that was done: %s, %s\n",
            plan->published[p].estimand, plan->published[p].source);
  }
}

static int has_times(const struct analysis_plan *plan)
{
  for (int i = 0; i < plan->n_analyses; i++) {
    if (plan->analyses[i].endpoint->type == ENDPOINT_TIME_TO_EVENT) return 1;
  }
  return 0;
}

static void print_legend_of_scenarios(const struct trial_report *report, FILE *out)
{
  print_words("vs first: the mean difference (of ratios: the ratio) from the first scenario in the "
              "replicates of the same random numbers.",
              0, out);
  if (report->plan->n_published > 0) {
    print_words("Verdict PASS: the mean effect lies in the published interval and the published "
                "effect in the prediction interval; TRANSPORT: so it is, but the arms are off by "
                "more than the band; arms: only arms were published.",
                0, out);
    for (size_t s = 0; s < report->n_scenarios; s++) {
      if (report->scenarios[s].n_replicates >= ACCEPTANCE_REPLICATES) continue;
      fprintf(out, "The verdicts want at least %d replicates of each scenario.\n",
              ACCEPTANCE_REPLICATES);
      break;
    }
  }
  print_words("No scenario is the result: the whole range is.", 0, out);
}

static void print_legend(const struct trial_report *report, FILE *out)
{
  fputs("\n", out);
  print_words(
      "How to read: estimates are means over the replicates (geometric ones of ratios) and "
      "MCSE is their Monte-Carlo standard error; mean CI: of the limits that single trials "
      "report; prediction: limits of 95 % of single trials; power: trials with p < 1 - level.",
      0, out);
  print_words("Intercurrent events: treatment_policy is the only strategy supported.", 0, out);
  if (has_times(report->plan)) {
    print_words("KM median: the median over the replicates; one that is not reached counts as "
                "later than all others.",
                0, out);
  }
  if (report->n_scenarios > 1) print_legend_of_scenarios(report, out);
}

void trial_report_print(const struct trial_report *report, int is_detailed, FILE *out)
{
  const int has_variants = report->n_scenarios > 1;

  print_head(report, out);
  if (has_variants) print_scenarios(report, out);
  for (size_t s = 0; s < report->n_scenarios && (is_detailed || !has_variants); s++) {
    const struct scenario_report *scenario = &report->scenarios[s];

    if (*scenario->name) {
      fprintf(out, "\nScenario %s%s%s\n", scenario->name, *scenario->label ? ": " : "",
              scenario->label);
    }
    print_one(report, scenario, out);
  }
  if (report->n_scenarios > 0 && report->rows->n_replicates > 1) print_legend(report, out);
}
