/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/model_problem.h"

static void set_jacobian(struct model_problem *problem, const struct model_jacobian *jacobian)
{
  problem->jacobian = (struct ode_jacobian){.n_entries = jacobian->n_entries,
                                            .n_factors = jacobian->n_factors,
                                            .has_time_derivative = jacobian->has_time_derivative,
                                            .jacobian = model_lanes_jacobian,
                                            .factor = model_lanes_factor,
                                            .solve = model_lanes_solve};
  problem->ode.jacobian = &problem->jacobian;
}

static void set_linear(struct model_problem *problem, const struct model_linear *linear)
{
  problem->linear = (struct ode_linear){.n = linear->n,
                                        .n_remainder = linear->n_remainder,
                                        .states = linear->states,
                                        .remainder = linear->remainder,
                                        .n_entries = linear->n_entries,
                                        .rows = linear->rows,
                                        .columns = linear->columns,
                                        .matrix = model_lanes_matrix,
                                        .product = model_lanes_product,
                                        .apply = model_lanes_apply,
                                        .rates = model_lanes_remainder};
  problem->ode.linear = &problem->linear;
}

/** Between two ends of a step: an assignment may have put a condition on its edge, from where it
 *  comes and goes, and the parts of a condition may do so together. */
enum { WITHIN = 3 };

/** Every event is one comparison and assigns nothing. */
static bool is_simple(const struct model *model)
{
  bool assigns = false;

  for (int i = 0; i < model->n_events; i++) assigns = assigns || model->events[i].n_assigned > 0;
  for (int i = 0; i < model->n_conditions; i++) assigns = assigns || model->conditions[i].is_sign;
  return !assigns && model->n_conditions <= model->n_events;
}

void model_problem_set(struct model_problem *problem, struct model_lanes *patients,
                       struct kernel_store *store)
{
  const struct model *model = patients->model;

  *problem = (struct model_problem){.ode = {.n_states = model->n_states,
                                            .context = patients,
                                            .rates = model_lanes_rates,
                                            .n_observed = model->n_observed,
                                            .observed = model->observed}};
  if (model->n_events > 0) {
    problem->events = (struct ode_events){model->n_conditions + (model->due >= 0),
                                          is_simple(model) ? 0 : WITHIN, model_lanes_crossings,
                                          model_lanes_cross};
    problem->ode.events = &problem->events;
  }
  if (model->jacobian) set_jacobian(problem, model->jacobian);
  if (model->linear) set_linear(problem, model->linear);
  problem->ode.kernel = kernel_store_find(store, model, patients->simd);
  patients->outputs = problem->ode.kernel ? problem->ode.kernel->outputs : NULL;
}

const struct solver_method *model_problem_method(const struct model *model)
{
  return solver_method_named(model_method_name(model->method));
}
