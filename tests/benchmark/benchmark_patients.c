/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patients per second and measured error of this project's solvers on the population workloads, on
 * one core. Prints lines like those of benchmark_cvode. */
#include <math.h>
#include <petscsys.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diagnostics.h"
#include "base/memory.h"
#include "solver/model_problem.h"
#include "workload.h"

enum { MOST_SAMPLES = 1024, MOST_DOSES = 64 };

struct settings {
  const char *folder, *kernels, *solver, *only, *petsc_type;
  double rtol, atol, seconds;
};

/** One workload being run over and over by its individuals. */
struct ward {
  const struct workload *workload;
  const struct workload_data *data;
  const struct model *model;
  struct model_lanes patients;
  struct model_problem problem;
  struct solver *solver;
  int dose_state, outputs[MOST_OUTPUTS];  /* of the model */
  double *etas, *initial;                 /* [individual][eta], [state] */
  double *rows[LANES], *first_row[LANES]; /* where the next sample goes; the first went */
  int n_before[2 * MOST_DOSES + 1];       /* samples before each change */
  double sample_times[MOST_SAMPLES];
  lanes *at_sample;       /* [output of the model] */
  double *kept;           /* [patient][sample][output], NULL: nothing is kept */
  int64_t patient[LANES]; /* -1: nobody */
  int dose[LANES];        /* events that are over */
  int64_t begun, ended;
  double steps, rejected;
};

static double now_s(void)
{
  struct timespec now;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void take(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  struct ward *ward = context;
  const int n_outputs = ward->data->n_outputs;

  model_lanes_outputs(&ward->patients, time, state, ward->at_sample);
  for (int o = 0; o < n_outputs; o++) {
    const double *values = (const double *)&ward->at_sample[ward->outputs[o]];

    for (int lane = 0; lane < LANES; lane++) {
      double spare, *const places[2] = {&spare, &ward->rows[lane][o]};

      *places[-(*due)[lane]] = values[lane]; /* no branch: who is due cannot be foretold */
    }
  }
  for (int lane = 0; lane < LANES; lane++) ward->rows[lane] -= (*due)[lane] * n_outputs;
}

/** Samples that a lane's patient has given. */
static int n_taken(const struct ward *ward, int lane)
{
  return (int)(ward->rows[lane] - ward->first_row[lane]) / ward->data->n_outputs;
}

/** Time of the next dose or end of an infusion after `n` of them, or of the end. */
static double change_time(const struct workload *workload, int n)
{
  const int per_dose = workload->dose_hours > 0 ? 2 : 1;

  if (n >= per_dose * workload->n_doses)
    return (workload->n_samples - 1) * workload->sample_every_h;
  return n / per_dose * workload->dose_every_h + n % per_dose * workload->dose_hours;
}

/** ward->etas [individual][eta]: those that give the individuals' parameters. */
static void find_etas(struct ward *ward, struct arena *arena)
{
  const struct model *model = ward->model;
  const int n = ward->data->n_individuals;

  ward->etas = arena_new(arena, (size_t)(n * model->n_etas), sizeof *ward->etas);
  for (int e = 0; e < model->n_etas; e++) {
    const struct model_parameter *parameter = &model->parameters[model->etas[e].parameter];
    int column = 0;

    while (strcmp(ward->workload->parameters[column], parameter->name)) column++;
    for (int i = 0; i < n; i++)
      ward->etas[i * model->n_etas + e] = log(ward->data->parameters[i * MOST_PARAMETERS + column] /
                                              parameter->typical);
  }
}

static void admit(struct ward *ward, int lane)
{
  const int64_t id = ward->begun++ % ward->data->n_individuals;

  ward->patient[lane] = id;
  ward->dose[lane] = 0;
  ward->rows[lane] = ward->first_row[lane] = ward->kept +
                                             id * ward->workload->n_samples * ward->data->n_outputs;
  model_lanes_load(&ward->patients, lane, NULL, ward->etas + id * ward->model->n_etas);
}

/** The lanes of `arrived` stand at the time of their next change: doses, samples at that time, and
 *  on they go. */
static void change(struct ward *ward, const bool *arrived)
{
  const struct workload *workload = ward->workload;
  lanes *state = solver_states(ward->solver), time = {0};
  lane_mask due = {0};
  int taken[LANES] = {0};

  for (int lane = 0; lane < LANES; lane++) {
    const int n = ward->dose[lane];
    const double now = change_time(workload, n);

    if (!arrived[lane]) continue;
    if (n < workload->n_doses * (workload->dose_hours > 0 ? 2 : 1)) {
      if (workload->dose_hours == 0)
        state[ward->dose_state][lane] += workload->dose;
      else
        model_lanes_infusion(&ward->patients, lane, ward->dose_state,
                             n % 2 ? 0 : workload->dose / workload->dose_hours);
    }
    time[lane] = now;
    taken[lane] = n_taken(ward, lane);
    if (taken[lane] < workload->n_samples && ward->sample_times[taken[lane]] == now) due[lane] = -1;
  }
  if (lane_mask_any(due)) take(ward, &due, &time, state);
  for (int lane = 0; lane < LANES; lane++) {
    const int done = taken[lane] - (int)due[lane];

    if (!arrived[lane] || done == workload->n_samples) continue;
    ward->dose[lane]++;
    solver_samples(
        ward->solver, lane,
        &(struct sampling){ward->n_before[ward->dose[lane]] - done, ward->sample_times + done});
    solver_run_to(ward->solver, lane, change_time(workload, ward->dose[lane]));
  }
}

static void discharge(struct ward *ward, int lane)
{
  const struct solver_count count = solver_count(ward->solver, lane);

  if (solver_status(ward->solver, lane) != SOLVE_OK) {
    fprintf(stderr, "patient %ld: solver status %d\n", (long)ward->patient[lane],
            (int)solver_status(ward->solver, lane));
    exit(EXIT_FAILURE);
  }
  ward->steps += count.accepted + count.rejected;
  ward->rejected += count.rejected;
  ward->patient[lane] = -1;
  ward->ended++;
  solver_unload(ward->solver, lane);
}

/** Runs patients until `until` have begun. */
static void run(struct ward *ward, int64_t until)
{
  int n_inside;

  do {
    bool arrived[LANES], fresh[LANES], any_fresh = false;

    n_inside = 0;
    for (int lane = 0; lane < LANES; lane++) {
      arrived[lane] = ward->patient[lane] >= 0 && !solver_is_running(ward->solver, lane);
      if (arrived[lane] && (n_taken(ward, lane) == ward->workload->n_samples ||
                            solver_status(ward->solver, lane) != SOLVE_OK)) {
        discharge(ward, lane);
        arrived[lane] = false;
      }
      fresh[lane] = ward->patient[lane] < 0 && ward->begun < until;
      if (fresh[lane]) admit(ward, lane);
      any_fresh = any_fresh || fresh[lane];
      n_inside += ward->patient[lane] >= 0;
    }
    if (any_fresh) model_lanes_prepare(&ward->patients);
    for (int lane = 0; lane < LANES && any_fresh; lane++) {
      if (!fresh[lane]) continue;
      model_lanes_initial(&ward->patients, lane, ward->initial);
      solver_load(ward->solver, lane, 0, ward->initial);
      arrived[lane] = true;
    }
    change(ward, arrived);
    if (solver_advance(ward->solver)) exit(EXIT_FAILURE);
  } while (n_inside > 0);
}

static const char *model_path(const struct workload *workload)
{
  static const char *const paths[][2] = {
      {"W1", "engine/models/pk_2cmt.yaml"},
      {"W2", "tests/known_answers/models/indirect_response_workload.yaml"},
      {"W3", "tests/known_answers/models/neutropenia_workload.yaml"},
      {"W4", "tests/known_answers/models/target_workload.yaml"},
      {"W5b", "engine/models/pbpk_16.yaml"},
      {"W6", "tests/known_answers/models/indirect_response_workload.yaml"}};

  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
    if (strcmp(paths[i][0], workload->name) == 0) return paths[i][1];
  return NULL;
}

static const struct model *load_model(const struct workload *workload, struct arena *arena)
{
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source *source = source_load(arena, model_path(workload), NULL, diagnostics);
  const struct model *model = source ? model_compile(source, 0, NULL, arena, diagnostics) : NULL;

  diagnostics_print(diagnostics, stderr);
  diagnostics_destroy(&diagnostics);
  if (!model) exit(EXIT_FAILURE);
  return model;
}

static void report(struct ward *ward, const struct solver_method *method,
                   const struct settings *settings, double rate, double best)
{
  printf("twintrial %s %s%s rtol=%.1e patients_per_s=%.1f best_round=%.1f", ward->workload->name,
         method->name, ward->problem.ode.kernel ? "" : "(interpreted)", settings->rtol, rate, best);
  printf(" steps=%.1f rejected=%.1f", ward->steps / (double)ward->ended,
         ward->rejected / (double)ward->ended);
  for (int o = 0; o < ward->data->n_outputs; o++)
    printf(" relS_%s=%.1e", ward->workload->outputs[o],
           workload_error(ward->workload, ward->data, ward->kept, o));
  printf("\n");
  fflush(stdout);
}

static void measure(const struct workload *workload, const struct settings *settings)
{
  struct arena *arena = arena_create();
  struct workload_data data;
  struct ward ward = {.workload = workload, .data = &data, .model = load_model(workload, arena)};
  struct kernel_store *store = settings->kernels ? kernel_store_create(1, &settings->kernels)
                                                 : NULL;
  const struct model *model = ward.model;
  const struct solver_method *method;
  double *atol = arena_new(arena, (size_t)model->n_states, sizeof *atol), begin, elapsed, best = 0;

  if (!workload_load(workload, settings->folder, &data)) exit(EXIT_FAILURE);
  for (int i = 0; i < model->n_states; i++) atol[i] = settings->atol * settings->rtol / 1e-6;
  find_etas(&ward, arena);
  ward.initial = arena_new(arena, (size_t)model->n_states, sizeof *ward.initial);
  ward.at_sample = arena_new(arena, (size_t)model->n_outputs, sizeof *ward.at_sample);
  ward.kept = memory_new((size_t)(data.n_individuals * workload->n_samples * data.n_outputs),
                         sizeof *ward.kept);
  for (int i = 0; i < workload->n_samples; i++) ward.sample_times[i] = i * workload->sample_every_h;
  for (int c = 0; c <= 2 * workload->n_doses && c <= 2 * MOST_DOSES; c++)
    while (ward.n_before[c] < workload->n_samples &&
           ward.sample_times[ward.n_before[c]] < change_time(workload, c))
      ward.n_before[c]++;
  for (int o = 0; o < data.n_outputs; o++)
    ward.outputs[o] = model_output_named(model, workload->outputs[o]);
  for (int i = 0; i < model->n_routes; i++)
    if (strcmp(model->routes[i].name, "oral") == 0 || strcmp(model->routes[i].name, "iv") == 0)
      if (workload->dose_hours > 0 || strcmp(model->routes[i].name, "oral") == 0 ||
          model->n_routes == 1)
        ward.dose_state = model->routes[i].state;
  for (int lane = 0; lane < LANES; lane++) ward.patient[lane] = -1;
  model_lanes_create(model, &ward.patients);
  model_problem_set(&ward.problem, &ward.patients, store);
  method = strcmp(settings->solver, "auto") ? solver_method_named(settings->solver)
                                            : model_problem_method(model);
  if (solver_create(method, &ward.problem.ode, &(struct tolerance){settings->rtol, atol, 1e7},
                    &ward.solver))
    exit(EXIT_FAILURE);
  solver_listen(ward.solver, take, &ward);
  run(&ward, 200); /* warm */
  ward.begun = ward.ended = 0;
  ward.steps = ward.rejected = 0;
  begin = now_s();
  do {
    const double start = now_s();
    double round;

    run(&ward, ward.begun + data.n_individuals);
    round = data.n_individuals / (now_s() - start);
    if (round > best) best = round;
    elapsed = now_s() - begin;
  } while (elapsed < settings->seconds);
  report(&ward, method, settings, (double)ward.ended / elapsed, best);
  solver_destroy(&ward.solver);
  model_lanes_clear(&ward.patients);
  kernel_store_destroy(&store);
  free(ward.kept);
  workload_clear(&data);
  arena_destroy(&arena);
}

static const char *value_of(const char *word, const char *option)
{
  const size_t n = strlen(option);

  return strncmp(word, option, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

int main(int n_words, char **words)
{
  const char *root = getenv("TWINTRIAL_REFERENCE_DATA"), *value;
  char folder[4096];
  struct settings settings = {folder, NULL, "auto", NULL, "rk", 1e-6, 1e-8, 1};

  if (!root) {
    fprintf(stderr, "set TWINTRIAL_REFERENCE_DATA to the folder of the reference data\n");
    return EXIT_FAILURE;
  }
  snprintf(folder, sizeof folder, "%s/benchmark", root);
  for (int i = 1; i < n_words; i++) {
    if ((value = value_of(words[i], "--kernels"))) settings.kernels = value;
    if ((value = value_of(words[i], "--solver"))) settings.solver = value;
    if ((value = value_of(words[i], "--workload"))) settings.only = value;
    if ((value = value_of(words[i], "--rtol"))) settings.rtol = atof(value);
    if ((value = value_of(words[i], "--atol"))) settings.atol = atof(value);
    if ((value = value_of(words[i], "--petsc-type"))) settings.petsc_type = value;
    if ((value = value_of(words[i], "--seconds"))) settings.seconds = atof(value);
  }
  if (PetscInitializeNoArguments() || PetscOptionsSetValue(NULL, "-ts_type", settings.petsc_type))
    return EXIT_FAILURE;
  for (const struct workload *w = workloads; w->name; w++)
    if (!settings.only || strcmp(settings.only, w->name) == 0) measure(w, &settings);
  return PetscFinalize() ? EXIT_FAILURE : EXIT_SUCCESS;
}
