/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "twin/record_chance.h"

static uint32_t patient_of(const char *id)
{
  return record_stream(7, id).patient;
}

static void an_id_that_is_a_whole_number_is_that_number(void **state)
{
  (void)state;
  assert_int_equal(patient_of("0"), 0);
  assert_int_equal(patient_of("12"), 12);
  assert_int_equal(patient_of("4294967295"), 4294967295);
  assert_int_equal(record_stream(7, "12").seed, 7);
  assert_int_equal(record_stream(7, "12").replicate, 1);
}

/* They are other patients in the file, so they must not share the draws of 1. */
static void ids_that_are_written_otherwise_are_other_patients(void **state)
{
  static const char *const ids[] = {"01", "+1", "-1", "1.0", "1e0", "4294967297", "A1"};

  (void)state;
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    assert_int_not_equal(patient_of(ids[i]), 1);
    assert_true(record_stream(7, ids[i]).replicate > INT32_MAX);
    for (size_t k = 0; k < i; k++) assert_int_not_equal(patient_of(ids[i]), patient_of(ids[k]));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_id_that_is_a_whole_number_is_that_number),
      cmocka_unit_test(ids_that_are_written_otherwise_are_other_patients),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
