/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/response.h"

#include <math.h>

enum sample_use { SAMPLE_OUTSIDE, SAMPLE_MISSING, SAMPLE_USED };

static enum sample_use sample_use(const struct samples *samples, size_t i, struct interval window)
{
  const double time = samples->time[i];

  if (time < window.low || time > window.high) return SAMPLE_OUTSIDE;
  return isfinite(time) && isfinite(samples->value[i]) ? SAMPLE_USED : SAMPLE_MISSING;
}

struct response response(const struct samples *samples, struct interval window,
                         struct interval range, enum response_rule rule)
{
  struct response result = {.value = (double)NAN};

  for (size_t i = 0; i < samples->n; i++) {
    const enum sample_use use = sample_use(samples, i, window);

    if (use == SAMPLE_MISSING) result.n_missing++;
    if (use != SAMPLE_USED) continue;
    const int within = samples->value[i] >= range.low && samples->value[i] <= range.high;

    if (result.n_used++ == 0 || rule == RESPONSE_LAST)
      result.value = within;
    else if (rule == RESPONSE_ANY)
      result.value = result.value > 0 || within;
    else
      result.value = result.value > 0 && within;
  }
  return result;
}

struct first_response first_response(const struct samples *samples, struct interval window,
                                     struct interval range, double end)
{
  struct first_response result = {.time = end, .censored = 1};

  for (size_t i = 0; i < samples->n; i++) {
    const enum sample_use use = sample_use(samples, i, window);

    if (use == SAMPLE_MISSING) result.n_missing++;
    if (use != SAMPLE_USED) continue;
    result.n_used++;
    if (!result.censored) continue;
    if (samples->value[i] >= range.low && samples->value[i] <= range.high) {
      result.censored = 0;
      result.time = samples->time[i];
    } else if (isnan(end)) {
      result.time = samples->time[i];
    }
  }
  return result;
}

struct sampled_value value_at(const struct samples *samples, double time, double allowed)
{
  const struct interval window = {time - allowed, time + allowed};
  struct sampled_value result = {.value = (double)NAN, .time = (double)NAN};

  for (size_t i = 0; i < samples->n; i++) {
    const enum sample_use use = sample_use(samples, i, window);

    if (use == SAMPLE_MISSING) result.n_missing++;
    if (use != SAMPLE_USED) continue;
    const double away = fabs(samples->time[i] - time);

    if (result.n_used == 0 || away < fabs(result.time - time) || samples->time[i] == result.time) {
      result.value = samples->value[i];
      result.time = samples->time[i];
    }
    result.n_used = 1;
  }
  return result;
}

struct sampled_value change_from_baseline(const struct samples *samples, double baseline,
                                          double time, double allowed)
{
  const struct sampled_value before = value_at(samples, baseline, allowed);
  const struct sampled_value after = value_at(samples, time, allowed);

  return (struct sampled_value){.value = after.value - before.value,
                                .time = after.time,
                                .n_used = before.n_used + after.n_used,
                                .n_missing = before.n_missing + after.n_missing};
}
