/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/effects.h
 * What chance adds to a model: one patient's random effects and the errors of measurements, as
 * functions of the model, the patient's random stream and the time. */
#pragma once
#include "base/random_stream.h"
#include "model/model.h"

/** Categories [mixture] of a person. */
void effects_mixtures(const struct model *model, const struct random_stream *person,
                      int *categories);
/** Thetas [theta] of a replicate. */
void effects_of_replicate(const struct model *model, uint64_t seed, uint32_t replicate,
                          double *thetas);
/** The typical value in a replicate with this theta; NaN when it depends on a category. */
double effects_typical(const struct model *model, int theta, double value);
/** Etas [eta] of a person. */
void effects_between_patients(const struct model *model, const struct random_stream *person,
                              double *etas);
/** Kappas [kappa] of the occasion that begins at this minute. */
void effects_between_occasions(const struct model *model, const struct random_stream *person,
                               int32_t minute, double *kappas);
/** What an assay finds of a true output at this minute, in the output's unit, before its limits.
 * Like all draws it does not depend on what else is measured, and when. */
double effects_measured(const struct model *model, int output, const struct random_stream *stream,
                        int32_t minute, double truth);

enum quantification { QUANTIFIED, BELOW_LLOQ, ABOVE_ULOQ };
/** What the assay reports of a value: a limit of quantification beyond it. */
enum quantification effects_reported(const struct model_output *output, double *value);
