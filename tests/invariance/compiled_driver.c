/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compiled_driver MODELS [KERNELS]: simulates patients of every model in a folder by every solver
 * that it can use, and prints a line for each: model, solver, whether steps were compiled, SHA-256
 * of all outputs, states, steps and failures, and how many patients failed. */
#include "../model_library.h"
#include "base/failure.h"
#include "base/hash.h"
#include "solver/model_problem.h"

enum { PATIENTS = 19, STAGES = 5, SAMPLES = 13 };

struct living {
  const struct model *model;
  struct model_lanes patients;
  struct model_problem problem;
  struct solver *solver;
  FILE *told[PATIENTS + 1]; /* [patient] */
  double *state, *atol;
  lanes *outputs;
  double times[LANES][SAMPLES];
  uint32_t patient[LANES]; /* from 1; 0: nobody */
  int stage[LANES], n_failed;
};

static double end_of(const struct living *living, int stage)
{
  const double slowest = living->model->slowest; /* NaN where covariates decide */

  return 3 * (isnan(slowest) ? 100 : slowest) * stage / STAGES;
}

static void tell(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  struct living *living = context;

  model_lanes_outputs(&living->patients, time, state, living->outputs);
  for (int lane = 0; lane < LANES; lane++)
    for (int i = 0; (*due)[lane] && i < living->model->n_outputs; i++)
      fprintf(living->told[living->patient[lane]], "%a %a\n", (*time)[lane],
              living->outputs[i][lane]);
}

/** A bolus by each route, and in the third stage an infusion by the last. */
static void dose(struct living *living, int lane)
{
  const struct model *model = living->model;
  const int stage = living->stage[lane];

  for (int r = 0; r < model->n_routes; r++) {
    const struct model_state *to = &model->states[model->routes[r].state];
    const double amount = drawn_between(living->patient[lane], (uint32_t)(100 + 10 * r + stage),
                                        0.5, 1) *
                          (strcmp(to->unit_text, "1") == 0 ? 1 : 50 * to->scale);
    const bool is_infused = stage == 2 && r == model->n_routes - 1;

    model_lanes_infusion(&living->patients, lane, model->routes[r].state,
                         is_infused ? amount / (end_of(living, 3) - end_of(living, 2)) : 0);
    if (stage < 2)
      living->state[model->routes[r].state] +=
          amount * model_lanes_entry(&living->patients, lane, r).fraction;
  }
}

static void run_stage(struct living *living, int lane)
{
  const double begin = end_of(living, living->stage[lane]);
  const double end = end_of(living, living->stage[lane] + 1);

  dose(living, lane);
  solver_set_state(living->solver, lane, living->state);
  for (int i = 0; i < SAMPLES; i++)
    living->times[lane][i] = begin + (end - begin) * (i + 1) / SAMPLES;
  living->times[lane][SAMPLES - 1] = end;
  solver_samples(living->solver, lane, &(struct sampling){SAMPLES, living->times[lane]});
  solver_run_to(living->solver, lane, end);
}

static void take_leave(struct living *living, int lane)
{
  const struct solver_count count = solver_count(living->solver, lane);
  const enum solve_status status = solver_status(living->solver, lane);
  FILE *told = living->told[living->patient[lane]];

  for (int i = 0; i < living->model->n_states; i++) fprintf(told, "%a\n", living->state[i]);
  fprintf(told, "%d %d %d\n", status, count.accepted, count.rejected);
  living->n_failed += status != SOLVE_OK;
  living->patient[lane] = 0;
  solver_unload(living->solver, lane);
}

/** A lane that stands goes on, or takes the next patient; false when there is none. */
static bool continue_lane(struct living *living, int lane, uint32_t *next)
{
  if (living->patient[lane]) {
    solver_state(living->solver, lane, living->state);
    if (solver_status(living->solver, lane) != SOLVE_OK || ++living->stage[lane] == STAGES)
      take_leave(living, lane);
  }
  if (!living->patient[lane]) {
    if (*next > PATIENTS) return false;
    living->patient[lane] = (*next)++;
    living->stage[lane] = 0;
    load_drawn_patient(&living->patients, lane, living->patient[lane]);
    model_lanes_initial(&living->patients, lane, living->state);
    solver_load(living->solver, lane, 0, living->state);
  }
  run_stage(living, lane);
  return true;
}

static void live(struct living *living)
{
  uint32_t next = 1;
  bool is_anybody_there;

  do {
    is_anybody_there = false;
    for (int lane = 0; lane < LANES; lane++) {
      const bool runs = living->patient[lane] && solver_is_running(living->solver, lane);

      is_anybody_there |= runs || continue_lane(living, lane, &next);
    }
    REQUIRE(solver_advance(living->solver) == EXIT_CODE_OK);
  } while (is_anybody_there);
}

/** All that was told of the patients, in their order. */
static void live_and_hash(struct living *living, char sha256[SHA256_TEXT_BYTES])
{
  struct arena *arena = arena_create();
  char *told[PATIENTS + 1];
  const char *all = "";
  size_t sizes[PATIENTS + 1];

  for (int p = 1; p <= PATIENTS; p++) living->told[p] = open_memstream(&told[p], &sizes[p]);
  live(living);
  for (int p = 1; p <= PATIENTS; p++) {
    fclose(living->told[p]);
    sha256_text(told[p], sizes[p], sha256);
    all = arena_format(arena, "%s%s %zu\n", all, sha256, sizes[p]);
    free(told[p]);
  }
  sha256_text(all, strlen(all), sha256);
  arena_destroy(&arena);
}

static void simulate(const struct model *model, const struct solver_method *method,
                     struct kernel_store *kernels)
{
  const size_t n = (size_t)model->n_states;
  struct living living = {.model = model,
                          .state = memory_new(n, sizeof(double)),
                          .atol = memory_new(n, sizeof(double)),
                          .outputs = memory_new((size_t)model->n_outputs, sizeof(lanes))};
  const struct tolerance tolerance = {1e-6, living.atol, 20000};
  char sha256[SHA256_TEXT_BYTES];

  for (size_t i = 0; i < n; i++) living.atol[i] = 1e-8 * model->states[i].scale;
  model_lanes_create(model, &living.patients);
  model_problem_set(&living.problem, &living.patients, kernels);
  REQUIRE(solver_create(method, &living.problem.ode, &tolerance, &living.solver) == EXIT_CODE_OK);
  solver_listen(living.solver, tell, &living);
  live_and_hash(&living, sha256);
  printf("%s %s %s %s %d\n", model->name, method->name,
         living.problem.ode.kernel ? "compiled" : "interpreted", sha256, living.n_failed);
  solver_destroy(&living.solver);
  model_lanes_clear(&living.patients);
  free(living.state);
  free(living.atol);
  free(living.outputs);
}

static void visit(void *context, const struct model *model)
{
  for (const struct solver_method *const *method = solver_methods(); *method; method++)
    if (*method != &solver_petsc && !model_lacks(model, (*method)->name))
      simulate(model, *method, context);
}

int main(int argc, char **argv)
{
  struct kernel_store *kernels = NULL;
  int n;

  if (argc < 2) return EXIT_CODE_INVALID_INPUT;
  if (argc > 2) kernels = kernel_store_create(1, (const char *const *)&argv[2]);
  n = visit_models(argv[1], visit, kernels);
  kernel_store_destroy(&kernels);
  return n > 0 ? EXIT_CODE_OK : EXIT_CODE_INTERNAL;
}
