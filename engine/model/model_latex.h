/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/model_latex.h */
#pragma once
#include <stdio.h>
#include "model/model.h"

/** A fragment for a paper: the equations in an align environment (package amsmath) and a table of
 *  the parameters. A bar marks the typical value of a parameter that covariates change. */
void model_latex(const struct model *model, FILE *out);
