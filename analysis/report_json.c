/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <math.h>

#include "trial_report.h"

/* JSON has no NaN. */
static json_t *number(double value)
{
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count(size_t n)
{
  return json_integer((json_int_t)n);
}

static json_t *text(const char *value)
{
  return value ? json_string(value) : json_null();
}

static json_t *interval(struct interval limits)
{
  return json_pack("[o, o]", number(limits.low), number(limits.high));
}

static json_t *summary(const struct replicate_summary *figures)
{
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "n_replicates", count(figures->n_used),
                   "n_missing", count(figures->n_missing), "mean", number(figures->mean), "sd",
                   number(figures->sd), "mcse", number(figures->mcse), "prediction_interval",
                   interval(figures->prediction));
}

static json_t *disposition(const struct trial_report *report)
{
  json_t *arms = json_array();

  for (int a = 0; a < report->plan->n_arms; a++) {
    const struct arm_disposition *arm = &report->arms[a];
    json_t *statuses = json_object();

    for (int s = 0; s < report->rows->n_statuses; s++) {
      json_object_set_new(statuses, report->rows->status_names[s], count(arm->n_of_status[s]));
    }
    json_array_append_new(arms, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "name", arm->arm->name,
                                          "label", arm->arm->label, "n_randomised",
                                          count(arm->n_randomised), "n_failed",
                                          count(arm->n_failed), "n_without_status",
                                          count(arm->n_without_status), "statuses", statuses));
  }
  return json_pack("{s:o, s:o, s:o, s:o, s:o}", "n", count(report->n_patients), "n_failed",
                   count(report->n_failed), "n_not_randomised", count(report->n_not_randomised),
                   "allowed_failures", number(report->plan->allowed_failures), "arms", arms);
}

static json_t *arm_of_replicate(const struct arm_result *arm)
{
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "n_used", count(arm->n_used), "n_failed",
                   count(arm->n_failed), "n_missing", count(arm->n_missing), "n_events",
                   count(arm->n_events), "centre", number(arm->centre), "sd", number(arm->sd),
                   "adjusted_mean", number(arm->adjusted));
}

static json_t *replicates(const struct trial_analysis *analysis)
{
  json_t *list = json_array();

  for (size_t r = 0; r < analysis->n_replicates; r++) {
    const struct replicate_result *result = &analysis->replicates[r];
    json_t *arms = json_array();

    for (int k = 0; k < analysis->plan->n_arms; k++) {
      json_array_append_new(arms, arm_of_replicate(&result->arm[k]));
    }
    json_array_append_new(
        list,
        json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "replicate", result->replicate, "estimate",
                  number(result->effect.estimate), "se", number(result->effect.se),
                  "confidence_interval", interval(result->effect.confidence), "p",
                  number(result->effect.p), "problem", text(result->effect.problem), "arms", arms));
  }
  return list;
}

static json_t *arm_over_replicates(const struct trial_analysis *analysis, int k)
{
  const struct arm_summary *arm = &analysis->arm[k];

  return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
                   analysis->plan->arm[k]->name, "label", analysis->plan->arm[k]->label,
                   "n_randomised", count(arm->n_randomised), "n_failed", count(arm->n_failed),
                   "n_missing", count(arm->n_missing), "n_used", count(arm->n_used), "n_events",
                   count(arm->n_events), "centre", summary(&arm->centre), "mean_sd",
                   number(arm->sd), "adjusted_mean", summary(&arm->adjusted));
}

static json_t *effect_over_replicates(const struct trial_analysis *analysis)
{
  const int is_ratio = analysis->plan->effect == EFFECT_HAZARD_RATIO;
  json_t *effect = summary(&analysis->effect);
  json_t *head = json_pack("{s:s, s:s, s:b}", "kind", effect_kind_title(analysis->plan->effect),
                           "unit", is_ratio ? "" : analysis->plan->endpoint->unit,
                           "sd_and_se_are_of_the_logarithm", is_ratio);

  json_object_update(head, effect);
  json_decref(effect);
  json_object_set_new(head, "mean_se", number(analysis->mean_se));
  json_object_set_new(head, "mean_confidence_interval", interval(analysis->mean_confidence));
  json_object_set_new(head, "first_problem", text(analysis->first_problem));
  return head;
}

static json_t *power(const struct trial_analysis *analysis)
{
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "alpha", number(1 - analysis->plan->level),
                   "n_replicates", count(analysis->rejection.n_used), "n_missing",
                   count(analysis->rejection.n_missing), "n_rejected",
                   count(analysis->rejection.n_rejected), "rate", number(analysis->rejection.rate),
                   "mcse", number(analysis->rejection.mcse));
}

static json_t *plan_of(const struct planned_analysis *plan)
{
  json_t *covariates = json_array();

  for (int c = 0; c < plan->n_covariates; c++) {
    json_array_append_new(covariates, json_string(plan->covariates[c]));
  }
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "estimand", plan->estimand,
                   "label", plan->label, "endpoint", plan->endpoint->name, "unit",
                   plan->endpoint->unit, "population", plan->population, "method",
                   analysis_method_title(plan->method), "interval",
                   plan->method == METHOD_PROPORTION ? text(plan->interval_name) : json_null(),
                   "covariates", covariates, "level", number(plan->level));
}

static json_t *analysis_json(const struct trial_analysis *analysis)
{
  json_t *object = plan_of(analysis->plan), *arms = json_array();

  json_object_set_new(object, "problem", text(analysis->problem));
  if (analysis->problem) {
    json_decref(arms);
    return object;
  }
  for (int k = 0; k < analysis->plan->n_arms; k++) {
    json_array_append_new(arms, arm_over_replicates(analysis, k));
  }
  json_object_set_new(object, "arms", arms);
  if (analysis->plan->effect != EFFECT_NONE) {
    json_object_set_new(object, "effect", effect_over_replicates(analysis));
    json_object_set_new(object, "power", power(analysis));
  }
  json_object_set_new(object, "replicates", replicates(analysis));
  return object;
}

static json_t *used_in_model(const struct published_result *published)
{
  return published->trial_data_used_in_model < 0
             ? json_null()
             : json_boolean(published->trial_data_used_in_model);
}

static json_t *published_json(const struct acceptance *judged)
{
  const struct published_result *published = judged->published;
  json_t *arms = json_array();

  for (int k = 0; k < 2 && published->arm[k]; k++) {
    json_array_append_new(arms,
                          json_pack("{s:s, s:o, s:o}", "name", published->arm[k], "published",
                                    number(published->arm_value[k]), "simulated_less_published",
                                    number(judged->arm_distance[k])));
  }
  return json_pack(
      "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:b, s:o}", "estimand",
      published->estimand, "source", published->source, "estimate", number(published->estimate),
      "interval", interval(published->confidence), "level", number(published->level), "arm_band",
      number(published->arm_band), "arms", arms, "trial_data_used_in_model",
      used_in_model(published), "mean_inside_published_interval",
      verdict_text(judged->mean_in_published), "published_inside_prediction_interval",
      verdict_text(judged->published_in_prediction), "arms_within_band", verdict_text(judged->arms),
      "verdict", verdict_text(judged->overall), "has_200_replicates", judged->has_enough_replicates,
      "note", text(published->note));
}

char *trial_report_json(const struct trial_report *report)
{
  const struct analysis_plan *plan = report->plan;
  json_t *analyses = json_array(), *published = json_array(), *root;
  char *dumped;

  for (int i = 0; i < report->n_analyses; i++) {
    json_array_append_new(analyses, analysis_json(&report->analyses[i]));
  }
  for (int i = 0; i < report->n_published; i++) {
    json_array_append_new(published, published_json(&report->published[i]));
  }
  root = json_pack("{s:s, s:s, s:{s:s, s:s}, s:o, s:i, s:s, s:o, s:o, s:o}", "format",
                   "twintrial analysis 1", "engine_version", TWINTRIAL_VERSION, "study", "id",
                   plan->study_id, "title", plan->study_title, "n_replicates",
                   count(report->rows->n_replicates), "n_replicates_planned", plan->n_replicates,
                   "seed", plan->seed, "patients", disposition(report), "analyses", analyses,
                   "published", published);
  dumped = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  json_decref(root);
  return dumped;
}
