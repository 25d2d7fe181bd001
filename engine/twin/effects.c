/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/effects.h"

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

double effects_measured(const struct model *model, int output, const struct random_stream *stream,
                        int32_t minute, double truth)
{
  const struct model_output *o = &model->outputs[output];
  const uint32_t draw = 2 * (uint32_t)output;

  if (o->log_normal > 0)
    return truth * math_exp(o->log_normal * random_normal(stream, RANDOM_RESIDUAL, draw, minute));
  if (o->proportional > 0)
    truth *= 1 + o->proportional * random_normal(stream, RANDOM_RESIDUAL, draw, minute);
  if (o->additive > 0)
    truth += o->additive * random_normal(stream, RANDOM_RESIDUAL, draw + 1, minute);
  return truth;
}
