/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PETSc TS behind the solvers' interface, one lane at a time: the independent second opinion, and
 * whatever method -ts_type and its options name. */
#include <float.h>
#include <math.h>
#include <petscts.h>
#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"
#include "solver/solver.h"
#include "solver/solver_internal.h"

struct petsc_work {
  struct solver *solver;
  int lane;             /* that TS is solving */
  lanes *state, *rates; /* [state] the lane's state in every lane, and what becomes of it */
  double *base, *shifted, *moved; /* [state] rates, and the argument, of differences */
  TS ts;
  Vec y, start, at_sample, at_crossing, atol; /* start is of the step */
  bool is_endless;                            /* events do not let the lane go on */
  Mat jacobian;
};

/** Of the time to the stop, a step of which nothing is known. */
static const double first_part = 1e-3;

static void lane_rates(struct petsc_work *work, double time, const double *y, double *dydt)
{
  const struct ode *ode = &work->solver->ode;
  const lanes times = (lanes){0} + time;

  for (int j = 0; j < ode->n_states; j++) work->state[j] = (lanes){0} + y[j];
  ode->rates(ode->context, &times, work->state, work->rates);
  for (int j = 0; j < ode->n_states; j++) dydt[j] = work->rates[j][work->lane];
}

static PetscErrorCode rhs_function(TS ts, PetscReal time, Vec y, Vec dydt, void *context)
{
  const double *state;
  double *rates;

  PetscFunctionBeginUser;
  (void)ts;
  PetscCall(VecGetArrayRead(y, &state));
  PetscCall(VecGetArrayWrite(dydt, &rates));
  lane_rates(context, time, state, rates);
  PetscCall(VecRestoreArrayWrite(dydt, &rates));
  PetscCall(VecRestoreArrayRead(y, &state));
  PetscFunctionReturn(0);
}

/* F(t, y, y') = y' - rates, for types that treat rates given as such as the easy part. */
static PetscErrorCode implicit_function(TS ts, PetscReal time, Vec y, Vec dydt, Vec residual,
                                        void *context)
{
  PetscFunctionBeginUser;
  PetscCall(rhs_function(ts, time, y, residual, context));
  PetscCall(VecAYPX(residual, -1, dydt));
  PetscFunctionReturn(0);
}

/* shift - d rates / d y by one-sided differences: enough for Newton iterations. */
static PetscErrorCode implicit_jacobian(TS ts, PetscReal time, Vec y, Vec dydt, PetscReal shift,
                                        Mat jacobian, Mat preconditioner, void *context)
{
  struct petsc_work *work = context;
  const struct tolerance *tolerance = &work->solver->tolerance;
  const int n = work->solver->ode.n_states;
  double *matrix;
  const double *state;

  PetscFunctionBeginUser;
  (void)ts, (void)dydt, (void)jacobian;
  PetscCall(VecGetArrayRead(y, &state));
  PetscCall(MatDenseGetArrayWrite(preconditioner, &matrix));
  lane_rates(work, time, state, work->base);
  for (int j = 0; j < n; j++) work->moved[j] = state[j];
  for (int j = 0; j < n; j++) {
    const double size = fabs(state[j]) + tolerance->atol[j] / fmax(tolerance->rtol, DBL_EPSILON);

    work->moved[j] = state[j] + sqrt(DBL_EPSILON) * fmax(size, DBL_MIN / DBL_EPSILON);
    lane_rates(work, time, work->moved, work->shifted);
    for (int i = 0; i < n; i++) {
      matrix[i + n * j] = (i == j ? shift : 0) -
                          (work->shifted[i] - work->base[i]) / (work->moved[j] - state[j]);
    }
    work->moved[j] = state[j];
  }
  PetscCall(MatDenseRestoreArrayWrite(preconditioner, &matrix));
  PetscCall(VecRestoreArrayRead(y, &state));
  PetscCall(MatAssemblyBegin(preconditioner, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(preconditioner, MAT_FINAL_ASSEMBLY));
  PetscFunctionReturn(0);
}

/* Rejects a step when a stage, or its rates, are beyond what PETSc can square in its norms. */
static PetscErrorCode stage_is_usable(TS ts, PetscReal time, Vec y, PetscBool *accept)
{
  const double largest = 1e100;
  struct petsc_work *work;
  const double *state;

  PetscFunctionBeginUser;
  PetscCall(TSGetApplicationContext(ts, &work));
  PetscCall(VecGetArrayRead(y, &state));
  lane_rates(work, time, state, work->base);
  *accept = PETSC_TRUE;
  for (int j = 0; j < work->solver->ode.n_states; j++) {
    if (!(fabs(state[j]) < largest && fabs(work->base[j]) < largest)) *accept = PETSC_FALSE;
  }
  PetscCall(VecRestoreArrayRead(y, &state));
  PetscFunctionReturn(0);
}

static PetscErrorCode keep_start_of_step(TS ts)
{
  struct petsc_work *work;

  PetscFunctionBeginUser;
  PetscCall(TSGetApplicationContext(ts, &work));
  PetscCall(VecCopy(work->y, work->start));
  PetscFunctionReturn(0);
}

/* PETSc 3.18 takes a rejected step back by subtracting what it had added: after an enormous
 * increment nothing is left of the state, and a wrong solution ends with a good status. */
static PetscErrorCode restore_start_of_step(TS ts, PetscReal stage_time)
{
  struct petsc_work *work;

  PetscFunctionBeginUser;
  (void)stage_time;
  PetscCall(TSGetApplicationContext(ts, &work));
  PetscCall(VecCopy(work->start, work->y));
  PetscFunctionReturn(0);
}

/* Samples before `end` or, with the state there, those at it. */
static PetscErrorCode give_samples(struct petsc_work *work, double end, bool at_end)
{
  struct solver *solver = work->solver;
  lane_mask due = {0};

  PetscFunctionBeginUser;
  due[work->lane] = -1;
  for (;;) {
    const double time = solver->next_sample[work->lane];
    const double *state;
    Vec at_sample = work->y;

    if (!(time < end || (at_end && time == end))) break;
    if (time < end) {
      at_sample = work->at_sample;
      PetscCall(TSInterpolate(work->ts, time, at_sample));
    }
    PetscCall(VecGetArrayRead(at_sample, &state));
    for (int j = 0; j < solver->ode.n_states; j++) solver->sampled[j][work->lane] = state[j];
    PetscCall(VecRestoreArrayRead(at_sample, &state));
    solver_give_samples(solver, &due);
  }
  PetscFunctionReturn(0);
}

/* Whether a condition at that time and state is not what is held. */
static PetscErrorCode crosses(struct petsc_work *work, double time, Vec y, bool *does)
{
  const lanes times = (lanes){0} + time;
  const double *state;
  lane_mask mask;

  PetscFunctionBeginUser;
  PetscCall(VecGetArrayRead(y, &state));
  for (int j = 0; j < work->solver->ode.n_states; j++) work->state[j] = (lanes){0} + state[j];
  PetscCall(VecRestoreArrayRead(y, &state));
  solver_crossings(work->solver, &times, work->state, &mask);
  *does = mask[work->lane];
  PetscFunctionReturn(0);
}

/* The ends of the first part of the step at whose end a condition is seen to have changed, if there
 * is one; the state there goes to at_crossing. */
static PetscErrorCode look_within(struct petsc_work *work, double *low, double *high, bool *does)
{
  const int n = work->solver->ode.events->n_within;
  double start, end, time;

  PetscFunctionBeginUser;
  PetscCall(TSGetPrevTime(work->ts, &start));
  PetscCall(TSGetTime(work->ts, &end));
  *low = start;
  *does = false;
  for (int i = 1; i <= n && !*does; i++) {
    time = start + (end - start) * ((double)i / (n + 1));
    PetscCall(TSInterpolate(work->ts, time, work->at_crossing));
    PetscCall(crosses(work, time, work->at_crossing, does));
    *(*does ? high : low) = time;
  }
  if (*does) PetscFunctionReturn(0);
  *high = end;
  PetscCall(VecCopy(work->y, work->at_crossing));
  PetscCall(crosses(work, end, work->y, does));
  PetscFunctionReturn(0);
}

/* Halves the time from `low` to `high`, by which a condition has changed and of which the state is
 * in at_crossing, until nothing is left of it. */
static PetscErrorCode locate(struct petsc_work *work, double low, double *high)
{
  double least, end;
  bool does;

  PetscFunctionBeginUser;
  PetscCall(TSGetTime(work->ts, &end));
  least = 1e-10 * DBL_EPSILON * fabs(end);
  for (double middle = low + 0.5 * (*high - low); low < middle && middle < *high;
       middle = low + 0.5 * (*high - low)) {
    if (*high - low <= fmax(0.25 * DBL_EPSILON * fabs(*high), least)) break;
    PetscCall(TSInterpolate(work->ts, middle, work->at_sample));
    PetscCall(crosses(work, middle, work->at_sample, &does));
    if (does) {
      PetscCall(VecCopy(work->at_sample, work->at_crossing));
      *high = middle;
    } else {
      low = middle;
    }
  }
  PetscFunctionReturn(0);
}

/* What events make of the state at the crossing goes to y. */
static PetscErrorCode tell(struct petsc_work *work, double time)
{
  const struct ode *ode = &work->solver->ode;
  const double *before;
  double *after;

  PetscFunctionBeginUser;
  PetscCall(VecGetArrayRead(work->at_crossing, &before));
  for (int j = 0; j < ode->n_states; j++) work->state[j] = (lanes){0} + before[j];
  PetscCall(VecRestoreArrayRead(work->at_crossing, &before));
  work->is_endless = !ode->events->cross(ode->context, work->lane, time, false, work->state);
  PetscCall(VecGetArrayWrite(work->y, &after));
  for (int j = 0; j < ode->n_states; j++) after[j] = work->state[j][work->lane];
  PetscCall(VecRestoreArrayWrite(work->y, &after));
  PetscFunctionReturn(0);
}

/* After a crossing: where an assignment may have put a condition on its edge, no step that goes far
 * beyond. */
static double first_step(const struct petsc_work *work, double time, double last_step)
{
  const double rest = work->solver->stop[work->lane] - time;

  return fmin(last_step, work->solver->ode.events->n_within > 0 ? first_part * rest : rest);
}

/* The step ends where the first condition changes, and the lane goes on from there. */
static PetscErrorCode end_step(TS ts)
{
  struct petsc_work *work;
  double time, crossing, before, low = 0;
  bool does = false;

  PetscFunctionBeginUser;
  PetscCall(TSGetApplicationContext(ts, &work));
  PetscCall(TSGetTime(ts, &time));
  crossing = time;
  if (work->solver->ode.events) PetscCall(look_within(work, &low, &crossing, &does));
  if (does) {
    PetscCall(TSGetPrevTime(ts, &before));
    PetscCall(locate(work, low, &crossing));
    PetscCall(give_samples(work, crossing, false));
    PetscCall(tell(work, crossing));
    if (work->is_endless) PetscCall(TSSetConvergedReason(ts, TS_CONVERGED_USER));
    PetscCall(TSSetTime(ts, crossing));
    PetscCall(TSSetTimeStep(ts, first_step(work, crossing, time - before)));
    PetscCall(TSRestartStep(ts));
  }
  PetscCall(give_samples(work, crossing, true));
  PetscFunctionReturn(0);
}

/* In the form that suits the type, which the options may have chosen. */
static PetscErrorCode set_rates(struct petsc_work *work)
{
  const PetscObject ts = (PetscObject)work->ts;
  PetscBool is_explicit, subtracts;

  PetscFunctionBeginUser;
  PetscCall(PetscObjectTypeCompareAny(ts, &is_explicit, TSRK, TSEULER, TSSSP, TSGLEE, ""));
  PetscCall(PetscObjectTypeCompareAny(ts, &subtracts, TSRK, TSROSW, TSARKIMEX, ""));
  if (is_explicit) {
    PetscCall(TSSetRHSFunction(work->ts, NULL, rhs_function, work));
  } else {
    PetscCall(TSSetIFunction(work->ts, NULL, implicit_function, work));
    PetscCall(TSSetIJacobian(work->ts, work->jacobian, work->jacobian, implicit_jacobian, work));
  }
  if (subtracts) {
    PetscCall(TSSetPreStep(work->ts, keep_start_of_step));
    PetscCall(TSSetPreStage(work->ts, restore_start_of_step));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode create_ts(struct petsc_work *work)
{
  const struct solver *solver = work->solver;
  const PetscInt n = solver->ode.n_states;
  double *atol;

  PetscFunctionBeginUser;
  PetscCall(VecCreateSeq(PETSC_COMM_SELF, n, &work->y));
  PetscCall(VecDuplicate(work->y, &work->start));
  PetscCall(VecDuplicate(work->y, &work->at_sample));
  PetscCall(VecDuplicate(work->y, &work->at_crossing));
  PetscCall(VecDuplicate(work->y, &work->atol));
  PetscCall(VecGetArrayWrite(work->atol, &atol));
  for (PetscInt j = 0; j < n; j++) atol[j] = solver->tolerance.atol[j];
  PetscCall(VecRestoreArrayWrite(work->atol, &atol));
  PetscCall(MatCreateSeqDense(PETSC_COMM_SELF, n, n, NULL, &work->jacobian));

  PetscCall(TSCreate(PETSC_COMM_SELF, &work->ts));
  PetscCall(TSSetApplicationContext(work->ts, work));
  PetscCall(TSSetProblemType(work->ts, TS_NONLINEAR));
  PetscCall(TSSetFunctionDomainError(work->ts, stage_is_usable));
  PetscCall(TSSetPostStep(work->ts, end_step));
  PetscCall(TSSetExactFinalTime(work->ts, TS_EXACTFINALTIME_MATCHSTEP));
  PetscCall(TSSetErrorIfStepFails(work->ts, PETSC_FALSE));
  PetscCall(TSSetMaxStepRejections(work->ts, 60)); /* at a quarter each, the step is nothing */
  PetscCall(TSSetMaxSNESFailures(work->ts, -1));
  PetscCall(TSSetType(work->ts, TSRK));
  PetscCall(TSRKSetType(work->ts, TSRK5DP));
  PetscCall(TSSetTolerances(work->ts, PETSC_DEFAULT, work->atol, solver->tolerance.rtol, NULL));
  PetscCall(TSSetSolution(work->ts, work->y));
  PetscCall(TSSetFromOptions(work->ts));
  PetscCall(set_rates(work));
  PetscFunctionReturn(0);
}

static int petsc_create(const struct ode *ode, const struct tolerance *tolerance,
                        struct solver *solver)
{
  const size_t n = (size_t)ode->n_states;
  struct petsc_work *work;
  PetscBool initialized = PETSC_FALSE;

  (void)tolerance;
  if (PetscInitialized(&initialized) || !initialized)
    return failure(EXIT_CODE_INTERNAL, "the petsc solver was asked for before PETSc was started");
  work = memory_new(1, sizeof *work);
  work->solver = solver;
  work->state = memory_new(n, sizeof *work->state);
  work->rates = memory_new(n, sizeof *work->rates);
  work->base = memory_new(n, sizeof *work->base);
  work->shifted = memory_new(n, sizeof *work->shifted);
  work->moved = memory_new(n, sizeof *work->moved);
  solver->work = work;
  if (create_ts(work))
    return failure(EXIT_CODE_INTERNAL, "PETSc cannot create the integrator that its options name");
  return EXIT_CODE_OK;
}

static enum solve_status status_of(TSConvergedReason reason)
{
  switch (reason) {
  case TS_CONVERGED_USER:
    return SOLVE_ENDLESS_EVENTS;
  case TS_CONVERGED_TIME:
    return SOLVE_OK;
  case TS_CONVERGED_ITS:
    return SOLVE_TOO_MANY_STEPS;
  default:
    return SOLVE_STEP_TOO_SMALL;
  }
}

static bool is_finite(int n, const double *values)
{
  for (int j = 0; j < n; j++) {
    if (!isfinite(values[j])) return false;
  }
  return true;
}

static PetscErrorCode set_clock(TS ts, const struct tolerance *tolerance, double time, double stop)
{
  const double smallest = fmin(16 * DBL_EPSILON * fabs(time) + DBL_MIN, 0.5 * (stop - time));
  TSAdapt adapt;

  PetscFunctionBeginUser;
  PetscCall(TSSetTime(ts, time));
  PetscCall(TSSetMaxTime(ts, stop));
  PetscCall(TSSetStepNumber(ts, 0));
  PetscCall(TSSetMaxSteps(ts, (PetscInt)fmin(tolerance->max_steps_per_stop, PETSC_MAX_INT)));
  PetscCall(TSSetTimeStep(ts, fmax(first_part * (stop - time), smallest)));
  PetscCall(TSGetAdapt(ts, &adapt));
  PetscCall(TSAdaptSetStepLimits(adapt, smallest, stop - time));
  PetscFunctionReturn(0);
}

static PetscErrorCode solve_lane(struct petsc_work *work, int lane, enum solve_status *status)
{
  struct solver *solver = work->solver;
  PetscInt accepted, rejected;
  TSConvergedReason reason;
  PetscReal time;
  double *state;

  PetscFunctionBeginUser;
  work->lane = lane;
  work->is_endless = false;
  PetscCall(VecGetArrayWrite(work->y, &state));
  solver_state(solver, lane, state);
  lane_rates(work, solver->time[lane], state, work->base);
  *status = SOLVE_NOT_FINITE;
  if (is_finite(solver->ode.n_states, state) && is_finite(solver->ode.n_states, work->base))
    *status = SOLVE_OK;
  PetscCall(VecRestoreArrayWrite(work->y, &state));
  if (*status != SOLVE_OK) PetscFunctionReturn(0);

  PetscCall(set_clock(work->ts, &solver->tolerance, solver->time[lane], solver->stop[lane]));
  do { /* a crossing in the last step puts its end off */
    PetscCall(TSSolve(work->ts, work->y));
    PetscCall(TSGetConvergedReason(work->ts, &reason));
    PetscCall(TSGetTime(work->ts, &time));
  } while (reason == TS_CONVERGED_TIME && time < solver->stop[lane]);
  PetscCall(TSGetStepNumber(work->ts, &accepted));
  PetscCall(TSGetStepRejections(work->ts, &rejected));
  *status = status_of(reason);
  solver->accepted[lane] += accepted;
  solver->rejected[lane] += rejected;
  solver->time[lane] = *status == SOLVE_OK ? solver->stop[lane] : time;
  PetscCall(VecGetArray(work->y, &state));
  if (*status == SOLVE_OK && !is_finite(solver->ode.n_states, state)) *status = SOLVE_NOT_FINITE;
  for (int j = 0; j < solver->ode.n_states; j++) solver->state[j][lane] = state[j];
  PetscCall(VecRestoreArray(work->y, &state));
  PetscFunctionReturn(0);
}

static int petsc_advance(struct solver *solver)
{
  for (int lane = 0; lane < LANES; lane++) {
    enum solve_status status = SOLVE_NOT_FINITE;

    if (!solver->running[lane]) continue;
    if (solve_lane(solver->work, lane, &status))
      return failure(EXIT_CODE_INTERNAL, "PETSc's integrator broke off");
    solver_end_run(solver, lane, status);
  }
  return EXIT_CODE_OK;
}

static void petsc_destroy(struct solver *solver)
{
  struct petsc_work *work = solver->work;

  if (!work) return;
  if (TSDestroy(&work->ts) || MatDestroy(&work->jacobian) || VecDestroy(&work->y) ||
      VecDestroy(&work->start) || VecDestroy(&work->at_sample) || VecDestroy(&work->at_crossing) ||
      VecDestroy(&work->atol))
    failure(EXIT_CODE_INTERNAL, "PETSc cannot release its integrator");
  free(work->state);
  free(work->rates);
  free(work->base);
  free(work->shifted);
  free(work->moved);
  free(work);
}

const struct solver_method solver_petsc = {
    .name = "petsc",
    .description = "PETSc TS (-ts_type, default rk 5dp), one patient at a time",
    .create = petsc_create,
    .advance = petsc_advance,
    .destroy = petsc_destroy,
};
