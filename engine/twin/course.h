/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/course.h
 * One patient's calendar: planned visits, added visits, doses, ends of infusions, occasions. */
#pragma once
#include "twin/dosing.h"

enum { MAX_ADDED_VISITS = 8 };

struct course {
  const struct plan *plan; /* borrowed, as all below */
  const struct plan_scenario *scenario;
  const struct enrolment *enrolment;
  struct life *life;
  const struct plan_arm *arm;
  struct dosing *dosings; /* [administration of the arm] */
  int next_visit, n_added;
  int32_t added[MAX_ADDED_VISITS]; /* ascending */
  int32_t next_occasion_min;       /* NO_TIME: none */
  double measured[MAX_MEASURES];   /* last values */
};

void course_begin(struct course *course, const struct enrolment *enrolment, struct life *life);
/** The time of whatever comes next; the end of the study at the latest. */
int32_t course_next(const struct course *course);
/** An added encounter, unless one is there already or it would be after the end. */
void course_add_visit(struct course *course, int32_t minute);
/** Takes the visit at this minute off the calendar: what it measures (bits) and its code. 0 when
 *  there is none. An added visit measures all that the plan measures. */
uint32_t course_take_visit(struct course *course, int32_t minute, int *code);
