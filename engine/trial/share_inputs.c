/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/share_inputs.h"

#include <string.h>

#include "base/memory.h"

/** A text of rank 0, NULL included. */
static const char *share_text(MPI_Comm comm, const char *text, size_t *length, struct arena *arena)
{
  int64_t n = text ? (int64_t)*length : -1;
  int rank;
  char *copy;

  MPI_Comm_rank(comm, &rank);
  MPI_Bcast(&n, 1, MPI_INT64_T, 0, comm);
  if (n < 0) return NULL;
  *length = (size_t)n;
  copy = rank == 0 ? arena_text(arena, text, *length) : arena_new(arena, *length + 1, 1);
  MPI_Bcast(copy, (int)n, MPI_CHAR, 0, comm); /* a source has at most 64 MiB */
  return copy;
}

void share_inputs(MPI_Comm comm, struct plan_inputs *inputs, struct arena *arena)
{
  int rank, n = inputs->n;

  MPI_Comm_rank(comm, &rank);
  MPI_Bcast(&n, 1, MPI_INT, 0, comm);
  for (int i = 0; i < n; i++) {
    const struct plan_input *mine = rank == 0 ? &inputs->items[i] : NULL;
    struct source *source = arena_new(arena, 1, sizeof *source);
    struct plan_input input = {.role = mine ? mine->role : INPUT_PROTOCOL, .source = source};
    size_t length = mine && mine->name ? strlen(mine->name) : 0;
    int role = (int)input.role;

    MPI_Bcast(&role, 1, MPI_INT, 0, comm);
    input.role = (enum input_role)role;
    input.name = share_text(comm, mine ? mine->name : NULL, &length, arena);
    length = mine ? strlen(mine->source->name) : 0;
    source->name = share_text(comm, mine ? mine->source->name : NULL, &length, arena);
    source->length = mine ? mine->source->length : 0;
    source->text = share_text(comm, mine ? mine->source->text : NULL, &source->length, arena);
    if (rank != 0) plan_inputs_add(inputs, arena, &input);
  }
}
