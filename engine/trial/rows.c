/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "estimators/response.h"
#include "estimators/time_in_range.h"
#include "twin/effects.h"

static const double minutes_per_h = 60, hours_per_day = 24, percent = 100;

static size_t new_row(const struct telling *telling, int table)
{
  const size_t row = column_table_add_row(&telling->tables[table]);

  column_table_int(&telling->tables[table], row, COLUMN_REPLICATE, telling->position->replicate);
  column_table_int(&telling->tables[table], row, COLUMN_PATIENT, telling->position->patient);
  return row;
}

static void tell_cohort(const struct telling *telling)
{
  const struct cohort *cohort = telling->plan->cohort;
  struct column_table *table = &telling->tables[TABLE_COHORT];
  const size_t row = new_row(telling, TABLE_COHORT);
  char id[48];

  snprintf(id, sizeof id, "%lld-%08lld", (long long)telling->position->replicate,
           (long long)telling->position->patient);
  column_table_text(table, row, COHORT_USUBJID, id);
  column_table_int(table, row, COHORT_ATTEMPT, telling->enrolment->attempt);
  for (int i = 0; i < cohort->n_covariates && telling->enrolment->attempt >= 0; i++) {
    const double value = telling->enrolment->covariates[i];

    if (cohort->covariates[i].n_categories)
      column_table_int(table, row, COHORT_COVARIATES + i, (int64_t)value);
    else
      column_table_real(table, row, COHORT_COVARIATES + i, value);
  }
}

static void tell_conduct(const struct telling *telling)
{
  struct column_table *tables = telling->tables;
  size_t row = new_row(telling, TABLE_RANDOMISATION);

  column_table_int(&tables[TABLE_RANDOMISATION], row, RANDOMISATION_ARM, telling->allocation->arm);
  column_table_int(&tables[TABLE_RANDOMISATION], row, RANDOMISATION_STRATUM,
                   telling->allocation->stratum);
  column_table_int(&tables[TABLE_RANDOMISATION], row, RANDOMISATION_BLOCK,
                   telling->allocation->block);
  row = new_row(telling, TABLE_DISPOSITION);
  column_table_int(&tables[TABLE_DISPOSITION], row, DISPOSITION_ARM, telling->allocation->arm);
  column_table_int(&tables[TABLE_DISPOSITION], row, DISPOSITION_STATUS, telling->life->status);
  column_table_real(&tables[TABLE_DISPOSITION], row, DISPOSITION_TIME,
                    telling->life->last_minute / minutes_per_h);
  row = new_row(telling, TABLE_NUMERICS);
  column_table_int(&tables[TABLE_NUMERICS], row, NUMERICS_STEPS, telling->life->count.accepted);
  column_table_int(&tables[TABLE_NUMERICS], row, NUMERICS_REJECTED, telling->life->count.rejected);
}

/** Before the patient's rows in those tables are written. */
static void tell_index(const struct telling *telling)
{
  struct column_table *table = &telling->tables[TABLE_INDEX];
  const size_t row = new_row(telling, TABLE_INDEX);

  column_table_int(table, row, INDEX_FIRST_OBSERVATION,
                   (int64_t)telling->tables[TABLE_OBSERVATIONS].n_rows);
  column_table_int(table, row, INDEX_OBSERVATIONS, (int64_t)telling->life->n_observations);
  column_table_int(table, row, INDEX_FIRST_DOSE, (int64_t)telling->tables[TABLE_DOSING].n_rows);
  column_table_int(table, row, INDEX_DOSES, (int64_t)telling->life->n_doses);
}

static void tell_truth(const struct telling *telling)
{
  const int scenario = telling->position->scenario;
  const struct model *model = telling->plan->scenarios[scenario].model;
  size_t row = new_row(telling, TABLE_PARAMETERS);

  for (int i = 0; i < model->n_parameters && telling->life->status != LIFE_NOT_ELIGIBLE; i++)
    column_table_real(&telling->tables[TABLE_PARAMETERS], row,
                      telling->layout->parameters[scenario][i], telling->life->parameters[i]);
  for (int i = 0; i < model->n_mixtures && telling->life->status != LIFE_NOT_ELIGIBLE; i++)
    column_table_int(&telling->tables[TABLE_PARAMETERS], row,
                     telling->layout->mixtures[scenario][i], telling->life->categories[i]);
  row = new_row(telling, TABLE_ETAS);
  for (int i = 0; i < model->n_etas && telling->life->status != LIFE_NOT_ELIGIBLE; i++)
    column_table_real(&telling->tables[TABLE_ETAS], row, telling->layout->etas[scenario][i],
                      telling->life->etas[i]);
}

static void tell_doses(const struct telling *telling)
{
  struct column_table *table = &telling->tables[TABLE_DOSING];

  for (size_t i = 0; i < telling->life->n_doses; i++) {
    const struct given_dose *dose = &telling->life->doses[i];
    const size_t row = new_row(telling, TABLE_DOSING);
    const double infusion = dose->infusion_min / minutes_per_h;

    column_table_real(table, row, DOSING_TIME, dose->minute / minutes_per_h);
    column_table_int(table, row, DOSING_TREATMENT, dose->intervention);
    column_table_real(table, row, DOSING_AMOUNT, dose->amount);
    column_table_real(table, row, DOSING_RATE, infusion > 0 ? dose->amount / infusion : 0);
    column_table_real(table, row, DOSING_INTERVAL,
                      dose->n_more > 0 ? dose->interval_min / minutes_per_h : 0);
    column_table_int(table, row, DOSING_ADDITIONAL, dose->n_more);
    column_table_int(table, row, DOSING_RULE, dose->rule);
  }
}

/** Limits in the measure's unit, and whether the value is beyond one. */
static void tell_limits(const struct telling *telling, size_t row,
                        const struct observation *observation)
{
  const struct plan_scenario *scenario = &telling->plan->scenarios[telling->position->scenario];
  const int m = observation->measure;
  const struct model_output *output = &scenario->model->outputs[scenario->outputs[m]];
  struct column_table *table = &telling->tables[TABLE_OBSERVATIONS];
  const int lloq = telling->layout->lloq, uloq = telling->layout->uloq;

  if (lloq >= 0) {
    column_table_real(table, row, lloq, scenario->factors[m] * output->lloq);
    column_table_int(table, row, lloq + 1, observation->quantified == BELOW_LLOQ);
  }
  if (uloq >= 0) {
    column_table_real(table, row, uloq, scenario->factors[m] * output->uloq);
    column_table_int(table, row, uloq + 1, observation->quantified == ABOVE_ULOQ);
  }
}

static void tell_observations(const struct telling *telling)
{
  struct column_table *table = &telling->tables[TABLE_OBSERVATIONS];

  for (size_t i = 0; i < telling->life->n_observations; i++) {
    const struct observation *observation = &telling->life->observations[i];
    const size_t row = new_row(telling, TABLE_OBSERVATIONS);

    column_table_int(table, row, OBSERVATION_VISIT, observation->visit);
    column_table_real(table, row, OBSERVATION_TIME, observation->minute / minutes_per_h);
    column_table_int(table, row, OBSERVATION_ANALYTE, observation->measure);
    column_table_real(table, row, OBSERVATION_TRUE, observation->truth);
    column_table_real(table, row, OBSERVATION_MEASURED, observation->measured);
    tell_limits(telling, row, observation);
  }
}

/** Measured values of one analyte, times in h. */
static struct samples samples_of(const struct telling *telling, int measure)
{
  const struct life *life = telling->life;
  struct row_work *work = telling->work;
  size_t n = 0, capacity = work->capacity;

  work->times = memory_grow(work->times, life->n_observations, &capacity, sizeof *work->times);
  capacity = work->capacity;
  work->values = memory_grow(work->values, life->n_observations, &capacity, sizeof *work->values);
  work->capacity = capacity;
  for (size_t i = 0; i < life->n_observations; i++) {
    if (life->observations[i].measure != measure) continue;
    work->times[n] = life->observations[i].minute / minutes_per_h;
    work->values[n++] = life->observations[i].measured;
  }
  return (struct samples){n, work->times, work->values};
}

static double endpoint_value(const struct plan_endpoint *endpoint, const struct samples *samples)
{
  const struct interval window = {endpoint->from_min / minutes_per_h,
                                  endpoint->to_min / minutes_per_h};
  const struct interval range = {endpoint->low, endpoint->high};
  const double time = endpoint->time_min / minutes_per_h;

  switch ((enum endpoint_type)endpoint->entry->type) {
  case ENDPOINT_TIME_IN_RANGE:
    return percent * time_in_range(samples, window, range).fraction;
  case ENDPOINT_RESPONDER:
    return response(samples, window, range, (enum response_rule)endpoint->entry->samples).value;
  case ENDPOINT_VALUE:
    return value_at(samples, time, 0).value;
  case ENDPOINT_CHANGE:
    return samples->n ? change_from_baseline(samples, samples->time[0], time, 0).value
                      : (double)NAN;
  case ENDPOINT_TIME_TO_EVENT:
    break;
  }
  return (double)NAN;
}

/** A patient who could not be solved has a row without a value: the analysis sees and counts it. */
static void tell_endpoints(const struct telling *telling)
{
  const bool is_complete = telling->life->status == LIFE_COMPLETED;
  const int end = telling->layout->changes >= 0 ? telling->layout->changes
                                                : telling->layout->n_tables;

  for (int t = TABLE_FIRST_ENDPOINT; t < end; t++) {
    const struct plan_endpoint *endpoint =
        &telling->plan->endpoints[telling->layout->endpoints[t - TABLE_FIRST_ENDPOINT]];
    const struct samples samples = samples_of(telling, endpoint->measure);
    const size_t row = new_row(telling, t);

    column_table_int(&telling->tables[t], row, ENDPOINT_ARM, telling->allocation->arm);
    if (is_complete)
      column_table_real(&telling->tables[t], row, ENDPOINT_AVAL,
                        endpoint_value(endpoint, &samples));
  }
}

static void tell_events(const struct telling *telling)
{
  struct column_table *table = &telling->tables[TABLE_TIME_TO_EVENT];
  int code = 0;

  for (int i = 0; i < telling->plan->n_endpoints; i++) {
    const struct plan_endpoint *endpoint = &telling->plan->endpoints[i];
    const struct interval window = {endpoint->from_min / minutes_per_h,
                                    endpoint->to_min / minutes_per_h};
    const struct interval range = {endpoint->low, endpoint->high};
    struct samples samples;
    struct first_response first;
    size_t row;

    if (endpoint->entry->type != ENDPOINT_TIME_TO_EVENT) continue;
    samples = samples_of(telling, endpoint->measure);
    row = new_row(telling, TABLE_TIME_TO_EVENT);
    column_table_int(table, row, EVENT_ARM, telling->allocation->arm);
    column_table_int(table, row, EVENT_PARAMETER, code++);
    if (telling->life->status != LIFE_COMPLETED) continue;
    first = first_response(&samples, window, range, window.high);
    column_table_real(table, row, EVENT_TIME, first.time / hours_per_day);
    column_table_int(table, row, EVENT_CENSORED, first.censored);
  }
}

/** The code of a covariate among those that change. */
static int course_of(const struct plan *plan, int covariate)
{
  int i = 0;

  while (plan->courses[i].covariate != covariate) i++;
  return i;
}

static void tell_changes(const struct telling *telling)
{
  struct column_table *table = &telling->tables[telling->layout->changes];

  for (size_t i = 0; i < telling->life->n_changes; i++) {
    const struct covariate_change *change = &telling->life->changes[i];
    const size_t row = new_row(telling, telling->layout->changes);

    column_table_real(table, row, CHANGE_TIME, change->minute / minutes_per_h);
    column_table_int(table, row, CHANGE_COVARIATE, course_of(telling->plan, change->covariate));
    column_table_real(table, row, CHANGE_VALUE, change->value);
  }
}

void rows_add(const struct telling *telling)
{
  tell_cohort(telling);
  tell_conduct(telling);
  tell_index(telling);
  tell_truth(telling);
  tell_doses(telling);
  tell_observations(telling);
  tell_endpoints(telling);
  tell_events(telling);
  if (telling->layout->changes >= 0) tell_changes(telling);
}

void row_work_clear(struct row_work *work)
{
  free(work->times);
  free(work->values);
  *work = (struct row_work){0};
}
