/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/model_effects.h
 * What chance decides of a patient of a model: random effects, and latent categories. */
#pragma once
#include "base/units.h"

enum { MAX_BLOCK = 100 };

/** An eta, a kappa, or a theta (the deviation of a typical value, one for all patients of a
 *  replicate): the sum over k < n of factor[k] * z(of[k]), a row of the Cholesky factor of its
 * block. z(i) is standard normal, drawn with the number in the file of effect i's parameter. */
struct model_effect {
  int parameter, reg;
  int n;
  const int *of; /* among the etas, the kappas or the thetas */
  double *factor;
};

/** How a theta moves the typical value. */
enum theta_scale {
  THETA_LOG,   /* typical * exp(theta) */
  THETA_PLAIN, /* typical + theta */
  THETA_LOGIT  /* on the logit scale of a logit-normal parameter, covariate effects included */
};

/** A category that is drawn once for each patient and that nobody sees. */
struct model_mixture {
  const char *name, *label, *source;
  int n_categories, reg;
  const char *const *categories;
  const double *cumulative; /* [category] probability of this one or one before it */
};
