/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomisation, endpoints, and what refers to them: estimands, analyses, published results. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "plan/planning.h"

/** -1 when it is not whole; `reported` when it could not be read. */
static int whole(const double *values, size_t i, int reported)
{
  if (isnan(values[i])) return reported;
  return values[i] == floor(values[i]) ? (int)values[i] : -1;
}

static int read_ratio(struct planning *planning, const struct allocation_entry *entry)
{
  struct plan *plan = planning->plan;
  struct plan_arm *arms = (struct plan_arm *)plan->arms;
  int sum = 0;

  if (entry && entry->ratio.n && entry->ratio.n != (size_t)plan->n_arms)
    diagnostics_error(planning->diagnostics, &entry->at, "'ratio' has %zu numbers for %d arms",
                      entry->ratio.n, plan->n_arms);
  for (int i = 0; i < plan->n_arms; i++) {
    const bool is_given = entry && (size_t)i < entry->ratio.n;

    arms[i].ratio = is_given ? whole(entry->ratio.items, (size_t)i, 1) : 1;
    if (arms[i].ratio < 1) {
      diagnostics_error(planning->diagnostics, &entry->at, "'ratio' needs whole numbers");
      arms[i].ratio = 1;
    }
    sum += arms[i].ratio;
  }
  return sum;
}

static void unknown_covariate(struct planning *planning, const struct text *name, bool is_category)
{
  const struct cohort *cohort = planning->plan->cohort;
  const char **names = arena_new(planning->arena, (size_t)cohort->n_covariates, sizeof *names);
  size_t n = 0;

  for (int i = 0; i < cohort->n_covariates; i++)
    if (!is_category || cohort->covariates[i].n_categories) names[n++] = cohort->covariates[i].name;
  text_unknown(name,
               is_category ? "is not a categorical covariate of the cohort"
                           : "is not a covariate of the cohort",
               n, names, planning->diagnostics);
}

static void read_strata(struct planning *planning, const struct allocation_entry *entry)
{
  struct plan *plan = planning->plan;
  const struct text *names = entry->strata.items;
  struct plan_stratum *strata = arena_new(planning->arena, entry->strata.n, sizeof *strata);
  double n_strata = 1;

  for (size_t i = 0; i < entry->strata.n; i++) {
    const int covariate = names[i].text ? plan_covariate_named(plan, names[i].text) : -1;

    if (!plan->cohort) continue;
    if (!names[i].text) continue;
    if (covariate < 0 || !plan->cohort->covariates[covariate].n_categories) {
      unknown_covariate(planning, &names[i], true);
      continue;
    }
    strata[plan->n_strata++].covariate = covariate;
    n_strata *= plan->cohort->covariates[covariate].n_categories;
  }
  if (n_strata > 10000)
    diagnostics_error(planning->diagnostics, &entry->at, "more than 10,000 strata");
  plan->strata = strata;
}

void plan_allocation(struct planning *planning)
{
  const struct allocation_entry *entry = planning->file->allocation;
  const struct arm_entry *entries = planning->file->arms.items;
  struct plan *plan = planning->plan;
  struct plan_arm *arms = arena_new(planning->arena, planning->file->arms.n, sizeof *arms);
  int *sizes = arena_new(planning->arena, entry ? entry->block_sizes.n + 1 : 1, sizeof *sizes);
  int sum;

  plan->arms = arms;
  plan->n_arms = (int)planning->file->arms.n;
  if (plan->n_arms == 0 && planning->file->arms.items)
    diagnostics_error(planning->diagnostics, &planning->file->at, "a trial needs an arm");
  if (plan->n_arms > 100)
    diagnostics_error(planning->diagnostics, &entries[100].at, "a trial has at most 100 arms");
  if (plan->n_arms == 0) return;
  for (int i = 0; i < plan->n_arms; i++)
    arms[i] = (struct plan_arm){.name = entries[i].name.text, .label = entries[i].label.text};
  sum = read_ratio(planning, entry);
  for (size_t i = 0; entry && i < entry->block_sizes.n; i++) {
    sizes[i] = whole(entry->block_sizes.items, i, sum);
    if (sizes[i] < 1 || sizes[i] % sum != 0)
      diagnostics_error(planning->diagnostics, &entry->at,
                        "a block size must be a multiple of %d, the sum of the ratio", sum);
  }
  plan->n_block_sizes = entry && entry->block_sizes.n ? (int)entry->block_sizes.n : 1;
  if (!entry || !entry->block_sizes.n) sizes[0] = 2 * sum;
  plan->block_sizes = sizes;
  if (entry) read_strata(planning, entry);
}

static double threshold(struct planning *planning, const struct text *text,
                        const struct plan_measure *measure, double absent)
{
  double value = absent;
  char message[256];
  const char *problem;

  if (!text->text) return absent;
  problem = quantity_parse(text->text, measure->unit, measure->unit_text, &value, message);
  if (problem) diagnostics_error(planning->diagnostics, &text->at, "%s", problem);
  return value;
}

static void read_range(struct planning *planning, struct plan_endpoint *endpoint)
{
  const struct endpoint_entry *entry = endpoint->entry;
  const struct plan_measure *measure = &planning->plan->measures[endpoint->measure];
  const struct text *range = entry->range.items;
  const bool has_threshold = entry->at_least.text || entry->at_most.text;
  const bool needs_range = entry->type == ENDPOINT_TIME_IN_RANGE;

  endpoint->low = threshold(planning, &entry->at_least, measure, -(double)INFINITY);
  endpoint->high = threshold(planning, &entry->at_most, measure, (double)INFINITY);
  if (entry->range.n == 2) {
    endpoint->low = threshold(planning, &range[0], measure, 0);
    endpoint->high = threshold(planning, &range[1], measure, 0);
  } else if (entry->range.n > 0 || needs_range)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "'range' is a low and a high value: [2, 3]");
  if (entry->range.n && has_threshold)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "give 'range', or 'at_least' and 'at_most', not both");
  if (!(endpoint->low < endpoint->high))
    diagnostics_error(planning->diagnostics, &entry->at,
                      "the range is empty: its low end is not below its high end");
  if ((entry->type == ENDPOINT_RESPONDER || entry->type == ENDPOINT_TIME_TO_EVENT) &&
      !entry->range.n && !has_threshold)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "this endpoint needs 'range', 'at_least' or 'at_most'");
}

/** A value at a time is there only if every scenario measures it then. */
static void check_sampled(struct planning *planning, const struct plan_endpoint *endpoint)
{
  const struct plan *plan = planning->plan;

  if (endpoint->entry->type != ENDPOINT_VALUE && endpoint->entry->type != ENDPOINT_CHANGE) return;
  for (int s = 0; s < plan->n_scenarios; s++) {
    const struct plan_scenario *scenario = &plan->scenarios[s];
    bool is_measured = false;

    for (int v = 0; v < scenario->n_visits; v++)
      is_measured = is_measured || (scenario->visits[v].minute == endpoint->time_min &&
                                    (scenario->visits[v].measures >> endpoint->measure & 1));
    if (is_measured || planning->is_measure_missing || !scenario->model || !plan_has_end(planning))
      continue;
    diagnostics_error(planning->diagnostics, &endpoint->entry->at,
                      "no encounter measures %s at %g d, the endpoint's time",
                      plan->measures[endpoint->measure].name, endpoint->time_min / 1440.0);
    return;
  }
}

static void plan_endpoint(struct planning *planning, const struct endpoint_entry *entry,
                          struct plan_endpoint *endpoint)
{
  struct plan *plan = planning->plan;
  const char *names[MAX_MEASURES];

  *endpoint = (struct plan_endpoint){
      .entry = entry, .measure = entry->of.text ? plan_measure_named(plan, entry->of.text) : -1};
  if (endpoint->measure < 0) {
    for (int i = 0; i < plan->n_measures; i++) names[i] = plan->measures[i].name;
    if (entry->of.text && !planning->is_measure_missing)
      text_unknown(&entry->of, "is not measured at any encounter", (size_t)plan->n_measures, names,
                   planning->diagnostics);
    return;
  }
  read_range(planning, endpoint);
  endpoint->from_min = plan_minutes(planning, entry->from_h, &entry->at, "from");
  endpoint->to_min = isnan(entry->to_h) ? plan->end_min
                                        : plan_minutes(planning, entry->to_h, &entry->at, "to");
  endpoint->time_min = isnan(entry->time_h)
                           ? plan->end_min
                           : plan_minutes(planning, entry->time_h, &entry->at, "time");
  check_sampled(planning, endpoint);
  if (endpoint->to_min > plan->end_min || endpoint->time_min > plan->end_min ||
      endpoint->from_min >= endpoint->to_min)
    diagnostics_error(planning->diagnostics, &entry->at,
                      "the window must lie within the study and not be empty");
}

static const struct text *endpoint_name(const void *items, size_t i)
{
  return &((const struct endpoint_entry *)items)[i].name;
}

static const struct text *estimand_name(const void *items, size_t i)
{
  return &((const struct estimand_entry *)items)[i].name;
}

static const struct text *arm_name(const void *items, size_t i)
{
  return &((const struct arm_entry *)items)[i].name;
}

/** A list whose records others refer to by name. */
struct referred {
  const char *what;
  const struct list *list;
  const struct text *(*name_of)(const void *items, size_t i);
};

/** A reference by name, with the nearest that exists. */
static void find_name(struct planning *planning, const struct text *name, struct referred in)
{
  const char **names = arena_new(planning->arena, in.list->n, sizeof *names);
  const char *near;
  size_t n_names = 0;

  if (!name->text) return;
  for (size_t i = 0; i < in.list->n; i++) {
    const struct text *other = in.name_of(in.list->items, i);

    if (!other->text) continue;
    if (strcmp(other->text, name->text) == 0) return;
    names[n_names++] = other->text;
  }
  near = nearest_word(name->text, n_names, names);
  diagnostics_error(planning->diagnostics, &name->at, "no %s has the name '%.40s'%s%s%s", in.what,
                    name->text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void check_estimands(struct planning *planning)
{
  const struct protocol_file *file = planning->file;
  const struct estimand_entry *estimands = file->estimands.items;

  for (size_t i = 0; i < file->estimands.n; i++) {
    const struct text *treatments = estimands[i].treatments.items;

    find_name(planning, &estimands[i].endpoint,
              (struct referred){"endpoint", &file->endpoints, endpoint_name});
    if (estimands[i].treatments.n != 2)
      diagnostics_error(planning->diagnostics, &estimands[i].at, "'treatments' names two arms");
    for (size_t k = 0; k < estimands[i].treatments.n; k++)
      find_name(planning, &treatments[k], (struct referred){"arm", &file->arms, arm_name});
  }
}

static void check_analyses(struct planning *planning)
{
  const struct protocol_file *file = planning->file;
  const struct analysis_entry *analyses = file->analysis.items;

  for (size_t i = 0; i < file->analysis.n; i++) {
    const struct text *adjust = analyses[i].adjust.items;

    find_name(planning, &analyses[i].estimand,
              (struct referred){"estimand", &file->estimands, estimand_name});
    for (size_t k = 0; k < analyses[i].adjust.n; k++)
      if (planning->plan->cohort && adjust[k].text &&
          plan_covariate_named(planning->plan, adjust[k].text) < 0)
        unknown_covariate(planning, &adjust[k], false);
  }
}

static void check_published(struct planning *planning)
{
  const struct protocol_file *file = planning->file;
  const struct published_entry *published = file->published.items;

  for (size_t i = 0; i < file->published.n; i++) {
    const struct yaml_node *arms = published[i].arms;
    double value;

    find_name(planning, &published[i].estimand,
              (struct referred){"estimand", &file->estimands, estimand_name});
    if (published[i].interval.n != 0 && published[i].interval.n != 2)
      diagnostics_error(planning->diagnostics, &published[i].at,
                        "'interval' is a low and a high value");
    for (int k = 0; arms && arms->kind == NODE_MAPPING && k < arms->n; k++) {
      const struct text name = {arms->keys[k]->text, arms->keys[k]->at};

      find_name(planning, &name, (struct referred){"arm", &file->arms, arm_name});
      if (arms->items[k]->kind != NODE_SCALAR || !number_parse(arms->items[k]->text, &value))
        diagnostics_error(planning->diagnostics, &arms->items[k]->at,
                          "a published summary is a number");
    }
    if (arms && arms->kind != NODE_MAPPING)
      diagnostics_error(planning->diagnostics, &arms->at, "'arms' is arm: number pairs");
  }
}

void plan_endpoints(struct planning *planning)
{
  const struct endpoint_entry *entries = planning->file->endpoints.items;
  const size_t n = planning->file->endpoints.n;
  struct plan_endpoint *endpoints = arena_new(planning->arena, n, sizeof *endpoints);

  for (size_t i = 0; i < n; i++) plan_endpoint(planning, &entries[i], &endpoints[i]);
  planning->plan->endpoints = endpoints;
  planning->plan->n_endpoints = (int)n;
  if (n > 120)
    diagnostics_error(planning->diagnostics, &planning->file->at, "more than 120 endpoints");
  check_estimands(planning);
  check_analyses(planning);
  check_published(planning);
}
