/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver.h
 * Advances eight patients at once, each with its own clock, step size and next stop. A solver knows
 * states and rates, not drugs or visits: whoever gives a dose stops the lane there, changes the
 * state or an input of the rates, and restarts it. */
#pragma once
#include "solver/ode.h"

struct tolerance {
  double rtol;
  const double *atol;        /* [state], in the state's unit; borrowed */
  double max_steps_per_stop; /* attempts between two stops before a lane gives up */
};

/** Why a lane is not running. */
enum solve_status {
  SOLVE_OK = 0, /* the lane stands at its stop */
  SOLVE_TOO_MANY_STEPS = 1,
  SOLVE_STEP_TOO_SMALL = 2, /* the step fell below what the clock can resolve */
  SOLVE_NOT_FINITE = 3,     /* a state or a rate is NaN or infinite at the start of a step */
  SOLVE_ENDLESS_EVENTS = 4  /* events of one moment come to no end, or too many wait */
};

/** Work per lane since solver_load(); part of the results, so a function of the patient alone. */
struct solver_count {
  int32_t accepted, rejected;
};

/** Called for samples that a step passes: one in each lane of `due`, at its own time. `state` is
 *  [state]; the observed states of the lanes that are due are there, anything in the others. */
typedef void solver_sample(void *context, const lane_mask *due, const lanes *time,
                           const lanes *state);

/** Times ascend, each in (time, stop]; borrowed until the lane stands. */
struct sampling {
  int n;
  const double *times; /* [n] */
};

struct solver;
struct solver_method {
  const char *name, *description;
  int (*create)(const struct ode *ode, const struct tolerance *tolerance, struct solver *solver);
  /** Until at least one running lane stands at its stop or has failed; at once if none runs. */
  int (*advance)(struct solver *solver);
  void (*destroy)(struct solver *solver);
};

extern const struct solver_method solver_explicit; /* Dormand-Prince 5(4) in lanes */
extern const struct solver_method solver_linear;   /* exact where ode.linear is, else Runge-Kutta */
extern const struct solver_method solver_rosenbrock; /* Rodas5P in lanes, for stiff problems */
extern const struct solver_method solver_switching;  /* either, as each patient needs */
extern const struct solver_method solver_petsc; /* PETSc TS, any -ts_type, one lane at a time */
/** The method of that name, or NULL. */
const struct solver_method *solver_method_named(const char *name);
/** NULL-terminated. */
const struct solver_method *const *solver_methods(void);

/** Both arguments are copied; what they point at is borrowed and outlives the solver. Returns 0 or
 *  an exit code (failure.h). */
int solver_create(const struct solver_method *method, const struct ode *ode,
                  const struct tolerance *tolerance, struct solver **solver);
void solver_destroy(struct solver **solver);

/** Puts a new patient into a lane, standing at `time`; `state` is [state]. */
void solver_load(struct solver *solver, int lane, double time, const double *state);
/** Where the lane stands: valid when it is not running. `state` is [state]. */
double solver_time(const struct solver *solver, int lane);
void solver_state(const struct solver *solver, int lane, double *state);
/** A jump: a bolus, a reset. The lane must not be running. Events follow it, as they do the state
 *  that is loaded, and whatever has changed when the lane starts: the lane may then stand at
 * another state than the one that was set. */
void solver_set_state(struct solver *solver, int lane, const double *state);
/** All lanes [state]; those of lanes that stand may be changed, which is a jump. */
lanes *solver_states(struct solver *solver);
/** Starts the lane towards `stop` (> its time); the rates may have changed since it last ran. */
void solver_run_to(struct solver *solver, int lane, double stop);
/** Who is told of samples. */
void solver_listen(struct solver *solver, solver_sample *sample, void *context);
/** For the coming run; the interpolant of a step is as accurate as its end. */
void solver_samples(struct solver *solver, int lane, const struct sampling *sampling);
int solver_advance(struct solver *solver);
bool solver_is_running(const struct solver *solver, int lane);
/** Empties a lane: it takes no part until solver_load(). */
void solver_unload(struct solver *solver, int lane);
enum solve_status solver_status(const struct solver *solver, int lane);
struct solver_count solver_count(const struct solver *solver, int lane);
