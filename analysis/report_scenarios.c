/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "report_text.h"

enum { TEXT_BYTES = 512 };

/* Arms that have a column. */
enum { N_ARMS = 2 };

static void print_list(const struct trial_report *report, FILE *out)
{
  fprintf(out, "\n%-22s %10s %10s %8s\n", "Scenarios", "replicates", "patients", "failed");
  for (size_t s = 0; s < report->n_scenarios; s++) {
    const struct scenario_report *scenario = &report->scenarios[s];

    fprintf(out, "  %-20.20s %10zu %10zu %8zu", scenario->name, scenario->n_replicates,
            scenario->n_patients, scenario->n_failed);
    if (strlen(scenario->label) > 44) {
      fputs("\n", out);
      print_words(scenario->label, 4, out);
    } else {
      fprintf(out, "  %s\n", scenario->label);
    }
  }
}

static void print_too_many_failures(const struct trial_report *report, FILE *out)
{
  const double allowed = report->plan->allowed_failures;

  for (size_t s = 0; s < report->n_scenarios; s++) {
    const struct scenario_report *scenario = &report->scenarios[s];

    if (!((double)scenario->n_failed > allowed * (double)scenario->n_patients)) continue;
    fprintf(out, "WARNING: more patients failed in %s than the protocol allows (%.3g %%).\n",
            scenario->name, 100 * allowed);
  }
}

/* The first published result of the question, or NULL. */
static const struct acceptance *judgement(const struct trial_report *report,
                                          const struct scenario_report *scenario,
                                          const struct planned_analysis *plan)
{
  for (int p = 0; p < report->plan->n_published; p++) {
    const struct acceptance *judged = &scenario->published[p];

    if (judged->analysis && is_same_question(judged->analysis->plan, plan)) return judged;
  }
  return NULL;
}

static struct figure short_verdict(const struct acceptance *judged)
{
  static const char *const words[] = {"PASS", "FAIL", "TRANSPORT", "open"};
  struct figure result = {"-"};

  if (!judged) return result;
  snprintf(result.text, FIGURE_BYTES, "%s%s", judged->has_effect ? "" : "arms ",
           words[judged->has_effect ? judged->overall : judged->arms]);
  return result;
}

/* Cells of a row of the table. */
struct row {
  const char *name;
  struct figure arm[N_ARMS], effect, mcse, interval, change, change_mcse, verdict;
};

static void print_row(const struct row *row, FILE *out)
{
  fprintf(out, "   %-18.18s %8.11s %8.11s %8s %6s %15s %8s %6s  %s\n", row->name, row->arm[0].text,
          row->arm[1].text, row->effect.text, row->mcse.text, row->interval.text, row->change.text,
          row->change_mcse.text, row->verdict.text);
}

static void print_titles(const struct planned_analysis *plan, FILE *out)
{
  struct row row = {.name = "scenario",
                    .effect = {"effect"},
                    .mcse = {"MCSE"},
                    .interval = {"95 % predict."},
                    .change = {"vs first"},
                    .change_mcse = {"MCSE"},
                    .verdict = {"verdict"}};

  if (plan->effect == EFFECT_HAZARD_RATIO) strcpy(row.effect.text, "ratio");
  for (int k = 0; k < plan->n_arms; k++) {
    snprintf(row.arm[k].text, FIGURE_BYTES, "%.8s", plan->arm[k]->name);
  }
  print_row(&row, out);
}

static void print_scenario(const struct trial_report *report, size_t s, int lead, FILE *out)
{
  const struct scenario_report *scenario = &report->scenarios[s];
  const struct trial_analysis *analysis = &scenario->analyses[lead];
  const struct planned_analysis *plan = analysis->plan;
  const struct display display = display_of(&report->scenarios[0].analyses[lead]);
  const double factor = display_effect_factor(analysis);
  const int d = display.decimals, is_ratio = plan->effect == EFFECT_HAZARD_RATIO;
  const double change = factor * analysis->change.mean;
  const double change_mcse = factor * analysis->change.mcse;
  struct row row = {
      .name = scenario->name,
      .effect = figure(factor * analysis->effect.mean, d),
      .mcse = figure(factor * analysis->effect.mcse, d + 1),
      .interval = figure_interval(display_scaled(analysis->effect.prediction, factor), d),
      .change = s == 0     ? (struct figure){"-"}
                : is_ratio ? figure(change, d)
                           : figure_signed(change, d),
      .change_mcse = s == 0 ? (struct figure){"-"} : figure(change_mcse, d + 1),
      .verdict = short_verdict(judgement(report, scenario, plan))};

  for (int k = 0; k < plan->n_arms; k++) {
    row.arm[k] = figure(display.factor * trial_analysis_centre(analysis, k), display.arm_decimals);
  }
  print_row(&row, out);
}

static void print_published_row(const struct acceptance *judged, FILE *out)
{
  const struct published_result *published = judged->published;
  const struct display display = display_of(judged->analysis);
  const double factor = display_effect_factor(judged->analysis);
  struct row row = {
      .name = "published trial",
      .effect = figure(factor * published->estimate, display.decimals),
      .mcse = {"-"},
      .interval = figure_interval(display_scaled(published->confidence, factor), display.decimals),
      .change = {"-"},
      .change_mcse = {"-"},
      .verdict = {"-"}};

  for (int k = 0; k < judged->analysis->plan->n_arms; k++) {
    row.arm[k] = figure(display.factor * published->arm_value[k], display.arm_decimals);
  }
  print_row(&row, out);
}

/* "+1.2 to +8.8 over 8 scenarios" */
static void print_range(const struct trial_report *report, int analysis, FILE *out)
{
  const struct scenario_range range = scenario_range(report, analysis, -1);
  const struct trial_analysis *first = &report->scenarios[0].analyses[analysis];
  const struct planned_analysis *plan = first->plan;
  const struct acceptance *judged = judgement(report, &report->scenarios[0], plan);
  const double factor = display_effect_factor(first);
  const int d = display_of(first).decimals, is_ratio = plan->effect == EFFECT_HAZARD_RATIO;
  struct figure (*const show)(double, int) = is_ratio ? figure : figure_signed;

  fprintf(out, "   range over %zu scenarios, %s: %s to %s", range.n,
          analysis_method_title(plan->method), show(factor * range.low, d).text,
          show(factor * range.high, d).text);
  if (range.n_without > 0) fprintf(out, " (none in %zu)", range.n_without);
  if (judged && !judged->has_effect) fputs("; only arms were published", out);
  if (judged && judged->has_effect) {
    const struct published_result *published = judged->published;

    fprintf(out, "; published %s %s", figure(factor * published->estimate, d).text,
            figure_interval(display_scaled(published->confidence, factor), d).text);
  }
  fputs("\n", out);
}

static void print_arm_ranges(const struct trial_report *report, int lead, FILE *out)
{
  const struct trial_analysis *first = &report->scenarios[0].analyses[lead];
  const struct acceptance *judged = judgement(report, &report->scenarios[0], first->plan);
  const struct display display = display_of(first);
  const int d = display.arm_decimals;
  char words[TEXT_BYTES];
  int n = snprintf(words, sizeof words, "range of the arms:");

  for (int k = 0; k < first->plan->n_arms; k++) {
    const struct scenario_range range = scenario_range(report, lead, k);

    n += snprintf(words + n, sizeof words - (size_t)n, "%s %.60s %s to %s", k > 0 ? "," : "",
                  first->plan->arm[k]->name, figure(display.factor * range.low, d).text,
                  figure(display.factor * range.high, d).text);
    if (judged) {
      n += snprintf(words + n, sizeof words - (size_t)n, " (published %s)",
                    figure(display.factor * judged->published->arm_value[k], d).text);
    }
  }
  print_words(words, 3, out);
}

/* Analyses that differ in the interval only have the same estimates. */
static int is_told_already(const struct analysis_plan *plan, int analysis)
{
  for (int i = 0; i < analysis; i++) {
    if (plan->analyses[i].method == plan->analyses[analysis].method &&
        plan->analyses[i].n_covariates == 0 && plan->analyses[analysis].n_covariates == 0 &&
        is_same_question(&plan->analyses[i], &plan->analyses[analysis])) {
      return 1;
    }
  }
  return 0;
}

static void print_ranges(const struct trial_report *report, int analysis, int lead, FILE *out)
{
  const struct analysis_plan *plan = report->plan;

  for (int i = 0; i < plan->n_analyses; i++) {
    const struct planned_analysis *one = &plan->analyses[i];

    if (!is_same_question(one, &plan->analyses[analysis])) continue;
    if (report->scenarios[0].analyses[i].problem) {
      fprintf(out, "   %s: NOT DONE: %s\n", analysis_method_title(one->method),
              report->scenarios[0].analyses[i].problem);
    } else if (one->effect != EFFECT_NONE && !is_told_already(plan, i)) {
      print_range(report, i, out);
    }
  }
  if (lead >= 0) print_arm_ranges(report, lead, out);
}

static void print_question_of_all(const struct trial_report *report, int analysis, FILE *out)
{
  const struct scenario_report *first = &report->scenarios[0];
  const int lead = question_lead(first, report->plan->n_analyses, analysis);
  const struct planned_analysis *plan = &report->plan->analyses[lead < 0 ? analysis : lead];
  const struct acceptance *judged = judgement(report, first, plan);

  fprintf(out, "\n%s: %s", plan->estimand, plan->label);
  if (lead >= 0) {
    const struct trial_analysis *shown = &first->analyses[lead];
    const char *unit = display_of(shown).unit;

    if (*unit) fprintf(out, " [%s]", unit);
    fputs("\n", out);
    print_question(plan, out);
    fprintf(out, "   %s of each arm", display_centre_title(shown));
    if (plan->effect != EFFECT_NONE) {
      fprintf(out, "; %s by %s", effect_kind_title(plan->effect),
              analysis_method_title(plan->method));
    }
    fputs("\n", out);
    print_titles(plan, out);
    for (size_t s = 0; s < report->n_scenarios; s++) print_scenario(report, s, lead, out);
    if (judged) print_published_row(judged, out);
  }
  if (lead < 0) {
    fputs("\n", out);
    print_question(plan, out);
  }
  print_ranges(report, analysis, lead, out);
  if (judged) {
    fprintf(out, "   Published: %s\n", judged->published->source);
    print_source(judged->published, out);
  }
}

void print_scenarios(const struct trial_report *report, FILE *out)
{
  print_list(report, out);
  print_too_many_failures(report, out);
  for (int i = 0; i < report->plan->n_analyses; i++) {
    if (opens_question(report->plan, i)) print_question_of_all(report, i, out);
  }
}
