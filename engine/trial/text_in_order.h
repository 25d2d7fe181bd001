/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/text_in_order.h
 * Text that several ranks make, batch by batch, written by the first one in the order of the
 * batches. */
#pragma once
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include "trial/simulated_rows.h"

struct text_in_order {
  MPI_Comm comm;
  int rank, n_ranks;
  FILE *file;       /* of rank 0 */
  const char *name; /* for messages */
  struct row_text text;
};

void text_in_order_begin(MPI_Comm comm, struct text_in_order *text);
void text_in_order_clear(struct text_in_order *text); /* does not close the file */
/** Whose batch it is: rank b modulo their number. */
bool text_in_order_is_mine(const struct text_in_order *text, int64_t b);
/** Every rank calls it for every batch, in their order: writes what the batch's rank has put into
 *  text->text, and empties it. EXIT_CODE_FILE, on rank 0, when that cannot be written. */
int text_in_order_write(struct text_in_order *text, int64_t b);
