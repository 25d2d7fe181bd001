/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results_example.h"

#include <hdf5.h>
#include <mpi.h>
#include <signal.h>

enum { ROOM = 1 << 20 };

static const char example_yaml[] = "format: 1\nname: \"two arms\"\n";
static const struct results_text example_texts[] = {
    {"/protocol/yaml", example_yaml, sizeof example_yaml - 1}, {"/protocol/empty", "", 0}};
static const struct results_attribute example_attributes[] = {
    {"/", "seed", "0x2a"}, {"/cohort/WT", "cdisc_name", "WEIGHT"}, {"/pk", "note", ""}};

static struct results_content example_content(int64_t n_blocks)
{
  static char journal[256];

  strcpy(journal, in_folder("journal"));
  return (struct results_content){.n_attributes = 3,
                                  .attributes = example_attributes,
                                  .n_texts = 2,
                                  .texts = example_texts,
                                  .n_tables = EXAMPLE_TABLES,
                                  .tables = example_layouts,
                                  .n_blocks = n_blocks,
                                  .journal = journal};
}

static void store(const char *name, const int *blocks, int n_blocks, int mark)
{
  struct segment *segment;
  char path[128];

  snprintf(path, sizeof path, "journal/%s", name);
  assert_int_equal(segment_create(in_folder(path), &segment), EXIT_CODE_OK);
  for (int b = 0; b < n_blocks; b++) {
    assert_int_equal(write_example_block(segment, blocks[b], 2 + blocks[b], mark), EXIT_CODE_OK);
  }
  assert_int_equal(segment_close(&segment), EXIT_CODE_OK);
}

/* Three blocks of 2, 3 and 4 patients in two segments, assembled under "r.h5". */
static void write_example(void)
{
  const struct results_content content = example_content(3);

  store("b.segment", (const int[]){2, 0}, 2, 0);
  store("a.segment", (const int[]){1}, 1, 1);
  assert_int_equal(results_write(MPI_COMM_SELF, in_folder("r.h5"), &content), EXIT_CODE_OK);
  assert_false(is_there("r.h5.partial"));
}

static struct results_file *opened(const char *name)
{
  struct results_file *file;

  assert_int_equal(results_open(in_folder(name), &file), EXIT_CODE_OK);
  return file;
}

static void expect_failure(const char *name, const struct results_content *content, int code,
                           const char *words)
{
  char partial[128];

  listen_to(2);
  assert_int_equal(results_write(MPI_COMM_SELF, in_folder(name), content), code);
  assert_non_null(strstr(heard(2), words));
  assert_false(is_there(name));
  snprintf(partial, sizeof partial, "%s.partial", name);
  assert_false(is_there(partial));
}

static void a_table_comes_back_with_its_description(void **state)
{
  struct results_file *file;
  const struct column_table *cohort;

  (void)state;
  write_example();
  file = opened("r.h5");
  cohort = results_read_table(file, "/cohort");
  assert_non_null(cohort);
  assert_ptr_equal(cohort, results_read_table(file, "/cohort"));
  assert_string_equal(cohort->layout->path, "/cohort");
  assert_string_equal(cohort->layout->label, "Patients");
  assert_int_equal(cohort->layout->n_columns, 4);
  for (int c = 0; c < 4; c++) {
    const struct column *wanted = &example_subject_columns[c], *got = &cohort->layout->columns[c];

    assert_string_equal(got->name, wanted->name);
    assert_string_equal(got->label, wanted->label);
    assert_int_equal(got->type, wanted->type);
    assert_int_equal(got->n_categories, wanted->n_categories);
    if (wanted->units)
      assert_string_equal(got->units, wanted->units);
    else
      assert_null(got->units);
  }
  assert_string_equal(cohort->layout->columns[2].categories[0], "placebo");
  assert_string_equal(cohort->layout->columns[2].categories[1], "10 \xc2\xb5g");
  results_close(&file);
  assert_null(file);
}

static void rows_stand_in_the_order_of_blocks_whoever_wrote_them(void **state)
{
  static const int32_t patients[] = {0, 1, 1000, 1001, 1002, 2000, 2001, 2002, 2003};
  static const int8_t arms[] = {0, 0, 1, 1, 1, 0, 0, 0, 0};
  struct results_file *file;
  const struct column_table *cohort, *visits;

  (void)state;
  write_example();
  file = opened("r.h5");
  cohort = results_read_table(file, "/cohort");
  visits = results_read_table(file, "/pk/obs");
  assert_int_equal(cohort->n_rows, 9);
  assert_memory_equal(cohort->values[0], patients, sizeof patients);
  assert_memory_equal((char *)cohort->values[1] + 8 * 16, "a name of 16 by.", 16);
  assert_memory_equal(cohort->values[2], arms, sizeof arms);
  assert_true(isnan(((double *)cohort->values[3])[2]));
  assert_true(((double *)cohort->values[3])[8] == 73.5);
  assert_int_equal(visits->n_rows, 27);
  assert_int_equal(((int16_t *)visits->values[0])[26], 2);
  assert_true(((double *)visits->values[1])[26] == 2 + 2 / 10.0);
  results_close(&file);
}

static void texts_and_attributes_come_back_and_absent_ones_are_null(void **state)
{
  struct results_file *file;

  (void)state;
  write_example();
  file = opened("r.h5");
  assert_string_equal(results_read_text(file, "/protocol/yaml"), example_yaml);
  assert_string_equal(results_read_text(file, "/protocol/empty"), "");
  assert_string_equal(results_attribute_text(file, "/", "seed"), "0x2a");
  assert_string_equal(results_attribute_text(file, "/cohort/WT", "cdisc_name"), "WEIGHT");
  assert_string_equal(results_attribute_text(file, "/cohort/WT", "missing"), "NaN");
  assert_string_equal(results_attribute_text(file, "/cohort/arm", "missing"), "-1");
  assert_string_equal(results_attribute_text(file, "/pk", "note"), "");
  listen_to(2);
  assert_null(results_attribute_text(file, "/", "nothing"));
  assert_null(results_attribute_text(file, "/nothing/here", "seed"));
  assert_null(results_read_text(file, "/nothing"));
  assert_null(results_read_text(file, "/cohort"));
  assert_null(results_read_text(file, "/cohort/WT"));
  assert_null(results_read_table(file, "/nothing"));
  assert_null(results_read_table(file, "/pk"));
  assert_string_equal(heard(2), "");
  results_close(&file);
}

static void a_small_table_needs_no_block(void **state)
{
  struct results_content content = example_content(0);
  const struct column_table *read;
  struct column_table table;
  struct results_file *file;

  (void)state;
  column_table_create(&example_layouts[1], &table);
  column_table_real(&table, column_table_add_row(&table), 1, 0.25);
  content.small_tables = &table;
  content.n_small_tables = 1;
  content.n_tables = content.n_attributes = 0;
  content.journal = NULL;
  assert_int_equal(results_write(MPI_COMM_SELF, in_folder("r.h5"), &content), EXIT_CODE_OK);
  file = opened("r.h5");
  read = results_read_table(file, "/pk/obs");
  assert_int_equal(read->n_rows, 1);
  assert_true(((double *)read->values[1])[0] == 0.25);
  results_close(&file);
  column_table_clear(&table);
}

static void more_rows_than_the_buffer_holds_are_all_written(void **state)
{
  enum { PATIENTS = 400000 }; /* 3 visits of 10 bytes each: 12 MB */
  const struct results_content content = example_content(2);
  const struct column_table *visits;
  struct results_file *file;
  struct segment *segment;

  (void)state;
  assert_int_equal(segment_create(in_folder("journal/a.segment"), &segment), EXIT_CODE_OK);
  for (int b = 0; b < 2; b++) {
    assert_int_equal(write_example_block(segment, b, PATIENTS, 0), EXIT_CODE_OK);
  }
  assert_int_equal(segment_close(&segment), EXIT_CODE_OK);
  assert_int_equal(results_write(MPI_COMM_SELF, in_folder("r.h5"), &content), EXIT_CODE_OK);
  file = opened("r.h5");
  visits = results_read_table(file, "/pk/obs");
  assert_int_equal(visits->n_rows, 2 * 3 * PATIENTS);
  for (int64_t row = 0; row < 2 * 3 * PATIENTS; row++) {
    const int visit = (int)(row % 3), block = row >= 3 * PATIENTS;

    if (((int16_t *)visits->values[0])[row] != visit) fail_msg("visit of row %d", (int)row);
    if (((double *)visits->values[1])[row] != block + visit / 10.0) fail_msg("row %d", (int)row);
  }
  results_close(&file);
}

static void a_missing_block_is_named_and_nothing_is_left(void **state)
{
  const struct results_content content = example_content(3);

  (void)state;
  store("a.segment", (const int[]){0, 2}, 2, 0);
  expect_failure("r.h5", &content, EXIT_CODE_FILE, "block 1 of 3");
}

static void of_a_block_that_is_there_twice_the_first_segment_counts(void **state)
{
  const struct results_content content = example_content(2);
  struct results_file *file;
  const struct column_table *cohort;

  (void)state;
  store("b.segment", (const int[]){0, 1, 7}, 3, 1);
  store("a.segment", (const int[]){1}, 1, 0);
  assert_int_equal(results_write(MPI_COMM_SELF, in_folder("r.h5"), &content), EXIT_CODE_OK);
  file = opened("r.h5");
  cohort = results_read_table(file, "/cohort");
  assert_int_equal(cohort->n_rows, 5); /* block 7 is beyond the end */
  assert_int_equal(((int8_t *)cohort->values[2])[0], 1);
  assert_int_equal(((int8_t *)cohort->values[2])[2], 0);
  results_close(&file);
}

static void a_segment_of_another_run_is_refused(void **state)
{
  struct results_content content = example_content(1);

  (void)state;
  store("a.segment", (const int[]){0}, 1, 0);
  content.n_tables = 1;
  expect_failure("r.h5", &content, EXIT_CODE_INVALID_INPUT, "other tables");
}

static void a_folder_that_cannot_be_written_is_a_file_error(void **state)
{
  const struct results_content content = example_content(1);

  (void)state;
  store("a.segment", (const int[]){0}, 1, 0);
  expect_failure("nowhere/r.h5", &content, EXIT_CODE_FILE, "No such file");
  save_bytes(in_folder("plain"), "x", 1);
  expect_failure("plain/r.h5", &content, EXIT_CODE_FILE, "Not a directory");
  if (geteuid() == 0) return; /* the root user may write everywhere */
  chmod(in_folder("journal"), 0555);
  expect_failure("journal/r.h5", &content, EXIT_CODE_FILE, "Permission denied");
  chmod(in_folder("journal"), 0777);
}

static void a_journal_that_is_not_there_is_a_file_error(void **state)
{
  struct results_content content = example_content(1);

  (void)state;
  content.journal = in_folder("no.journal");
  expect_failure("r.h5", &content, EXIT_CODE_FILE, "no.journal: No such file");
}

static void a_limit_on_file_sizes_leaves_nothing_new_and_the_old_file_whole(void **state)
{
  static char before[ROOM], after[ROOM];
  const struct results_content content = example_content(3);
  size_t n_bytes;

  (void)state;
  write_example();
  n_bytes = load_bytes(in_folder("r.h5"), before, ROOM);
  for (rlim_t limit = 0; limit < n_bytes; limit += 500) {
    rlim_t unlimited;
    int code;

    listen_to(2);
    unlimited = limit_file_size(limit);
    code = results_write(MPI_COMM_SELF, in_folder("r.h5"), &content);
    limit_file_size(unlimited);
    if (limit > 500)
      assert_non_null(strstr(heard(2), "r.h5.partial: File too large"));
    else
      heard(2); /* no room for the message in the file that listens */
    assert_int_equal(code, EXIT_CODE_FILE);
    assert_false(is_there("r.h5.partial"));
  }
  assert_int_equal(load_bytes(in_folder("r.h5"), after, ROOM), n_bytes);
  assert_memory_equal(before, after, n_bytes);
}

static void an_attribute_of_nothing_is_a_bug_of_the_caller(void **state)
{
  const struct results_attribute nowhere = {"/nothing", "a", "b"};
  struct results_content content = example_content(1);

  (void)state;
  store("a.segment", (const int[]){0}, 1, 0);
  content.attributes = &nowhere;
  content.n_attributes = 1;
  expect_failure("r.h5", &content, EXIT_CODE_INTERNAL, "/nothing");
}

static void expect_refusal(const char *name, int code, const char *words)
{
  struct results_file *file;

  listen_to(2);
  assert_int_equal(results_open(in_folder(name), &file), code);
  assert_null(file);
  assert_non_null(strstr(heard(2), words));
}

static void foreign_files_are_refused_with_a_reason(void **state)
{
  (void)state;
  expect_refusal("none.h5", EXIT_CODE_FILE, "No such file");
  expect_refusal("journal", EXIT_CODE_FILE, "Is a directory");
  save_bytes(in_folder("a.txt"), "format: 1\n", 10);
  expect_refusal("a.txt", EXIT_CODE_INVALID_INPUT, "not an HDF5 file");
  save_bytes(in_folder("empty"), "", 0);
  expect_refusal("empty", EXIT_CODE_INVALID_INPUT, "not an HDF5 file");
  H5Fclose(H5Fcreate(in_folder("other.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  expect_refusal("other.h5", EXIT_CODE_INVALID_INPUT, "not a results file");
}

static void a_file_that_is_cut_short_is_refused(void **state)
{
  static char bytes[ROOM];
  size_t n_bytes;

  (void)state;
  write_example();
  n_bytes = load_bytes(in_folder("r.h5"), bytes, ROOM);
  for (size_t length = 100; length < n_bytes; length += 100) {
    save_bytes(in_folder("cut.h5"), bytes, length);
    expect_refusal("cut.h5", EXIT_CODE_INVALID_INPUT, "cut.h5");
  }
}

/* Reads all there is; what is damaged may be NULL, but every table is whole. */
static void read_everything(struct results_file *file)
{
  static const char *const tables[] = {"/cohort", "/pk/obs"};

  for (int t = 0; t < 2; t++) {
    const struct column_table *table = results_read_table(file, tables[t]);

    for (int c = 0; table && c < table->layout->n_columns; c++) {
      assert_true(table->n_rows == 0 || table->values[c]);
      assert_true(column_size(table->layout->columns[c].type) > 0);
    }
  }
  results_read_text(file, "/protocol/yaml");
  results_attribute_text(file, "/", "seed");
  results_show(file);
}

static void a_changed_byte_anywhere_never_crashes_the_reader(void **state)
{
  static char bytes[ROOM];
  size_t n_bytes;
  int n_refused = 0, quiet, loud[2];

  (void)state;
  write_example();
  n_bytes = load_bytes(in_folder("r.h5"), bytes, ROOM);
  quiet = open("/dev/null", O_WRONLY);
  for (int k = 0; k < 2; k++) {
    loud[k] = dup(1 + k);
    dup2(quiet, 1 + k);
  }
  for (size_t at = 0; at < n_bytes; at++) {
    struct results_file *file;
    const char old = bytes[at];
    int code;

    bytes[at] = (char)(old ^ (at % 2 ? 0x01 : 0xff));
    save_bytes(in_folder("changed.h5"), bytes, n_bytes);
    bytes[at] = old;
    code = results_open(in_folder("changed.h5"), &file);
    assert_true(code == EXIT_CODE_OK || code == EXIT_CODE_INVALID_INPUT);
    if (code == EXIT_CODE_OK)
      read_everything(file);
    else
      n_refused++;
    results_close(&file);
  }
  for (int k = 0; k < 2; k++) {
    dup2(loud[k], 1 + k);
    close(loud[k]);
  }
  close(quiet);
  assert_true(n_refused > 0);
}

static void the_page_shown_is_narrow_and_names_units_and_categories(void **state)
{
  struct results_file *file;
  const char *page;

  (void)state;
  write_example();
  file = opened("r.h5");
  listen_to(1);
  assert_int_equal(results_show(file), EXIT_CODE_OK);
  page = heard(1);
  results_close(&file);
  assert_non_null(strstr(page, "seed            0x2a\n"));
  assert_non_null(strstr(page, "/cohort  9 rows  Patients\n"));
  assert_non_null(strstr(page, "  WT       float64  kg  Body weight\n"));
  assert_non_null(strstr(page, "Planned arm: placebo, 10 \xc2\xb5g\n"));
  assert_non_null(strstr(page, "/protocol/yaml"));
  for (const char *line = page; *line; line = strchr(line, '\n') + 1) {
    assert_true(strcspn(line, "\n") <= 100);
  }
}

static void everything_in_the_file_has_a_fixed_length_and_no_time(void **state)
{
  static const char *const paths[] = {"/", "/cohort", "/pk", "/pk/obs/DV", "/protocol/yaml"};
  hid_t file;

  (void)state;
  write_example();
  file = H5Fopen(in_folder("r.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
  for (int p = 0; p < 5; p++) {
    H5O_info_t object;

    assert_true(H5Oget_info_by_name2(file, paths[p], &object, H5O_INFO_ALL, H5P_DEFAULT) >= 0);
    assert_int_equal(object.ctime + object.mtime + object.atime + object.btime, 0);
  }
  H5Fclose(file);
}

#define IN_FOLDER(test)                                                                            \
  cmocka_unit_test_setup_teardown(test, start_with_a_folder, end_with_a_folder)

int main(int n_arguments, char **arguments)
{
  const struct CMUnitTest tests[] = {
      IN_FOLDER(a_table_comes_back_with_its_description),
      IN_FOLDER(rows_stand_in_the_order_of_blocks_whoever_wrote_them),
      IN_FOLDER(texts_and_attributes_come_back_and_absent_ones_are_null),
      IN_FOLDER(a_small_table_needs_no_block),
      IN_FOLDER(more_rows_than_the_buffer_holds_are_all_written),
      IN_FOLDER(a_missing_block_is_named_and_nothing_is_left),
      IN_FOLDER(of_a_block_that_is_there_twice_the_first_segment_counts),
      IN_FOLDER(a_segment_of_another_run_is_refused),
      IN_FOLDER(a_folder_that_cannot_be_written_is_a_file_error),
      IN_FOLDER(a_journal_that_is_not_there_is_a_file_error),
      IN_FOLDER(a_limit_on_file_sizes_leaves_nothing_new_and_the_old_file_whole),
      IN_FOLDER(an_attribute_of_nothing_is_a_bug_of_the_caller),
      IN_FOLDER(foreign_files_are_refused_with_a_reason),
      IN_FOLDER(a_file_that_is_cut_short_is_refused),
      IN_FOLDER(the_page_shown_is_narrow_and_names_units_and_categories),
      IN_FOLDER(everything_in_the_file_has_a_fixed_length_and_no_time),
      IN_FOLDER(a_changed_byte_anywhere_never_crashes_the_reader),
  };
  int n_failed;

  signal(SIGXFSZ, SIG_IGN);
  MPI_Init(&n_arguments, &arguments);
  n_failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return n_failed;
}
