/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/ode.h
 * What a solver is told of an initial value problem y' = rates(t, y), in eight lanes at once. */
#pragma once
#include <stdbool.h>
#include "base/lanes.h"

/** For implicit steps: the Jacobian J and a way to solve with g I - J. */
struct ode_jacobian {
  int n_entries; /* structural nonzeros of J */
  int n_factors;
  bool has_time_derivative;
  /** a: time; b: y [state]; out: the entries of J [n_entries], then, if has_time_derivative, the
   *  derivatives of the rates with respect to time [state]. */
  lane_function *jacobian;
  /** a: g; b: entries of J [n_entries]; out: [n_factors]. Not finite where it is singular. */
  lane_function *factor;
  /** a: factors; b: right-hand side [state]; out: x of (g I - J) x = b, [state]. */
  lane_function *solve;
};

/** A block of states, x, that moves by x' = A x + c, A and c constant while a lane runs, whatever
 *  the others (the remainder) do. Written for [x; 1]: n + 1 rows and columns, the last column is c,
 *  the last row zero. All matrices of the block have the same `n_entries` places, enough for any
 *  product of them. */
struct ode_linear {
  int n, n_remainder;   /* n + n_remainder = number of states */
  const int *states;    /* [n] indices of x among the states */
  const int *remainder; /* [n_remainder] */
  int n_entries;
  const int *rows, *columns; /* [n_entries] */
  lane_function *matrix;     /* a, b: none; out: A and c, [n_entries] */
  lane_function *product;    /* a, b: matrices [n_entries]; out: a times b */
  lane_function *apply;      /* a: D [n_entries]; b: x [n]; out: x + D [x; 1], [n] */
  lane_function *rates;      /* a: time; b: y [state]; out: dydt of the remainder [n_remainder] */
};

/** Conditions that the rates read as constants, held by the context, and changed by it only when it
 *  is told of a crossing. A step that crosses ends where it does, at the resolution of the clock,
 *  and the lane goes on from there, from another state if the context says so. A step that crosses
 *  there and back is not seen, unless at one of `n_within` times at equal distances in it. */
struct ode_events {
  int n, n_within;
  /** a: time; b: y [state]; out: [n] 0 where a condition is what is held of it. */
  lane_function *crossings;
  /** At `time`, `state` [state] of the lane, conditions may be other than what is held of them:
   * hold them, and change the state of that lane if need be. False: the lane cannot go on.
   * `has_jumped`: this is where a lane is loaded, set or started, and not where a step has led. */
  bool (*cross)(void *context, int lane, double time, bool has_jumped, lanes *state);
};

/** A problem; the arrays and functions are borrowed. */
struct ode {
  int n_states;
  void *context;
  lane_function *rates;                /* a: time; b: y [state]; out: dydt [state] */
  const struct ode_jacobian *jacobian; /* NULL: not known */
  const struct ode_linear *linear;     /* NULL: there is no such block */
  const struct ode_events *events;     /* NULL: there are none */
  /** What the listeners of samples read: only these states are there. NULL: all. All with events.
   */
  int n_observed;
  const int *observed;         /* [n_observed] */
  const struct kernel *kernel; /* steps made for this problem alone, see kernel.h; NULL: none */
};
