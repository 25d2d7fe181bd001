/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/simulated_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "results/agreement.h"
#include "results/disk.h"
#include "results/results.h"

static bool ends_in(const char *path, const char *ending)
{
  const size_t n = strlen(path), m = strlen(ending);

  return n > m && strcmp(path + n - m, ending) == 0;
}

static int open_text(struct simulated_output *output, const struct model *model,
                     struct arena *arena)
{
  int code = EXIT_CODE_OK;

  if (output->rank == 0) {
    simulated_header(model, &output->text);
    output->file = stdout;
    if (output->path) {
      output->partial = arena_format(arena, "%s.partial", output->path);
      output->file = fopen(output->partial, "wb");
      if (!output->file)
        code = failure(EXIT_CODE_FILE, "cannot write %s: %s", output->partial, strerror(errno));
    }
  }
  return agreed(output->comm, code);
}

static int open_hdf5(struct simulated_output *output, const struct model *model,
                     struct arena *arena)
{
  int code;

  TRY(agreed(output->comm, output_name(output->path, "", arena, &output->names)));
  code = output->rank == 0 ? output_open_journal(&output->names) : EXIT_CODE_OK;
  TRY(agreed(output->comm, code));
  column_table_create(simulated_layout(model, arena), &output->table);
  return agreed(output->comm, segment_create(arena_format(arena, "%s/rank-%06d.segment",
                                                          output->names.journal, output->rank),
                                             &output->segment));
}

int simulated_output_open(MPI_Comm comm, const char *path, const struct model *model,
                          struct arena *arena, struct simulated_output *output)
{
  *output = (struct simulated_output){.comm = comm, .path = path};
  MPI_Comm_rank(comm, &output->rank);
  MPI_Comm_size(comm, &output->n_ranks);
  output->is_hdf5 = path && ends_in(path, ".h5");
  if (path && !output->is_hdf5 && !ends_in(path, ".csv"))
    return output->rank ? EXIT_CODE_INVALID_INPUT
                        : failure(EXIT_CODE_INVALID_INPUT,
                                  "'%s': the name of the output should end in .csv or .h5", path);
  return output->is_hdf5 ? open_hdf5(output, model, arena) : open_text(output, model, arena);
}

/** Rank 0 has the rows of every batch in its turn. */
static int pass_on(struct simulated_output *output, int from)
{
  struct row_text *text = &output->text;
  int64_t n = (int64_t)text->n;

  if (from == 0) return EXIT_CODE_OK;
  if (output->rank == from) {
    MPI_Send(&n, 1, MPI_INT64_T, 0, 0, output->comm);
    MPI_Send(text->bytes, (int)n, MPI_BYTE, 0, 0, output->comm);
    text->n = 0;
  } else if (output->rank == 0) {
    MPI_Recv(&n, 1, MPI_INT64_T, from, 0, output->comm, MPI_STATUS_IGNORE);
    text->bytes = memory_grow(text->bytes, text->n + (size_t)n, &text->capacity, 1);
    MPI_Recv(text->bytes + text->n, (int)n, MPI_BYTE, from, 0, output->comm, MPI_STATUS_IGNORE);
    text->n += (size_t)n;
  }
  return EXIT_CODE_OK;
}

static int write_text(struct simulated_output *output)
{
  struct row_text *text = &output->text;
  const size_t n = text->n;

  if (output->rank != 0) return EXIT_CODE_OK;
  text->n = 0;
  if (fwrite(text->bytes, 1, n, output->file) != n)
    return failure(EXIT_CODE_FILE, "cannot write %s: %s",
                   output->path ? output->partial : "the standard output", strerror(errno));
  return EXIT_CODE_OK;
}

int simulated_output_write(struct simulated_output *output, int64_t b,
                           const struct record_batch *batch)
{
  const int owner = (int)(b % output->n_ranks);

  if (output->is_hdf5) {
    if (owner != output->rank) return EXIT_CODE_OK;
    simulated_table(batch, &output->table);
    return segment_write(output->segment, b, 1, &output->table);
  }
  if (owner == output->rank) simulated_text(batch, &output->text);
  TRY(pass_on(output, owner));
  return write_text(output);
}

static int close_text(struct simulated_output *output, int code)
{
  if (output->rank == 0 && output->file && output->path) {
    const bool is_whole = fclose(output->file) == 0;

    if (code == EXIT_CODE_OK && !is_whole)
      code = failure(EXIT_CODE_FILE, "cannot write %s: %s", output->partial, strerror(errno));
    if (code == EXIT_CODE_OK) code = disk_sync(output->partial);
    if (code == EXIT_CODE_OK && rename(output->partial, output->path) != 0)
      code = failure(EXIT_CODE_FILE, "cannot rename %s: %s", output->partial, strerror(errno));
    if (code != EXIT_CODE_OK) unlink(output->partial);
  }
  free(output->text.bytes);
  return agreed(output->comm, code);
}

static int close_hdf5(struct simulated_output *output, int64_t n_batches, int code)
{
  static const struct results_attribute attributes[] = {
      {"/", "Conventions", "twintrial-1.0"},
      {"/", "engine", "twintrial"},
      {"/", "engine_version", TWINTRIAL_VERSION},
  };
  const struct results_content content = {.n_attributes = 3,
                                          .n_tables = 1,
                                          .attributes = attributes,
                                          .tables = output->table.layout,
                                          .n_blocks = n_batches,
                                          .journal = output->names.journal};

  if (output->segment) {
    const int closed = agreed(output->comm, segment_close(&output->segment));

    if (code == EXIT_CODE_OK) code = closed;
  }
  if (code == EXIT_CODE_OK) code = results_write(output->comm, output->names.results, &content);
  if (output->rank == 0) {
    const int removed = output_remove_journal(&output->names);

    if (code == EXIT_CODE_OK) code = removed;
  }
  column_table_clear(&output->table);
  return agreed(output->comm, code);
}

int simulated_output_close(struct simulated_output *output, int64_t n_batches, int code)
{
  return output->is_hdf5 ? close_hdf5(output, n_batches, code) : close_text(output, code);
}
