/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_calls.h
 * How the steps of a method, written once, reach the model: through the pointers of `solver->ode`,
 * or, in code made for one model, through functions of that model that the compiler sees and
 * numbers that it knows. Such code defines these before it includes the method's file. */
#pragma once
#ifndef N_STATES
#define N_STATES                  (solver->ode.n_states)
#define N_OBSERVED                (solver->n_observed)
#define OBSERVED(i)               (solver->observed[i])
#define N_EVENTS                  (solver->ode.events ? solver->ode.events->n : 0)
#define ODE_RATES(t, y, dydt)     solver->ode.rates(solver->ode.context, t, y, dydt)
#define N_JACOBIAN                (solver->ode.jacobian->n_entries)
#define HAS_TIME_DERIVATIVE       (solver->ode.jacobian->has_time_derivative)
#define ODE_JACOBIAN(t, y, out)   solver->ode.jacobian->jacobian(solver->ode.context, t, y, out)
#define ODE_FACTOR(g, j, out)     solver->ode.jacobian->factor(solver->ode.context, g, j, out)
#define ODE_SOLVE(lu, b, out)     solver->ode.jacobian->solve(solver->ode.context, lu, b, out)
#define N_LINEAR                  (solver->ode.linear->n)
#define LINEAR(i)                 (solver->ode.linear->states[i])
#define N_REMAINDER               (solver->ode.linear->n_remainder)
#define REMAINDER(i)              (solver->ode.linear->remainder[i])
#define N_ENTRIES                 (solver->ode.linear->n_entries)
#define ODE_MATRIX(out)           solver->ode.linear->matrix(solver->ode.context, 0, 0, out)
#define ODE_PRODUCT(a, b, out)    solver->ode.linear->product(solver->ode.context, a, b, out)
#define ODE_APPLY(d, x, out)      solver->ode.linear->apply(solver->ode.context, d, x, out)
#define ODE_REMAINDER(t, y, dydt) solver->ode.linear->rates(solver->ode.context, t, y, dydt)
/* Room for `count` lanes during an attempt: memory that was made for it, or registers. */
#define SCRATCH(name, count, memory) lanes *name = (memory)
#define EACH(i, count)               for (int i = 0; i < (count); i++)
#else
#define SCRATCH(name, count, memory) lanes name[count]
#define EACH(i, count)               _Pragma("GCC unroll 32") for (int i = 0; i < (count); i++)
#endif
#define EACH_STATE(j)     EACH(j, N_STATES)
#define EACH_OBSERVED(i)  EACH(i, N_OBSERVED)
#define EACH_LINEAR(i)    EACH(i, N_LINEAR)
#define EACH_REMAINDER(i) EACH(i, N_REMAINDER)
#define EACH_ENTRY(i)     EACH(i, N_ENTRIES)
