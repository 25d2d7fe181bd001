/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/emit.h
 * A model's sections as C. The text holds numbers and operators only, nothing of the model file's
 * own text, and is the same for two models whose equations are: typical values and variability are
 * read at run time. */
#pragma once
#include "model/model.h"

/** Functions and sizes for engine/solver/solver_calls.h; release with free(). */
char *model_emit(const struct model *model);
