/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimators/kaplan_meier.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "estimators/distributions.h"

/* Two heights of a curve are one when they differ by less: the square root of the double epsilon.
 */
static const double height_tolerance = 1.4901161193847656e-8;

enum height { HEIGHT_SURVIVAL, HEIGHT_LOW, HEIGHT_HIGH };

static void close_step(struct survival_step *step, double log_variance, double z)
{
  const double spread = z * sqrt(log_variance);

  step->se = (double)NAN;
  step->confidence = (struct interval){(double)NAN, (double)NAN};
  if (!(step->survival > 0)) return;
  step->se = step->survival * sqrt(log_variance);
  step->confidence.low = step->survival * exp(-spread);
  step->confidence.high = fmin(1, step->survival * exp(spread));
}

void kaplan_meier(const struct survival_times *times, double level, struct kaplan_meier *curve)
{
  size_t *order = memory_new(times->n, sizeof *order);
  const size_t n = survival_order(times, order);
  double survival = 1, log_variance = 0;

  *curve = (struct kaplan_meier){.n_used = n, .n_missing = times->n - n};
  curve->steps = memory_new(n, sizeof *curve->steps);
  for (size_t i = 0; i < n;) {
    struct survival_step *step = &curve->steps[curve->n_steps++];

    *step = (struct survival_step){.time = times->time[order[i]], .n_at_risk = n - i};
    for (; i < n && times->time[order[i]] == step->time; i++) {
      if (times->event[order[i]])
        step->n_events++;
      else
        step->n_censored++;
    }
    const double at_risk = (double)step->n_at_risk, events = (double)step->n_events;

    survival *= (at_risk - events) / at_risk;
    log_variance += events > 0 ? events / (at_risk * (at_risk - events)) : 0;
    step->survival = survival;
    close_step(step, log_variance, normal_critical(level));
    curve->n_events += step->n_events;
  }
  free(order);
}

void kaplan_meier_clear(struct kaplan_meier *curve)
{
  free(curve->steps);
  *curve = (struct kaplan_meier){0};
}

static double step_height(const struct survival_step *step, enum height height)
{
  switch (height) {
  case HEIGHT_SURVIVAL:
    return step->survival;
  case HEIGHT_LOW:
    return step->confidence.low;
  case HEIGHT_HIGH:
    return step->confidence.high;
  }
  return (double)NAN;
}

/* First time at which the curve is at or below `target`; the middle of a flat at `target`. */
static double crossing(const struct kaplan_meier *curve, enum height height, double target)
{
  for (size_t i = 0; i < curve->n_steps; i++) {
    const double here = step_height(&curve->steps[i], height);

    if (!(here < target + height_tolerance)) continue;
    if (fabs(here - target) >= height_tolerance) return curve->steps[i].time;
    for (size_t k = i + 1; k < curve->n_steps; k++) {
      if (step_height(&curve->steps[k], height) < here) {
        return (curve->steps[i].time + curve->steps[k].time) / 2;
      }
    }
    return curve->steps[i].time;
  }
  return (double)NAN;
}

double kaplan_meier_quantile(const struct kaplan_meier *curve, double p)
{
  return crossing(curve, HEIGHT_SURVIVAL, 1 - p);
}

struct interval kaplan_meier_quantile_interval(const struct kaplan_meier *curve, double p)
{
  return (struct interval){crossing(curve, HEIGHT_LOW, 1 - p), crossing(curve, HEIGHT_HIGH, 1 - p)};
}

double kaplan_meier_survival(const struct kaplan_meier *curve, double time)
{
  double survival = curve->n_used > 0 ? 1 : (double)NAN;

  for (size_t i = 0; i < curve->n_steps && curve->steps[i].time <= time; i++) {
    survival = curve->steps[i].survival;
  }
  return survival;
}
