/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether what is to be estimated and how fit together, and whether this version can do it. */
#include <string.h>

#include "base/memory.h"
#include "plan/planning.h"

enum {
  NUMBERS = 1u << ENDPOINT_TIME_IN_RANGE | 1u << ENDPOINT_VALUE | 1u << ENDPOINT_CHANGE,
  RESPONDERS = 1u << ENDPOINT_RESPONDER,
  TIMES = 1u << ENDPOINT_TIME_TO_EVENT
};

/** What a summary or an estimator is for. */
struct purpose {
  const char *name;
  unsigned endpoints; /* bits 1 << enum endpoint_type */
  int summary;        /* enum estimand_summary; -1: describes arms, and compares nothing */
  bool can_adjust;    /* for covariates */
};

static const struct purpose summaries[] = {
    [SUMMARY_MEAN_DIFFERENCE] = {.name = "mean_difference", .endpoints = NUMBERS},
    [SUMMARY_RISK_DIFFERENCE] = {.name = "risk_difference", .endpoints = RESPONDERS},
    [SUMMARY_HAZARD_RATIO] = {.name = "hazard_ratio", .endpoints = TIMES}};

static const struct purpose estimators[] = {
    [ESTIMATOR_T_TEST] = {"t_test", NUMBERS, SUMMARY_MEAN_DIFFERENCE, false},
    [ESTIMATOR_WELCH] = {"welch", NUMBERS, SUMMARY_MEAN_DIFFERENCE, false},
    [ESTIMATOR_ANCOVA] = {"ancova", NUMBERS, SUMMARY_MEAN_DIFFERENCE, true},
    [ESTIMATOR_PROPORTION] = {"proportion", RESPONDERS, SUMMARY_RISK_DIFFERENCE, false},
    [ESTIMATOR_LOG_RANK] = {"log_rank", TIMES, SUMMARY_HAZARD_RATIO, false},
    [ESTIMATOR_COX] = {"cox", TIMES, SUMMARY_HAZARD_RATIO, true},
    [ESTIMATOR_KAPLAN_MEIER] = {"kaplan_meier", TIMES, -1, false}};

/** The one strategy of ICH E9(R1) that is done: everybody counts, whatever happened. */
static const char supported_strategy[] = "treatment_policy";
static const char *const strategies[] = {"treatment_policy", "hypothetical", "composite",
                                         "while_on_treatment", "principal_stratum"};
enum { N_STRATEGIES = sizeof strategies / sizeof *strategies };
static const char *const populations[] = {"randomised"};

static const char *types_of(unsigned endpoints)
{
  if (endpoints == RESPONDERS) return "a responder endpoint";
  return endpoints == TIMES ? "a time_to_event endpoint"
                            : "an endpoint of type time_in_range, value or change";
}

static bool is_one_of(const char *word, size_t n, const char *const *words)
{
  for (size_t i = 0; i < n; i++) {
    if (strcmp(word, words[i]) == 0) return true;
  }
  return false;
}

static void check_strategy(struct planning *planning, const char *event,
                           const struct yaml_node *strategy)
{
  const bool is_text = strategy->kind == NODE_SCALAR;
  const char *near;

  if (is_text && strcmp(strategy->text, supported_strategy) == 0) return;
  if (is_text && is_one_of(strategy->text, N_STRATEGIES, strategies)) {
    diagnostics_error(planning->diagnostics, &strategy->at,
                      "the strategy '%s' for '%.40s' is not supported yet in this version; only "
                      "'%s' is",
                      strategy->text, event, supported_strategy);
    return;
  }
  near = is_text ? nearest_word(strategy->text, N_STRATEGIES, strategies) : NULL;
  diagnostics_error(planning->diagnostics, &strategy->at,
                    "'%.40s' needs a strategy of ICH E9(R1): treatment_policy, hypothetical, "
                    "composite, while_on_treatment or principal_stratum%s%s%s",
                    event, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void check_intercurrent_events(struct planning *planning, const struct yaml_node *events)
{
  if (!events) return;
  if (events->kind != NODE_MAPPING) {
    diagnostics_error(planning->diagnostics, &events->at,
                      "'intercurrent_events' is event: strategy pairs, but this is %s",
                      yaml_kind_name(events));
    return;
  }
  for (int i = 0; i < events->n; i++)
    check_strategy(planning, events->keys[i]->text, events->items[i]);
}

static void check_population(struct planning *planning, const struct text *population)
{
  const char *near;

  if (!population->text || is_one_of(population->text, 1, populations)) return;
  near = nearest_word(population->text, 1, populations);
  diagnostics_error(planning->diagnostics, &population->at,
                    "the analysis population '%.40s' is not supported; only 'randomised' is%s",
                    population->text, near ? "; did you mean 'randomised'?" : "");
}

static const struct endpoint_entry *endpoint_of(const struct planning *planning,
                                                const struct estimand_entry *estimand)
{
  const struct endpoint_entry *endpoints = planning->file->endpoints.items;

  for (size_t i = 0; estimand->endpoint.text && i < planning->file->endpoints.n; i++) {
    const char *name = endpoints[i].name.text;

    if (name && strcmp(name, estimand->endpoint.text) == 0) return &endpoints[i];
  }
  return NULL;
}

static const struct estimand_entry *estimand_of(const struct planning *planning,
                                                const struct analysis_entry *analysis)
{
  const struct estimand_entry *estimands = planning->file->estimands.items;

  for (size_t i = 0; analysis->estimand.text && i < planning->file->estimands.n; i++) {
    const char *name = estimands[i].name.text;

    if (name && strcmp(name, analysis->estimand.text) == 0) return &estimands[i];
  }
  return NULL;
}

static bool fits(const struct purpose *purpose, const struct endpoint_entry *endpoint)
{
  return !endpoint || purpose->endpoints & 1u << endpoint->type;
}

static void check_estimand(struct planning *planning, const struct estimand_entry *estimand)
{
  const struct endpoint_entry *endpoint = endpoint_of(planning, estimand);
  const struct purpose *summary = &summaries[estimand->summary];

  if (planning->is_read && !fits(summary, endpoint))
    diagnostics_error(planning->diagnostics, &estimand->at,
                      "the summary '%s' is for %s, which '%s' is not", summary->name,
                      types_of(summary->endpoints), endpoint->name.text);
  if (estimand->treatments.n == 2) {
    const struct text *arms = estimand->treatments.items;

    if (arms[0].text && arms[1].text && strcmp(arms[0].text, arms[1].text) == 0)
      diagnostics_error(planning->diagnostics, &arms[1].at, "an arm is compared with itself");
  }
  check_population(planning, &estimand->population);
  check_intercurrent_events(planning, estimand->intercurrent_events);
}

static void check_analysis(struct planning *planning, const struct analysis_entry *analysis)
{
  const struct estimand_entry *estimand = estimand_of(planning, analysis);
  const struct endpoint_entry *endpoint = estimand ? endpoint_of(planning, estimand) : NULL;
  const struct purpose *estimator = &estimators[analysis->method];

  if (!planning->is_read) return;
  if (!fits(estimator, endpoint))
    diagnostics_error(planning->diagnostics, &analysis->at,
                      "the method '%s' is for %s, which '%s' is not", estimator->name,
                      types_of(estimator->endpoints), endpoint->name.text);
  else if (estimand && estimator->summary >= 0 && estimator->summary != estimand->summary)
    diagnostics_error(planning->diagnostics, &analysis->at,
                      "the method '%s' estimates a %s, but the summary of '%s' is %s",
                      estimator->name, summaries[estimator->summary].name, estimand->name.text,
                      summaries[estimand->summary].name);
  for (size_t i = 1; i < analysis->adjust.n; i++) {
    const struct text *names = analysis->adjust.items;

    for (size_t k = 0; k < i; k++)
      if (names[i].text && names[k].text && strcmp(names[i].text, names[k].text) == 0)
        diagnostics_error(planning->diagnostics, &names[i].at, "'%.40s' stands twice",
                          names[i].text);
  }
  if (analysis->adjust.n && !estimator->can_adjust)
    diagnostics_error(planning->diagnostics, &((const struct text *)analysis->adjust.items)->at,
                      "the method '%s' adjusts for no covariates; 'ancova' and 'cox' do",
                      estimator->name);
}

void plan_estimands(struct planning *planning)
{
  const struct estimand_entry *estimands = planning->file->estimands.items;
  const struct analysis_entry *analyses = planning->file->analysis.items;

  for (size_t i = 0; i < planning->file->estimands.n; i++) check_estimand(planning, &estimands[i]);
  for (size_t i = 0; i < planning->file->analysis.n; i++) check_analysis(planning, &analyses[i]);
}
