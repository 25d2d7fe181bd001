/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a results file on disk to the report: through the same door as the program. */
#include "results_example.h"
#include "trial_example.h"

#include <jansson.h>
#include <mpi.h>
#include <signal.h>

#include "analyze.h"
#include "reference_cases.h"

static const char analyses[] = "{\"estimand\": \"primary\", \"method\": \"welch\"},"
                               "{\"estimand\": \"success\", \"method\": \"proportion\"},"
                               "{\"estimand\": \"stable\", \"method\": \"cox\"}";

/* Two replicates of 40 patients, the last of each a failure. */
static void fill_tables(struct column_table tables[TRIAL_TABLES])
{
  for (int i = 0; i < 80; i++) {
    const int pat = i % 40, arm = pat % 2;
    const struct example_patient patient = {.replicate = 1 + i / 40,
                                            .pat = pat + 1,
                                            .arm = arm,
                                            .status = pat == 39 ? STEP_TOO_SMALL : SOLVED,
                                            .ttr = 60 + (i * 13) % 29 - 7 * arm,
                                            .success = (i * 5) % 7 < 4 - arm,
                                            .stable_d = 5 + (i * 11) % 17 + arm,
                                            .censored = i % 5 == 0,
                                            .age = 50 + i % 9};

    add_patient(tables, &patient);
  }
}

static void write_trial(const char *protocol)
{
  const struct results_text text = {"/protocol/resolved_json", protocol, strlen(protocol)};
  const struct results_attribute attributes[] = {{"/", "seed", "0x000000000000002a"},
                                                 {"/", "engine_version", "0.9.1"},
                                                 {"/", "inputs_sha256", "fedcba98"},
                                                 {"/", "model_sha256_indirect", "01234567"}};
  struct column_table tables[TRIAL_TABLES];
  struct results_content content = {.n_attributes = 4,
                                    .attributes = attributes,
                                    .n_texts = 1,
                                    .texts = &text,
                                    .n_small_tables = TRIAL_TABLES,
                                    .small_tables = tables,
                                    .journal = in_folder("journal")};

  create_tables(tables);
  fill_tables(tables);
  assert_int_equal(results_write(MPI_COMM_SELF, in_folder("r.h5"), &content), EXIT_CODE_OK);
  clear_tables(tables);
}

static int analyze_heard(const struct analyze_options *options, const char **words)
{
  char path[256];
  int code;

  snprintf(path, sizeof path, "%s", in_folder("r.h5"));
  listen_to(1);
  code = analyze_file(path, options);
  *words = heard(1);
  return code;
}

static void a_results_file_becomes_a_table(void **state)
{
  const struct analyze_options options = {0};
  const char *words;

  (void)state;
  write_trial(trial_protocol(analyses, ""));
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_OK);
  assert_non_null(strstr(words, "2 of 80 patients could not be solved"));
  assert_non_null(strstr(words, "step too small 2"));
  assert_non_null(strstr(words, "difference of means"));
  assert_non_null(strstr(words, "hazard ratio"));
}

static void json_on_stdout_and_in_a_file_are_the_same(void **state)
{
  char path[256], bytes[1 << 18];
  const struct analyze_options options = {.as_json = 1, .output = path};
  const char *words;
  json_t *root;

  (void)state;
  snprintf(path, sizeof path, "%s", in_folder("r.analysis.json"));
  write_trial(trial_protocol(analyses, ""));
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_OK);
  bytes[load_bytes(path, bytes, sizeof bytes)] = '\0';
  assert_string_equal(bytes, words);
  assert_false(is_there("r.analysis.json.partial"));
  root = json_loads(words, 0, NULL);
  assert_int_equal(json_array_size(reference_at(root, "scenarios.0.analyses")), 3);
  json_decref(root);
}

/* Which inputs, which engine, which model: the number can be traced. */
static void the_json_says_what_the_numbers_were_computed_from(void **state)
{
  const struct analyze_options options = {.as_json = 1};
  const char *words;
  json_t *root;

  (void)state;
  write_trial(trial_protocol(analyses, ""));
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_OK);
  root = json_loads(words, 0, NULL);
  assert_string_equal(json_string_value(reference_at(root, "inputs_sha256")), "fedcba98");
  assert_string_equal(json_string_value(reference_at(root, "engine_version")), "0.9.1");
  assert_string_equal(json_string_value(reference_at(root, "seed")), "0x000000000000002a");
  assert_string_equal(json_string_value(reference_at(root, "model_sha256.indirect")), "01234567");
  json_decref(root);
}

static void the_unit_of_an_endpoint_comes_with_its_values(void **state)
{
  const struct analyze_options options = {.as_json = 1};
  const char *words;
  json_t *root;

  (void)state;
  write_trial(trial_protocol(analyses, ""));
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_OK);
  root = json_loads(words, 0, NULL);
  assert_string_equal(json_string_value(reference_at(root, "scenarios.0.analyses.1.unit")), "%");
  json_decref(root);
}

static void a_full_disk_leaves_nothing_half_written(void **state)
{
  char path[256];
  const struct analyze_options options = {.output = path};
  const char *words;
  rlim_t old;
  int code;

  (void)state;
  snprintf(path, sizeof path, "%s", in_folder("r.analysis.json"));
  write_trial(trial_protocol(analyses, ""));
  signal(SIGXFSZ, SIG_IGN);
  old = limit_file_size(8192); /* the table fits, the JSON does not */
  code = analyze_heard(&options, &words);
  limit_file_size(old);
  assert_int_equal(code, EXIT_CODE_FILE);
  assert_non_null(strstr(words, "difference of means"));
  assert_false(is_there("r.analysis.json"));
  assert_false(is_there("r.analysis.json.partial"));
}

static void an_older_analysis_survives_a_failed_one(void **state)
{
  char path[256], bytes[64];
  const struct analyze_options options = {.output = path};
  const char *words;
  rlim_t old;
  int code;

  (void)state;
  snprintf(path, sizeof path, "%s", in_folder("r.analysis.json"));
  save_bytes(path, "older", 5);
  write_trial(trial_protocol(analyses, ""));
  signal(SIGXFSZ, SIG_IGN);
  old = limit_file_size(8192);
  code = analyze_heard(&options, &words);
  limit_file_size(old);
  assert_int_equal(code, EXIT_CODE_FILE);
  assert_int_equal(load_bytes(path, bytes, sizeof bytes), 5);
  assert_memory_equal(bytes, "older", 5);
}

static void the_results_file_is_never_overwritten(void **state)
{
  char path[256];
  const struct analyze_options options = {.output = path};
  const char *words;

  (void)state;
  write_trial(trial_protocol(analyses, ""));
  snprintf(path, sizeof path, "%s", in_folder("same.h5"));
  assert_int_equal(link(in_folder("r.h5"), path), 0);
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_INVALID_INPUT);
  snprintf(path, sizeof path, "%s", in_folder("r.analysis.json"));
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_OK);
}

static void what_the_file_lacks_is_an_error_of_the_input(void **state)
{
  const struct analyze_options options = {0};
  const char *words;

  (void)state;
  write_trial("{}");
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_OK);
  write_trial(trial_protocol("{\"estimand\": \"primary\", \"method\": \"cox\"}", ""));
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_INVALID_INPUT);
  assert_non_null(strstr(words, "NOT DONE"));
  write_trial("no json");
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_INVALID_INPUT);
  assert_int_equal(analyze_file("/nowhere/r.h5", &options), EXIT_CODE_FILE);
}

static void a_folder_that_cannot_be_written_is_a_file_error(void **state)
{
  const struct analyze_options options = {.as_json = 1, .output = "/nowhere/r.analysis.json"};
  const char *words;

  (void)state;
  write_trial(trial_protocol(analyses, ""));
  assert_int_equal(analyze_heard(&options, &words), EXIT_CODE_FILE);
}

#define IN_FOLDER(test)                                                                            \
  cmocka_unit_test_setup_teardown(test, start_with_a_folder, end_with_a_folder)

int main(int n_arguments, char **arguments)
{
  const struct CMUnitTest tests[] = {
      IN_FOLDER(a_results_file_becomes_a_table),
      IN_FOLDER(json_on_stdout_and_in_a_file_are_the_same),
      IN_FOLDER(the_json_says_what_the_numbers_were_computed_from),
      IN_FOLDER(the_unit_of_an_endpoint_comes_with_its_values),
      IN_FOLDER(a_full_disk_leaves_nothing_half_written),
      IN_FOLDER(an_older_analysis_survives_a_failed_one),
      IN_FOLDER(the_results_file_is_never_overwritten),
      IN_FOLDER(what_the_file_lacks_is_an_error_of_the_input),
      IN_FOLDER(a_folder_that_cannot_be_written_is_a_file_error),
  };
  int n_failed;

  MPI_Init(&n_arguments, &arguments);
  n_failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return n_failed;
}
