/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "report_text.h"

enum { TEXT_BYTES = 512 };

/* "published: guided 67.4, standard 60.3; difference of means 7.0 [3.3, 10.6]" */
static void print_numbers(const struct acceptance *judged, FILE *out)
{
  const struct planned_analysis *plan = judged->analysis->plan;
  const struct published_result *published = judged->published;
  const struct display display = display_of(judged->analysis);
  const double factor = display_effect_factor(judged->analysis);
  const struct interval limits = display_scaled(published->confidence, factor);
  char words[TEXT_BYTES];
  int n = snprintf(words, sizeof words, "published:");

  for (int k = 0; k < plan->n_arms; k++) {
    n += snprintf(words + n, sizeof words - (size_t)n, "%s %.60s %s", k > 0 ? "," : "",
                  plan->arm[k]->name,
                  figure(display.factor * published->arm_value[k], display.arm_decimals).text);
  }
  if (judged->has_effect) {
    snprintf(words + n, sizeof words - (size_t)n, "; %s %s %s", effect_kind_title(plan->effect),
             figure(factor * published->estimate, display.decimals).text,
             figure_interval(limits, display.decimals).text);
  }
  print_words(words, 5, out);
}

static void print_rule(const char *rule, enum verdict verdict, FILE *out)
{
  fprintf(out, "     %-76s %s\n", rule, verdict_text(verdict));
}

static void print_arm_rule(const struct acceptance *judged, const char *begin, FILE *out)
{
  const struct trial_analysis *analysis = judged->analysis;
  const struct display display = display_of(analysis);
  char rule[TEXT_BYTES];
  int n = snprintf(rule, sizeof rule, "%s arms within %.4g of the published: off by", begin,
                   display.factor * judged->published->arm_band);

  for (int k = 0; k < analysis->plan->n_arms; k++) {
    const double distance = display.factor * judged->arm_distance[k];

    n += snprintf(rule + n, sizeof rule - (size_t)n, "%s %s", k > 0 ? "," : "",
                  figure_signed(distance, display.arm_decimals).text);
  }
  if (judged->arms == VERDICT_UNDECIDED) {
    snprintf(rule, sizeof rule, "%s no band or no arm values to compare", begin);
  }
  print_rule(rule, judged->arms, out);
}

static void print_effect_rules(const struct acceptance *judged, FILE *out)
{
  const struct trial_analysis *analysis = judged->analysis;
  const struct published_result *published = judged->published;
  const double factor = display_effect_factor(analysis);
  const int d = display_of(analysis).decimals;
  const struct interval confidence = display_scaled(published->confidence, factor);
  const struct interval prediction = display_scaled(analysis->effect.prediction, factor);
  char rule[TEXT_BYTES];

  snprintf(rule, sizeof rule, "(i)   simulated mean %s inside the published %.4g %% CI %s",
           figure(factor * analysis->effect.mean, d).text, 100 * published->level,
           figure_interval(confidence, d).text);
  print_rule(rule, judged->mean_in_published, out);
  snprintf(rule, sizeof rule, "(ii)  published %s inside the 95 %% prediction %s",
           figure(factor * published->estimate, d).text, figure_interval(prediction, d).text);
  if (analysis->n_replicates == 1) {
    snprintf(rule, sizeof rule, "(ii)  one replicate has no prediction interval");
  }
  print_rule(rule, judged->published_in_prediction, out);
}

static void print_rules(const struct acceptance *judged, FILE *out)
{
  if (!judged->has_effect) {
    print_arm_rule(judged, "only arms were published;", out);
    return;
  }
  print_effect_rules(judged, out);
  print_arm_rule(judged, "(iii)", out);
  print_rule(judged->overall == VERDICT_TRANSPORT ? "the effect agrees, the arms' levels do not:"
                                                  : "together:",
             judged->overall, out);
}

/* External or fitted; the Monte-Carlo error; what the numbers were computed from. */
static void print_provenance(const struct trial_report *report, const struct acceptance *judged,
                             FILE *out)
{
  const struct trial_analysis *analysis = judged->analysis;
  const struct provenance *from = &report->provenance;
  const int has_effect = analysis->plan->effect != EFFECT_NONE;
  const size_t n = has_effect ? analysis->effect.n_used : analysis->n_replicates;
  char words[TEXT_BYTES * 2];
  int end = snprintf(words, sizeof words, "%zu replicate%s", n, n == 1 ? "" : "s");

  if (has_effect && n > 1) {
    end += snprintf(words + end, sizeof words - (size_t)end, ", MCSE %s",
                    figure(display_effect_factor(analysis) * analysis->effect.mcse,
                           display_of(analysis).decimals + 1)
                        .text);
  }
  if (from->seed) {
    end += snprintf(words + end, sizeof words - (size_t)end, ", seed %s",
                    figure_seed(from->seed).text);
  }
  for (int m = 0; m < from->n_models && end < TEXT_BYTES; m++) {
    end += snprintf(words + end, sizeof words - (size_t)end, ", model %.80s (SHA-256 %.12s)",
                    from->models[m].name, from->models[m].sha256);
  }
  snprintf(words + end, sizeof words - (size_t)end, ".");
  print_words(words, 5, out);
  if (judged->has_effect && !judged->has_enough_replicates) {
    fprintf(out, "     The rule wants at least %d replicates.\n", ACCEPTANCE_REPLICATES);
  }
}

void print_source(const struct published_result *published, FILE *out)
{
  static const char *const fitted[] = {
      "External: by the protocol, the trial's own data were NOT used to fit the model.",
      "Fitted: the trial's own data WERE used to fit the model; agreement is no independent "
      "evidence.",
      "Fitted or external: not stated."};
  const int used = published->trial_data_used_in_model;
  char words[TEXT_BYTES * 2];

  print_words(fitted[used < 0 ? 2 : used], 5, out);
  if (!published->note) return;
  snprintf(words, sizeof words, "Note: %.1000s", published->note);
  print_words(words, 5, out);
}

void print_published(const struct trial_report *report, const struct acceptance *judged, FILE *out)
{
  char words[TEXT_BYTES * 2];

  snprintf(words, sizeof words, "Beside the published trial: %.900s", judged->published->source);
  print_words(words, 3, out);
  print_numbers(judged, out);
  print_rules(judged, out);
  print_provenance(report, judged, out);
  print_source(judged->published, out);
}
