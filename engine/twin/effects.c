/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/effects.h"

#include <math.h>

#include "base/lane_math.h"

/** One effect: its row of the Cholesky factor times the standard normals of its block. */
static double drawn(const struct model_effect *effects, int i, const struct random_stream *stream,
                    enum random_purpose purpose, int32_t minute)
{
  double sum = 0;

  for (int k = 0; k < effects[i].n; k++)
    sum += effects[i].factor[k] *
           random_normal(stream, purpose, (uint32_t)effects[effects[i].of[k]].parameter, minute);
  return sum;
}

void effects_mixtures(const struct model *model, const struct random_stream *person,
                      int *categories)
{
  for (int i = 0; i < model->n_mixtures; i++) {
    const struct model_mixture *mixture = &model->mixtures[i];
    const double u = random_uniform(person, RANDOM_MIXTURE, (uint32_t)i, 0);
    int c = 0;

    while (c < mixture->n_categories - 1 && u >= mixture->cumulative[c]) c++;
    categories[i] = c;
  }
}

void effects_of_replicate(const struct model *model, uint64_t seed, uint32_t replicate,
                          double *thetas)
{
  const struct random_stream stream = {.seed = seed, .replicate = replicate};

  for (int i = 0; i < model->n_thetas; i++)
    thetas[i] = drawn(model->thetas, i, &stream, RANDOM_UNCERTAINTY, 0);
}

double effects_typical(const struct model *model, int theta, double value)
{
  const int index = model->thetas[theta].parameter;
  const struct model_parameter *parameter = &model->parameters[index];
  const struct parameter_entry *entries = model->file->parameters.items;
  double lower, upper, odds;

  if (parameter->theta_scale == THETA_LOG) return parameter->typical * math_exp(value);
  if (parameter->theta_scale == THETA_PLAIN) return parameter->typical + value;
  lower = entries[index].variability->lower;
  upper = entries[index].variability->upper;
  odds = (parameter->typical - lower) / (upper - parameter->typical) * math_exp(value);
  return lower + (upper - lower) * (odds / (1 + odds));
}

void effects_between_patients(const struct model *model, const struct random_stream *person,
                              double *etas)
{
  for (int i = 0; i < model->n_etas; i++) etas[i] = drawn(model->etas, i, person, RANDOM_ETA, 0);
}

void effects_between_occasions(const struct model *model, const struct random_stream *person,
                               int32_t minute, double *kappas)
{
  for (int i = 0; i < model->n_kappas; i++)
    kappas[i] = drawn(model->kappas, i, person, RANDOM_KAPPA, minute);
}

/** A stationary Gaussian process of variance 1 with the correlation exp(-distance / time), at any
 *  minute: an Ornstein-Uhlenbeck process, laid down first at times a stride apart, one after the
 * other away from minute 0, and then at the middle between two known times, as often as needed. So
 * every minute has its one draw, and its value does not depend on which others are looked at. */
struct error_course {
  const struct random_stream *stream;
  uint32_t draw;
  double time_min;
};

enum { STRIDE_MIN = 1 << 16 };

static double innovation(const struct error_course *course, int32_t minute)
{
  return random_normal(course->stream, RANDOM_RESIDUAL_COURSE, course->draw, minute);
}

/** At `strides` strides from minute 0, on either side. */
static double course_at_stride(const struct error_course *course, int32_t strides)
{
  const double correlation = math_exp(-STRIDE_MIN / course->time_min);
  const double spread = sqrt(1 - correlation * correlation);
  double value = innovation(course, 0);

  for (int32_t i = 0; i != strides;) {
    i += strides > 0 ? 1 : -1;
    value = correlation * value + spread * innovation(course, i * STRIDE_MIN);
  }
  return value;
}

static double course_at(const struct error_course *course, int32_t minute)
{
  int32_t strides = minute / STRIDE_MIN - (minute % STRIDE_MIN < 0), half = STRIDE_MIN / 2;
  int32_t left = strides * STRIDE_MIN;
  double before = course_at_stride(course, strides), after;

  if (minute == left) return before;
  after = course_at_stride(course, strides + 1);
  for (;; half /= 2) {
    const double correlation = math_exp(-half / course->time_min);
    const double both = 1 + correlation * correlation;
    const double middle = correlation / both * (before + after) +
                          sqrt((1 - correlation * correlation) / both) *
                              innovation(course, left + half);

    if (minute == left + half) return middle;
    if (minute < left + half) {
      after = middle;
    } else {
      before = middle;
      left += half;
    }
  }
}

/** Of variance 1: the errors of a block's outputs, and of one output at different times, are
 *  correlated. */
static double joint_error(const struct model *model, const struct model_output *output,
                          const struct random_stream *stream, int32_t minute)
{
  double sum = 0;

  for (int k = 0; k < output->n; k++) {
    const uint32_t draw = 2 * (uint32_t)output->of[k];
    const struct error_course course = {stream, draw, output->correlation_min};

    sum += output->factor[k] * (model->outputs[output->of[k]].correlation_min > 0
                                    ? course_at(&course, minute)
                                    : random_normal(stream, RANDOM_RESIDUAL, draw, minute));
  }
  return sum;
}

/** The standard deviation of the proportional part. */
static double proportional_sd(const struct model_output *output, double truth)
{
  const double size = truth < 0 ? -truth : truth;

  return output->proportional * (output->power == 1 ? size : math_pow(size, output->power));
}

double effects_measured(const struct model *model, int output, const struct random_stream *stream,
                        int32_t minute, double truth)
{
  const struct model_output *o = &model->outputs[output];
  const uint32_t draw = 2 * (uint32_t)output;
  const double additive = o->additive;
  double sd;

  if (o->log_normal > 0) {
    if (!(truth > 0)) return truth;
    return truth * math_exp(o->log_normal *
                            (o->n > 0 ? joint_error(model, o, stream, minute)
                                      : random_normal(stream, RANDOM_RESIDUAL, draw, minute)));
  }
  if (o->n > 0) {
    sd = proportional_sd(o, truth);
    return truth + sqrt(sd * sd + additive * additive) * joint_error(model, o, stream, minute);
  }
  if (o->proportional > 0 && o->power == 1)
    truth *= 1 + o->proportional * random_normal(stream, RANDOM_RESIDUAL, draw, minute);
  else if (o->proportional > 0)
    truth += proportional_sd(o, truth) * random_normal(stream, RANDOM_RESIDUAL, draw, minute);
  if (additive > 0) truth += additive * random_normal(stream, RANDOM_RESIDUAL, draw + 1, minute);
  return truth;
}

enum quantification effects_reported(const struct model_output *output, double *value)
{
  if (*value < output->lloq) {
    *value = output->lloq;
    return BELOW_LLOQ;
  }
  if (*value > output->uloq) {
    *value = output->uloq;
    return ABOVE_ULOQ;
  }
  return QUANTIFIED;
}
