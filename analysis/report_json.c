/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "base/json_writer.h"
#include "trial_report.h"

static void put_number(struct json_writer *json, const char *key, double value)
{
  json_key(json, key);
  json_number(json, value);
}

static void put_count(struct json_writer *json, const char *key, size_t n)
{
  json_key(json, key);
  json_integer(json, (int64_t)n);
}

static void put_text(struct json_writer *json, const char *key, const char *value)
{
  json_key(json, key);
  if (value)
    json_text(json, value);
  else
    json_null(json);
}

static void put_interval(struct json_writer *json, const char *key, struct interval limits)
{
  json_key(json, key);
  json_begin_array(json);
  json_number(json, limits.low);
  json_number(json, limits.high);
  json_end(json);
}

static void begin_list(struct json_writer *json, const char *key)
{
  json_key(json, key);
  json_begin_array(json);
}

static void put_figures(struct json_writer *json, const struct replicate_summary *figures)
{
  put_count(json, "n_replicates", figures->n_used);
  put_count(json, "n_missing", figures->n_missing);
  put_number(json, "mean", figures->mean);
  put_number(json, "sd", figures->sd);
  put_number(json, "mcse", figures->mcse);
  put_number(json, "median", figures->median);
  put_number(json, "median_mcse", figures->median_mcse);
  put_interval(json, "prediction_interval", figures->prediction);
}

static void put_summary(struct json_writer *json, const char *key,
                        const struct replicate_summary *figures)
{
  json_key(json, key);
  json_begin_object(json);
  put_figures(json, figures);
  json_end(json);
}

static void put_disposition(struct json_writer *json, const struct trial_report *report,
                            const struct scenario_report *scenario)
{
  json_key(json, "patients");
  json_begin_object(json);
  put_count(json, "n", scenario->n_patients);
  put_count(json, "n_failed", scenario->n_failed);
  put_count(json, "n_not_randomised", scenario->n_not_randomised);
  put_number(json, "allowed_failures", report->plan->allowed_failures);
  begin_list(json, "arms");
  for (int a = 0; a < report->plan->n_arms; a++) {
    const struct arm_disposition *arm = &scenario->arms[a];

    json_begin_object(json);
    put_text(json, "name", arm->arm->name);
    put_text(json, "label", arm->arm->label);
    put_count(json, "n_randomised", arm->n_randomised);
    put_count(json, "n_failed", arm->n_failed);
    put_count(json, "n_without_status", arm->n_without_status);
    json_key(json, "statuses");
    json_begin_object(json);
    for (int s = 0; s < report->rows->n_statuses; s++) {
      put_count(json, report->rows->status_names[s], arm->n_of_status[s]);
    }
    json_end(json);
    json_end(json);
  }
  json_end(json);
  json_end(json);
}

static void put_replicate(struct json_writer *json, const struct replicate_result *result,
                          int n_arms)
{
  json_begin_object(json);
  put_count(json, "replicate", (size_t)result->replicate);
  put_count(json, "within", (size_t)result->within);
  put_number(json, "estimate", result->effect.estimate);
  put_number(json, "se", result->effect.se);
  put_interval(json, "confidence_interval", result->effect.confidence);
  put_number(json, "p", result->effect.p);
  put_text(json, "problem", result->effect.problem);
  begin_list(json, "arms");
  for (int k = 0; k < n_arms; k++) {
    const struct arm_result *arm = &result->arm[k];

    json_begin_object(json);
    put_count(json, "n_used", arm->n_used);
    put_count(json, "n_failed", arm->n_failed);
    put_count(json, "n_missing", arm->n_missing);
    put_count(json, "n_events", arm->n_events);
    put_number(json, "centre", arm->centre);
    json_key(json, "is_not_reached");
    json_flag(json, isinf(arm->centre));
    put_number(json, "sd", arm->sd);
    put_number(json, "adjusted_mean", arm->adjusted);
    json_end(json);
  }
  json_end(json);
  json_end(json);
}

static void put_arms(struct json_writer *json, const struct trial_analysis *analysis)
{
  const int is_of_times = analysis->plan->endpoint->type == ENDPOINT_TIME_TO_EVENT;

  begin_list(json, "arms");
  for (int k = 0; k < analysis->plan->n_arms; k++) {
    const struct arm_summary *arm = &analysis->arm[k];

    json_begin_object(json);
    put_text(json, "name", analysis->plan->arm[k]->name);
    put_text(json, "label", analysis->plan->arm[k]->label);
    put_count(json, "n_randomised", arm->n_randomised);
    put_count(json, "n_failed", arm->n_failed);
    put_count(json, "n_missing", arm->n_missing);
    put_count(json, "n_used", arm->n_used);
    put_count(json, "n_events", arm->n_events);
    put_count(json, "n_not_reached", arm->n_not_reached);
    put_number(json, "value", trial_analysis_centre(analysis, k));
    put_text(json, "value_is", is_of_times ? "median over replicates" : "mean over replicates");
    put_summary(json, "centre", &arm->centre);
    put_number(json, "mean_sd", arm->sd);
    put_summary(json, "adjusted_mean", &arm->adjusted);
    json_end(json);
  }
  json_end(json);
}

static void put_effect(struct json_writer *json, const struct trial_analysis *analysis)
{
  const int is_ratio = analysis->plan->effect == EFFECT_HAZARD_RATIO;

  json_key(json, "effect");
  json_begin_object(json);
  put_text(json, "kind", effect_kind_title(analysis->plan->effect));
  put_text(json, "unit", is_ratio ? "" : analysis->plan->endpoint->unit);
  json_key(json, "sd_and_se_are_of_the_logarithm");
  json_flag(json, is_ratio);
  put_figures(json, &analysis->effect);
  put_number(json, "mean_se", analysis->mean_se);
  put_interval(json, "mean_confidence_interval", analysis->mean_confidence);
  put_text(json, "first_problem", analysis->first_problem);
  json_end(json);
  if (analysis->change.n_used + analysis->change.n_missing > 0) {
    put_summary(json, is_ratio ? "ratio_to_first_scenario" : "difference_from_first_scenario",
                &analysis->change);
  }
  json_key(json, "power");
  json_begin_object(json);
  put_number(json, "alpha", 1 - analysis->plan->level);
  put_count(json, "n_replicates", analysis->rejection.n_used);
  put_count(json, "n_missing", analysis->rejection.n_missing);
  put_count(json, "n_rejected", analysis->rejection.n_rejected);
  put_number(json, "rate", analysis->rejection.rate);
  put_number(json, "mcse", analysis->rejection.mcse);
  json_end(json);
}

static void put_plan(struct json_writer *json, const struct planned_analysis *plan)
{
  put_text(json, "estimand", plan->estimand);
  put_text(json, "label", plan->label);
  put_text(json, "endpoint", plan->endpoint->name);
  put_text(json, "unit", plan->endpoint->unit);
  put_text(json, "population", plan->population);
  json_key(json, "intercurrent_events");
  json_begin_object(json);
  for (int e = 0; e < plan->n_events; e++) {
    put_text(json, plan->events[e].name, plan->events[e].strategy);
  }
  json_end(json);
  put_text(json, "method", analysis_method_title(plan->method));
  put_text(json, "interval", plan->method == METHOD_PROPORTION ? plan->interval_name : NULL);
  begin_list(json, "covariates");
  for (int c = 0; c < plan->n_covariates; c++) json_text(json, plan->covariates[c]);
  json_end(json);
  put_number(json, "level", plan->level);
}

static void put_analysis(struct json_writer *json, const struct trial_analysis *analysis)
{
  json_begin_object(json);
  put_plan(json, analysis->plan);
  put_text(json, "problem", analysis->problem);
  if (!analysis->problem) {
    put_arms(json, analysis);
    if (analysis->plan->effect != EFFECT_NONE) put_effect(json, analysis);
    begin_list(json, "replicates");
    for (size_t r = 0; r < analysis->n_replicates; r++) {
      put_replicate(json, &analysis->replicates[r], analysis->plan->n_arms);
    }
    json_end(json);
  }
  json_end(json);
}

static void put_published(struct json_writer *json, const struct acceptance *judged)
{
  const struct published_result *published = judged->published;

  json_begin_object(json);
  put_text(json, "estimand", published->estimand);
  put_text(json, "source", published->source);
  put_number(json, "estimate", published->estimate);
  put_interval(json, "interval", published->confidence);
  put_number(json, "level", published->level);
  put_number(json, "arm_band", published->arm_band);
  begin_list(json, "arms");
  for (int k = 0; k < 2 && published->arm[k]; k++) {
    json_begin_object(json);
    put_text(json, "name", published->arm[k]);
    put_number(json, "published", published->arm_value[k]);
    put_number(json, "simulated_less_published", judged->arm_distance[k]);
    json_end(json);
  }
  json_end(json);
  json_key(json, "trial_data_used_in_model");
  if (published->trial_data_used_in_model < 0)
    json_null(json);
  else
    json_flag(json, published->trial_data_used_in_model);
  json_key(json, "only_arms_published");
  json_flag(json, !judged->has_effect);
  put_text(json, "judged_method",
           judged->analysis ? analysis_method_title(judged->analysis->plan->method) : NULL);
  put_text(json, "mean_inside_published_interval", verdict_text(judged->mean_in_published));
  put_text(json, "published_inside_prediction_interval",
           verdict_text(judged->published_in_prediction));
  put_text(json, "arms_within_band", verdict_text(judged->arms));
  put_text(json, "verdict", verdict_text(judged->overall));
  json_key(json, "has_200_replicates");
  json_flag(json, judged->has_enough_replicates);
  put_text(json, "note", published->note);
  json_end(json);
}

static void put_provenance(struct json_writer *json, const struct provenance *from)
{
  put_text(json, "engine_version", from->engine_version);
  put_text(json, "inputs_sha256", from->inputs_sha256);
  put_text(json, "seed", from->seed);
  json_key(json, "model_sha256");
  json_begin_object(json);
  for (int m = 0; m < from->n_models; m++) {
    put_text(json, from->models[m].name, from->models[m].sha256);
  }
  json_end(json);
}

static void put_head(struct json_writer *json, const struct trial_report *report)
{
  put_text(json, "format", "twintrial analysis 1");
  put_text(json, "program_version", TWINTRIAL_VERSION);
  json_key(json, "study");
  json_begin_object(json);
  put_text(json, "id", report->plan->study_id);
  put_text(json, "title", report->plan->study_title);
  json_end(json);
  put_provenance(json, &report->provenance);
}

/* Of every analysis that compares arms: the least and the greatest estimate of all scenarios. */
static void put_ranges(struct json_writer *json, const struct trial_report *report)
{
  begin_list(json, "ranges");
  for (int i = 0; i < report->plan->n_analyses; i++) {
    const struct planned_analysis *plan = &report->plan->analyses[i];
    const struct scenario_range range = scenario_range(report, i, -1);

    if (plan->effect == EFFECT_NONE) continue;
    json_begin_object(json);
    put_text(json, "estimand", plan->estimand);
    put_text(json, "method", analysis_method_title(plan->method));
    put_text(json, "first_arm", plan->arm[0]->name);
    put_count(json, "n_scenarios", range.n);
    put_count(json, "n_scenarios_without", range.n_without);
    put_number(json, "low", range.low);
    put_number(json, "high", range.high);
    json_end(json);
  }
  json_end(json);
}

static void put_scenario(struct json_writer *json, const struct trial_report *report,
                         const struct scenario_report *scenario)
{
  json_begin_object(json);
  put_text(json, "name", scenario->name);
  put_text(json, "label", scenario->label);
  put_count(json, "n_replicates", scenario->n_replicates);
  put_count(json, "n_replicates_planned", (size_t)report->plan->n_replicates);
  put_disposition(json, report, scenario);
  begin_list(json, "analyses");
  for (int i = 0; i < report->plan->n_analyses; i++) put_analysis(json, &scenario->analyses[i]);
  json_end(json);
  begin_list(json, "published");
  for (int i = 0; i < report->plan->n_published; i++) put_published(json, &scenario->published[i]);
  json_end(json);
  json_end(json);
}

void trial_report_json(const struct trial_report *report, FILE *out)
{
  struct json_writer *json = json_writer_create(out);

  json_begin_object(json);
  put_head(json, report);
  put_ranges(json, report);
  begin_list(json, "scenarios");
  for (size_t s = 0; s < report->n_scenarios; s++) {
    put_scenario(json, report, &report->scenarios[s]);
  }
  json_end(json);
  json_end(json);
  json_writer_destroy(&json);
}
