/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/text_in_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"

void text_in_order_begin(MPI_Comm comm, struct text_in_order *text)
{
  *text = (struct text_in_order){.comm = comm, .file = stdout, .name = "the standard output"};
  MPI_Comm_rank(comm, &text->rank);
  MPI_Comm_size(comm, &text->n_ranks);
}

void text_in_order_clear(struct text_in_order *text)
{
  free(text->text.bytes);
  text->text = (struct row_text){0};
}

bool text_in_order_is_mine(const struct text_in_order *text, int64_t b)
{
  return b % text->n_ranks == text->rank;
}

/** Of one message: one patient may have more records than an int counts bytes. */
enum { MOST_BYTES = 1 << 30 };

static int next_part(int64_t n, int64_t done)
{
  return n - done < MOST_BYTES ? (int)(n - done) : MOST_BYTES;
}

static void pass_on(struct text_in_order *in_order, int from)
{
  struct row_text *text = &in_order->text;
  int64_t n = (int64_t)text->n;

  if (in_order->rank == from) {
    MPI_Send(&n, 1, MPI_INT64_T, 0, 0, in_order->comm);
    for (int64_t i = 0; i < n; i += MOST_BYTES)
      MPI_Send(text->bytes + i, next_part(n, i), MPI_BYTE, 0, 0, in_order->comm);
    text->n = 0;
  } else if (in_order->rank == 0) {
    MPI_Recv(&n, 1, MPI_INT64_T, from, 0, in_order->comm, MPI_STATUS_IGNORE);
    text->bytes = memory_grow(text->bytes, text->n + (size_t)n, &text->capacity, 1);
    for (int64_t i = 0; i < n; i += MOST_BYTES)
      MPI_Recv(text->bytes + text->n + i, next_part(n, i), MPI_BYTE, from, 0, in_order->comm,
               MPI_STATUS_IGNORE);
    text->n += (size_t)n;
  }
}

int text_in_order_write(struct text_in_order *text, int64_t b)
{
  const int from = (int)(b % text->n_ranks);
  size_t n;

  if (from != 0) pass_on(text, from);
  if (text->rank != 0) return EXIT_CODE_OK;
  n = text->text.n;
  text->text.n = 0;
  if (n == 0 || fwrite(text->text.bytes, 1, n, text->file) == n) return EXIT_CODE_OK;
  return failure(EXIT_CODE_FILE, "cannot write %s: %s", text->name, strerror(errno));
}
