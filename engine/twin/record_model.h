/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/twin/record_model.h */
#pragma once
#include "model/model.h"
#include "twin/record_reader.h"

/** The model with what the records read so far ask of it: given parameters, infusions where no
 *  route ends, covariates that move. `model` itself when that is nothing; NULL and diagnostics when
 * it cannot be. */
const struct model *record_model(const struct model *model, const struct source *source,
                                 const struct record_reader *reader, struct arena *arena,
                                 struct diagnostics *diagnostics);
