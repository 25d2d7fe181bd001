/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/covariates.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const double minutes_per_h = 60;

void covariates_create(const struct plan *plan, enum simd simd, struct covariates *covariates)
{
  *covariates = (struct covariates){
      .plan = plan,
      .values = memory_new((size_t)plan->cohort->n_covariates, sizeof *covariates->values),
      .registers = plan->n_courses > 0 ? program_registers(plan->course_program) : NULL,
      .simd = simd,
      .next_min = NO_TIME};
}

void covariates_clear(struct covariates *covariates)
{
  free(covariates->values);
  free(covariates->registers);
  *covariates = (struct covariates){0};
}

/** The first change of a course after a minute (-1: from the start); NO_TIME when there is none
 * until the end. */
static int32_t change_after(const struct plan_course *course, int32_t minute, int32_t end)
{
  if (course->every_min > 0) {
    const int32_t next = minute < 0 ? 0 : (minute / course->every_min + 1) * course->every_min;

    return next <= end ? next : NO_TIME;
  }
  for (int i = 0; i < course->n; i++)
    if (course->minutes[i] > minute) return course->minutes[i];
  return NO_TIME;
}

static void find_next(struct covariates *covariates, int32_t minute)
{
  const struct plan *plan = covariates->plan;

  covariates->next_min = NO_TIME;
  for (int i = 0; i < plan->n_courses; i++) {
    const int32_t next = change_after(&plan->courses[i], minute, plan->end_min);

    if (next != NO_TIME && (covariates->next_min == NO_TIME || next < covariates->next_min))
      covariates->next_min = next;
  }
}

/** Expressions read the values at first, so that the order of the courses does not matter. */
static void evaluate(struct covariates *covariates, int32_t minute)
{
  const struct plan *plan = covariates->plan;

  for (int i = 0; i < plan->cohort->n_covariates; i++)
    covariates->registers[plan->first_course_input + i][0] = covariates->baseline[i];
  covariates->registers[plan->course_time][0] = minute / minutes_per_h;
  program_run(plan->course_program, SECTION_OUTPUTS, covariates->registers, covariates->simd);
}

/** The new value of a covariate whose course changes it at this minute. */
static double value_at(const struct covariates *covariates, const struct plan_course *course,
                       int32_t minute)
{
  if (!course->values) return covariates->registers[course->reg][0];
  for (int i = 0; i < course->n; i++)
    if (course->minutes[i] == minute) return course->values[i];
  return covariates->values[course->covariate];
}

void covariates_change(struct covariates *covariates, int32_t minute, struct life *life)
{
  const struct plan *plan = covariates->plan;

  evaluate(covariates, minute);
  for (int i = 0; i < plan->n_courses; i++) {
    const struct plan_course *course = &plan->courses[i];

    if (change_after(course, minute - 1, plan->end_min) != minute) continue;
    covariates->values[course->covariate] = value_at(covariates, course, minute);
    life_change_covariate(life, &(struct covariate_change){minute, course->covariate,
                                                           covariates->values[course->covariate]});
  }
  find_next(covariates, minute);
}

void covariates_begin(struct covariates *covariates, const double *baseline, struct life *life)
{
  const struct plan *plan = covariates->plan;

  covariates->baseline = baseline;
  covariates->next_min = NO_TIME;
  memcpy(covariates->values, baseline, (size_t)plan->cohort->n_covariates * sizeof *baseline);
  if (plan->n_courses > 0) covariates_change(covariates, 0, life);
}
