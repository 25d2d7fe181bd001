/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/segment_format.h
 * The bytes of a segment file, for its writer and its readers:
 *   header, then records of  frame | body.
 * The body of a block record is  block, rows[table], columns[table][column][row]  without padding.
 * Numbers are little-endian. Readers skip kinds of record that they do not know. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/column_table.h"

#define SEGMENT_MAGIC "TTSEGMNT"
enum { SEGMENT_VERSION = 1, SEGMENT_FRAME_MAGIC = 0x4b4c4254, SEGMENT_BLOCK = 1 };

struct segment_header {
  char magic[8];
  uint32_t version, n_tables;
  uint64_t tables; /* table_fingerprint() of all tables, chained */
  uint64_t checksum;
};

struct segment_frame {
  uint32_t magic, kind;
  uint64_t body_bytes;
  uint64_t checksum; /* of the 16 bytes above and of the body, chained */
};
enum { FRAME_SUMMED_BYTES = 16, CHECKSUM_PIECE_BYTES = 1 << 20 };

/** Names, types, units and categories: what the bytes of a row mean. Chained by `seed`. */
uint64_t table_fingerprint(const struct table_layout *layout, uint64_t seed);
/** Bytes of one row over all columns. */
size_t row_size(const struct table_layout *layout);
/** Gives every NaN of a column of reals the same bits: the sign and payload of a computed one
 *  depend on the instructions that made it. */
void store_missing(char *cells, size_t n_rows);

/** Blocks found in segments: entry = block, number of the segment, offset of the columns in it,
 *  rows[table]. */
struct block_list {
  int64_t *values; /* [entry][ENTRY_WORDS + n_tables] */
  size_t n_values, capacity;
  int64_t n_damaged; /* records before the end of a segment whose checksum is wrong */
};
enum { ENTRY_BLOCK, ENTRY_SEGMENT, ENTRY_OFFSET, ENTRY_WORDS };

/** Appends the whole blocks of one segment, in the order of the file, after reading every byte of
 *  it. A torn record at the end is left out without a word. EXIT_CODE_INVALID_INPUT when the file
 *  is no segment or holds other tables. */
int segment_list(const char *path, int64_t number, int n_tables, const struct table_layout *tables,
                 struct block_list *list);
