/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/random_regimens.h
 * Diaries: patients with event records of any kind, drawn by number. What fails, fails the running
 * test. Include after cmocka.h. */
#pragma once
#include <math.h>

#include "base/memory.h"
#include "base/random_stream.h"
#include "random_regimen_models.h"
#include "twin/decimal_time.h"
#include "twin/record.h"

enum { DIARY_RECORDS = 400 };

/** Numbers of one patient of one test, one after the other. */
struct draws {
  struct random_stream stream;
  uint32_t n;
};

static inline struct draws draws_of(uint32_t test, uint32_t patient)
{
  return (struct draws){{20260, test, patient}, 0};
}

static inline double draw_between(struct draws *draws, double low, double high)
{
  return low + (high - low) * random_uniform(&draws->stream, RANDOM_COHORT, draws->n++, 0);
}

/** 0 .. n - 1 */
static inline int draw_one_of(struct draws *draws, int n)
{
  return (int)draw_between(draws, 0, n);
}

struct diary {
  double parameters[DIARY_PARAMETERS];
  int n, n_observations;
  struct record records[DIARY_RECORDS]; /* by time, then as they were added */
};

static inline double *diary_parameter(const struct diary_model *of, struct diary *diary,
                                      const char *name)
{
  for (int i = 0; i < of->model->n_parameters; i++)
    if (strcmp(of->model->parameters[i].name, name) == 0) return &diary->parameters[i];
  fail_msg("no parameter %s", name);
  return NULL;
}

/** A patient with individual parameters and no records. Every second one has a lag. */
static inline void diary_begin(const struct diary_model *of, struct draws *draws,
                               struct diary *diary)
{
  const bool has_lag = draw_one_of(draws, 2);

  diary->n = diary->n_observations = 0;
  for (size_t i = 0; i < sizeof diary_ranges / sizeof *diary_ranges; i++) {
    const double value = draw_between(draws, diary_ranges[i].low, diary_ranges[i].high);

    for (int p = 0; p < of->model->n_parameters; p++)
      if (strcmp(of->model->parameters[p].name, diary_ranges[i].name) == 0)
        diary->parameters[p] = value;
  }
  if (!has_lag) *diary_parameter(of, diary, "LAG") = 0;
}

static inline void diary_add(struct diary *diary, const struct record *record)
{
  int at = diary->n;

  assert_true(diary->n < DIARY_RECORDS);
  for (; at > 0 && diary->records[at - 1].time > record->time; at--)
    diary->records[at] = diary->records[at - 1];
  diary->records[at] = *record;
  diary->n++;
  diary->n_observations += record->event == RECORD_OBSERVATION;
}

static inline void diary_observe(struct diary *diary, double time)
{
  diary_add(diary, &(struct record){.time = time, .event = RECORD_OBSERVATION});
}

/** n observations, some of them on a grid of tenths, after `from` and before `until`. */
static inline void diary_observe_between(struct draws *draws, struct diary *diary, int n,
                                         double from, double until)
{
  for (int i = 0; i < n; i++) {
    const double time = draw_between(draws, from, until);
    const bool is_on_grid = draw_one_of(draws, 2);

    diary_observe(diary, is_on_grid ? (floor(10 * time) + 1) / 10 : time);
  }
}

/** A dose of any kind, at the time. */
static inline struct record drawn_dose(struct draws *draws, double time)
{
  const int kind = draw_one_of(draws, 4), route = draw_one_of(draws, 2);
  const double amount = floor(draw_between(draws, 10, 200)), rate = draw_between(draws, 5, 60);
  const double rates[4] = {RATE_BOLUS, rate, RATE_OF_MODEL, DURATION_OF_MODEL};

  return (struct record){.time = time,
                         .amount = amount,
                         .rate = rates[kind],
                         .state = (int16_t)route,
                         .route = (int16_t)route,
                         .event = RECORD_DOSE};
}
