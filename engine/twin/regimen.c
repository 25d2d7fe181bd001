/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/regimen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "twin/decimal_time.h"

void regimen_clear(struct regimen *regimen)
{
  free(regimen->arrivals);
  free(regimen->infusions);
  *regimen = (struct regimen){0};
}

void regimen_empty(struct regimen *regimen)
{
  regimen->n_arrivals = regimen->n_infusions = 0;
}

/** The same as of a dose that is written out at its own time. */
static double due(const struct arrival *arrival)
{
  const double given = decimal_time_after(arrival->first, arrival->past, arrival->interval);

  return decimal_time_after(given, 1, arrival->lag);
}

void regimen_add(struct regimen *regimen, const struct arrival *arrival)
{
  struct arrival added = *arrival;
  size_t at = regimen->n_arrivals;

  added.due = due(arrival);
  regimen->arrivals = memory_grow(regimen->arrivals, regimen->n_arrivals + 1,
                                  &regimen->arrival_capacity, sizeof *regimen->arrivals);
  for (; at > 0 && regimen->arrivals[at - 1].due > added.due; at--)
    regimen->arrivals[at] = regimen->arrivals[at - 1];
  regimen->arrivals[at] = added;
  regimen->n_arrivals++;
}

void regimen_infuse(struct regimen *regimen, const struct infusion *infusion)
{
  size_t at = regimen->n_infusions;

  regimen->infusions = memory_grow(regimen->infusions, regimen->n_infusions + 1,
                                   &regimen->infusion_capacity, sizeof *regimen->infusions);
  for (; at > 0 && regimen->infusions[at - 1].end > infusion->end; at--)
    regimen->infusions[at] = regimen->infusions[at - 1];
  regimen->infusions[at] = *infusion;
  regimen->n_infusions++;
}

double regimen_next(const struct regimen *regimen)
{
  const double arrival = regimen->n_arrivals ? regimen->arrivals[0].due : (double)INFINITY;
  const double end = regimen->n_infusions ? regimen->infusions[0].end : (double)INFINITY;

  return arrival < end ? arrival : end;
}

bool regimen_end_infusions(struct regimen *regimen, double now)
{
  size_t n = 0;

  while (n < regimen->n_infusions && regimen->infusions[n].end <= now) n++;
  regimen->n_infusions -= n;
  if (n > 0)
    memmove(regimen->infusions, regimen->infusions + n,
            regimen->n_infusions * sizeof *regimen->infusions);
  return n > 0;
}

bool regimen_take(struct regimen *regimen, double now, struct arrival *arrival)
{
  struct arrival next;

  if (regimen->n_arrivals == 0 || regimen->arrivals[0].due > now) return false;
  *arrival = next = regimen->arrivals[0];
  regimen->n_arrivals--;
  memmove(regimen->arrivals, regimen->arrivals + 1,
          regimen->n_arrivals * sizeof *regimen->arrivals);
  if (next.additional > 0) {
    next.additional--;
    next.past++;
    regimen_add(regimen, &next);
  }
  return true;
}

double regimen_rate(const struct regimen *regimen, int state)
{
  double rate = 0;

  for (size_t i = 0; i < regimen->n_infusions; i++)
    if (regimen->infusions[i].state == state) rate += regimen->infusions[i].rate;
  return rate;
}
