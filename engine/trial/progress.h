/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/progress.h
 * How far a run is, on stderr: one line that rewrites itself on a terminal, else a plain line every
 * few seconds. */
#pragma once
#include <stdint.h>

enum progress_style { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE, PROGRESS_JSON };
extern const char *const progress_style_names[]; /* NULL-terminated */

struct progress {
  enum progress_style style;
  int64_t n_total;
  double started_s, shown_s; /* monotonic clock */
};

/** Auto: a bar when stderr is a terminal and no launcher stands between. */
void progress_begin(struct progress *progress, enum progress_style style, int64_t n_total);
void progress_show(struct progress *progress, int64_t n_done, int64_t n_failed);
void progress_end(struct progress *progress, int64_t n_done, int64_t n_failed);
double clock_s(void);
