/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/model.h
 * A compiled model: states, parameters, outputs and routes with their registers in one program. */
#pragma once
#include "expression/program.h"
#include "model/functions.h"
#include "model/model_effects.h"
#include "model/model_event.h"
#include "model/model_file.h"

struct model_covariate {
  const char *name, *unit_text;
  struct unit unit;
  int n_categories; /* 0 for a number */
  const char *const *categories;
  struct place at;
  int reg;
  int loaded, slope, since; /* of one that moves with time: registers; else loaded is reg */
};

struct model_parameter {
  const char *name, *unit_text, *label, *source;
  struct unit unit;
  enum distribution distribution;
  double lambda;  /* of box_cox */
  double typical; /* NaN when it depends on a category */
  double eta_sd;  /* 0 without variability; of a block: square root of the diagonal */
  double kappa_sd;
  int eta, kappa, theta; /* index among the etas, kappas and thetas, -1 without */
  enum theta_scale theta_scale;
  int reg; /* of the individual value */
};

struct model_state {
  const char *name, *unit_text, *label;
  struct unit unit;
  double scale;
  int reg, initial, rate, infusion; /* registers; infusion is -1 where no route ends */
  int infusion_input;               /* its place among the inputs, -1 for none */
};

struct model_output {
  const char *name, *unit_text, *label;
  struct unit unit;
  int reg;
  double log_normal, proportional, additive; /* standard deviations of the residual error */
  double power;                              /* of the true value in the proportional one */
  double correlation_min;                    /* time of the errors' correlation, 0: none */
  double lloq, uloq;                         /* NaN: none */
  int n; /* its error is the sum over k < n of factor[k] * e(of[k]), e(i) the standard error of
            output i; 0: the proportional and the additive part are drawn apart */
  const int *of;
  const double *factor;
};

struct model_route {
  const char *name;
  int state;                         /* index */
  int fraction, lag, duration, rate; /* registers; duration and rate -1 where there are none */
};

/** States first .. first + n - 1, each of which empties into the next. */
struct model_chain {
  int first, n;
  const char *out; /* what its outflow is called */
  const struct expression *rate, *input, *initial;
};

/** The formulas of the file, checked, in its order; NULL where there is none. */
struct model_formulas {
  const struct expression *const *rates, *const *initials; /* [state] */
  const struct expression *const *outputs, *const *derived;
  const struct expression *const *conditions; /* [event] */
  const struct event_formulas *actions;       /* [event] */
  const struct expression *const *times;      /* [parameter] */
  const struct model_chain *chains;
};

struct model {
  const char *name, *title, *time_text;
  struct unit time;
  double time_per_h;             /* model time units in an hour */
  const struct model_file *file; /* as written */
  int n_covariates, n_parameters, n_etas, n_kappas, n_states, n_events, n_outputs, n_routes;
  int n_conditions, n_actions; /* comparisons in events; numbers that SECTION_ACTIONS gives */
  struct model_covariate *covariates;
  struct model_parameter *parameters;
  struct model_effect *etas, *kappas, *thetas;
  int n_thetas, n_mixtures;
  struct model_mixture *mixtures;
  struct model_state *states;
  struct model_event *events;
  struct model_condition *conditions;
  int due, due_input; /* register of the time of the next assignment that waits, and its place among
                         the inputs; -1 for none */
  struct model_output *outputs;
  struct model_route *routes;
  struct model_formulas formulas;
  int time_reg;
  const struct program *program;
  const struct model_jacobian *jacobian; /* NULL: the model is too large */
  const struct model_linear *linear;     /* NULL: there is no linear block, or a large one */
  int n_observed;
  int *observed; /* [n_observed] states on which outputs depend; all when there are events */
  int n_inputs;
  int *inputs;               /* [n_inputs] registers of the patient that other sections read */
  enum model_method method;  /* what `auto` is for this model */
  const char *method_reason; /* one sentence, without its full stop */
  bool rates_read_time;      /* anywhere, conditions included */
  double fastest, slowest;   /* time constants of the typical patient; NaN: unknown */
};

/** Changes to a published model that a protocol asks for; each is printed and stored. */
struct model_change {
  enum {
    CHANGE_PARAMETER,
    CHANGE_RESIDUAL,
    CHANGE_BETWEEN_PATIENTS,
    CHANGE_BETWEEN_OCCASIONS,
    CHANGE_GIVEN,   /* the parameter is an input: its individual values are loaded */
    CHANGE_INFUSED, /* the state can be infused though no route ends there */
    CHANGE_LINEAR,  /* the covariate moves with time between loads, see model_lanes_slopes() */
  } kind;
  struct text name, value; /* a parameter and its typical value, or a standard deviation */
};

/** NULL and diagnostics when the file is not a model. All memory is the arena's. */
const struct model *model_compile(const struct source *source, size_t n_changes,
                                  const struct model_change *changes, struct arena *arena,
                                  struct diagnostics *diagnostics);
/** The index, or -1. */
int model_parameter_named(const struct model *model, const char *name);
int model_covariate_named(const struct model *model, const char *name);
int model_state_named(const struct model *model, const char *name);
int model_output_named(const struct model *model, const char *name);
int model_route_named(const struct model *model, const char *name);
