/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/kernel_end.h
 * The steps of the methods around the equations of one model: included last in a file made for it,
 * see kernel_begin.h. */
#pragma once
#include "solver/kernel.h"
#include "solver/solver_internal.h"

#define solver_end_run      solver->host->end_run
#define solver_give_samples solver->host->give_samples

#define ODE_RATES(t, y, dydt) this_rates(solver->ode.context, t, y, dydt)
#define EXPLICIT_ATTEMPT      explicit_attempt_compiled
static explicit_attempt explicit_attempt_compiled;
#include "solver/solver_explicit_attempt.c"

static void outputs_compiled(void *context, const lanes *t, const lanes *y, lanes *out)
{
  this_outputs(context, t, y, out);
}

extern const struct kernel KERNEL_NAME;
const struct kernel KERNEL_NAME = {
    .outputs = outputs_compiled,
    .explicit_attempt = explicit_attempt_compiled,
};
