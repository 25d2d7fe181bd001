/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis_plan.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"

static const double default_level = 0.95;

static const struct method_description {
  const char *name, *title;
  enum effect_kind effect;
  unsigned endpoints; /* bits 1 << enum endpoint_type */
} methods[] = {
    [METHOD_T_TEST] = {"t_test", "Student t test", EFFECT_MEAN_DIFFERENCE, 1u << ENDPOINT_NUMBER},
    [METHOD_WELCH] = {"welch", "Welch t test", EFFECT_MEAN_DIFFERENCE, 1u << ENDPOINT_NUMBER},
    [METHOD_ANCOVA] = {"ancova", "ANCOVA", EFFECT_MEAN_DIFFERENCE, 1u << ENDPOINT_NUMBER},
    [METHOD_PROPORTION] = {"proportion", "chi-squared", EFFECT_RISK_DIFFERENCE,
                           1u << ENDPOINT_RESPONDER},
    [METHOD_LOG_RANK] = {"log_rank", "log-rank, one-step ratio", EFFECT_HAZARD_RATIO,
                         1u << ENDPOINT_TIME_TO_EVENT},
    [METHOD_COX] = {"cox", "Cox, Efron ties", EFFECT_HAZARD_RATIO, 1u << ENDPOINT_TIME_TO_EVENT},
    [METHOD_KAPLAN_MEIER] = {"kaplan_meier", "Kaplan-Meier", EFFECT_NONE,
                             1u << ENDPOINT_TIME_TO_EVENT},
};
enum { N_METHODS = sizeof methods / sizeof *methods };

static const struct effect_description {
  const char *name, *title;
} effects[] = {[EFFECT_NONE] = {"", "no comparison"},
               [EFFECT_MEAN_DIFFERENCE] = {"mean_difference", "difference of means"},
               [EFFECT_RISK_DIFFERENCE] = {"risk_difference", "difference of proportions"},
               [EFFECT_HAZARD_RATIO] = {"hazard_ratio", "hazard ratio"}};

static const struct interval_description {
  const char *name, *title;
  enum risk_difference_method method;
} intervals[] = {{"newcombe", "Newcombe", RISK_DIFFERENCE_NEWCOMBE},
                 {"miettinen_nurminen", "Miettinen-Nurminen", RISK_DIFFERENCE_MIETTINEN_NURMINEN},
                 {"mee", "Mee", RISK_DIFFERENCE_MEE},
                 {"wald", "Wald", RISK_DIFFERENCE_WALD},
                 {"agresti_caffo", "Agresti-Caffo", RISK_DIFFERENCE_AGRESTI_CAFFO}};
enum { N_INTERVALS = sizeof intervals / sizeof *intervals };

const char *analysis_method_title(enum analysis_method method)
{
  return methods[method].title;
}

const char *interval_title(enum risk_difference_method method)
{
  for (int i = 0; i < N_INTERVALS; i++) {
    if (intervals[i].method == method) return intervals[i].title;
  }
  return "";
}

const char *effect_kind_title(enum effect_kind kind)
{
  return effects[kind].title;
}

static const char *text(struct arena *arena, const json_t *object, const char *key,
                        const char *otherwise)
{
  const json_t *value = json_object_get(object, key);

  if (!json_is_string(value) || json_string_length(value) == 0) return otherwise;
  return arena_text(arena, json_string_value(value), json_string_length(value));
}

static double number(const json_t *object, const char *key, double otherwise)
{
  const json_t *value = json_object_get(object, key);

  return json_is_number(value) ? json_number_value(value) : otherwise;
}

static int invalid(const char *what, const char *name)
{
  return failure(EXIT_CODE_INVALID_INPUT, "resolved protocol: %s '%s'", what, name);
}

static int read_arms(const json_t *root, struct analysis_plan *plan)
{
  const json_t *list = json_object_get(root, "arms");

  plan->n_arms = (int)json_array_size(list);
  plan->arms = arena_new(plan->arena, (size_t)plan->n_arms, sizeof *plan->arms);
  for (int a = 0; a < plan->n_arms; a++) {
    const json_t *entry = json_array_get(list, (size_t)a);
    struct planned_arm *arm = &plan->arms[a];

    arm->name = text(plan->arena, entry, "name", "");
    arm->label = text(plan->arena, entry, "label", arm->name);
    if (!*arm->name) return invalid("an arm has no", "name");
  }
  return EXIT_CODE_OK;
}

static enum endpoint_type endpoint_type(const char *type)
{
  if (strcmp(type, "responder") == 0) return ENDPOINT_RESPONDER;
  if (strcmp(type, "time_to_event") == 0) return ENDPOINT_TIME_TO_EVENT;
  return ENDPOINT_NUMBER;
}

static int read_endpoints(const json_t *root, struct analysis_plan *plan)
{
  const json_t *list = json_object_get(root, "endpoints");

  plan->n_endpoints = (int)json_array_size(list);
  plan->endpoints = arena_new(plan->arena, (size_t)plan->n_endpoints, sizeof *plan->endpoints);
  for (int e = 0; e < plan->n_endpoints; e++) {
    const json_t *entry = json_array_get(list, (size_t)e);
    struct planned_endpoint *endpoint = &plan->endpoints[e];

    endpoint->name = text(plan->arena, entry, "name", "");
    endpoint->label = text(plan->arena, entry, "label", endpoint->name);
    endpoint->unit = text(plan->arena, entry, "unit", "");
    endpoint->type = endpoint_type(text(plan->arena, entry, "type", "value"));
    if (endpoint->type == ENDPOINT_TIME_TO_EVENT) endpoint->unit = "d";
    if (!*endpoint->name) return invalid("an endpoint has no", "name");
  }
  return EXIT_CODE_OK;
}

static int read_scenarios(const json_t *root, struct analysis_plan *plan)
{
  const json_t *list = json_object_get(root, "scenarios");

  plan->n_scenarios = (int)json_array_size(list);
  plan->scenarios = arena_new(plan->arena, (size_t)plan->n_scenarios, sizeof *plan->scenarios);
  for (int s = 0; s < plan->n_scenarios; s++) {
    const json_t *entry = json_array_get(list, (size_t)s);

    plan->scenarios[s].name = text(plan->arena, entry, "name", "");
    plan->scenarios[s].label = text(plan->arena, entry, "label", "");
    if (!*plan->scenarios[s].name) return invalid("a scenario has no", "name");
  }
  return EXIT_CODE_OK;
}

static const struct planned_endpoint *endpoint_named(const struct analysis_plan *plan,
                                                     const char *name)
{
  for (int e = 0; e < plan->n_endpoints; e++) {
    if (strcmp(plan->endpoints[e].name, name) == 0) return &plan->endpoints[e];
  }
  return NULL;
}

static const struct planned_arm *arm_named(const struct analysis_plan *plan, const char *name)
{
  for (int a = 0; a < plan->n_arms; a++) {
    if (strcmp(plan->arms[a].name, name) == 0) return &plan->arms[a];
  }
  return NULL;
}

static const json_t *estimand_named(const json_t *root, const char *name)
{
  const json_t *entry, *list = json_object_get(root, "estimands");
  size_t i;

  json_array_foreach(list, i, entry)
  {
    const char *own = json_string_value(json_object_get(entry, "name"));

    if (own && strcmp(own, name) == 0) return entry;
  }
  return NULL;
}

static int read_events(const json_t *estimand, struct arena *arena,
                       struct planned_analysis *analysis)
{
  json_t *strategy, *list = json_object_get(estimand, "intercurrent_events");
  struct intercurrent_event *events = arena_new(arena, json_object_size(list), sizeof *events);
  const char *name;

  analysis->events = events;
  json_object_foreach(list, name, strategy)
  {
    if (!json_is_string(strategy)) return invalid("no strategy for the intercurrent event", name);
    events[analysis->n_events++] = (struct intercurrent_event){
        arena_text(arena, name, strlen(name)),
        arena_text(arena, json_string_value(strategy), json_string_length(strategy))};
  }
  return EXIT_CODE_OK;
}

/* The one strategy that the analyses below follow. */
static const char *problem_with_events(struct arena *arena, const struct planned_analysis *analysis)
{
  for (int e = 0; e < analysis->n_events; e++) {
    const struct intercurrent_event *event = &analysis->events[e];

    if (strcmp(event->strategy, "treatment_policy") == 0) continue;
    return arena_format(arena,
                        "the strategy '%s' for '%s' is not supported; only "
                        "'treatment_policy' is",
                        event->strategy, event->name);
  }
  return NULL;
}

/* Whether method, endpoint, summary and population go together; a problem is a sentence. */
static const char *problem_of(struct arena *arena, const struct planned_analysis *analysis,
                              const char *summary)
{
  const struct method_description *method = &methods[analysis->method];

  if (strcmp(analysis->population, "randomised") != 0) {
    return arena_format(arena, "the population '%s' is not known; only 'randomised' is",
                        analysis->population);
  }
  if (!(method->endpoints & 1u << analysis->endpoint->type)) {
    return arena_format(arena, "method '%s' does not fit the type of endpoint '%s'", method->name,
                        analysis->endpoint->name);
  }
  if (*summary && method->effect != EFFECT_NONE &&
      strcmp(summary, effects[method->effect].name) != 0) {
    return arena_format(arena, "method '%s' does not estimate '%s'", method->name, summary);
  }
  if (!(analysis->level > 0 && analysis->level < 1)) return "the level must lie between 0 and 1";
  return problem_with_events(arena, analysis);
}

static int read_method(const json_t *entry, struct arena *arena, struct planned_analysis *analysis)
{
  const char *name = text(arena, entry, "method", "");
  const json_t *adjust = json_object_get(entry, "adjust");
  int found = 0;

  for (int m = 0; m < N_METHODS; m++) {
    if (strcmp(methods[m].name, name) != 0) continue;
    analysis->method = (enum analysis_method)m;
    found = 1;
  }
  if (!found) return invalid("unknown analysis method", name);
  analysis->level = number(entry, "level", default_level);
  analysis->interval_name = text(arena, entry, "interval", "newcombe");
  found = 0;
  for (int i = 0; i < N_INTERVALS; i++) {
    if (strcmp(intervals[i].name, analysis->interval_name) != 0) continue;
    analysis->interval = intervals[i].method;
    found = 1;
  }
  if (!found && analysis->method == METHOD_PROPORTION) {
    return invalid("unknown interval", analysis->interval_name);
  }
  analysis->n_covariates = (int)json_array_size(adjust);
  analysis->covariates = arena_new(arena, (size_t)analysis->n_covariates, sizeof(char *));
  for (int c = 0; c < analysis->n_covariates; c++) {
    const char *covariate = json_string_value(json_array_get(adjust, (size_t)c));

    if (!covariate) return invalid("a covariate to adjust for is no", "text");
    analysis->covariates[c] = arena_text(arena, covariate, strlen(covariate));
  }
  return EXIT_CODE_OK;
}

/* One entry of "analysis" becomes one analysis per pair of treatments. */
static int read_analysis(const json_t *root, const json_t *entry, struct analysis_plan *plan)
{
  struct planned_analysis analysis = {.estimand = text(plan->arena, entry, "estimand", "")};
  const json_t *estimand = estimand_named(root, analysis.estimand);
  const json_t *treatments = json_object_get(estimand, "treatments");
  const int n = (int)json_array_size(treatments), n_pairs = n > 2 ? n - 1 : 1;
  const char *endpoint = text(plan->arena, estimand, "endpoint", "");
  const char *summary = text(plan->arena, estimand, "summary", "");

  if (!estimand) return invalid("analysis of the unknown estimand", analysis.estimand);
  if (n < 1) return invalid("no treatments in the estimand", analysis.estimand);
  TRY(read_method(entry, plan->arena, &analysis));
  analysis.endpoint = endpoint_named(plan, endpoint);
  if (!analysis.endpoint) return invalid("unknown endpoint", endpoint);
  analysis.label = text(plan->arena, estimand, "label", analysis.endpoint->label);
  analysis.population = text(plan->arena, estimand, "population", "randomised");
  TRY(read_events(estimand, plan->arena, &analysis));
  analysis.problem = problem_of(plan->arena, &analysis, summary);
  analysis.n_arms = n > 1 ? 2 : 1;
  analysis.effect = n > 1 ? methods[analysis.method].effect : EFFECT_NONE;
  for (int pair = 0; pair < n_pairs; pair++) {
    const int members[2] = {pair, n - 1};

    for (int k = 0; k < analysis.n_arms; k++) {
      const char *name = json_string_value(json_array_get(treatments, (size_t)members[k]));

      analysis.arm[k] = name ? arm_named(plan, name) : NULL;
      if (!analysis.arm[k]) return invalid("unknown treatment", name ? name : "");
    }
    plan->analyses[plan->n_analyses++] = analysis;
  }
  return EXIT_CODE_OK;
}

static int read_analyses(const json_t *root, struct analysis_plan *plan)
{
  const json_t *entry, *list = json_object_get(root, "analysis");
  const size_t most = json_array_size(list) * (size_t)(plan->n_arms + 1);
  size_t i;

  plan->analyses = arena_new(plan->arena, most, sizeof *plan->analyses);
  json_array_foreach(list, i, entry)
  {
    const json_t *estimand = estimand_named(root, text(plan->arena, entry, "estimand", ""));

    if (json_array_size(json_object_get(estimand, "treatments")) > (size_t)plan->n_arms) {
      return invalid("more treatments than arms in", text(plan->arena, entry, "estimand", ""));
    }
    TRY(read_analysis(root, entry, plan));
  }
  return EXIT_CODE_OK;
}

static struct published_result read_published(const json_t *entry, struct arena *arena)
{
  const json_t *interval = json_object_get(entry, "interval");
  const json_t *used = json_object_get(entry, "trial_data_used_in_model");
  struct published_result result = {
      .estimand = text(arena, entry, "estimand", ""),
      .source = text(arena, entry, "source", ""),
      .note = text(arena, entry, "note", NULL),
      .estimate = number(entry, "estimate", (double)NAN),
      .level = number(entry, "level", default_level),
      .arm_band = number(entry, "arm_band", (double)NAN),
      .confidence = {(double)NAN, (double)NAN},
      .arm_value = {(double)NAN, (double)NAN},
      .trial_data_used_in_model = json_is_boolean(used) ? json_is_true(used) : -1};

  if (json_array_size(interval) == 2) {
    result.confidence.low = json_number_value(json_array_get(interval, 0));
    result.confidence.high = json_number_value(json_array_get(interval, 1));
  }
  return result;
}

/* The published values of the two arms of the estimand's first analysis. */
static void read_published_arms(const json_t *entry, const struct analysis_plan *plan,
                                struct published_result *result)
{
  for (int i = 0; i < plan->n_analyses; i++) {
    const struct planned_analysis *analysis = &plan->analyses[i];

    if (strcmp(analysis->estimand, result->estimand) != 0) continue;
    for (int k = 0; k < analysis->n_arms; k++) {
      result->arm[k] = analysis->arm[k]->name;
      result->arm_value[k] = number(json_object_get(entry, "arms"), analysis->arm[k]->name,
                                    (double)NAN);
    }
    return;
  }
}

static void read_all_published(const json_t *root, struct analysis_plan *plan)
{
  const json_t *entry, *list = json_object_get(root, "published");
  size_t i;

  plan->n_published = (int)json_array_size(list);
  plan->published = arena_new(plan->arena, (size_t)plan->n_published, sizeof *plan->published);
  json_array_foreach(list, i, entry)
  {
    plan->published[i] = read_published(entry, plan->arena);
    read_published_arms(entry, plan, &plan->published[i]);
  }
}

static int read_plan(const json_t *root, struct analysis_plan *plan)
{
  const json_t *study = json_object_get(root, "study");
  const json_t *simulation = json_object_get(root, "simulation");

  plan->study_id = text(plan->arena, study, "id", "");
  plan->study_title = text(plan->arena, study, "title", "");
  plan->n_replicates = (int)number(simulation, "replicates", 0);
  plan->allowed_failures = number(simulation, "allowed_failures", (double)NAN);
  TRY(read_arms(root, plan));
  TRY(read_endpoints(root, plan));
  TRY(read_scenarios(root, plan));
  TRY(read_analyses(root, plan));
  read_all_published(root, plan);
  return EXIT_CODE_OK;
}

int analysis_plan_load(const char *json, struct analysis_plan *plan)
{
  json_error_t error;
  json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &error);
  int code;

  *plan = (struct analysis_plan){.arena = arena_create()};
  if (!root) {
    analysis_plan_clear(plan);
    return failure(EXIT_CODE_INVALID_INPUT, "resolved protocol, line %d: %s", error.line,
                   error.text);
  }
  code = read_plan(root, plan);
  json_decref(root);
  if (code != EXIT_CODE_OK) analysis_plan_clear(plan);
  return code;
}

void analysis_plan_clear(struct analysis_plan *plan)
{
  arena_destroy(&plan->arena);
  *plan = (struct analysis_plan){0};
}
