/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/survival_times.h"

#include <stdlib.h>

#include "base/memory.h"

struct indexed_time {
  double time;
  size_t index;
};

int survival_time_is_missing(const struct survival_times *times, size_t i)
{
  return !(times->time[i] >= 0) || (times->event[i] != 0 && times->event[i] != 1);
}

static int earlier(const void *left, const void *right)
{
  const struct indexed_time *a = left, *b = right;

  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  return a->index < b->index ? -1 : a->index > b->index;
}

size_t survival_order(const struct survival_times *times, size_t *order)
{
  struct indexed_time *sorted = memory_new(times->n, sizeof *sorted);
  size_t n = 0;

  for (size_t i = 0; i < times->n; i++) {
    if (!survival_time_is_missing(times, i)) {
      sorted[n++] = (struct indexed_time){.time = times->time[i], .index = i};
    }
  }
  qsort(sorted, n, sizeof *sorted, earlier);
  for (size_t i = 0; i < n; i++) order[i] = sorted[i].index;
  free(sorted);
  return n;
}
