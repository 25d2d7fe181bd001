/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/latex.h
 * Expressions as LaTeX, for the packages amsmath and, of letters beyond ASCII, inputenc. */
#pragma once
#include <stdio.h>
#include "expression/expression.h"

/** In a formula. The expression is checked or just parsed. */
void latex_expression(const struct expression *expression, FILE *out);
/** In a formula: CL becomes \mathit{CL}; what follows an underscore is a subscript. */
void latex_name(const char *name, FILE *out);
/** In a formula: 1.5e-6 becomes 1.5 \cdot 10^{-6}. */
void latex_number(double value, FILE *out);
/** Outside of formulas: characters that LaTeX takes for its own are escaped. */
void latex_text(const char *text, FILE *out);
