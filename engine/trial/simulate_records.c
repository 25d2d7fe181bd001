/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/simulate_records.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "base/failure.h"
#include "base/memory.h"
#include "results/agreement.h"
#include "trial/comparison.h"
#include "trial/progress.h"
#include "trial/simulated_output.h"
#include "solver/model_problem.h"
#include "twin/record_model.h"

/** A run while it goes on; each rank reads all and simulates its part of the batches. */
struct records_run {
  MPI_Comm comm;
  int rank, n_ranks;
  const struct simulate_records_options *options;
  struct arena *arena;
  struct diagnostics *diagnostics, *untold; /* what another rank tells, or this one has told */
  const struct source *source;              /* of the model */
  const struct model *model;
  struct kernel_store *kernels;
  struct record_simulator *simulator;
  FILE *events, *expected;
  bool writes, compares;
  bool can_compare; /* the expected rows have been sound so far */
  struct simulated_output output;
  struct comparison comparison;
  struct text_in_order deviations; /* what the comparison says */
  int64_t n_records, n_patients, n_failed;
  double start_s, solving_s; /* of this rank */
};

/** As long as every rank reads the same, one of them is enough to tell what is wrong. */
static int judge(struct records_run *run, int code)
{
  if (run->rank == 0) diagnostics_print(run->diagnostics, stderr);
  if (code == EXIT_CODE_OK && diagnostics_n_errors(run->diagnostics) > 0)
    code = EXIT_CODE_INVALID_INPUT;
  diagnostics_destroy(&run->diagnostics);
  run->diagnostics = diagnostics_create(); /* nothing is told twice */
  return agreed(run->comm, code);
}

static struct record_reader *open_reader(struct records_run *run, struct diagnostics *diagnostics)
{
  const struct record_source source = {run->events, run->options->events, run->arena, diagnostics,
                                       run->options->rule};

  rewind(run->events);
  return record_reader_create(run->model, &source);
}

/** Warnings of the model have been told before. */
static void compile_for(struct records_run *run, const struct record_reader *reader)
{
  run->model = record_model(run->model, run->source, reader, run->arena, run->diagnostics);
  if (!run->model) return;
  diagnostics_destroy(&run->diagnostics);
  run->diagnostics = diagnostics_create();
}

/** Reads the whole file, for its mistakes and for what it asks of the model. */
static int examine(struct records_run *run)
{
  static const char *const said[] = {"are those of the next one (nocb)",
                                     "are those of the last one (locf)",
                                     "run linearly (parameters: those of the next one)"};
  struct record_reader *reader = open_reader(run, run->diagnostics);
  struct record_batch batch = {0};
  int code;
  bool varies;

  while (reader && record_reader_next(reader, &batch)) {
    run->n_records += (int64_t)batch.n_records;
    run->n_patients += (int64_t)batch.n_patients;
  }
  record_batch_clear(&batch);
  code = judge(run, ferror(run->events) ? failure(EXIT_CODE_FILE, "cannot read %s: %s",
                                                  run->options->events, strerror(errno))
                                        : EXIT_CODE_OK);
  if (code != EXIT_CODE_OK) {
    record_reader_destroy(&reader);
    return code;
  }
  varies = record_reader_varies(reader);
  compile_for(run, reader);
  record_reader_destroy(&reader);
  if (varies && run->rank == 0)
    fprintf(stderr, "%s: between two records, covariates and parameters %s\n", run->options->events,
            said[run->options->rule]);
  return judge(run, EXIT_CODE_OK);
}

static int create_simulator(struct records_run *run, struct record_reader *reader)
{
  struct record_simulation simulation = {.model = run->model,
                                         .kernels = run->kernels,
                                         .rtol = run->options->rtol,
                                         .max_steps = 1e6,
                                         .rule = run->options->rule,
                                         .seed = run->options->has_seed ? &run->options->seed
                                                                        : NULL,
                                         .clamps_lag = run->options->clamps_lag};
  const char *method = run->options->method,
             *lacks = method ? model_lacks(run->model, method) : NULL;

  if (lacks)
    return run->rank != 0 ? EXIT_CODE_INVALID_INPUT
                          : failure(EXIT_CODE_INVALID_INPUT, "%s lacks %s, which --solver %s needs",
                                    run->model->name, lacks, method);
  simulation.n_given = record_reader_given(reader, &simulation.given);
  simulation.method = method ? solver_method_named(method) : model_problem_method(run->model);
  return record_simulator_create(&simulation, &run->simulator);
}

/** Doses that the model makes impossible are mistakes of the file or of the model. */
static void report_doses(struct records_run *run, const struct record_batch *batch)
{
  for (size_t p = 0; p < batch->n_patients; p++) {
    const struct record_patient *patient = &batch->patients[p];
    const struct record *record = &batch->records[patient->failed_at];
    struct source *source;
    struct place at;

    run->n_failed += patient->status != RECORD_OK;
    if (patient->status != RECORD_DOSE_UNDEFINED && patient->status != RECORD_LAG_AND_INTERVAL)
      continue;
    source = arena_new(run->arena, 1, sizeof *source);
    *source = (struct source){run->options->events, "", 0, record->line};
    at = (struct place){source, record->line, record->column, 1};
    if (patient->status == RECORD_DOSE_UNDEFINED)
      diagnostics_error(run->diagnostics, &at,
                        "ID %s: the lag, fraction, rate or duration of this dose is negative, zero "
                        "or not finite, or more than 10,000 of its infusions run at once",
                        patient->id);
    else
      diagnostics_error(run->diagnostics, &at,
                        "ID %s: a steady state whose lag is not shorter than its interval; "
                        "--steady-lag=clamp takes the dose as just given",
                        patient->id);
  }
}

/** One after the other, so that messages of several ranks do not mix. */
static void print_in_turn(const struct records_run *run)
{
  for (int r = 0; r < run->n_ranks; r++) {
    if (r == run->rank) diagnostics_print(run->diagnostics, stderr);
    MPI_Barrier(run->comm);
  }
}

/** What becomes of a batch, after a failure too: another rank may be waiting for these rows, or
 *  sending its own. */
static int tell(struct records_run *run, int64_t b, const struct record_batch *batch)
{
  const bool is_mine = text_in_order_is_mine(&run->deviations, b);
  int code = run->writes ? simulated_output_write(&run->output, b, batch) : EXIT_CODE_OK;
  int compared = EXIT_CODE_OK;

  if (!run->compares) return code;
  if (run->can_compare) {
    run->comparison.lines.diagnostics = is_mine ? run->diagnostics : run->untold;
    run->can_compare = comparison_read(&run->comparison, batch,
                                       is_mine ? &run->deviations.text : NULL);
  }
  if (!run->can_compare) compared = EXIT_CODE_INVALID_INPUT;
  if (code == EXIT_CODE_OK) code = compared;
  compared = text_in_order_write(&run->deviations, b);
  return code == EXIT_CODE_OK ? compared : code;
}

/** Batch b is simulated by rank b modulo their number; rows are in the order of the file. */
static int simulate(struct records_run *run)
{
  struct record_reader *reader = open_reader(run, run->untold);
  struct record_batch batch = {0};
  int code = reader ? create_simulator(run, reader)
                    : failure(EXIT_CODE_FILE, "%s has changed while it was read",
                              run->options->events);
  int64_t b = 0;

  for (; reader && record_reader_next(reader, &batch); b++) {
    const double start = clock_s();
    int said;

    if (b % run->n_ranks == run->rank && code == EXIT_CODE_OK) {
      code = record_simulator_run(run->simulator, &batch);
      report_doses(run, &batch);
    }
    run->solving_s += clock_s() - start;
    if (code != EXIT_CODE_OK) record_batch_empty(&batch);
    said = tell(run, b, &batch);
    if (code == EXIT_CODE_OK) code = said;
  }
  run->comparison.lines.diagnostics = run->rank == 0 ? run->diagnostics : run->untold;
  if (code == EXIT_CODE_OK && run->compares && !comparison_end(&run->comparison))
    code = EXIT_CODE_INVALID_INPUT;
  code = agreed(run->comm, code);
  record_batch_clear(&batch);
  record_reader_destroy(&reader);
  print_in_turn(run);
  if (code == EXIT_CODE_OK && diagnostics_n_errors(run->diagnostics) > 0)
    code = EXIT_CODE_INVALID_INPUT;
  code = agreed(run->comm, code);
  return run->writes ? simulated_output_close(&run->output, b, code) : code;
}

static int open_file(const struct records_run *run, const char *path, FILE **file)
{
  const char *reason;

  *file = source_open(path, &reason);
  if (*file) return agreed(run->comm, EXIT_CODE_OK);
  return agreed(run->comm,
                run->rank ? EXIT_CODE_INVALID_INPUT
                          : failure(EXIT_CODE_INVALID_INPUT, "cannot read %s: %s", path, reason));
}

static int load(struct records_run *run)
{
  const struct source *source = source_load(run->arena, run->options->model, NULL,
                                            run->diagnostics);

  run->source = source;
  run->model = source ? model_compile(source, 0, NULL, run->arena, run->diagnostics) : NULL;
  TRY(judge(run, EXIT_CODE_OK));
  return open_file(run, run->options->events, &run->events);
}

/** What is expected, if anything; the first line of what will be said of it. */
static int open_comparison(struct records_run *run)
{
  struct record_lines lines = {
      .name = run->options->expected, .arena = run->arena, .diagnostics = run->diagnostics};

  text_in_order_begin(run->comm, &run->deviations);
  run->compares = run->can_compare = run->options->expected;
  if (!run->compares) return EXIT_CODE_OK;
  TRY(open_file(run, run->options->expected, &run->expected));
  lines.file = run->expected;
  comparison_begin(&run->comparison, run->model, &lines);
  if (run->rank == 0) comparison_header(&run->deviations.text);
  return judge(run, EXIT_CODE_OK);
}

/** Rows in the place of the events would be the end of these. */
static int check_output(const struct records_run *run)
{
  FILE *const inputs[] = {run->events, run->expected};
  const char *path = run->options->output;
  struct stat output, input;

  if (!path || stat(path, &output) != 0) return EXIT_CODE_OK;
  for (int i = 0; i < 2; i++) {
    if (!inputs[i] || fstat(fileno(inputs[i]), &input) != 0) continue;
    if (input.st_dev != output.st_dev || input.st_ino != output.st_ino) continue;
    return run->rank ? EXIT_CODE_INVALID_INPUT
                     : failure(EXIT_CODE_INVALID_INPUT,
                               "%s is a file that is read; choose another --output", path);
  }
  return EXIT_CODE_OK;
}

static int conclude_comparison(const struct records_run *run)
{
  const double tolerance = run->options->tolerance;
  double largest = 0;

  MPI_Allreduce(&run->comparison.largest, &largest, 1, MPI_DOUBLE, MPI_MAX, run->comm);
  if (run->rank == 0) printf("largest deviation %.2e\n", largest);
  if (isnan(tolerance) || largest <= tolerance) return EXIT_CODE_OK;
  if (run->rank == 0)
    failure(EXIT_CODE_CHECK_FAILED, "the largest deviation is beyond %g", tolerance);
  return EXIT_CODE_CHECK_FAILED;
}

static int conclude(const struct records_run *run)
{
  const double n = run->n_records > 0 ? (double)run->n_records : 1;
  int64_t n_failed = 0;
  double solving_s = 0;

  MPI_Allreduce(&run->n_failed, &n_failed, 1, MPI_INT64_T, MPI_SUM, run->comm);
  MPI_Allreduce(&run->solving_s, &solving_s, 1, MPI_DOUBLE, MPI_SUM, run->comm);
  if (run->rank == 0)
    fprintf(stderr,
            "%s: %" PRId64 " records of %" PRId64 " patients in %.3g s, %.3g us a record; solving "
            "took %.3g us of a rank's time\n",
            run->options->events, run->n_records, run->n_patients, clock_s() - run->start_s,
            1e6 * (clock_s() - run->start_s) / n, 1e6 * solving_s / n);
  if (n_failed == 0) return run->compares ? conclude_comparison(run) : EXIT_CODE_OK;
  if (run->rank == 0)
    failure(EXIT_CODE_FAILED_TWINS,
            "%" PRId64 " of %" PRId64 " patients could not be simulated to their end; STATUS says "
            "why",
            n_failed, run->n_patients);
  return EXIT_CODE_FAILED_TWINS;
}

static int run_all(struct records_run *run)
{
  struct simulated_columns columns;
  struct record_result *results;

  TRY(load(run));
  TRY(examine(run));
  results = arena_new(run->arena, 3 * (size_t)run->model->n_outputs, sizeof *results);
  TRY(open_comparison(run));
  TRY(agreed(run->comm, check_output(run)));
  run->writes = run->options->output || !run->compares;
  columns.model = run->model;
  columns.n = record_results(run->model, run->options->has_seed, results);
  columns.results = results;
  if (run->writes)
    TRY(simulated_output_open(run->comm, run->options->output, &columns, run->arena, &run->output));
  TRY(simulate(run));
  return conclude(run);
}

int simulate_records(MPI_Comm comm, const struct simulate_records_options *options)
{
  struct records_run run = {.comm = comm,
                            .options = options,
                            .arena = arena_create(),
                            .diagnostics = diagnostics_create(),
                            .untold = diagnostics_create(),
                            .start_s = clock_s(),
                            .kernels = kernel_store_create(options->n_kernels, options->kernels)};
  int code;

  MPI_Comm_rank(comm, &run.rank);
  MPI_Comm_size(comm, &run.n_ranks);
  if (run.rank != 0) kernel_store_hush(run.kernels);
  code = run_all(&run);
  if (run.events) fclose(run.events);
  if (run.expected) fclose(run.expected);
  comparison_clear(&run.comparison);
  text_in_order_clear(&run.deviations);
  record_simulator_destroy(&run.simulator);
  kernel_store_destroy(&run.kernels);
  diagnostics_destroy(&run.diagnostics);
  diagnostics_destroy(&run.untold);
  arena_destroy(&run.arena);
  return code;
}
