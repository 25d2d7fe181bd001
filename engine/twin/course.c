/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/course.h"

#include <math.h>

void course_begin(struct course *course, const struct enrolment *enrolment, struct life *life)
{
  course->enrolment = enrolment;
  course->life = life;
  course->arm = &course->plan->arms[enrolment->arm];
  course->next_visit = 0;
  course->n_added = 0;
  course->next_occasion_min = course->scenario->occasion_min > 0 ? 0 : NO_TIME;
  for (int i = 0; i < course->plan->n_measures; i++) course->measured[i] = (double)NAN;
  for (int i = 0; i < course->arm->n_administrations; i++)
    dosing_begin(&course->arm->administrations[i], &course->dosings[i]);
}

static void earlier(int32_t *first, int32_t candidate)
{
  if (candidate != NO_TIME && candidate < *first) *first = candidate;
}

int32_t course_next_change(const struct course *course)
{
  int32_t next = course->plan->end_min;

  earlier(&next, course->next_occasion_min);
  earlier(&next, course->covariates.next_min);
  for (int i = 0; i < course->arm->n_administrations; i++)
    earlier(&next, course->dosings[i].next_min);
  return next;
}

int course_visits_between(const struct course *course, int32_t now, int32_t until, int32_t *minutes)
{
  const struct plan_scenario *scenario = course->scenario;
  int n = 0, planned = course->next_visit, added = 0;

  for (;;) {
    int32_t next = until;

    if (planned < scenario->n_visits) earlier(&next, scenario->visits[planned].minute);
    if (added < course->n_added) earlier(&next, course->added[added]);
    if (next >= until) return n;
    if (next > now) minutes[n++] = next;
    planned += planned < scenario->n_visits && scenario->visits[planned].minute == next;
    added += added < course->n_added && course->added[added] == next;
  }
}

bool course_add_visit(struct course *course, int32_t minute)
{
  int at = 0;

  if (minute > course->plan->end_min) return true;
  while (at < course->n_added && course->added[at] < minute) at++;
  if (at < course->n_added && course->added[at] == minute) return true;
  if (course->n_added == MAX_ADDED_VISITS) return false;
  for (int i = course->n_added; i > at; i--) course->added[i] = course->added[i - 1];
  course->added[at] = minute;
  course->n_added++;
  return true;
}

bool course_has_visit(const struct course *course, int32_t minute)
{
  const struct plan_scenario *scenario = course->scenario;

  return (course->n_added > 0 && course->added[0] == minute) ||
         (course->next_visit < scenario->n_visits &&
          scenario->visits[course->next_visit].minute == minute);
}

uint32_t course_take_visit(struct course *course, int32_t minute, int *code)
{
  const struct plan_scenario *scenario = course->scenario;
  uint32_t measures = 0;

  if (course->n_added > 0 && course->added[0] == minute) {
    measures = (1u << course->plan->n_measures) - 1;
    *code = course->plan->n_visit_names - 1;
    course->n_added--;
    for (int i = 0; i < course->n_added; i++) course->added[i] = course->added[i + 1];
  }
  if (course->next_visit < scenario->n_visits &&
      scenario->visits[course->next_visit].minute == minute) {
    measures |= scenario->visits[course->next_visit].measures;
    *code = scenario->visits[course->next_visit].code;
    course->next_visit++;
  }
  return measures;
}
