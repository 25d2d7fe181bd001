/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What CVODE, one patient at a time, makes of the population workloads: patients per second and
 * the measured error, one line per workload, method and tolerance. The solver is reinitialised at
 * every discontinuity and never steps across one. */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

#ifndef BENCHMARK_FLAGS
#define BENCHMARK_FLAGS "unknown"
#endif

static const struct method {
  const char *name;
  int multistep;
  bool newton, analytic;
} methods[] = {{"bdf", CV_BDF, true, false}, /* CVODE's own difference quotients */
               {"bdf-jacobian", CV_BDF, true, true},
               {"adams", CV_ADAMS, false, false}, /* fixed-point iteration: not for stiff ones */
               {"adams-newton", CV_ADAMS, true, false}};

struct options {
  const char *folder, *workloads, *methods;
  double rtols[16], seconds;
  int n_rtols, n_individuals;
};

/** One solver, whoever the patient is. */
struct course {
  const struct workload *workload;
  const double *p; /* of the patient */
  double infusion;
  SUNContext context;
  void *cvode;
  N_Vector y;
  SUNMatrix matrix;
  SUNLinearSolver linear;
  SUNNonlinearSolver fixed_point;
  int next_sample, n_outputs;
  double *values; /* [sample][output] of the patient */
  long steps, rates, jacobians;
};

static int rates_of(realtype time, N_Vector y, N_Vector dydt, void *context)
{
  const struct course *course = context;

  (void)time;
  course->workload->rates(course->p, course->infusion, N_VGetArrayPointer(y),
                          N_VGetArrayPointer(dydt));
  return 0;
}

static int jacobian_of(realtype time, N_Vector y, N_Vector rates, SUNMatrix J, void *context,
                       N_Vector scratch1, N_Vector scratch2, N_Vector scratch3)
{
  const struct course *course = context;

  (void)time, (void)rates, (void)scratch1, (void)scratch2, (void)scratch3;
  course->workload->jacobian(course->p, N_VGetArrayPointer(y), SUNDenseMatrix_Data(J));
  return 0;
}

static bool course_create(struct course *course, const struct method *method, double rtol)
{
  const int n = course->workload->n_states;

  if (SUNContext_Create(NULL, &course->context)) return false;
  course->y = N_VNew_Serial(n, course->context);
  N_VConst(0, course->y);
  course->cvode = CVodeCreate(method->multistep, course->context);
  if (CVodeInit(course->cvode, rates_of, 0, course->y) || CVodeSetUserData(course->cvode, course) ||
      CVodeSStolerances(course->cvode, rtol, 0.01 * rtol) ||
      CVodeSetMaxNumSteps(course->cvode, 1000000))
    return false;
  if (!method->newton) {
    course->fixed_point = SUNNonlinSol_FixedPoint(course->y, 0, course->context);
    return CVodeSetNonlinearSolver(course->cvode, course->fixed_point) == CV_SUCCESS;
  }
  course->matrix = SUNDenseMatrix(n, n, course->context);
  course->linear = SUNLinSol_Dense(course->y, course->matrix, course->context);
  if (CVodeSetLinearSolver(course->cvode, course->linear, course->matrix)) return false;
  return !method->analytic || CVodeSetJacFn(course->cvode, jacobian_of) == CV_SUCCESS;
}

static void course_clear(struct course *course)
{
  CVodeFree(&course->cvode);
  if (course->linear) SUNLinSolFree(course->linear);
  if (course->fixed_point) SUNNonlinSolFree(course->fixed_point);
  if (course->matrix) SUNMatDestroy(course->matrix);
  if (course->y) N_VDestroy(course->y);
  SUNContext_Free(&course->context);
}

static void take_sample(struct course *course)
{
  course->workload->observe(course->p, N_VGetArrayPointer(course->y),
                            course->values + course->next_sample++ * course->n_outputs);
}

static void count_work(struct course *course)
{
  long steps = 0, rates = 0, for_jacobian = 0, jacobians = 0;

  CVodeGetNumSteps(course->cvode, &steps);
  CVodeGetNumRhsEvals(course->cvode, &rates);
  if (course->linear) {
    CVodeGetNumLinRhsEvals(course->cvode, &for_jacobian);
    CVodeGetNumJacEvals(course->cvode, &jacobians);
  }
  course->steps += steps;
  course->rates += rates + for_jacobian;
  course->jacobians += jacobians;
}

/** Between two discontinuities; the samples of [from, to). */
static bool go_on(struct course *course, double from, double to)
{
  const double every = course->workload->sample_every_h;
  double time = from;

  if (CVodeReInit(course->cvode, from, course->y) || CVodeSetStopTime(course->cvode, to))
    return false;
  if (course->next_sample * every == from) take_sample(course);
  while (course->next_sample * every < to) {
    if (CVode(course->cvode, course->next_sample * every, course->y, &time, CV_NORMAL) < 0)
      return false;
    take_sample(course);
  }
  if (CVode(course->cvode, to, course->y, &time, CV_NORMAL) < 0 || time != to) return false;
  count_work(course);
  return true;
}

static bool live(struct course *course, const double *p, double *values)
{
  const struct workload *workload = course->workload;
  const double end = (workload->n_samples - 1) * workload->sample_every_h;
  double *y = N_VGetArrayPointer(course->y), dose = workload->dose;

  course->p = p;
  course->values = values;
  course->next_sample = 0;
  if (workload->dose_per >= 0) dose /= p[workload->dose_per];
  memset(y, 0, (size_t)workload->n_states * sizeof *y);
  if (workload->initial) workload->initial(p, y);
  for (int d = 0; d < workload->n_doses; d++) {
    const double given = d * workload->dose_every_h, over = given + workload->dose_hours;
    const double next = d + 1 < workload->n_doses ? given + workload->dose_every_h : end;

    course->infusion = over > given ? dose / workload->dose_hours : 0;
    if (over > given && !go_on(course, given, over)) return false;
    course->infusion = 0;
    if (over == given) y[workload->dose_state] += dose;
    if (!go_on(course, over, next)) return false;
  }
  take_sample(course);
  return true;
}

static double seconds_of(clockid_t clock)
{
  struct timespec now;

  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/** Rounds over the first individuals until enough time has passed; prints the speed. */
static bool measure_speed(struct course *course, const struct workload_data *data,
                          const struct options *options, double *scratch)
{
  const double wall_begin = seconds_of(CLOCK_MONOTONIC);
  const double begin = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  const int n = data->n_individuals < options->n_individuals ? data->n_individuals
                                                             : options->n_individuals;
  double now = begin, best = 0;
  int patients = 0;

  while (now - begin < options->seconds) {
    const double round_begin = now;

    for (int i = 0; i < n; i++)
      if (!live(course, data->parameters + i * MOST_PARAMETERS, scratch)) return false;
    now = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    patients += n;
    best = fmax(best, n / (now - round_begin));
  }
  printf(" patients_per_s=%.1f best_round=%.1f cpu_share=%.2f", patients / (now - begin), best,
         (now - begin) / (seconds_of(CLOCK_MONOTONIC) - wall_begin));
  return true;
}

/** Of the patients of the reference; prints it per output, and the work per patient. */
static bool measure_error(struct course *course, const struct workload_data *data, double *values)
{
  const struct workload *workload = course->workload;
  double worst = 0;

  for (int i = 0; i < REFERENCE_PATIENTS; i++)
    if (!live(course, data->parameters + i * MOST_PARAMETERS,
              values + i * workload->n_samples * data->n_outputs))
      return false;
  for (int o = 0; o < data->n_outputs; o++) {
    const double error = workload_error(workload, data, values, o);

    worst = fmax(worst, isnan(error) ? (double)INFINITY : error);
    printf(" relS_%s=%.1e", workload->outputs[o], error);
  }
  printf(" relS=%.1e steps=%.0f rates=%.0f jacobians=%.0f", worst,
         (double)course->steps / REFERENCE_PATIENTS, (double)course->rates / REFERENCE_PATIENTS,
         (double)course->jacobians / REFERENCE_PATIENTS);
  return true;
}

static bool measure(const struct workload *workload, const struct workload_data *data,
                    const struct options *options, const struct method *method, double rtol)
{
  struct course course = {.workload = workload, .n_outputs = data->n_outputs};
  double *values = calloc((size_t)(REFERENCE_PATIENTS * workload->n_samples * data->n_outputs),
                          sizeof *values);
  bool solved = values && course_create(&course, method, rtol);

  printf("cvode %s %s rtol=%.0e atol=%.0e", workload->name, method->name, rtol, 0.01 * rtol);
  solved = solved && measure_error(&course, data, values);
  solved = solved && measure_speed(&course, data, options, values);
  printf("%s\n", solved ? "" : " failed=1");
  fflush(stdout);
  course_clear(&course);
  free(values);
  return solved;
}

/** Whether the name stands in a list with commas; NULL lists all. */
static bool is_listed(const char *list, const char *name)
{
  const size_t length = strlen(name);

  for (const char *p = list; p; p = strchr(p, ',')) {
    p += *p == ',';
    if (strncmp(p, name, length) == 0 && (p[length] == ',' || p[length] == '\0')) return true;
  }
  return list == NULL;
}

static bool read_rtols(const char *list, struct options *options)
{
  const char *p = list;

  options->n_rtols = 0;
  while (options->n_rtols < 16) {
    char *end;
    const double rtol = strtod(p, &end);

    if (end == p || !(rtol > 0)) return false;
    options->rtols[options->n_rtols++] = rtol;
    if (*end != ',') return *end == '\0';
    p = end + 1;
  }
  return false;
}

static bool read_options(int argc, char **argv, struct options *options)
{
  int option;

  while ((option = getopt(argc, argv, "w:m:r:s:n:")) != -1) {
    if (option == 'w')
      options->workloads = optarg;
    else if (option == 'm')
      options->methods = optarg;
    else if (option == 'r' && !read_rtols(optarg, options))
      return false;
    else if (option == 's')
      options->seconds = strtod(optarg, NULL);
    else if (option == 'n')
      options->n_individuals = atoi(optarg);
    else if (option == '?')
      return false;
  }
  return options->folder && optind == argc && options->n_individuals > 0;
}

static bool measure_all(const struct workload *workload, const struct workload_data *data,
                        const struct options *options)
{
  bool all = true;

  for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
    if (!is_listed(options->methods, methods[m].name)) continue;
    for (int r = 0; r < options->n_rtols; r++)
      all = measure(workload, data, options, &methods[m], options->rtols[r]) && all;
  }
  return all;
}

int main(int argc, char **argv)
{
  const char *folder = getenv("TWINTRIAL_REFERENCE_DATA");
  char path[4096];
  struct options options = {.folder = folder,
                            .methods = "bdf,bdf-jacobian,adams",
                            .rtols = {1e-6},
                            .seconds = 1,
                            .n_rtols = 1,
                            .n_individuals = 50};
  bool all = true;

  if (!read_options(argc, argv, &options)) {
    fprintf(stderr,
            "usage: TWINTRIAL_REFERENCE_DATA=folder %s [-w W1,W2] [-m bdf,bdf-jacobian,adams,"
            "adams-newton] [-r 1e-6,1e-8] [-s seconds] [-n individuals]\n",
            argv[0]);
    return EXIT_FAILURE;
  }
  snprintf(path, sizeof path, "%s/benchmark", folder);
  printf("# CVODE of SUNDIALS %s as installed; this program: gcc %s, %s\n", SUNDIALS_VERSION,
         __VERSION__, BENCHMARK_FLAGS);
  for (const struct workload *workload = workloads; workload->name; workload++) {
    struct workload_data data = {0};

    if (!is_listed(options.workloads, workload->name)) continue;
    all = workload_load(workload, path, &data) && measure_all(workload, &data, &options) && all;
    workload_clear(&data);
  }
  return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
