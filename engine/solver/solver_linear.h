/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/solver_linear.h
 * Between the parts of the linear method: what it keeps, and one round of all lanes, compiled once
 * per vector instruction set. Included by the solver's own files only. */
#pragma once
#include "solver/solver_internal.h"

enum {
  LINEAR_STAGES = 7,
  LINEAR_NODES = 5,    /* 0, 1/4, 1/2, 3/4, 1 of a step */
  LINEAR_LEVELS = 16,  /* levels that a slot holds at most, when there is a remainder */
  LINEAR_SLOTS = 8,    /* intervals remembered in each lane */
  LINEAR_MATRICES = 4, /* matrices remembered in each lane: an infusion on and off, an occasion */
  LINEAR_SAMPLES = 64, /* slots for samples in each lane, one bit of a word for each */
  LINEAR_POWERS = 3,   /* of the interpolant, beside the rates */
  LINEAR_MOST_HALVINGS = 1000
};

struct propagation;
/** Moves every running lane: to its stop if there is no remainder, else by one attempted step.
 *  Samples on the way move nothing. True when a lane has stopped, for whatever reason. */
typedef bool linear_attempt(struct solver *solver, struct propagation *method);

/** D = exp([A c; 0 0] H 2^-level) - I, remembered by (matrix, H). */
struct propagators {
  /* [slot][level][entry], then [entry] for a level that no slot holds */
  lanes *levels;
  int n_levels;                                         /* room in a slot */
  lanes interval[LINEAR_SLOTS], identity[LINEAR_SLOTS]; /* the key: H and whose matrix */
  lanes shortest[LINEAR_SLOTS];                         /* part of H that the last level is for */
  int next_slot;
  const lanes *generator;                        /* [entry] the matrix of the series */
  lanes span;                                    /* and its time, H of the exponential */
  lanes *sum, *square, *cube, *scaled, *product; /* [entry] of the series */
  lanes *row_sums, *column_sums;                 /* [n] for the norm */
};

/** D over the time from the origin of an interval to one of its samples, in the slot that the
 * number and the time of the sample in the interval tell. */
struct sample_propagators {
  lanes *slots;          /* [slot][the time, entry...] */
  lanes identity;        /* whose matrix they are of */
  lane_mask filled;      /* which slots are: one bit for each */
  lanes *generator;      /* [entry] one lane's matrix in all lanes */
  lanes *propagator, *x; /* [entry], [linear] of a sample */
  lanes *power;          /* [power][remainder] coefficients of the interpolant of a step */
};

struct propagation {
  /* Of the matrix: read when a lane starts. An identity is never used again for other bits. */
  lanes *matrix, *known[LINEAR_MATRICES]; /* [entry] */
  lanes identity, known_identity[LINEAR_MATRICES];
  int next_known;
  double last_identity;
  struct propagators table;
  /* Of the way to the stop. */
  lanes origin, interval; /* where it began; its length */
  lanes per_interval;     /* 1 / interval */
  lanes *x_origin;        /* [linear] */
  lane_mask n_passed;     /* samples on the way so far */
  struct sample_propagators samples;
  lanes found_identity; /* whose matrix the slot is of */
  lane_mask slot;       /* where its levels begin, in numbers */
  lanes shortest;       /* of the slot */
  lanes passed;         /* part of the interval, a sum of powers of two */
  /* What the steps use. */
  lanes *propagator;   /* [entry] over a quarter of a step, or a whole interval without remainder */
  lane_mask source;    /* where it is, in numbers */
  lanes loaded;        /* the part of the interval that a step takes, as loaded; 0: nothing is */
  lanes *rates;        /* [remainder] where the lanes stand */
  lanes *x;            /* [node][linear] */
  lanes *k;            /* [stage][remainder] */
  lanes *trial;        /* [state] */
  lanes wanted, first; /* step sizes: next; right after the last start */
  lane_mask fresh_start, shrunk; /* no step yet; the last attempt was rejected */
  lanes attempts;                /* since the run began, without one that came to the stop */
  double per_state;              /* 1 / number of states of the remainder */
  linear_attempt *attempt;
};

linear_attempt linear_attempt_baseline, linear_attempt_avx2, linear_attempt_avx512;
