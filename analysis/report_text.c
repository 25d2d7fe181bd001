/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "trial_report.h"

enum { NUMBER_BYTES = 32, NAME_WIDTH = 22, LINE_WIDTH = 99 };

struct number_text {
  char text[NUMBER_BYTES];
};

/* Fixed decimals; "-" where there is no figure. */
static struct number_text number(double value, int decimals)
{
  struct number_text result = {"-"};

  if (isnan(value)) return result;
  if (fabs(value) >= 1e9)
    snprintf(result.text, NUMBER_BYTES, "%.4g", value);
  else
    snprintf(result.text, NUMBER_BYTES, "%.*f", decimals, value);
  return result;
}

static struct number_text p_value(double p)
{
  struct number_text result = {"-"};

  if (isnan(p)) return result;
  if (p < 0.0001)
    snprintf(result.text, NUMBER_BYTES, "< 0.0001");
  else
    snprintf(result.text, NUMBER_BYTES, "= %.4f", p);
  return result;
}

/* Enough decimals to show the standard error with three digits. */
static int decimals_of(const struct trial_analysis *analysis)
{
  const double se = analysis->mean_se;
  double finest = se;

  if (analysis->plan->effect == EFFECT_HAZARD_RATIO) return 3;
  if (!(finest > 0)) finest = analysis->arm[0].sd / 10;
  if (!(finest > 0)) return 2;
  return (int)fmin(6, fmax(0, 2 - floor(log10(finest))));
}

static const char *plural(size_t n)
{
  return n == 1 ? "" : "s";
}

static void print_head(const struct trial_report *report, FILE *out)
{
  const struct analysis_plan *plan = report->plan;
  const size_t n = report->rows->n_replicates;

  fprintf(out, "%s%s%s\n", plan->study_id, *plan->study_id && *plan->study_title ? "  " : "",
          plan->study_title);
  fprintf(out, "%zu replicate%s, %.1f patients in each", n, plural(n),
          n > 0 ? (double)report->n_patients / (double)n : 0);
  if (*plan->seed) fprintf(out, ", seed %s", plan->seed);
  fputs("\n", out);
  if (plan->n_replicates > 0 && (size_t)plan->n_replicates != n) {
    fprintf(out, "Note: the protocol plans %d replicates, the file holds %zu.\n",
            plan->n_replicates, n);
  }
  fputs("\n", out);
}

static void print_reasons(const struct trial_report *report, const struct arm_disposition *arm,
                          FILE *out)
{
  const char *comma = "";

  for (int s = 1; s < report->rows->n_statuses; s++) {
    if (arm->n_of_status[s] == 0) continue;
    fprintf(out, "%s%s %zu", comma, report->rows->status_names[s], arm->n_of_status[s]);
    comma = ", ";
  }
  if (arm->n_without_status > 0) fprintf(out, "%sno status %zu", comma, arm->n_without_status);
}

static void print_failures(const struct trial_report *report, FILE *out)
{
  const double share = report->n_patients > 0
                           ? (double)report->n_failed / (double)report->n_patients
                           : (double)NAN;
  const double allowed = report->plan->allowed_failures;

  fprintf(out, "Failures are counted: %zu of %zu patients could not be solved (%.3g %%",
          report->n_failed, report->n_patients, isnan(share) ? 0 : 100 * share);
  if (!isnan(allowed)) fprintf(out, "; allowed %.3g %%", 100 * allowed);
  fputs(").\n", out);
  if (report->n_failed > 0) {
    fputs("They are excluded from the means, proportions, curves, tests and intervals below; the\n"
          "columns 'failed' and 'missing' count, per arm, who is not in N.\n",
          out);
  }
  if (share > allowed) fputs("WARNING: more patients failed than the protocol allows.\n", out);
  if (report->n_not_randomised > 0) {
    fprintf(out, "%zu patients are in no arm of the protocol and in no table below.\n",
            report->n_not_randomised);
  }
}

static void print_patients(const struct trial_report *report, FILE *out)
{
  fprintf(out, "%-*s %12s %12s %10s  %s\n", NAME_WIDTH, "Patients", "randomised", "solved",
          "failed", "reasons");
  for (int a = 0; a < report->plan->n_arms; a++) {
    const struct arm_disposition *arm = &report->arms[a];

    fprintf(out, "  %-*.*s %12zu %12zu %10zu  ", NAME_WIDTH - 2, NAME_WIDTH - 2, arm->arm->name,
            arm->n_randomised, arm->n_randomised - arm->n_failed, arm->n_failed);
    print_reasons(report, arm, out);
    fputs("\n", out);
  }
  print_failures(report, out);
}

static const char *centre_title(const struct trial_analysis *analysis)
{
  switch (analysis->plan->endpoint->type) {
  case ENDPOINT_RESPONDER:
    return "proportion";
  case ENDPOINT_TIME_TO_EVENT:
    return "KM median";
  default:
    return "mean";
  }
}

/* Per replicate, so that the figures are those of one trial. */
static void print_arm(const struct trial_analysis *analysis, int k, FILE *out)
{
  const struct arm_summary *arm = &analysis->arm[k];
  const double n = (double)analysis->n_replicates;
  const int is_one = analysis->n_replicates == 1, d = decimals_of(analysis);
  const int is_number = analysis->plan->endpoint->type == ENDPOINT_NUMBER;

  fprintf(out, "     %-*.*s %9s %8s %8s", NAME_WIDTH - 5, NAME_WIDTH - 5,
          analysis->plan->arm[k]->name, number((double)arm->n_used / n, !is_one).text,
          number((double)arm->n_failed / n, is_one ? 0 : 2).text,
          number((double)arm->n_missing / n, is_one ? 0 : 2).text);
  if (is_number) {
    fprintf(out, " %10s", number(arm->sd, d).text);
  } else {
    fprintf(out, " %10s", number((double)arm->n_events / n, !is_one).text);
  }
  fprintf(out, " %11s %9s", number(arm->centre.mean, d).text, number(arm->centre.mcse, d + 1).text);
  if (analysis->plan->method == METHOD_ANCOVA) {
    fprintf(out, " %10s", number(arm->adjusted.mean, d).text);
  }
  fputs("\n", out);
  if (arm->centre.n_missing > 0) {
    fprintf(out,
            "       %s cannot be given in %zu of %zu replicate%s, which are not in the average\n",
            centre_title(analysis), arm->centre.n_missing, analysis->n_replicates,
            plural(analysis->n_replicates));
  }
}

static void print_arms(const struct trial_analysis *analysis, FILE *out)
{
  const int is_number = analysis->plan->endpoint->type == ENDPOINT_NUMBER;

  fprintf(out, "     %-*s %9s %8s %8s %10s %11s %9s", NAME_WIDTH - 5,
          analysis->n_replicates == 1 ? "" : "per replicate", "N", "failed", "missing",
          is_number ? "SD" : "events", centre_title(analysis), "MCSE");
  if (analysis->plan->method == METHOD_ANCOVA) fprintf(out, " %10s", "adjusted");
  fputs("\n", out);
  for (int k = 0; k < analysis->plan->n_arms; k++) print_arm(analysis, k, out);
}

static void print_effect(const struct trial_analysis *analysis, FILE *out)
{
  const int d = decimals_of(analysis);
  const char *title = effect_kind_title(analysis->plan->effect);
  const double level = 100 * analysis->plan->level;
  const char *se = analysis->plan->effect == EFFECT_HAZARD_RATIO ? "SE(log)" : "SE";

  if (analysis->n_replicates == 1) {
    fprintf(out, "     %-25s %10s [%s, %s] %g %% CI, %s %s, p %s\n", title,
            number(analysis->effect.mean, d).text, number(analysis->mean_confidence.low, d).text,
            number(analysis->mean_confidence.high, d).text, level, se,
            number(analysis->mean_se, d + 1).text, p_value(analysis->replicates[0].effect.p).text);
    return;
  }
  fprintf(out, "     %-25s %10s [%s, %s] mean %g %% CI of a trial, mean %s %s\n", title,
          number(analysis->effect.mean, d).text, number(analysis->mean_confidence.low, d).text,
          number(analysis->mean_confidence.high, d).text, level, se,
          number(analysis->mean_se, d + 1).text);
  fprintf(out, "     %-25s %10s [%s, %s] between trials, SD%s %s\n", "  95 % prediction", "",
          number(analysis->effect.prediction.low, d).text,
          number(analysis->effect.prediction.high, d).text,
          analysis->plan->effect == EFFECT_HAZARD_RATIO ? "(log)" : "",
          number(analysis->effect.sd, d + 1).text);
  fprintf(out, "     %-25s %10s from %zu replicate%s\n", "  Monte-Carlo SE",
          number(analysis->effect.mcse, d + 1).text, analysis->effect.n_used,
          plural(analysis->effect.n_used));
  fprintf(out, "     p < %-21.3g %8s %% of %zu replicates (MCSE %s %%): empirical power\n",
          1 - analysis->plan->level, number(100 * analysis->rejection.rate, 1).text,
          analysis->rejection.n_used, number(100 * analysis->rejection.mcse, 2).text);
}

static void print_holes(const struct trial_analysis *analysis, FILE *out)
{
  const size_t n_holes = analysis->effect.n_missing, n_no_p = analysis->rejection.n_missing;

  if (n_holes > 0) {
    fprintf(out,
            "     Without an estimate: %zu of %zu replicates (first: %s); not in the figures.\n",
            n_holes, analysis->n_replicates,
            analysis->first_problem ? analysis->first_problem : "not a number");
  }
  if (n_no_p > n_holes) {
    fprintf(out,
            "     Without a p value: %zu of %zu replicates (nothing to test); not in the power.\n",
            n_no_p, analysis->n_replicates);
  }
}

static void print_method(const struct planned_analysis *plan, FILE *out)
{
  fprintf(out, "     %s", plan->arm[0]->name);
  if (plan->n_arms > 1 && plan->effect == EFFECT_HAZARD_RATIO) {
    fprintf(out, " to %s", plan->arm[1]->name);
  } else if (plan->n_arms > 1) {
    fprintf(out, " %s %s", plan->effect == EFFECT_NONE ? "and" : "minus", plan->arm[1]->name);
  }
  fprintf(out, "; %s patients; %s", plan->population, analysis_method_title(plan->method));
  if (plan->method == METHOD_PROPORTION && plan->effect != EFFECT_NONE) {
    fprintf(out, ", %s interval", plan->interval_name);
  }
  for (int c = 0; c < plan->n_covariates; c++) {
    fprintf(out, "%s%s", c == 0 ? "; adjusted for " : ", ", plan->covariates[c]);
  }
  fputs("\n", out);
}

static void print_analysis(const struct trial_analysis *analysis, int ordinal, FILE *out)
{
  const struct planned_analysis *plan = analysis->plan;

  fprintf(out, "\n%3d. %s: %s%s%s%s\n", ordinal, plan->estimand, plan->label,
          *plan->endpoint->unit ? " [" : "", plan->endpoint->unit,
          *plan->endpoint->unit ? "]" : "");
  print_method(plan, out);
  if (analysis->problem) {
    fprintf(out, "     NOT DONE: %s\n", analysis->problem);
    return;
  }
  print_arms(analysis, out);
  if (plan->effect == EFFECT_NONE || analysis->n_replicates == 0) return;
  print_effect(analysis, out);
  print_holes(analysis, out);
}

static struct number_text interval_text(struct interval limits, int decimals)
{
  struct number_text result;

  snprintf(result.text, NUMBER_BYTES, "[%.12s, %.12s]", number(limits.low, decimals).text,
           number(limits.high, decimals).text);
  return result;
}

static void print_published_numbers(const struct acceptance *judged, FILE *out)
{
  const struct trial_analysis *analysis = judged->analysis;
  const struct published_result *published = judged->published;
  const int d = decimals_of(analysis), is_one = analysis->n_replicates == 1;
  const struct interval simulated = is_one ? analysis->mean_confidence
                                           : analysis->effect.prediction;
  char title[64];

  fprintf(out, "     %-25s %24s %24s\n", "", "simulated", "published");
  for (int k = 0; k < analysis->plan->n_arms; k++) {
    fprintf(out, "     %-25.25s %24s %24s\n", analysis->plan->arm[k]->name,
            number(analysis->arm[k].centre.mean, d).text, number(published->arm_value[k], d).text);
  }
  fprintf(out, "     %-25s %24s %24s\n", effect_kind_title(analysis->plan->effect),
          number(analysis->effect.mean, d).text, number(published->estimate, d).text);
  snprintf(title, sizeof title, "  %s, %g %% CI", is_one ? "its own CI" : "95 % PI",
           100 * published->level);
  fprintf(out, "     %-25s %24s %24s\n", title, interval_text(simulated, d).text,
          interval_text(published->confidence, d).text);
}

static void print_rule(const char *number_of_rule, const char *rule, enum verdict verdict,
                       FILE *out)
{
  fprintf(out, "     %-5s %-66s %s\n", number_of_rule, rule, verdict_text(verdict));
}

static void print_rules(const struct acceptance *judged, FILE *out)
{
  const struct trial_analysis *analysis = judged->analysis;
  const int d = decimals_of(analysis);
  char arms[128] = "no arm values or no band published";

  if (judged->arms != VERDICT_UNDECIDED) {
    snprintf(arms, sizeof arms, "arms within %g of the published arms (off by %s, %s)",
             judged->published->arm_band, number(judged->arm_distance[0], d).text,
             number(judged->arm_distance[1], d).text);
  }
  print_rule("(i)", "mean simulated effect inside the published interval",
             judged->mean_in_published, out);
  print_rule("(ii)",
             analysis->n_replicates == 1
                 ? "published estimate inside the prediction interval: one replicate has none"
                 : "published estimate inside the 95 % prediction interval",
             judged->published_in_prediction, out);
  print_rule("(iii)", arms, judged->arms, out);
  print_rule("",
             judged->overall == VERDICT_TRANSPORT ? "the effect agrees, the arms' levels do not:"
                                                  : "together:",
             judged->overall, out);
}

/* Words of the user's, broken into lines. */
static void print_note(const char *note, FILE *out)
{
  size_t column = (size_t)fprintf(out, "     Note:") - 1;

  for (const char *word = note; *word;) {
    const size_t length = strcspn(word, " \n");

    if (column + 1 + length > LINE_WIDTH) column = (size_t)fprintf(out, "\n      ") - 2;
    if (length > 0) column += (size_t)fprintf(out, " %.*s", (int)length, word);
    word += length + strspn(word + length, " \n");
  }
  fputs("\n", out);
}

static void print_caveats(const struct acceptance *judged, FILE *out)
{
  static const char *const fitted[] = {
      "The trial's own data were NOT used to fit the model.",
      "The trial's own data WERE used to fit the model: agreement is no independent evidence.",
      "Whether the trial's own data were used to fit the model is not stated."};
  const int used = judged->published->trial_data_used_in_model;
  const struct trial_analysis *analysis = judged->analysis;
  const size_t n = analysis->effect.n_used;

  fprintf(out, "     %zu replicate%s, Monte-Carlo SE of the effect %s.%s\n", n, plural(n),
          number(analysis->effect.mcse, decimals_of(analysis) + 1).text,
          judged->has_enough_replicates ? "" : " The rule wants at least 200 replicates.");
  fprintf(out, "     %s\n", fitted[used < 0 ? 2 : used]);
  if (judged->published->note) print_note(judged->published->note, out);
}

static void print_acceptance(const struct acceptance *judged, FILE *out)
{
  fprintf(out, "\nBeside the published trial: %s%s%s\n", judged->published->estimand,
          *judged->published->source ? ", " : "", judged->published->source);
  if (!judged->analysis) {
    fputs("     NOT DECIDED: there is no analysis of this estimand.\n", out);
    return;
  }
  print_published_numbers(judged, out);
  print_rules(judged, out);
  print_caveats(judged, out);
}

void trial_report_print(const struct trial_report *report, FILE *out)
{
  print_head(report, out);
  print_patients(report, out);
  for (int i = 0; i < report->n_analyses; i++) print_analysis(&report->analyses[i], i + 1, out);
  for (int i = 0; i < report->n_published; i++) print_acceptance(&report->published[i], out);
}
