/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "report_text.h"

enum { TEXT_BYTES = 512 };

int is_same_question(const struct planned_analysis *left, const struct planned_analysis *right)
{
  return strcmp(left->estimand, right->estimand) == 0 && left->n_arms == right->n_arms &&
         left->arm[0] == right->arm[0] && left->arm[1] == right->arm[1];
}

int opens_question(const struct analysis_plan *plan, int analysis)
{
  for (int i = 0; i < analysis; i++) {
    if (is_same_question(&plan->analyses[i], &plan->analyses[analysis])) return 0;
  }
  return 1;
}

int question_lead(const struct scenario_report *scenario, int n_analyses, int analysis)
{
  const struct trial_analysis *all = scenario->analyses;
  int lead = -1;

  for (int i = 0; i < n_analyses; i++) {
    if (all[i].problem || !is_same_question(all[i].plan, all[analysis].plan)) continue;
    if (all[i].plan->effect != EFFECT_NONE) return i;
    if (lead < 0) lead = i;
  }
  return lead;
}

void print_question(const struct planned_analysis *plan, FILE *out)
{
  const int is_ratio = plan->effect == EFFECT_HAZARD_RATIO;
  const char *between = is_ratio ? " to " : plan->effect == EFFECT_NONE ? " and " : " minus ";
  char words[TEXT_BYTES * 2];
  int n = snprintf(words, sizeof words, "%.200s%s%.200s; %.200s patients; ", plan->arm[0]->name,
                   plan->n_arms > 1 ? between : "", plan->n_arms > 1 ? plan->arm[1]->name : "",
                   plan->population);

  for (int e = 0; e < plan->n_events && n < TEXT_BYTES; e++) {
    const struct intercurrent_event *event = &plan->events[e], *next = event + 1;
    const int is_last = e + 1 == plan->n_events || strcmp(event->strategy, next->strategy) != 0;

    n += snprintf(words + n, sizeof words - (size_t)n,
                  is_last ? "%.200s: %.200s%s" : "%.200s%.0s%s", event->name, event->strategy,
                  e + 1 < plan->n_events ? ", " : "");
  }
  if (plan->n_events == 0) {
    snprintf(words + n, sizeof words - (size_t)n, "no intercurrent events named");
  }
  print_words(words, 3, out);
}

/* Per replicate, so that the figures are those of one trial. */
static void print_arm(const struct trial_analysis *analysis, int k, FILE *out)
{
  const struct display display = display_of(analysis);
  const struct arm_summary *arm = &analysis->arm[k];
  const double n = (double)analysis->n_replicates;
  const int is_number = analysis->plan->endpoint->type == ENDPOINT_NUMBER;
  const double centre = display.factor * trial_analysis_centre(analysis, k);
  const double mcse = display.factor * trial_analysis_centre_mcse(analysis, k);
  const struct figure spread = is_number ? figure(arm->sd, display.decimals)
                                         : figure_count((double)arm->n_events / n, 1);

  fprintf(out, "   %-31.31s %8s %8s %8s %8s %12s %8s\n", analysis->plan->arm[k]->name,
          figure_count((double)arm->n_used / n, 1).text,
          figure_count((double)arm->n_failed / n, 2).text,
          figure_count((double)arm->n_missing / n, 2).text, spread.text,
          figure(centre, display.arm_decimals).text, figure(mcse, display.arm_decimals + 1).text);
}

static void print_missing_centres(const struct trial_analysis *analysis, int k, FILE *out)
{
  const struct arm_summary *arm = &analysis->arm[k];
  const char *title = display_centre_title(analysis), *name = analysis->plan->arm[k]->name;

  if (arm->n_not_reached > 0) {
    fprintf(out, "     %.30s: the median is not reached in %zu of %zu replicates\n", name,
            arm->n_not_reached, analysis->n_replicates);
  }
  if (arm->centre.n_missing > 0) {
    fprintf(out, "     %.30s: no %s in %zu of %zu replicates, which do not count\n", name, title,
            arm->centre.n_missing, analysis->n_replicates);
  }
}

static void print_arms(const struct trial_analysis *analysis, FILE *out)
{
  const int is_number = analysis->plan->endpoint->type == ENDPOINT_NUMBER;

  fprintf(out, "   %-31s %8s %8s %8s %8s %12s %8s\n",
          analysis->n_replicates == 1 ? "arms" : "arms, per replicate", "N", "failed", "missing",
          is_number ? "SD" : "events", display_centre_title(analysis), "MCSE");
  for (int k = 0; k < analysis->plan->n_arms; k++) print_arm(analysis, k, out);
  for (int k = 0; k < analysis->plan->n_arms; k++) print_missing_centres(analysis, k, out);
}

static struct figure method_name(const struct planned_analysis *plan, double usual_level)
{
  const int has_interval = plan->method == METHOD_PROPORTION && plan->effect != EFFECT_NONE;
  char level[24] = "";
  struct figure name;

  if (plan->level != usual_level) snprintf(level, sizeof level, ", %.4g %%", 100 * plan->level);
  snprintf(name.text, FIGURE_BYTES, "%.24s%s%.20s%s", analysis_method_title(plan->method),
           has_interval ? ", " : "", has_interval ? interval_title(plan->interval) : "", level);
  return name;
}

static void print_effect(const struct trial_analysis *analysis, const struct trial_analysis *lead,
                         FILE *out)
{
  const double factor = display_effect_factor(analysis);
  const int d = display_of(lead).decimals; /* one for all methods */
  const struct interval confidence = display_scaled(analysis->mean_confidence, factor);
  const struct interval prediction = display_scaled(analysis->effect.prediction, factor);

  fprintf(out, "   %-31.31s %8s %16s", method_name(analysis->plan, lead->plan->level).text,
          figure(factor * analysis->effect.mean, d).text, figure_interval(confidence, d).text);
  if (analysis->n_replicates == 1) {
    fprintf(out, " %8s %9s\n", figure(factor * analysis->mean_se, d + 1).text,
            figure_p(analysis->replicates[0].effect.p).text);
    return;
  }
  fprintf(out, " %16s %7s %6s (%s)\n", figure_interval(prediction, d).text,
          figure(factor * analysis->effect.mcse, d + 1).text,
          figure(100 * analysis->rejection.rate, 1).text,
          figure(100 * analysis->rejection.mcse, 1).text);
}

static void print_adjustment(const struct trial_analysis *analysis, FILE *out)
{
  const struct planned_analysis *plan = analysis->plan;
  const int d = display_of(analysis).arm_decimals;
  char words[TEXT_BYTES];
  int n = snprintf(words, sizeof words, "adjusted for");

  if (plan->n_covariates == 0) return;
  for (int c = 0; c < plan->n_covariates && n < TEXT_BYTES / 2; c++) {
    n += snprintf(words + n, sizeof words - (size_t)n, "%s %.60s", c > 0 ? "," : "",
                  plan->covariates[c]);
  }
  if (plan->method == METHOD_ANCOVA && plan->n_arms > 1) {
    snprintf(words + n, sizeof words - (size_t)n, "; adjusted means %s and %s",
             figure(analysis->arm[0].adjusted.mean, d).text,
             figure(analysis->arm[1].adjusted.mean, d).text);
  }
  print_words(words, 5, out);
}

static void print_holes(const struct trial_analysis *analysis, const struct trial_analysis *lead,
                        FILE *out)
{
  const size_t n_holes = analysis->effect.n_missing, n_no_p = analysis->rejection.n_missing;
  const size_t n = analysis->n_replicates;
  size_t n_fewer = 0;

  for (int k = 0; k < analysis->plan->n_arms; k++) {
    if (lead->arm[k].n_used > analysis->arm[k].n_used)
      n_fewer += lead->arm[k].n_used - analysis->arm[k].n_used;
  }
  if (n_fewer > 0) {
    fprintf(out, "     without %s patients per replicate whose covariate is missing\n",
            figure_count((double)n_fewer / (double)n, 2).text);
  }
  if (n_holes > 0) {
    fprintf(out, "     no estimate in %zu of %zu replicates (first: %.40s), which do not count\n",
            n_holes, n, analysis->first_problem ? analysis->first_problem : "not a number");
  }
  if (n_no_p > n_holes) {
    fprintf(out, "     no p value in %zu of %zu replicates (nothing to test), not in the power\n",
            n_no_p, n);
  }
}

static void print_method(const struct trial_analysis *analysis, const struct trial_analysis *lead,
                         FILE *out)
{
  if (analysis->plan->effect == EFFECT_NONE) {
    fprintf(out, "   %-31.31s (describes the arms above)\n",
            method_name(analysis->plan, lead->plan->level).text);
    return;
  }
  print_effect(analysis, lead, out);
  print_adjustment(analysis, out);
  print_holes(analysis, lead, out);
}

static void print_method_header(const struct trial_analysis *lead, FILE *out)
{
  char interval[32];

  snprintf(interval, sizeof interval, "%s%.4g %% CI", lead->n_replicates == 1 ? "" : "mean ",
           100 * lead->plan->level);
  fprintf(out, "   %-31s %8s %16s", effect_kind_title(lead->plan->effect), "estimate", interval);
  if (lead->n_replicates == 1)
    fprintf(out, " %8s %9s\n", lead->plan->effect == EFFECT_HAZARD_RATIO ? "SE (log)" : "SE", "p");
  else
    fprintf(out, " %16s %7s %12s\n", "95 % prediction", "MCSE", "power % (SE)");
}

static void print_undone(const struct planned_analysis *plan, const char *problem, FILE *out)
{
  char words[TEXT_BYTES];

  snprintf(words, sizeof words, "%s: NOT DONE: %.400s", method_name(plan, plan->level).text,
           problem);
  print_words(words, 3, out);
}

void print_estimand(const struct trial_report *report, const struct scenario_report *scenario,
                    int analysis, FILE *out)
{
  const int n = report->plan->n_analyses, lead = question_lead(scenario, n, analysis);
  const struct trial_analysis *all = scenario->analyses;
  const struct planned_analysis *plan = lead < 0 ? all[analysis].plan : all[lead].plan;

  fprintf(out, "\n%s: %s", plan->estimand, plan->label);
  if (lead >= 0 && *display_of(&all[lead]).unit) fprintf(out, " [%s]", display_of(&all[lead]).unit);
  fputs("\n", out);
  print_question(plan, out);
  if (lead >= 0 && scenario->n_replicates > 0) {
    print_arms(&all[lead], out);
    if (plan->effect != EFFECT_NONE) print_method_header(&all[lead], out);
  }
  for (int i = 0; i < n; i++) {
    if (!is_same_question(all[i].plan, all[analysis].plan)) continue;
    if (all[i].problem)
      print_undone(all[i].plan, all[i].problem, out);
    else if (scenario->n_replicates > 0)
      print_method(&all[i], &all[lead], out);
  }
  for (int p = 0; p < report->plan->n_published; p++) {
    const struct acceptance *judged = &scenario->published[p];

    if (judged->analysis && is_same_question(judged->analysis->plan, plan)) {
      print_published(report, judged, out);
    }
  }
}
