/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/oral_response.h
 * Two compartments and absorption (amounts in mg) that inhibit the production of a response: three
 * linear states that drive one other. Written by hand as a compiled model would have it. */
#pragma once
#include "solver/solver.h"

enum { ORAL_STATES = 4, ORAL_LINEAR = 3, ORAL_ENTRIES = 7, ORAL_DOSES = 28, ORAL_HOURS = 672 };

/** [lane]; rates per hour. */
struct oral_response {
  lanes absorption, elimination, outwards, inwards; /* inwards: from the third compartment */
  lanes volume, production, loss, half, maximum;
};

/* The entries of A, and (2, 0), which its products have. */
static const int oral_rows[ORAL_ENTRIES] = {0, 1, 1, 1, 2, 2, 2};
static const int oral_columns[ORAL_ENTRIES] = {0, 0, 1, 2, 0, 1, 2};
static const int oral_linear[ORAL_LINEAR] = {0, 1, 2};
static const int oral_remainder[1] = {3};

#define ORAL_FUNCTION static inline __attribute__((always_inline)) void

ORAL_FUNCTION oral_matrix(void *context, const lanes *a, const lanes *b, lanes *out)
{
  const struct oral_response *p = context;

  (void)a, (void)b;
  out[0] = -p->absorption;
  out[1] = p->absorption;
  out[2] = -(p->elimination + p->outwards);
  out[3] = p->inwards;
  out[4] = (lanes){0};
  out[5] = p->outwards;
  out[6] = -p->inwards;
}

ORAL_FUNCTION oral_product(void *context, const lanes *a, const lanes *b, lanes *out)
{
  (void)context;
  out[0] = a[0] * b[0];
  out[1] = a[1] * b[0] + (a[2] * b[1] + a[3] * b[4]);
  out[2] = a[2] * b[2] + a[3] * b[5];
  out[3] = a[2] * b[3] + a[3] * b[6];
  out[4] = a[4] * b[0] + (a[5] * b[1] + a[6] * b[4]);
  out[5] = a[5] * b[2] + a[6] * b[5];
  out[6] = a[5] * b[3] + a[6] * b[6];
}

ORAL_FUNCTION oral_apply(void *context, const lanes *d, const lanes *x, lanes *out)
{
  const lanes gut = x[0], central = x[1], peripheral = x[2];

  (void)context;
  out[0] = gut + d[0] * gut;
  out[1] = central + (d[1] * gut + d[2] * central + d[3] * peripheral);
  out[2] = peripheral + (d[4] * gut + d[5] * central + d[6] * peripheral);
}

ORAL_FUNCTION oral_response_rate(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  const struct oral_response *p = context;
  const lanes concentration = y[1] / p->volume;
  const lanes inhibition = p->maximum * concentration / (p->half + concentration);

  (void)t;
  dydt[0] = p->production * (1 - inhibition) - p->loss * y[3];
}

ORAL_FUNCTION oral_rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  const struct oral_response *p = context;

  dydt[0] = -p->absorption * y[0];
  dydt[1] = p->absorption * y[0] - (p->elimination + p->outwards) * y[1] + p->inwards * y[2];
  dydt[2] = p->outwards * y[1] - p->inwards * y[2];
  oral_response_rate(context, t, y, dydt + 3);
}

/** One patient. */
struct oral_individual {
  double clearance, volume, flow, peripheral_volume, absorption, baseline, loss, half, maximum;
};

struct oral_ward {
  struct oral_response parameters;
  struct solver *solver;
  bool has_response;
  double *outputs[LANES]; /* [sample][concentration, response] */
  int next[LANES], dose[LANES];
};

static inline void oral_keep(void *context, const lane_mask *due, const lanes *time,
                             const lanes *state)
{
  struct oral_ward *ward = context;
  const lanes concentration = state[1] / ward->parameters.volume;

  (void)time;
  for (int lane = 0; lane < LANES; lane++) {
    double *output = ward->outputs[lane] + 2 * ward->next[lane];

    if (!(*due)[lane]) continue;
    output[0] = concentration[lane];
    output[1] = ward->has_response ? state[3][lane] : 0;
    ward->next[lane]++;
  }
}

static inline void oral_admit(struct oral_ward *ward, int lane, const struct oral_individual *who)
{
  struct oral_response *p = &ward->parameters;
  const double state[ORAL_STATES] = {0, 0, 0, who->baseline};

  p->absorption[lane] = who->absorption;
  p->elimination[lane] = who->clearance / who->volume;
  p->outwards[lane] = who->flow / who->volume;
  p->inwards[lane] = who->flow / who->peripheral_volume;
  p->volume[lane] = who->volume;
  p->production[lane] = who->baseline * who->loss;
  p->loss[lane] = who->loss;
  p->half[lane] = who->half;
  p->maximum[lane] = who->maximum;
  ward->next[lane] = ward->dose[lane] = 0;
  solver_load(ward->solver, lane, 0, state);
}

/** 100 mg now, seen after it if it is time, then 24 hours; false at the end. hours[i] = i every. */
static inline bool oral_go_on(struct oral_ward *ward, int lane, const double *hours, int every)
{
  const int hour = 24 * ward->dose[lane];
  const int next_sample = (hour / every + 1) * every;
  const int n = hour + 24 > next_sample ? (hour + 24 - next_sample + every - 1) / every : 0;
  double state[ORAL_STATES] = {0};

  solver_state(ward->solver, lane, state);
  if (hour < ORAL_HOURS) state[0] += 100;
  if (hour % every == 0) {
    double *output = ward->outputs[lane] + 2 * ward->next[lane]++;

    output[0] = state[1] / ward->parameters.volume[lane];
    output[1] = ward->has_response ? state[3] : 0;
  }
  if (hour == ORAL_HOURS) return false;
  solver_set_state(ward->solver, lane, state);
  solver_samples(ward->solver, lane, &(struct sampling){n, hours + next_sample / every});
  solver_run_to(ward->solver, lane, hour + 24);
  ward->dose[lane]++;
  return true;
}
