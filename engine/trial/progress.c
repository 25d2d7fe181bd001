/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

const char *const progress_style_names[] = {"auto", "bar", "plain", "none", "json", NULL};

static const double bar_interval_s = 0.2, plain_interval_s = 5;

double clock_s(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_begin(struct progress *progress, enum progress_style style, int64_t n_total)
{
  const int is_launched = getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMI_SIZE");

  if (style == PROGRESS_AUTO)
    style = isatty(STDERR_FILENO) && !is_launched ? PROGRESS_BAR : PROGRESS_PLAIN;
  *progress = (struct progress){style, n_total, clock_s(), clock_s()};
}

static void show(const struct progress *progress, int64_t n_done, int64_t n_failed, double now)
{
  const double elapsed = now - progress->started_s;
  const double rate = elapsed > 0 ? (double)n_done / elapsed : 0;
  const double left = rate > 0 ? (double)(progress->n_total - n_done) / rate : 0;

  if (progress->style == PROGRESS_JSON) {
    fprintf(stderr,
            "{\"t\":%.1f,\"ev\":\"progress\",\"done\":%" PRId64 ",\"total\":%" PRId64
            ",\"rate\":%.0f,\"eta_s\":%.0f,\"failed\":%" PRId64 "}\n",
            elapsed, n_done, progress->n_total, rate, left, n_failed);
    return;
  }
  fprintf(stderr,
          "%s%3.0f %%  %" PRId64 " of %" PRId64 " patients  %.0f/s  %.0f s left  %" PRId64
          " failed%s",
          progress->style == PROGRESS_BAR ? "\r" : "",
          100.0 * (double)n_done / (double)progress->n_total, n_done, progress->n_total, rate, left,
          n_failed, progress->style == PROGRESS_BAR ? "   " : "\n");
  fflush(stderr);
}

void progress_show(struct progress *progress, int64_t n_done, int64_t n_failed)
{
  const double now = clock_s();
  const double interval = progress->style == PROGRESS_BAR ? bar_interval_s : plain_interval_s;

  if (progress->style == PROGRESS_NONE || now - progress->shown_s < interval) return;
  progress->shown_s = now;
  show(progress, n_done, n_failed, now);
}

void progress_end(struct progress *progress, int64_t n_done, int64_t n_failed)
{
  if (progress->style == PROGRESS_NONE) return;
  show(progress, n_done, n_failed, clock_s());
  if (progress->style == PROGRESS_BAR) fputc('\n', stderr);
}
