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

static int open_text(struct simulated_output *output, const struct simulated_columns *columns,
                     struct arena *arena)
{
  if (output->rank != 0) return agreed(output->comm, EXIT_CODE_OK);
  if (output->path) {
    output->text.name = output->partial = arena_format(arena, "%s.partial", output->path);
    output->text.file = fopen(output->partial, "wb");
    if (!output->text.file)
      return agreed(output->comm, failure(EXIT_CODE_FILE, "cannot write %s: %s", output->partial,
                                          strerror(errno)));
  }
  simulated_header(columns, &output->text.text);
  return agreed(output->comm, EXIT_CODE_OK);
}

static int open_hdf5(struct simulated_output *output, const struct simulated_columns *columns,
                     struct arena *arena)
{
  int code;

  TRY(agreed(output->comm, output_name(output->path, "", arena, &output->names)));
  code = output->rank == 0 ? output_open_journal(&output->names) : EXIT_CODE_OK;
  TRY(agreed(output->comm, code));
  column_table_create(simulated_layout(columns, arena), &output->table);
  return agreed(output->comm, segment_create(arena_format(arena, "%s/rank-%06d.segment",
                                                          output->names.journal, output->rank),
                                             &output->segment));
}

int simulated_output_open(MPI_Comm comm, const char *path, const struct simulated_columns *columns,
                          struct arena *arena, struct simulated_output *output)
{
  *output = (struct simulated_output){.comm = comm, .path = path};
  MPI_Comm_rank(comm, &output->rank);
  text_in_order_begin(comm, &output->text);
  output->is_hdf5 = path && ends_in(path, ".h5");
  if (path && !output->is_hdf5 && !ends_in(path, ".csv"))
    return output->rank ? EXIT_CODE_INVALID_INPUT
                        : failure(EXIT_CODE_INVALID_INPUT,
                                  "'%s': the name of the output should end in .csv or .h5", path);
  return output->is_hdf5 ? open_hdf5(output, columns, arena) : open_text(output, columns, arena);
}

int simulated_output_write(struct simulated_output *output, int64_t b,
                           const struct record_batch *batch)
{
  const bool is_mine = text_in_order_is_mine(&output->text, b);

  if (output->is_hdf5) {
    if (!is_mine) return EXIT_CODE_OK;
    simulated_table(batch, &output->table);
    return segment_write(output->segment, b, 1, &output->table);
  }
  if (is_mine) simulated_text(batch, &output->text.text);
  return text_in_order_write(&output->text, b);
}

static int close_text(struct simulated_output *output, int64_t n_batches, int code)
{
  if (code == EXIT_CODE_OK && n_batches == 0) code = text_in_order_write(&output->text, 0);
  if (output->rank == 0 && output->path && output->text.file) {
    const bool is_whole = fclose(output->text.file) == 0;

    if (code == EXIT_CODE_OK && !is_whole)
      code = failure(EXIT_CODE_FILE, "cannot write %s: %s", output->partial, strerror(errno));
    if (code == EXIT_CODE_OK) code = disk_sync(output->partial);
    if (code == EXIT_CODE_OK && rename(output->partial, output->path) != 0)
      code = failure(EXIT_CODE_FILE, "cannot rename %s: %s", output->partial, strerror(errno));
    if (code != EXIT_CODE_OK) unlink(output->partial);
  }
  text_in_order_clear(&output->text);
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
  return output->is_hdf5 ? close_hdf5(output, n_batches, code)
                         : close_text(output, n_batches, code);
}
