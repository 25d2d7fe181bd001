/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "results/checksum.h"
#include "results/disk.h"
#include "results/segment_format.h"

/* A segment that is being read. */
struct reading {
  const char *path;
  int descriptor;
  int64_t length;
  int64_t number;
  int n_tables;
  const struct table_layout *tables;
  char *piece; /* [CHECKSUM_PIECE_BYTES] */
};

static int check_header(const struct reading *reading)
{
  struct segment_header header;
  uint64_t fingerprint = 0;

  TRY(disk_read(reading->descriptor, reading->path, &header, sizeof header, 0));
  if (memcmp(header.magic, SEGMENT_MAGIC, sizeof header.magic) != 0) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s is not a segment of a journal", reading->path);
  }
  if (header.version != SEGMENT_VERSION) {
    return failure(EXIT_CODE_INVALID_INPUT,
                   "%s has format version %" PRIu32 "; this program reads %d", reading->path,
                   header.version, SEGMENT_VERSION);
  }
  for (int t = 0; t < reading->n_tables; t++) {
    fingerprint = table_fingerprint(&reading->tables[t], fingerprint);
  }
  if (header.checksum != checksum(&header, offsetof(struct segment_header, checksum), 0)) {
    return failure(EXIT_CODE_INVALID_INPUT, "the header of %s is damaged", reading->path);
  }
  if (header.n_tables != (uint32_t)reading->n_tables || header.tables != fingerprint) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s holds other tables than this run", reading->path);
  }
  return EXIT_CODE_OK;
}

static int sum_body(const struct reading *reading, const struct segment_frame *frame,
                    int64_t offset, int *is_whole)
{
  uint64_t sum = checksum(frame, FRAME_SUMMED_BYTES, 0);

  for (uint64_t done = 0; done < frame->body_bytes; done += CHECKSUM_PIECE_BYTES) {
    const uint64_t left = frame->body_bytes - done;
    const size_t piece = left < CHECKSUM_PIECE_BYTES ? (size_t)left : CHECKSUM_PIECE_BYTES;

    TRY(disk_read(reading->descriptor, reading->path, reading->piece, piece,
                  offset + (int64_t)done));
    sum = checksum(reading->piece, piece, sum);
  }
  *is_whole = sum == frame->checksum;
  return EXIT_CODE_OK;
}

static int add_block(const struct reading *reading, const struct segment_frame *frame,
                     int64_t offset, struct block_list *list)
{
  const size_t n_words = ENTRY_WORDS + (size_t)reading->n_tables;
  const size_t n_counts = (size_t)reading->n_tables * sizeof(int64_t);
  uint64_t bytes = sizeof(int64_t) + n_counts;
  int64_t *entry;

  list->values = memory_grow(list->values, list->n_values + n_words, &list->capacity,
                             sizeof *list->values);
  entry = list->values + list->n_values;
  if (frame->body_bytes < bytes) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s has a record that is too short", reading->path);
  }
  TRY(disk_read(reading->descriptor, reading->path, &entry[ENTRY_BLOCK], sizeof *entry, offset));
  TRY(disk_read(reading->descriptor, reading->path, &entry[ENTRY_WORDS], n_counts,
                offset + (int64_t)sizeof *entry));
  entry[ENTRY_SEGMENT] = reading->number;
  entry[ENTRY_OFFSET] = offset + (int64_t)bytes;
  for (int t = 0; t < reading->n_tables; t++) {
    bytes += (uint64_t)entry[ENTRY_WORDS + t] * row_size(&reading->tables[t]);
  }
  if (bytes != frame->body_bytes) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s has a record of a wrong length", reading->path);
  }
  list->n_values += n_words;
  return EXIT_CODE_OK;
}

static int list_records(const struct reading *reading, struct block_list *list)
{
  const int64_t frame_bytes = sizeof(struct segment_frame);
  int64_t at = sizeof(struct segment_header);

  while (reading->length - at >= frame_bytes) {
    struct segment_frame frame;
    int is_whole;

    TRY(disk_read(reading->descriptor, reading->path, &frame, sizeof frame, at));
    at += frame_bytes;
    if (frame.magic != SEGMENT_FRAME_MAGIC) {
      list->n_damaged++; /* nothing behind it can be found */
      break;
    }
    if (frame.body_bytes > (uint64_t)(reading->length - at)) break; /* torn */
    TRY(sum_body(reading, &frame, at, &is_whole));
    if (!is_whole)
      list->n_damaged++;
    else if (frame.kind == SEGMENT_BLOCK)
      TRY(add_block(reading, &frame, at, list));
    at += (int64_t)frame.body_bytes;
  }
  return EXIT_CODE_OK;
}

int segment_list(const char *path, int64_t number, int n_tables, const struct table_layout *tables,
                 struct block_list *list)
{
  struct reading reading = {.path = path, .number = number, .n_tables = n_tables, .tables = tables};
  struct stat status;
  int code = EXIT_CODE_OK;

  reading.descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (reading.descriptor < 0 || fstat(reading.descriptor, &status) != 0) {
    code = failure(EXIT_CODE_FILE, "cannot open %s: %s", path, strerror(errno));
    if (reading.descriptor >= 0) close(reading.descriptor);
    return code;
  }
  reading.length = status.st_size;
  reading.piece = memory_new(CHECKSUM_PIECE_BYTES, 1);
  /* The header comes with the first record: a shorter file never held a block. */
  if (reading.length >= (int64_t)sizeof(struct segment_header)) {
    code = check_header(&reading);
    if (code == EXIT_CODE_OK) code = list_records(&reading, list);
  }
  free(reading.piece);
  close(reading.descriptor);
  return code;
}
