/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times written as decimal numbers, added: the sum is the double that strtod() makes of the sum
 * written out, as it stands in a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random_stream.h"
#include "twin/decimal_time.h"

static const int64_t per_unit = 1000000000;

/* The double of a number of billionths, by way of its text. */
static double written(int64_t billionths)
{
  const int64_t size = billionths < 0 ? -billionths : billionths;
  char text[40];

  snprintf(text, sizeof text, "%s%" PRId64 ".%09" PRId64, billionths < 0 ? "-" : "",
           size / per_unit, size % per_unit);
  return strtod(text, NULL);
}

static void tenths_of_an_hour_coincide_with_the_written_ones_to_100000_h(void **state)
{
  int n_unlike_sums = 0;
  double sum = 0;

  (void)state;
  for (int64_t n = 0; n <= 1000000; n++) {
    const double expected = written(n * (per_unit / 10));

    assert_true(decimal_time_after(0, n, 0.1) == expected);
    if (n > 0)
      assert_true(decimal_time_after(written((n - 1) * (per_unit / 10)), 1, 0.1) == expected);
    n_unlike_sums += sum != expected;
    sum += 0.1;
  }
  assert_true(n_unlike_sums > 900000); /* plain sums would not do */
}

/* From 0 on, below `n`. */
static int64_t drawn(uint32_t i, uint32_t what, int64_t n)
{
  const uint32_t counter[4] = {i, what, 0, 0}, key[2] = {20261123, 0};
  uint32_t words[4];

  random_block(counter, key, words);
  return (int64_t)((((uint64_t)words[0] << 32) | words[1]) % (uint64_t)n);
}

static void sums_of_nine_decimals_are_the_written_ones(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < 200000; i++) {
    const int64_t decimals = i % 3 == 0 ? per_unit / 10 : i % 3 == 1 ? 1000 : 1;
    const int64_t start = drawn(i, 0, 100000 * per_unit / decimals) * decimals;
    const int64_t step = drawn(i, 1, 1000 * per_unit / decimals) * decimals;
    const int64_t n = drawn(i, 2, 1000);

    assert_true(decimal_time_after(written(start), n, written(step)) == written(start + n * step));
    assert_true(decimal_time_after(written(-start), 1, written(step)) == written(step - start));
  }
}

static void other_times_are_added_as_they_are(void **state)
{
  const double third = 1.0 / 3, far = 0x1p60;

  (void)state;
  assert_true(decimal_time_after(third, 3, third) == third + 3 * third);
  assert_true(decimal_time_after(far, 2, 0.1) == far);
  assert_true(decimal_time_after(0.1, 1, far) == far);
  assert_true(decimal_time_after(8e6, 10, 1e6) == 1.8e7);
  assert_true(decimal_time_after(0, 1000000, 1e-10) == 1000000 * 1e-10);
  assert_true(decimal_time_after(5.25, 0, third) == 5.25);
  assert_true(decimal_time_after(1, 1, (double)INFINITY) == (double)INFINITY);
  assert_true(isnan(decimal_time_after(1, 1, (double)NAN)));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tenths_of_an_hour_coincide_with_the_written_ones_to_100000_h),
      cmocka_unit_test(sums_of_nine_decimals_are_the_written_ones),
      cmocka_unit_test(other_times_are_added_as_they_are),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
