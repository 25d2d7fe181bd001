/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/output.h
 * The files of a run: RUN.h5, RUN.run.json, RUN.sha256 and, until finished, RUN.journal/. */
#pragma once
#include <stdbool.h>
#include "base/memory.h"

struct output {
  const char *results, *record, *checksum, *journal;
  int lock; /* descriptor, while this run writes the journal */
};

/** Names for `path` (RUN.h5 or RUN), or for the protocol's base name when NULL.
 *  EXIT_CODE_INVALID_INPUT when it names no regular file. */
int output_name(const char *path, const char *protocol, struct arena *arena, struct output *output);
/** Whether RUN.h5 is there and holds the results of these inputs. A file with other inputs is
 *  EXIT_CODE_INVALID_INPUT unless `is_forced`. */
int output_check(const struct output *output, const char *inputs_sha256, bool is_forced,
                 bool *is_complete);
/** An empty RUN.journal/ that is this run's alone: another run that is writing it, or a file that
 * is no segment, is EXIT_CODE_INVALID_INPUT. What a killed run left in it is removed. */
int output_open_journal(struct output *output);
int output_remove_journal(struct output *output);
/** Writes RUN.sha256 in the format of sha256sum; `text` receives the digest. */
int output_write_checksum(const struct output *output, char *text);
