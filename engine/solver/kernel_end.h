/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/kernel_end.h
 * One function of a kernel, around the equations of one model: included last in a file made for it,
 * see kernel_begin.h. Which function is told by one of the macros KERNEL_OUTPUTS, KERNEL_EXPLICIT,
 * KERNEL_LINEAR and KERNEL_ROSENBROCK, its name by KERNEL_FUNCTION. */
#pragma once
#include "solver/solver_internal.h"

#undef INLINE
#define solver_end_run solver->host->end_run

#define ODE_RATES(t, y, dydt)     this_rates(solver->ode.context, t, y, dydt)
#define ODE_JACOBIAN(t, y, out)   this_jacobian(solver->ode.context, t, y, out)
#define ODE_FACTOR(g, j, out)     this_factor(solver->ode.context, g, j, out)
#define ODE_SOLVE(lu, b, out)     this_solve(solver->ode.context, lu, b, out)
#define ODE_MATRIX(out)           this_matrix(solver->ode.context, 0, 0, out)
#define ODE_PRODUCT(a, b, out)    this_product(solver->ode.context, a, b, out)
#define ODE_APPLY(d, x, out)      this_apply(solver->ode.context, d, x, out)
#define ODE_REMAINDER(t, y, dydt) this_remainder(solver->ode.context, t, y, dydt)

#if defined(KERNEL_EXPLICIT)
#define EXPLICIT_ATTEMPT KERNEL_FUNCTION
#include "solver/solver_explicit_attempt.c"
#elif defined(KERNEL_LINEAR)
#define LINEAR_ATTEMPT KERNEL_FUNCTION
#include "solver/solver_linear_attempt.c"
#elif defined(KERNEL_ROSENBROCK)
#define ROSENBROCK_ATTEMPT KERNEL_FUNCTION
#include "solver/solver_rosenbrock_attempt.c"
#else
/* Which equations these are: a file may have got another's name. */
extern const char twintrial_kernel_name[];
#if defined(KERNEL_NAME)
const char twintrial_kernel_name[] = KERNEL_NAME;
#endif

lane_function KERNEL_FUNCTION;
void KERNEL_FUNCTION(void *context, const lanes *t, const lanes *y, lanes *out)
{
  this_outputs(context, t, y, out);
}
#endif
