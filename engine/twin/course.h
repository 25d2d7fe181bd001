/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/course.h
 * One patient's calendar: planned visits, added visits, doses, occasions. */
#pragma once
#include "twin/covariates.h"
#include "twin/dosing.h"

enum { MAX_ADDED_VISITS = 512 };

struct course {
  const struct plan *plan; /* borrowed, as all below */
  const struct plan_scenario *scenario;
  const struct enrolment *enrolment;
  struct life *life;
  const struct plan_arm *arm;
  struct dosing *dosings; /* [administration of the arm] */
  struct covariates covariates;
  int next_visit, n_added;
  int32_t added[MAX_ADDED_VISITS]; /* ascending */
  int32_t next_occasion_min;       /* NO_TIME: none */
  double measured[MAX_MEASURES];   /* last values */
};

void course_begin(struct course *course, const struct enrolment *enrolment, struct life *life);
/** The time of the next thing that may change the patient's state or its rates, or that needs the
 *  lane to stand still: a dose, an occasion, the end of the study. */
int32_t course_next_change(const struct course *course);
/** Times of the visits after `now` and before `until`, ascending. `minutes` has room for
 *  every planned visit and MAX_ADDED_VISITS. */
int course_visits_between(const struct course *course, int32_t now, int32_t until,
                          int32_t *minutes);
/** An added encounter, unless one is there already or it would be after the end. False when more
 *  than MAX_ADDED_VISITS are waiting. */
bool course_add_visit(struct course *course, int32_t minute);
/** Whether something is measured at this minute. */
bool course_has_visit(const struct course *course, int32_t minute);
/** Takes the visit at this minute off the calendar: what it measures (bits) and its code. 0 when
 *  there is none. An added visit measures all that the plan measures. */
uint32_t course_take_visit(struct course *course, int32_t minute, int *code);
