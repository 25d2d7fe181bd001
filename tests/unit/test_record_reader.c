/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of event records: each mistake is told at its line and column, and what is sound is read as
 * it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/model.h"
#include "twin/record_reader.h"

/* "plain" has no covariates; "full" has two, and two routes into one compartment. */
static const char *const plain_model =
    "schema: 1\nmodel: plain\ntitle: One compartment\n"
    "parameters:\n  CL: {value: 2 L/h, source: x}\n  KA: {value: 1 1/h, source: x}\n  V: {value: "
    "10 L, source: x}\n"
    "states:\n  D: {unit: mg, rate: -KA * D}\n  A: {unit: mg, rate: KA * D - CL / V * A}\n"
    "routes: {oral: {state: D}}\noutputs: {CP: {unit: mg/L, expression: A / V}}\n";
static const char *const full_model =
    "schema: 1\nmodel: full\ntitle: One compartment, and more of everything\n"
    "covariates: {WT: {unit: kg}, SEX: {categories: [F, M]}}\n"
    "parameters:\n  CL: {value: 2 L/h, source: x}\n  KA: {value: 1 1/h, source: x}\n  V: {by: SEX, "
    "values: {F: 10 L, M: 20 L}, "
    "source: x}\n  W0: {value: 70 kg, source: x}\n  R: {value: 5 mg/h, source: x}\n"
    "states:\n  D: {unit: mg, rate: -KA * D}\n"
    "  A: {unit: mg, rate: KA * D - CL / V * A * WT / W0}\n"
    "routes: {oral: {state: D}, drops: {state: D}, iv: {state: A, rate: R}}\n"
    "outputs: {CP: {unit: mg/L, expression: A / V}}\n";

struct reading {
  struct arena *arena;
  struct diagnostics *diagnostics;
  FILE *file;
  struct record_reader *reader;
  struct record_batch batch;
};

static void open_bytes(struct reading *reading, const char *model, const char *bytes, size_t n)
{
  const struct source source = {"m", model, strlen(model), 0};
  const struct model *compiled;

  *reading = (struct reading){.arena = arena_create(), .diagnostics = diagnostics_create()};
  compiled = model_compile(&source, 0, NULL, reading->arena, reading->diagnostics);
  diagnostics_print(reading->diagnostics, stderr);
  assert_non_null(compiled);
  reading->file = tmpfile();
  assert_int_equal(fwrite(bytes, 1, n, reading->file), n);
  rewind(reading->file);
  reading->reader = record_reader_create(
      compiled, &(struct record_source){.file = reading->file,
                                        .name = "e",
                                        .arena = reading->arena,
                                        .diagnostics = reading->diagnostics});
}

static void close_reading(struct reading *reading)
{
  record_reader_destroy(&reading->reader);
  record_batch_clear(&reading->batch);
  diagnostics_destroy(&reading->diagnostics);
  arena_destroy(&reading->arena);
  fclose(reading->file);
}

/* One batch of a sound file. */
static void read_sound(struct reading *reading, const char *model, const char *events)
{
  open_bytes(reading, model, events, strlen(events));
  if (reading->reader) record_reader_next(reading->reader, &reading->batch);
  diagnostics_print(reading->diagnostics, stderr);
  assert_non_null(reading->reader);
  assert_int_equal(diagnostics_n_errors(reading->diagnostics), 0);
}

/* What is told about a whole file; the number of errors. */
static int told_of(const char *model, const char *bytes, size_t n, char **said)
{
  struct reading reading;
  size_t length;
  int n_errors;
  FILE *stream = open_memstream(said, &length);

  open_bytes(&reading, model, bytes, n);
  while (reading.reader && record_reader_next(reading.reader, &reading.batch))
    ;
  n_errors = diagnostics_n_errors(reading.diagnostics);
  assert_true(reading.reader || n_errors > 0);
  diagnostics_print(reading.diagnostics, stream);
  fclose(stream);
  close_reading(&reading);
  return n_errors;
}

struct mistake {
  const char *events, *told;
};

/* After a header of all of NONMEM's own, the covariates and a parameter of "full". */
#define HEADER "ID,TIME,EVID,AMT,CMT,RATE,II,ADDL,SS,WT,SEX\n"
#define DOSE   HEADER "1,0,1,100,oral,0,0,0,0,70,F\n"

static const struct mistake lines_of_full[] = {
    {DOSE "1,two,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: 'two' is not a number"},
    {DOSE "1,,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: a record without TIME"},
    {DOSE "1,.,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: a record without TIME"},
    {DOSE "1,08:30,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: a time of day;"},
    {DOSE "1,1e400,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: '1e400' is not a number"},
    {DOSE "1,inf,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: 'inf' is not a number"},
    {DOSE "1,nan,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: 'nan' is not a number"},
    {DOSE "1,0x10,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: '0x10' is not a number"},
    {DOSE "1,1.2.3,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: '1.2.3' is not a number"},
    {DOSE "1,1 2,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: '1 2' is not a number"},
    {DOSE "1,-,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: '-' is not a number"},
    {DOSE "1,2,0,0,.,0,0,0,0,70,F\n1,1,0,0,.,0,0,0,0,70,F\n",
     "e:4:3: error: time goes back, from 2 to 1; only a reset (EVID 3 or 4) may do that"},
    {DOSE ".,1,0,0,.,0,0,0,0,70,F\n", "e:3:1: error: a record without ID"},
    {DOSE "12345678901234567,1,0,0,.,0,0,0,0,70,F\n",
     "e:3:1: error: an ID of more than 16 characters"},
    {DOSE "1,1,5,0,.,0,0,0,0,70,F\n",
     "e:3:5: error: EVID is 5; it should be a whole number from 0 to 4"},
    {DOSE "1,1,0.5,0,.,0,0,0,0,70,F\n", "e:3:5: error: EVID is 0.5; it should be a whole number"},
    {DOSE "1,1,-1,0,.,0,0,0,0,70,F\n", "e:3:5: error: EVID is -1; it should be a whole number"},
    {DOSE "1,1,1,-5,oral,1,0,0,0,70,F\n", "e:3:7: error: a negative amount"},
    {DOSE "1,1,1,much,oral,0,0,0,0,70,F\n", "e:3:7: error: 'much' is not a number"},
    {DOSE "1,1,0,5,oral,0,0,0,0,70,F\n",
     "e:3:7: error: an amount in a record that is not a dose; EVID of a dose is 1 or 4"},
    {DOSE "1,1,1,5,3,0,0,0,0,70,F\n",
     "e:3:9: error: '3' is no compartment of full: a number from 1 to 2, or the name of a state"},
    {DOSE "1,1,1,5,-2,0,0,0,0,70,F\n", "e:3:9: error: '-2' is no compartment"},
    {DOSE "1,1,1,5,1.5,0,0,0,0,70,F\n", "e:3:9: error: '1.5' is no compartment"},
    {DOSE "1,1,1,5,1e300,0,0,0,0,70,F\n", "e:3:9: error: '1e300' is no compartment"},
    {DOSE "1,1,1,5,LIVER,0,0,0,0,70,F\n", "e:3:9: error: 'LIVER' is no compartment"},
    {DOSE "1,1,1,5,1,0,0,0,0,70,F\n",
     "e:3:9: error: several routes end in this compartment; write the name of one"},
    {DOSE "1,1,1,5,D,0,0,0,0,70,F\n", "e:3:9: error: several routes end in this compartment"},
    {DOSE "1,1,1,5,A,-3,0,0,0,70,F\n",
     "e:3:11: error: a negative rate; -1 leaves the rate to the model, -2 the duration"},
    {DOSE "1,1,1,5,A,-0.5,0,0,0,70,F\n", "e:3:11: error: a negative rate"},
    {DOSE "1,1,1,5,drops,-1,0,0,0,70,F\n", "e:3:15: error: RATE -1, but no route"},
    {DOSE "1,1,1,5,A,-2,0,0,0,70,F\n", "e:3:11: error: RATE -2, but no route"},
    {DOSE "1,1,1,5,A,0,-12,0,0,70,F\n", "e:3:13: error: a negative interval"},
    {DOSE "1,1,1,5,A,0,0,3,0,70,F\n",
     "e:3:15: error: ADDL without II, the interval between the doses"},
    {DOSE "1,1,1,5,A,0,12,10000000,0,70,F\n",
     "e:3:16: error: ADDL is 10000000; it should be a whole number from 0 to 1000000"},
    {DOSE "1,1,1,5,A,0,12,1.5,0,70,F\n", "e:3:16: error: ADDL is 1.5;"},
    {DOSE "1,1,1,5,A,0,12,-1,0,70,F\n", "e:3:16: error: ADDL is -1;"},
    {DOSE "1,1,1,5,A,0,12,0,3,70,F\n",
     "e:3:18: error: SS is 3; it should be a whole number from 0 to 2"},
    {DOSE "1,1,1,5,A,0,0,0,1,70,F\n",
     "e:3:17: error: SS without II, the interval between the doses"},
    {DOSE "1,1,1,0,A,0,0,0,1,70,F\n", "e:3:17: error: SS with neither AMT nor RATE"},
    {DOSE "1,1,1,0,A,5,0,0,0,70,F\n", "e:3:7: error: a dose of nothing: AMT is 0"},
    {DOSE "1,1,1,0,A,0,12,0,1,70,F\n", "e:3:7: error: a dose of nothing: AMT is 0"},
    {DOSE "1,1,0,0,.,0,0,0,0,heavy,F\n", "e:3:19: error: 'heavy' is not a number"},
    {DOSE "1,1,0,0,.,0,0,0,0,70,X\n", "e:3:22: error: 'X' is not a category of SEX, like 'F'"},
    {DOSE "1,1,0,0,.,0,0,0,0,70,f\n", "e:3:22: error: 'f' is not a category of SEX"},
    {DOSE "1,1,0,0,.,0,0,0,0,70\n", "e:3:1: error: 10 cells, but the first line names 11 columns"},
    {DOSE "1,1,0,0,.,0,0,0,0,70,F,\n", "e:3:1: error: 12 cells, but the first line names 11"},
    {DOSE "1;1;0;0;.;0;0;0;0;70;F\n", "e:3:1: error: 1 cells, but the first line names 11"},
    {DOSE "   \n", "e:3:1: error: 1 cells"},
    {DOSE "1,\"1,0,0,.,0,0,0,0,70,F\n", "e:3:3: error: quotes must stand around a whole cell"},
    {DOSE "1,\"1\"\",0,0,.,0,0,0,0,70,F\n", "e:3:3: error: quotes must stand around a whole cell"},
    {DOSE "1,1\r,0,0,.,0,0,0,0,70,F\n", "e:3:4: error: a carriage return without a line feed"},
    {DOSE "1,1,0,0,.,0,0,0,0,70,F\r\r\n", "e:3:23: error: a carriage return without a line feed"},
    {HEADER "1,0,0,0,.,0,0,0,0,,F\n1,1,0,0,.,0,0,0,0,NA,F\n",
     "e:2:1: error: no record of ID 1 has a value of WT"},
    {HEADER "1,0,0,0,.,0,0,0,0,70,.\n", "e:2:1: error: no record of ID 1 has a value of SEX"},
};

static const struct mistake headers_of_full[] = {
    {"ID,TIME,WT\n1,0,70\n",
     "e:1:1: error: there is no column SEX: the model needs this covariate"},
    {"ID,TIME,WT,SEX,wt\n1,0,70,F,70\n", "e:1:16: error: column 'wt' is there twice"},
};

static const struct mistake files_of_plain[] = {
    {"", "e:1:1: error: the file is empty; its first line should name the columns"},
    {"\n\n\r\n", "e:3:1: error: the file is empty"},
    {"ID,AMT\n1,5\n", "e:1:1: error: there is no column TIME"},
    {"ID;TIME;AMT\n1;0;5\n", "e:1:1: error: one column only; columns are separated by commas"},
    {"ID\tTIME\tAMT\n1\t0\t5\n", "e:1:1: error: one column only; columns are separated by commas"},
    {"ID TIME AMT\n1 0 5\n", "e:1:1: error: one column only; columns are separated by commas"},
    {"ID,TIME,time\n1,0,0\n", "e:1:9: error: column 'time' is there twice"},
    {"ID,TIME,CL,cl\n1,0,1,1\n", "e:1:1: error: parameter CL has two columns"},
    {"\xef\xbb\xbfID,TIME\n1,0\n", "e:1:1: error: the file begins with a byte-order mark"},
    {"ID,TIME\r1,0\r1,1\r", "e:1:8: error: a carriage return without a line feed"},
    {"ID,\"TIME\n1,0\n", "e:1:4: error: quotes must stand around a whole cell"},
    {"ID,TIME\n1,0\nb\xe9,1\n", "e:3:2: error: not a character of UTF-8; save the file as UTF-8"},
    {"ID,TIME\n1,0\n1,\xe2\x82", "e:3:3: error: not a character of UTF-8"},
    {"ID,TIME\n1,0\n1,\xc0\xaf\n", "e:3:3: error: not a character of UTF-8"},
    {"ID,TIME\n1,0\n1,\xed\xa0\x80\n", "e:3:3: error: not a character of UTF-8"},
    {"ID,TIME\n1,0\n\xf0\x9f\x92\x8a,x\n", "e:3:3: error: 'x' is not a number"},
    {"ID,TIME\n1,0\nb\xc3\xa9,x\n", "e:3:4: error: 'x' is not a number"}, /* columns: characters */
};

static void expect_all(const char *model, const struct mistake *mistakes, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    char *said;
    const int n_errors = told_of(model, mistakes[i].events, strlen(mistakes[i].events), &said);

    if (n_errors != 1 || strncmp(said, mistakes[i].told, strlen(mistakes[i].told)) != 0)
      print_error("of\n%s\n%d errors:\n%s\nbut expected: %s\n", mistakes[i].events, n_errors, said,
                  mistakes[i].told);
    assert_int_equal(n_errors, 1);
    assert_true(strncmp(said, mistakes[i].told, strlen(mistakes[i].told)) == 0);
    free(said);
  }
}

#define EXPECT_ALL(model, mistakes)                                                                \
  expect_all(model, mistakes, sizeof(mistakes) / sizeof *(mistakes))

static void each_mistake_is_told_at_its_line_and_column(void **state)
{
  (void)state;
  EXPECT_ALL(full_model, lines_of_full);
  EXPECT_ALL(full_model, headers_of_full);
  EXPECT_ALL(plain_model, files_of_plain);
}

static void all_mistakes_of_a_file_are_told_at_once(void **state)
{
  const char *events = "ID,TIME,EVID,AMT\n1,x,7,y\n1,2,0,0\n1,1,0,0\n1,1\n";
  char *said;

  (void)state;
  assert_int_equal(told_of(plain_model, events, strlen(events), &said), 5);
  for (int i = 0; i < 5; i++) {
    static const char *const told[] = {"e:2:3: error: 'x'", "e:2:5: error: EVID is 7",
                                       "e:2:7: error: 'y' is not a number",
                                       "e:4:3: error: time goes back", "e:5:1: error: 2 cells"};

    if (!strstr(said, told[i])) fail_msg("%s is not in\n%s", told[i], said);
  }
  free(said);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
  static const char with_nul[] = "ID,TIME\n1,0\n1,\0001\n";
  static const char little[] = "\xff\xfeI\0D\0,\0T\0I\0M\0E\0\n\0001\0,\0000\0\n\0";
  static const char big[] = "\xfe\xff\0I\0D\0,\0T\0I\0M\0E\0\n\0001\0,\0000\0\n";
  char *said;

  (void)state;
  assert_int_equal(told_of(plain_model, with_nul, sizeof with_nul - 1, &said), 1);
  assert_non_null(strstr(said, "e:3:3: error: a NUL character"));
  free(said);
  assert_true(told_of(plain_model, little, sizeof little - 1, &said) > 0);
  assert_non_null(strstr(said, "e:1:1: error: the file is UTF-16; save it as UTF-8"));
  free(said);
  assert_true(told_of(plain_model, big, sizeof big - 1, &said) > 0);
  assert_non_null(strstr(said, "e:1:1: error: the file is UTF-16; save it as UTF-8"));
  free(said);
}

static void long_lines_and_many_mistakes_are_survived(void **state)
{
  enum { LONG = 3 << 20, MANY = 100000 };
  char *text = memory_new(LONG, 1), *said;
  size_t n = (size_t)snprintf(text, LONG, "ID,TIME\n1,0\n1,");

  (void)state;
  memset(text + n, '1', LONG - n);
  assert_int_equal(told_of(plain_model, text, LONG, &said), 1);
  assert_non_null(strstr(said, "e:3:1: error: a line of more than a million characters"));
  assert_true(strlen(said) < 2000);
  free(said);
  memset(text, ',', LONG);
  memcpy(text, "ID,TIME\n", 8);
  text[LONG / 4] = '\0';
  assert_int_equal(told_of(plain_model, text, strlen(text), &said), 1);
  assert_non_null(strstr(said, "e:2:1: error: "));
  free(said);
  n = (size_t)snprintf(text, LONG, "ID,TIME\n");
  for (int i = 0; i < MANY; i++) n += (size_t)snprintf(text + n, LONG - n, "1,x\n");
  assert_int_equal(told_of(plain_model, text, n, &said), MANY);
  assert_non_null(strstr(said, "e:2:3: error: 'x' is not a number"));
  assert_non_null(strstr(said, "... and more"));
  free(said);
  free(text);
}

static void names_of_columns_are_read_in_any_case_and_quoted(void **state)
{
  static const char *const files[] = {
      "ID,TIME,AMT,EVID,CMT,CL\na,0.5,100,1,1,3\n",
      "id,Time,amt,eVid,cmt,cl\na,0.5,100,1,D,3\n",
      "\"ID\",\"TIME\",\"AMT\",\"EVID\",\"CMT\",\"CL\"\r\n\"a\",0.5,100,1,\"oral\",3\r\n",
      "CL , TIME,\tAMT,EVID,CMT,ID\r\n3, 0.50 ,1e2,1,0,a",
      "\n\nID,TIME,AMT,EVID,CMT,CL,DV\n\na,0.5,100,1,.,3,\n\n",
      "ID,TIME,AMT,EVID,CMT,CL\r\na,0.5,100,1,NA,3\n\r\n",
      "ID,TIME,AMT,CL\na,0.5,100.,3\n", /* an amount is a dose; no CMT: the first route */
  };

  (void)state;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    struct reading reading;
    const struct record *record;

    read_sound(&reading, plain_model, files[i]);
    assert_int_equal(reading.batch.n_patients, 1);
    assert_int_equal(reading.batch.n_records, 1);
    assert_string_equal(reading.batch.patients[0].id, "a");
    record = &reading.batch.records[0];
    assert_true(record->time == 0.5 && record->amount == 100 && record->event == RECORD_DOSE);
    assert_true(record->state == 0 && record->route == 0);
    assert_int_equal(reading.batch.n_given, 1);
    assert_true(reading.batch.given[0] == 3);
    close_reading(&reading);
  }
}

static void a_header_alone_has_no_patients(void **state)
{
  struct reading reading;

  (void)state;
  read_sound(&reading, plain_model, "ID,TIME\n");
  assert_int_equal(reading.batch.n_patients, 0);
  close_reading(&reading);
}

static void without_id_there_is_one_patient(void **state)
{
  struct reading reading;

  (void)state;
  read_sound(&reading, plain_model, "TIME\n0\n1\n2\n");
  assert_int_equal(reading.batch.n_patients, 1);
  assert_int_equal(reading.batch.patients[0].n, 3);
  close_reading(&reading);
}

static void an_id_that_comes_again_is_another_patient(void **state)
{
  struct reading reading;

  (void)state;
  read_sound(&reading, plain_model, "ID,TIME\n1,0\n1,5\n2,0\n1,0\n1.0,0\n");
  assert_int_equal(reading.batch.n_patients, 4);
  assert_int_equal(reading.batch.patients[0].n, 2);
  assert_string_equal(reading.batch.patients[2].id, "1");
  assert_int_equal(reading.batch.patients[2].number, 2);
  close_reading(&reading);
}

static void empty_cells_have_the_value_before_or_else_the_first_after(void **state)
{
  static const double wanted[] = {70, 70, 70, 80, 80};
  struct reading reading;

  (void)state;
  read_sound(&reading, full_model,
             "ID,TIME,WT,SEX\n1,0,,M\n1,1,70,.\n1,2,.,F\n1,3,80,\n1,4,NA,M\n2,0,50,F\n");
  for (size_t i = 0; i < 5; i++) assert_true(reading.batch.given[2 * i] == wanted[i]);
  assert_true(reading.batch.given[1] == 1 && reading.batch.given[3] == 1);
  assert_true(reading.batch.given[5] == 0 && reading.batch.given[7] == 0);
  assert_true(reading.batch.given[10] == 50);
  assert_true(record_reader_varies(reading.reader));
  close_reading(&reading);
}

static void time_may_go_back_at_a_reset(void **state)
{
  struct reading reading;

  (void)state;
  read_sound(&reading, plain_model,
             "ID,TIME,EVID,AMT\n1,5,0,0\n1,0,3,0\n1,1,0,0\n1,-2,4,5\n1,-1,0,0\n");
  assert_int_equal(reading.batch.n_records, 5);
  assert_int_equal(reading.batch.records[3].event, RECORD_RESET_AND_DOSE);
  close_reading(&reading);
}

static void numbers_are_those_of_strtod(void **state)
{
  static const char *const numbers[] = {"0.1",
                                        "99999.9",
                                        "123456789012345",
                                        "1234567890123456789",
                                        "0.30000000000",
                                        "1.234567890123e2",
                                        "99999.99999999999",
                                        "0.000000000000123456",
                                        "1e-320",
                                        ".5",
                                        "5.",
                                        "17520.333333333333333",
                                        "1E5",
                                        "+3"};

  (void)state;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    char events[100];
    struct reading reading;

    snprintf(events, sizeof events, "TIME\n%s\n", numbers[i]);
    read_sound(&reading, plain_model, events);
    assert_true(reading.batch.records[0].time == strtod(numbers[i], NULL));
    close_reading(&reading);
  }
}

static void batches_hold_whole_patients(void **state)
{
  enum { PATIENTS = 600, RECORDS = 3 };
  char *text = memory_new(PATIENTS * RECORDS * 12 + 20, 1);
  size_t used = (size_t)sprintf(text, "ID,TIME\n"), n_patients = 0, n_batches = 0;
  struct reading reading;

  (void)state;
  for (int p = 0; p < PATIENTS; p++)
    for (int i = 0; i < RECORDS; i++) used += (size_t)sprintf(text + used, "%d,%d\n", p, i);
  open_bytes(&reading, plain_model, text, used);
  for (; record_reader_next(reading.reader, &reading.batch); n_batches++)
    for (size_t p = 0; p < reading.batch.n_patients; p++, n_patients++) {
      assert_int_equal(reading.batch.patients[p].number, n_patients);
      assert_int_equal(atoi(reading.batch.patients[p].id), (int)n_patients);
      assert_int_equal(reading.batch.patients[p].n, RECORDS);
      assert_int_equal(reading.batch.patients[p].first, p * RECORDS);
    }
  assert_int_equal(n_patients, PATIENTS);
  assert_true(n_batches > 1);
  close_reading(&reading);
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_mistake_is_told_at_its_line_and_column),
      cmocka_unit_test(all_mistakes_of_a_file_are_told_at_once),
      cmocka_unit_test(bytes_that_are_no_text_are_refused),
      cmocka_unit_test(long_lines_and_many_mistakes_are_survived),
      cmocka_unit_test(names_of_columns_are_read_in_any_case_and_quoted),
      cmocka_unit_test(a_header_alone_has_no_patients),
      cmocka_unit_test(without_id_there_is_one_patient),
      cmocka_unit_test(an_id_that_comes_again_is_another_patient),
      cmocka_unit_test(empty_cells_have_the_value_before_or_else_the_first_after),
      cmocka_unit_test(time_may_go_back_at_a_reset),
      cmocka_unit_test(numbers_are_those_of_strtod),
      cmocka_unit_test(batches_hold_whole_patients),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
