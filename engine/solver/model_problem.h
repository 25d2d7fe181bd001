/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/model_problem.h
 * The patients of a model as a problem for the solvers. */
#pragma once
#include "model/model_lanes.h"
#include "solver/kernel.h"
#include "solver/solver.h"

struct model_problem {
  struct ode ode;
  struct ode_jacobian jacobian;
  struct ode_linear linear;
  struct ode_events events;
};

/** With steps compiled for the model, where the store has them: then the outputs of `patients` are
 *  compiled too. The patients and their model are borrowed; the problem must not move while a
 *  solver uses it. */
void model_problem_set(struct model_problem *problem, struct model_lanes *patients,
                       struct kernel_store *store);
/** What `auto` is for this model. */
const struct solver_method *model_problem_method(const struct model *model);
