/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/benchmark/workload.h
 * The population workloads W1 to W6 as plain C: rates by hand, doses, samples, and the tables that
 * hold individuals and reference trajectories. Knows no solver. Times are hours. */
#pragma once
#include <stdbool.h>

enum { MOST_STATES = 16, MOST_PARAMETERS = 9, MOST_OUTPUTS = 3, REFERENCE_PATIENTS = 50 };

/** `p` [parameter]; `infusion` goes into the state that is dosed, per hour; y and dydt [state]. */
typedef void workload_rates(const double *p, double infusion, const double *y, double *dydt);
/** J [row + n_states * column], all zero before. */
typedef void workload_jacobian(const double *p, const double *y, double *J);
/** The state at time 0, before the first dose; all zero before. */
typedef void workload_initial(const double *p, double *y);
typedef void workload_observe(const double *p, const double *y, double *outputs);

struct workload {
  const char *name, *individuals; /* the workload whose individuals it takes */
  const char *parameters[MOST_PARAMETERS + 1], *outputs[MOST_OUTPUTS + 1]; /* end with NULL */
  int n_states;
  workload_rates *rates;
  workload_jacobian *jacobian;
  workload_initial *initial; /* NULL: all zero */
  workload_observe *observe;
  int n_doses, dose_state, dose_per;     /* the dose is divided by this parameter, -1: by none */
  double dose, dose_hours, dose_every_h; /* 0 hours is a bolus */
  int n_samples;
  double sample_every_h; /* from 0; a sample sees the dose given at its time */
};

/** Ends with a workload without a name. */
extern const struct workload workloads[];

struct workload_data {
  int n_individuals, n_outputs;
  double *parameters; /* [individual][MOST_PARAMETERS] */
  double *reference;  /* [individual < REFERENCE_PATIENTS][sample][output] */
};

/** Reads <folder>/<W>-individuals.csv and <W>-reference.csv.gz; false, and said, when one cannot be
 *  read. */
bool workload_load(const struct workload *workload, const char *folder, struct workload_data *data);
void workload_clear(struct workload_data *data);

/** Largest |y - ref| / max(|ref|, 1e-3 max over the patient's times of |ref|) of one output over
 *  the patients of the reference; `values` like data->reference. NaN when a value is. */
double workload_error(const struct workload *workload, const struct workload_data *data,
                      const double *values, int output);
