/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/coordinator.h"

#include <time.h>

#include "base/failure.h"
#include "results/segment.h"

enum { TAG_REPORT = 1, TAG_ASSIGNMENT = 2, NO_BLOCK = -1, PULSES_PER_LOOK = 16 };

/** What a rank tells rank 0; each report but the last asks for a block. */
struct report {
  int64_t n_patients, n_failed; /* since the rank's last report */
  int64_t code;
  int64_t is_last;
};
enum { REPORT_WORDS = 4 };

struct coordination {
  const struct crew *crew;
  int rank, n_ranks, n_leaving; /* ranks whose last report is here */
  int64_t next;                 /* on rank 0: the next block to hand out */
  struct report total;          /* on rank 0 */
  int n_pulses;
};

static int64_t take_block(struct coordination *c)
{
  return c->total.code == 0 && c->next < c->crew->n_blocks ? c->next++ : NO_BLOCK;
}

static void add_report(struct coordination *c, const struct report *report)
{
  c->total.n_patients += report->n_patients;
  c->total.n_failed += report->n_failed;
  if (c->total.code == 0) c->total.code = report->code;
}

/** One report; false when there is none. */
static bool serve_one(struct coordination *c)
{
  struct report report;
  MPI_Status status;
  int is_there = 0;
  int64_t block;

  MPI_Iprobe(MPI_ANY_SOURCE, TAG_REPORT, c->crew->comm, &is_there, &status);
  if (!is_there) return false;
  MPI_Recv(&report, REPORT_WORDS, MPI_INT64_T, status.MPI_SOURCE, TAG_REPORT, c->crew->comm,
           MPI_STATUS_IGNORE);
  add_report(c, &report);
  if (report.is_last) {
    c->n_leaving++;
    return true;
  }
  block = take_block(c);
  MPI_Send(&block, 1, MPI_INT64_T, status.MPI_SOURCE, TAG_ASSIGNMENT, c->crew->comm);
  return true;
}

/** Between steps of the solver: rank 0 looks for reports and shows how far the run is. */
static int beat(void *context, int n_finished)
{
  struct coordination *c = context;

  if (c->rank != 0 || ++c->n_pulses % PULSES_PER_LOOK != 0) return EXIT_CODE_OK;
  while (serve_one(c)) continue;
  progress_show(c->crew->progress, c->total.n_patients + n_finished, c->total.n_failed);
  return EXIT_CODE_OK;
}

static int run_block(struct coordination *c, int64_t block, struct report *report)
{
  const struct pulse pulse = {beat, c};
  int code = block_run(c->crew->runner, block, &pulse);

  if (code == EXIT_CODE_OK)
    code = segment_write(c->crew->segment, block, c->crew->n_tables, block_tables(c->crew->runner));
  *report = (struct report){.n_patients = block_n_patients(c->crew->runner),
                            .n_failed = block_n_failed(c->crew->runner),
                            .code = code};
  return code;
}

static void lead(struct coordination *c)
{
  struct timespec nap = {0, 200000};

  for (int64_t block = take_block(c); block != NO_BLOCK; block = take_block(c)) {
    struct report report;

    run_block(c, block, &report);
    add_report(c, &report);
    while (serve_one(c)) continue;
  }
  while (c->n_leaving < c->n_ranks - 1) {
    if (!serve_one(c)) nanosleep(&nap, NULL); /* leaves the core to ranks that still compute */
    progress_show(c->crew->progress, c->total.n_patients, c->total.n_failed);
  }
}

/** The next block is asked for before the present one is run, so that nobody waits for rank 0. */
static void follow(struct coordination *c)
{
  struct report report = {0};
  int64_t block, next;

  MPI_Send(&report, REPORT_WORDS, MPI_INT64_T, 0, TAG_REPORT, c->crew->comm);
  MPI_Recv(&block, 1, MPI_INT64_T, 0, TAG_ASSIGNMENT, c->crew->comm, MPI_STATUS_IGNORE);
  report = (struct report){0};
  while (block != NO_BLOCK) {
    MPI_Send(&report, REPORT_WORDS, MPI_INT64_T, 0, TAG_REPORT, c->crew->comm);
    if (run_block(c, block, &report) != EXIT_CODE_OK) {
      MPI_Recv(&next, 1, MPI_INT64_T, 0, TAG_ASSIGNMENT, c->crew->comm, MPI_STATUS_IGNORE);
      break;
    }
    MPI_Recv(&block, 1, MPI_INT64_T, 0, TAG_ASSIGNMENT, c->crew->comm, MPI_STATUS_IGNORE);
  }
  report.is_last = 1;
  MPI_Send(&report, REPORT_WORDS, MPI_INT64_T, 0, TAG_REPORT, c->crew->comm);
}

int coordinate(const struct crew *crew, struct simulation_count *count)
{
  struct coordination c = {.crew = crew};

  MPI_Comm_rank(crew->comm, &c.rank);
  MPI_Comm_size(crew->comm, &c.n_ranks);
  if (c.rank == 0)
    lead(&c);
  else
    follow(&c);
  MPI_Bcast(&c.total, REPORT_WORDS, MPI_INT64_T, 0, crew->comm);
  *count = (struct simulation_count){c.total.n_patients, c.total.n_failed};
  return (int)c.total.code;
}
