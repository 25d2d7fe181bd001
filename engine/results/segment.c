/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "results/checksum.h"
#include "results/disk.h"
#include "results/segment_format.h"

struct segment {
  int descriptor;
  char *path;
  int64_t length;  /* bytes on disk: whole records only */
  uint64_t tables; /* fingerprint, once length > 0 */
  int n_tables;    /* the same */
  char *record;    /* the bytes of one record, reused */
  size_t n_bytes, capacity;
};

static char *copy_of(const char *text)
{
  const size_t bytes = strlen(text) + 1;

  return memcpy(memory_new(bytes, 1), text, bytes);
}

int segment_create(const char *path, struct segment **segment)
{
  const int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);

  *segment = NULL;
  if (descriptor < 0) return failure(EXIT_CODE_FILE, "cannot create %s: %s", path, strerror(errno));
  *segment = memory_new(1, sizeof **segment);
  (*segment)->descriptor = descriptor;
  (*segment)->path = copy_of(path);
  return disk_sync_folder_of(path);
}

static void add_bytes(struct segment *segment, const void *bytes, size_t n_bytes)
{
  segment->record = memory_grow(segment->record, segment->n_bytes + n_bytes, &segment->capacity, 1);
  if (n_bytes > 0) memcpy(segment->record + segment->n_bytes, bytes, n_bytes);
  segment->n_bytes += n_bytes;
}

static void add_header(struct segment *segment, int n_tables, uint64_t tables)
{
  struct segment_header header = {
      .version = SEGMENT_VERSION, .n_tables = (uint32_t)n_tables, .tables = tables};

  memcpy(header.magic, SEGMENT_MAGIC, sizeof header.magic);
  header.checksum = checksum(&header, offsetof(struct segment_header, checksum), 0);
  add_bytes(segment, &header, sizeof header);
}

static void add_columns(struct segment *segment, const struct column_table *table)
{
  for (int c = 0; c < table->layout->n_columns; c++) {
    const enum column_type type = table->layout->columns[c].type;
    const size_t start = segment->n_bytes;

    add_bytes(segment, table->values[c], table->n_rows * column_size(type));
    if (type == COLUMN_REAL) store_missing(segment->record + start, table->n_rows);
  }
}

static void add_record(struct segment *segment, int64_t block, int n_tables,
                       const struct column_table *tables)
{
  struct segment_frame frame = {.magic = SEGMENT_FRAME_MAGIC, .kind = SEGMENT_BLOCK};
  const size_t start = segment->n_bytes, body = start + sizeof frame;

  add_bytes(segment, &frame, sizeof frame);
  add_bytes(segment, &block, sizeof block);
  for (int t = 0; t < n_tables; t++) {
    const int64_t n_rows = (int64_t)tables[t].n_rows;

    add_bytes(segment, &n_rows, sizeof n_rows);
  }
  for (int t = 0; t < n_tables; t++) add_columns(segment, &tables[t]);
  frame.body_bytes = segment->n_bytes - body;
  frame.checksum = checksum(&frame, FRAME_SUMMED_BYTES, 0);
  for (size_t at = body; at < segment->n_bytes; at += CHECKSUM_PIECE_BYTES) {
    const size_t left = segment->n_bytes - at;
    const size_t piece = left < CHECKSUM_PIECE_BYTES ? left : CHECKSUM_PIECE_BYTES;

    frame.checksum = checksum(segment->record + at, piece, frame.checksum);
  }
  memcpy(segment->record + start, &frame, sizeof frame);
}

int segment_write(struct segment *segment, int64_t block, int n_tables,
                  const struct column_table *tables)
{
  uint64_t fingerprint = 0;
  int error;

  REQUIRE(block >= 0 && n_tables > 0);
  for (int t = 0; t < n_tables; t++) {
    fingerprint = table_fingerprint(tables[t].layout, fingerprint);
  }
  segment->n_bytes = 0;
  if (segment->length == 0) {
    segment->tables = fingerprint;
    segment->n_tables = n_tables;
    add_header(segment, n_tables, fingerprint);
  }
  REQUIRE(fingerprint == segment->tables && n_tables == segment->n_tables);
  add_record(segment, block, n_tables, tables);
  error = disk_write(segment->descriptor, segment->record, segment->n_bytes);
  if (error) {
    /* A reader would leave the torn record out anyway: this only gives its bytes back. */
    const int restored = ftruncate(segment->descriptor, segment->length);

    return failure(EXIT_CODE_FILE, "cannot write %s: %s%s", segment->path, strerror(error),
                   restored == 0 ? "" : " (its last record is torn)");
  }
  segment->length += (int64_t)segment->n_bytes;
  return EXIT_CODE_OK;
}

int segment_close(struct segment **segment)
{
  int code = EXIT_CODE_OK;

  if (!*segment) return code;
  if (close((*segment)->descriptor) != 0 && errno != EINTR) {
    code = failure(EXIT_CODE_FILE, "cannot close %s: %s", (*segment)->path, strerror(errno));
  }
  free((*segment)->record);
  free((*segment)->path);
  free(*segment);
  *segment = NULL;
  return code;
}
