/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/figures.h
 * Figures as a reader sees them: decimals that suit their error, proportions as percent. */
#pragma once
#include <stdio.h>
#include "trial_analysis.h"

enum { FIGURE_BYTES = 48, REPORT_WIDTH = 99 };

struct figure {
  char text[FIGURE_BYTES];
};

/** Fixed decimals; "-" for NaN, "not reached" for an infinite time. */
struct figure figure(double value, int decimals);
struct figure figure_signed(double value, int decimals);             /* "+1.2" */
struct figure figure_interval(struct interval limits, int decimals); /* "[3.3, 10.6]" */
struct figure figure_count(double count, int decimals);              /* "455", "226.4" */
struct figure figure_p(double p);                                    /* "< 0.0001" */

struct figure figure_seed(const char *seed); /* decimal, as in protocols */

/** How an analysis is shown. Numbers are multiplied by `factor`: 100 makes proportions percent. */
struct display {
  double factor;
  const char *unit; /* "" for none */
  int decimals;     /* of the effect and its interval: so that its error has two digits */
  int arm_decimals;
};
struct display display_of(const struct trial_analysis *analysis);
/** Effects that are ratios have no unit and are not made percent. */
double display_effect_factor(const struct trial_analysis *analysis);
struct interval display_scaled(struct interval limits, double factor);
/** "mean", "percent" or "KM median". */
const char *display_centre_title(const struct trial_analysis *analysis);

/** Words, broken into lines that begin with `indent` blanks, which is also where it starts. */
void print_words(const char *words, int indent, FILE *out);
