/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/functions.h
 * What the compiler derives from the equations of a model: the sections of its program, for
 * solvers. a, b and out of each section are as in engine/solver/ode.h. */
#pragma once
#include <stdbool.h>

/** Nonzeros of d rates / d states, by rows. */
struct model_jacobian {
  int n_entries;
  int *rows, *columns; /* [n_entries] */
  int n_factors;       /* of g I - J, eliminated in the order `pivots` */
  int *pivots;         /* [state] */
  bool has_time_derivative;
};

/** States that move by x' = A x + c with A and c constant between events, whatever the rest does.
 *  Matrices of [x; 1] in one pattern, closed under products; the last row is zero and left out. */
struct model_linear {
  int n, n_remainder, n_moving; /* moving: with a rate that is not zero but for doses */
  int *states, *remainder;
  int n_entries;
  int *rows, *columns; /* [n_entries] in 0 .. n - 1 and 0 .. n */
};

enum model_method { METHOD_LINEAR, METHOD_EXPLICIT, METHOD_ROSENBROCK, METHOD_SWITCHING };
struct model;
/** The solver's name. */
const char *model_method_name(enum model_method method);
/** What a solver needs of a model and this one lacks, "a Jacobian"; NULL when it can be used. */
const char *model_lacks(const struct model *model, const char *solver);
