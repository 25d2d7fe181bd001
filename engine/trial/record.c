/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/json_writer.h"
#include "base/lane_math.h"
#include "base/memory.h"
#include "solver/solver.h"

enum { HOST_BYTES = 64 };

/** One of the ranks, as gathered. */
struct rank_fact {
  char host[HOST_BYTES];
  int64_t peak_kib, n_compiled; /* scenarios with compiled equations */
};

/** NULL: the equations of a scenario are interpreted. */
static const struct kernel *kernel_of(const struct run_facts *facts, int scenario)
{
  const struct plan_scenario *s = &facts->plan->scenarios[scenario];

  if (strcmp(s->solver, solver_petsc.name) == 0) return NULL;
  return kernel_store_find(facts->kernels, s->model, simd_choice());
}

static struct rank_fact own_facts(const struct run_facts *facts)
{
  struct rank_fact own = {{0}, 0, 0};
  struct rusage usage;

  gethostname(own.host, sizeof own.host - 1);
  if (getrusage(RUSAGE_SELF, &usage) == 0) own.peak_kib = usage.ru_maxrss;
  for (int s = 0; s < facts->plan->n_scenarios; s++) own.n_compiled += kernel_of(facts, s) != NULL;
  return own;
}

static void write_text(struct json_writer *json, const char *key, const char *text)
{
  json_key(json, key);
  json_text(json, text);
}

static void write_command(struct json_writer *json, const struct run_options *options)
{
  json_key(json, "command");
  json_begin_array(json);
  for (int i = 0; i < options->n_arguments; i++) json_text(json, options->arguments[i]);
  json_end(json);
}

static void write_ranks(struct json_writer *json, const struct rank_fact *ranks, int n)
{
  json_key(json, "ranks");
  json_begin_array(json);
  for (int i = 0; i < n; i++) {
    json_begin_object(json);
    write_text(json, "host", ranks[i].host);
    json_key(json, "peak_memory_kib"), json_integer(json, ranks[i].peak_kib);
    json_key(json, "compiled_scenarios"), json_integer(json, ranks[i].n_compiled);
    json_end(json);
  }
  json_end(json);
}

/** As on this rank. Compiled or interpreted, the results are the same. */
static void write_solvers(struct json_writer *json, const struct run_facts *facts)
{
  json_key(json, "solvers");
  json_begin_array(json);
  for (int s = 0; s < facts->plan->n_scenarios; s++) {
    const struct plan_scenario *scenario = &facts->plan->scenarios[s];
    const struct kernel *kernel = kernel_of(facts, s);

    json_begin_object(json);
    write_text(json, "scenario", scenario->name);
    write_text(json, "model", scenario->model->name);
    write_text(json, "solver", scenario->solver);
    write_text(json, "equations", kernel ? "compiled" : "interpreted");
    if (kernel) write_text(json, "kernel", kernel->name);
    if (kernel) write_text(json, "kernel_sha256", kernel->sha256);
    json_end(json);
  }
  json_end(json);
}

static void write_numbers(struct json_writer *json, const struct simulation_count *count,
                          const struct run_times *times)
{
  json_key(json, "patients"), json_integer(json, count->n_patients);
  json_key(json, "failed"), json_integer(json, count->n_failed);
  json_key(json, "simulate_s"), json_number(json, times->simulate_s);
  json_key(json, "assemble_s"), json_number(json, times->assemble_s);
  json_key(json, "patients_per_s"),
      json_number(json, (double)count->n_patients / times->simulate_s);
}

int record_write(MPI_Comm comm, const struct run_facts *facts)
{
  const struct rank_fact mine = own_facts(facts);
  struct rank_fact *all = NULL;
  struct json_writer *json;
  char utc[32];
  time_t now = time(NULL);
  FILE *file;
  int rank, n, problem;

  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &n);
  if (rank == 0) all = memory_new((size_t)n, sizeof *all);
  MPI_Gather(&mine, sizeof mine, MPI_BYTE, all, sizeof mine, MPI_BYTE, 0, comm);
  if (rank != 0) return EXIT_CODE_OK;
  file = fopen(facts->output->record, "w");
  if (!file) {
    free(all);
    return failure(EXIT_CODE_FILE, "cannot write %s: %s", facts->output->record, strerror(errno));
  }
  strftime(utc, sizeof utc, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
  json = json_writer_create(file);
  json_begin_object(json);
  write_text(json, "engine_version", TWINTRIAL_VERSION);
  write_text(json, "results", facts->output->results);
  write_text(json, "results_sha256", facts->sha256);
  write_text(json, "finished_utc", utc);
  write_text(json, "simd", simd_name(simd_choice()));
  write_solvers(json, facts);
  write_command(json, facts->options);
  write_numbers(json, &facts->count, &facts->times);
  write_ranks(json, all, n);
  json_end(json);
  json_writer_destroy(&json);
  free(all);
  problem = ferror(file);
  if (fclose(file) != 0 || problem)
    return failure(EXIT_CODE_FILE, "cannot write %s: %s", facts->output->record, strerror(errno));
  return EXIT_CODE_OK;
}
