/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random_stream.h"

static void philox_gives_the_known_answers_of_random123(void **state)
{
  /* Salmon et al. 2011: kat_vectors of the Random123 distribution, philox4x32 with 10 rounds. */
  static const struct {
    uint32_t counter[4], key[2], words[4];
  } known[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };

  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint32_t words[4];

    random_block(known[i].counter, known[i].key, words);
    assert_memory_equal(words, known[i].words, sizeof words);
  }
}

static void a_uniform_draw_is_the_philox_block_of_its_names(void **state)
{
  const struct random_stream stream = {
      .seed = UINT64_C(0x299f31d0a4093822), .replicate = 0x85a308d3, .patient = 0x243f6a88};
  /* The third known answer above: purpose 0x13 and draw 0x198a2e, occasion 0x03707344. */
  const double expected = ((double)(UINT64_C(0xd16cfe0994fdcceb) >> 12) + 0.5) / 0x1p52;

  (void)state;
  assert_true(random_uniform(&stream, (enum random_purpose)0x13, 0x198a2e, 0x03707344) == expected);
}

static void every_part_of_a_name_changes_the_draw(void **state)
{
  const struct random_stream stream = {.seed = 1, .replicate = 2, .patient = 3};
  struct random_stream others[] = {stream, stream, stream, stream};
  double draws[8];
  int n = 0;

  (void)state;
  others[1].seed += UINT64_C(1) << 32;
  others[2].replicate++;
  others[3].patient++;
  for (int i = 0; i < 4; i++) draws[n++] = random_uniform(&others[i], RANDOM_ETA, 5, 60);
  others[0].seed++;
  draws[n++] = random_uniform(&others[0], RANDOM_ETA, 5, 60);
  draws[n++] = random_uniform(&stream, RANDOM_KAPPA, 5, 60);
  draws[n++] = random_uniform(&stream, RANDOM_ETA, 6, 60);
  draws[n++] = random_uniform(&stream, RANDOM_ETA, 5, -60);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < i; j++) assert_true(draws[i] != draws[j]);
  }
}

static void a_draw_does_not_depend_on_the_draws_before_it(void **state)
{
  const struct random_stream stream = {.seed = 20, .replicate = 1, .patient = 7};
  const double alone = random_normal(&stream, RANDOM_RESIDUAL, 1, 1440);

  (void)state;
  for (uint32_t draw = 0; draw < 9; draw++) random_normal(&stream, RANDOM_RESIDUAL, draw, 720);
  assert_true(random_normal(&stream, RANDOM_RESIDUAL, 1, 1440) == alone);
}

static void uniform_draws_fill_the_unit_interval_evenly(void **state)
{
  enum { N = 1000000, BINS = 1000 };
  static int counts[BINS];
  struct random_stream stream = {.seed = 42, .replicate = 1};
  double chi_squared = 0;

  (void)state;
  for (uint32_t i = 1; i <= N; i++) {
    double u;

    stream.patient = i;
    u = random_uniform(&stream, RANDOM_COHORT, 0, 0);
    assert_true(u > 0 && u < 1);
    counts[(int)(u * BINS)]++;
  }
  for (int bin = 0; bin < BINS; bin++) {
    const double excess = counts[bin] - (double)N / BINS;

    chi_squared += excess * excess / ((double)N / BINS);
  }
  /* Mean BINS - 1, standard deviation sqrt(2 (BINS - 1)): four of them either side. */
  assert_true(fabs(chi_squared - (BINS - 1)) < 4 * sqrt(2.0 * (BINS - 1)));
}

static void normal_draws_have_the_moments_of_the_normal_distribution(void **state)
{
  enum { N = 1000000 };
  const double standard_error = 1 / sqrt((double)N);
  struct random_stream stream = {.seed = 7, .replicate = 1};
  double sum[5] = {0};

  (void)state;
  for (uint32_t i = 1; i <= N; i++) {
    double z, power = 1;

    stream.patient = i;
    z = random_normal(&stream, RANDOM_ETA, 0, 0);
    for (int k = 1; k <= 4; k++) sum[k] += power *= z;
  }
  /* Moments 0, 1, 0, 3; variances of the powers 1, 2, 15, 96; four standard errors. */
  assert_true(fabs(sum[1] / N) < 4 * standard_error);
  assert_true(fabs(sum[2] / N - 1) < 4 * sqrt(2.0) * standard_error);
  assert_true(fabs(sum[3] / N) < 4 * sqrt(15.0) * standard_error);
  assert_true(fabs(sum[4] / N - 3) < 4 * sqrt(96.0) * standard_error);
}

static void neighbouring_draws_are_uncorrelated(void **state)
{
  enum { N = 1000000 };
  struct random_stream stream = {.seed = 7, .replicate = 1};
  double by_draw = 0, by_replicate = 0;

  (void)state;
  for (uint32_t i = 1; i <= N; i++) {
    double z;

    stream = (struct random_stream){.seed = 7, .replicate = 1, .patient = i};
    z = random_normal(&stream, RANDOM_ETA, 0, 0);
    by_draw += z * random_normal(&stream, RANDOM_ETA, 1, 0);
    stream.replicate = 2;
    by_replicate += z * random_normal(&stream, RANDOM_ETA, 0, 0);
  }
  assert_true(fabs(by_draw / N) < 4 / sqrt((double)N));
  assert_true(fabs(by_replicate / N) < 4 / sqrt((double)N));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(philox_gives_the_known_answers_of_random123),
      cmocka_unit_test(a_uniform_draw_is_the_philox_block_of_its_names),
      cmocka_unit_test(every_part_of_a_name_changes_the_draw),
      cmocka_unit_test(a_draw_does_not_depend_on_the_draws_before_it),
      cmocka_unit_test(uniform_draws_fill_the_unit_interval_evenly),
      cmocka_unit_test(normal_draws_have_the_moments_of_the_normal_distribution),
      cmocka_unit_test(neighbouring_draws_are_uncorrelated),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
