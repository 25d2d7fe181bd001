/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/log_rank.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "estimators/distributions.h"
#include "estimators/symmetric.h"

/* Those of a risk set, by group. */
struct risk_set {
  double total;
  double *in_group; /* [group] */
};

static void add_event_time(struct log_rank *test, const struct risk_set *risk, double events)
{
  const int k = test->n_groups;
  const double n = risk->total;
  const double ties = n > 1 ? (n - events) / (n - 1) : 0;

  for (int a = 0; a < k; a++) {
    const double share = risk->in_group[a] / n;

    test->expected[a] += events * share;
    for (int b = 0; b < k; b++) {
      const double same = a == b ? share : 0;

      test->variance[a * k + b] += events * ties * (same - share * risk->in_group[b] / n);
    }
  }
}

static void sum_over_times(const struct survival_times *times, const int *group,
                           const size_t *order, struct log_rank *test)
{
  struct risk_set risk = {.total = (double)test->n_used};

  risk.in_group = memory_new((size_t)test->n_groups, sizeof *risk.in_group);
  for (int a = 0; a < test->n_groups; a++) risk.in_group[a] = (double)test->n_in_group[a];
  for (size_t i = 0; i < test->n_used;) {
    const double time = times->time[order[i]];
    size_t end = i;
    double events = 0;

    for (; end < test->n_used && times->time[order[end]] == time; end++) {
      events += times->event[order[end]];
      test->observed[group[order[end]]] += times->event[order[end]];
    }
    if (events > 0) add_event_time(test, &risk, events);
    for (; i < end; i++) {
      risk.total--;
      risk.in_group[group[order[i]]]--;
    }
  }
  free(risk.in_group);
}

/* (O - E)' V^-1 (O - E) over the groups that were at risk, less the last of them. */
static void test_groups(struct log_rank *test)
{
  const int k = test->n_groups;
  int *used = memory_new((size_t)k, sizeof *used), n_used = 0;
  double *variance, *distance, *solution;

  test->chi_squared = test->p = (double)NAN;
  for (int a = 0; a < k; a++) {
    if (test->expected[a] > 0) used[n_used++] = a;
  }
  const int m = n_used > 0 ? n_used - 1 : 0;

  variance = memory_new((size_t)(m * m), sizeof *variance);
  distance = memory_new((size_t)m, sizeof *distance);
  solution = memory_new((size_t)m, sizeof *solution);
  for (int a = 0; a < m; a++) {
    distance[a] = test->observed[used[a]] - test->expected[used[a]];
    for (int b = 0; b < m; b++) variance[a * m + b] = test->variance[used[a] * k + used[b]];
  }
  test->df = m;
  if (m > 0 && symmetric_factor(m, variance)) {
    symmetric_solve(m, variance, distance, solution);
    test->chi_squared = 0;
    for (int a = 0; a < m; a++) test->chi_squared += distance[a] * solution[a];
    test->p = chi_squared_p(test->chi_squared, m);
  }
  free(used);
  free(variance);
  free(distance);
  free(solution);
}

void log_rank(const struct survival_times *times, const int *group, int n_groups,
              struct log_rank *test)
{
  const size_t k = (size_t)n_groups;
  size_t *order = memory_new(times->n, sizeof *order);
  const size_t n = survival_order(times, order);

  *test = (struct log_rank){.n_groups = n_groups};
  test->n_in_group = memory_new(k, sizeof *test->n_in_group);
  test->observed = memory_new(k, sizeof *test->observed);
  test->expected = memory_new(k, sizeof *test->expected);
  test->variance = memory_new(k * k, sizeof *test->variance);
  for (size_t i = 0; i < n; i++) {
    if (group[order[i]] < 0 || group[order[i]] >= n_groups) continue;
    test->n_in_group[group[order[i]]]++;
    order[test->n_used++] = order[i];
  }
  test->n_missing = times->n - test->n_used;
  sum_over_times(times, group, order, test);
  test_groups(test);
  free(order);
}

void log_rank_clear(struct log_rank *test)
{
  free(test->n_in_group);
  free(test->observed);
  free(test->expected);
  free(test->variance);
  *test = (struct log_rank){0};
}
