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

enum { HOST_BYTES = 64 };

/** One of the ranks, as gathered. */
struct rank_fact {
  char host[HOST_BYTES];
  int64_t peak_kib;
};

static struct rank_fact own_facts(void)
{
  struct rank_fact facts = {{0}, 0};
  struct rusage usage;

  gethostname(facts.host, sizeof facts.host - 1);
  if (getrusage(RUSAGE_SELF, &usage) == 0) facts.peak_kib = usage.ru_maxrss;
  return facts;
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
  const struct rank_fact mine = own_facts();
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
