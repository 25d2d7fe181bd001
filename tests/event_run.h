/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/event_run.h
 * Runs of models with events, by every method that knows events. */
#pragma once
#include <math.h>

#include "model_run.h"

enum { MOST_SAMPLES = 200, METHODS = 4 };

static const struct solver_method *const methods[METHODS] = {&solver_explicit, &solver_rosenbrock,
                                                             &solver_switching, &solver_petsc};

/** A run of a text with the method, in time "1" and at 1e-12 if it does not say; [time][output],
 *  free(). */
static inline double *outputs_of(struct model_run run, const struct solver_method *method)
{
  struct arena *arena = arena_create();
  double *outputs;

  run.method = method;
  if (!run.time) run.time = "1";
  if (!run.rtol) run.rtol = 1e-12;
  outputs = model_run(&run, model_of_file(&run, arena));
  arena_destroy(&arena);
  return outputs;
}

static inline void assert_within(double value, double expected, double error)
{
  if (!(fabs(value - expected) <= error))
    fail_msg("%.17g is not %.17g within %g", value, expected, error);
}
