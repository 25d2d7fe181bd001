/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results_example.h"

#include <signal.h>

#include "results/checksum.h"
#include "results/segment_format.h"

enum { ROOM = 1 << 16 };

static int list(const char *path, struct block_list *found)
{
  *found = (struct block_list){0};
  return segment_list(path, 0, EXAMPLE_TABLES, example_layouts, found);
}

static size_t n_listed(const struct block_list *found)
{
  return found->n_values / (ENTRY_WORDS + EXAMPLE_TABLES);
}

/* Blocks 5 and 3, of 2 and 4 patients; lengths of the file after each. */
static void write_two_blocks(const char *path, size_t lengths[2])
{
  static const int blocks[2] = {5, 3}, rows[2] = {2, 4};
  struct segment *segment;

  assert_int_equal(segment_create(path, &segment), EXIT_CODE_OK);
  for (int k = 0; k < 2; k++) {
    struct stat status;

    assert_int_equal(write_example_block(segment, blocks[k], rows[k], 0), EXIT_CODE_OK);
    assert_int_equal(stat(path, &status), 0);
    lengths[k] = (size_t)status.st_size;
  }
  assert_int_equal(segment_close(&segment), EXIT_CODE_OK);
  assert_null(segment);
}

/* Values of libxxhash 0.8.1 (XXH64), which is not linked here. */
static void checksums_are_those_of_the_public_algorithm(void **state)
{
  unsigned char bytes[256];

  (void)state;
  for (int k = 0; k < 256; k++) bytes[k] = (unsigned char)k;
  assert_int_equal(checksum("", 0, 0), 0xef46db3751d8e999);
  assert_int_equal(checksum("a", 1, 0), 0xd24ec4f1a98c6e5b);
  assert_int_equal(checksum("abc", 3, 0), 0x44bc2cf5ad770999);
  assert_int_equal(checksum("xxhash", 6, 20141025), 0xb559b98d844e0635);
  assert_int_equal(checksum("Nobody inspects the spammish repetition", 39, 0), 0xfbcea83c8a378bf1);
  assert_int_equal(checksum(bytes, 256, 7), 0xd233f62ec80e6ea8);
}

static void blocks_are_listed_in_the_order_they_were_written(void **state)
{
  struct block_list found;
  size_t lengths[2];

  (void)state;
  write_two_blocks(in_folder("a"), lengths);
  assert_int_equal(list(in_folder("a"), &found), EXIT_CODE_OK);
  assert_int_equal(n_listed(&found), 2);
  assert_int_equal(found.n_damaged, 0);
  assert_int_equal(found.values[ENTRY_BLOCK], 5);
  assert_int_equal(found.values[ENTRY_WORDS], 2);
  assert_int_equal(found.values[ENTRY_WORDS + 1], 6);
  assert_int_equal(found.values[ENTRY_WORDS + EXAMPLE_TABLES + ENTRY_BLOCK], 3);
  free(found.values);
}

static void a_record_that_is_cut_anywhere_is_left_out(void **state)
{
  static char bytes[ROOM];
  size_t lengths[2];

  (void)state;
  write_two_blocks(in_folder("a"), lengths);
  assert_int_equal(load_bytes(in_folder("a"), bytes, ROOM), lengths[1]);
  for (size_t length = 0; length < lengths[1]; length++) {
    struct block_list found;

    save_bytes(in_folder("cut"), bytes, length);
    assert_int_equal(list(in_folder("cut"), &found), EXIT_CODE_OK);
    assert_int_equal(n_listed(&found), length >= lengths[0] ? 1 : 0);
    free(found.values);
  }
}

static void a_changed_byte_anywhere_costs_the_block_it_is_in(void **state)
{
  static char bytes[ROOM];
  const size_t body = sizeof(struct segment_header) + sizeof(struct segment_frame);
  size_t lengths[2];

  (void)state;
  write_two_blocks(in_folder("a"), lengths);
  load_bytes(in_folder("a"), bytes, ROOM);
  listen_to(2);
  for (size_t at = 0; at < lengths[1]; at++) {
    struct block_list found;
    int code;

    bytes[at] ^= 0x10;
    save_bytes(in_folder("changed"), bytes, lengths[1]);
    bytes[at] ^= 0x10;
    code = list(in_folder("changed"), &found);
    if (at < sizeof(struct segment_header))
      assert_int_equal(code, EXIT_CODE_INVALID_INPUT);
    else
      assert_int_equal(code, EXIT_CODE_OK);
    assert_true(n_listed(&found) < 2);
    if (at >= body && at < lengths[0]) { /* the other block is still found */
      assert_int_equal(n_listed(&found), 1);
      assert_int_equal(found.values[ENTRY_BLOCK], 3);
      assert_int_equal(found.n_damaged, 1);
    }
    free(found.values);
  }
  heard(2);
}

static void records_of_kinds_to_come_are_skipped(void **state)
{
  static char bytes[ROOM];
  struct segment_frame frame = {
      .magic = SEGMENT_FRAME_MAGIC, .kind = SEGMENT_BLOCK + 1, .body_bytes = 3};
  const size_t header = sizeof(struct segment_header);
  struct block_list found;
  size_t lengths[2];

  (void)state;
  write_two_blocks(in_folder("a"), lengths);
  load_bytes(in_folder("a"), bytes, ROOM);
  frame.checksum = checksum("new", 3, checksum(&frame, FRAME_SUMMED_BYTES, 0));
  memmove(bytes + header + sizeof frame + 3, bytes + header, lengths[1] - header);
  memcpy(bytes + header, &frame, sizeof frame);
  memcpy(bytes + header + sizeof frame, "new", 3);
  save_bytes(in_folder("b"), bytes, lengths[1] + sizeof frame + 3);
  assert_int_equal(list(in_folder("b"), &found), EXIT_CODE_OK);
  assert_int_equal(n_listed(&found), 2);
  assert_int_equal(found.n_damaged, 0);
  free(found.values);
}

static void expect_refusal(const char *path, const struct table_layout *layouts, const char *words)
{
  struct block_list found = {0};

  listen_to(2);
  assert_int_equal(segment_list(path, 0, EXAMPLE_TABLES, layouts, &found), EXIT_CODE_INVALID_INPUT);
  assert_non_null(strstr(heard(2), words));
  assert_int_equal(found.n_values, 0);
}

static void other_files_versions_and_tables_are_refused(void **state)
{
  static char bytes[ROOM];
  struct column columns[2] = {example_visit_columns[0], example_visit_columns[1]};
  struct table_layout others[EXAMPLE_TABLES] = {example_layouts[0], example_layouts[1]};
  size_t lengths[2];

  (void)state;
  write_two_blocks(in_folder("a"), lengths);
  load_bytes(in_folder("a"), bytes, ROOM);
  columns[1].units = "ug/L";
  others[1].columns = columns;
  expect_refusal(in_folder("a"), others, "other tables");
  bytes[offsetof(struct segment_header, version)] = 2;
  save_bytes(in_folder("b"), bytes, lengths[1]);
  expect_refusal(in_folder("b"), example_layouts, "format version 2");
  memset(bytes, 'x', lengths[1]);
  save_bytes(in_folder("c"), bytes, lengths[1]);
  expect_refusal(in_folder("c"), example_layouts, "not a segment");
}

static void a_segment_is_never_overwritten(void **state)
{
  struct segment *segment;
  size_t lengths[2];

  (void)state;
  write_two_blocks(in_folder("a"), lengths);
  listen_to(2);
  assert_int_equal(segment_create(in_folder("a"), &segment), EXIT_CODE_FILE);
  assert_non_null(strstr(heard(2), "File exists"));
  assert_null(segment);
  assert_int_equal(segment_close(&segment), EXIT_CODE_OK);
}

static void a_full_disk_keeps_what_was_written_before(void **state)
{
  struct block_list found;
  struct segment *segment;
  rlim_t unlimited;

  (void)state;
  assert_int_equal(segment_create(in_folder("a"), &segment), EXIT_CODE_OK);
  assert_int_equal(write_example_block(segment, 0, 4, 0), EXIT_CODE_OK);
  unlimited = limit_file_size(1000);
  listen_to(2);
  assert_int_equal(write_example_block(segment, 1, 40, 0), EXIT_CODE_FILE);
  limit_file_size(unlimited);
  assert_non_null(strstr(heard(2), "File too large"));
  assert_int_equal(write_example_block(segment, 2, 4, 0), EXIT_CODE_OK);
  assert_int_equal(segment_close(&segment), EXIT_CODE_OK);
  assert_int_equal(list(in_folder("a"), &found), EXIT_CODE_OK);
  assert_int_equal(n_listed(&found), 2);
  assert_int_equal(found.values[ENTRY_WORDS + EXAMPLE_TABLES + ENTRY_BLOCK], 2);
  free(found.values);
}

static void every_missing_real_is_stored_with_the_same_bits(void **state)
{
  static char bytes[ROOM];
  const uint64_t odd_bits = 0xfff8000000000123;
  const double one_value = (double)NAN;
  struct column_table tables[EXAMPLE_TABLES];
  struct segment *segment;
  size_t n_bytes;
  double odd;

  (void)state;
  memcpy(&odd, &odd_bits, sizeof odd);
  for (int t = 0; t < EXAMPLE_TABLES; t++) column_table_create(&example_layouts[t], &tables[t]);
  column_table_real(&tables[1], column_table_add_row(&tables[1]), 1, odd);
  assert_int_equal(segment_create(in_folder("a"), &segment), EXIT_CODE_OK);
  assert_int_equal(segment_write(segment, 0, EXAMPLE_TABLES, tables), EXIT_CODE_OK);
  assert_int_equal(segment_close(&segment), EXIT_CODE_OK);
  for (int t = 0; t < EXAMPLE_TABLES; t++) column_table_clear(&tables[t]);
  n_bytes = load_bytes(in_folder("a"), bytes, ROOM); /* DV is the last column */
  assert_memory_equal(bytes + n_bytes - sizeof odd, &one_value, sizeof odd);
}

#define IN_FOLDER(test)                                                                            \
  cmocka_unit_test_setup_teardown(test, start_with_a_folder, end_with_a_folder)

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(checksums_are_those_of_the_public_algorithm),
      IN_FOLDER(blocks_are_listed_in_the_order_they_were_written),
      IN_FOLDER(a_record_that_is_cut_anywhere_is_left_out),
      IN_FOLDER(a_changed_byte_anywhere_costs_the_block_it_is_in),
      IN_FOLDER(records_of_kinds_to_come_are_skipped),
      IN_FOLDER(other_files_versions_and_tables_are_refused),
      IN_FOLDER(a_segment_is_never_overwritten),
      IN_FOLDER(a_full_disk_keeps_what_was_written_before),
      IN_FOLDER(every_missing_real_is_stored_with_the_same_bits),
  };

  signal(SIGXFSZ, SIG_IGN);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
