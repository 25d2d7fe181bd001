/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan_fixture.h"

#include <math.h>

#include "trial/allocation.h"
#include "trial/enrol.h"

#define ARMS(n_arms) "arms: [{name: a}, {name: b}" n_arms "]\n"

/** A trial of `size` patients with this `allocation`. */
static void plan_allocated(struct plan_fixture *fixture, const char *arms, const char *allocation,
                           int size)
{
  char text[4096];

  snprintf(text, sizeof text,
           "schema: 1\nstudy: {id: SMALL, title: A small trial, duration: P20D}\n"
           "population: {cohort: cohort.yaml, size: %d}\ntruth: {model: still}\n%s"
           "allocation: %s\n" PLAN_END,
           size, arms, allocation);
  plan_good_text(fixture, text);
}

/** The blocks of one stratum: each has one of the sizes, and its arms are in the ratio. The last
 *  block may be unfinished; no arm of it has more than its share of the largest block. */
static void check_blocks(const struct plan *plan, const struct allocation *list, int stratum)
{
  int counts[8] = {0}, n = 0, sum = 0;
  int32_t block = 0;

  for (int a = 0; a < plan->n_arms; a++) sum += plan->arms[a].ratio;
  for (int64_t p = 0; p <= plan->n_patients; p++) {
    bool is_a_size = false;

    if (p < plan->n_patients && list[p].stratum != stratum) continue;
    if (block > 0 && (p == plan->n_patients || list[p].block != block)) {
      for (int i = 0; i < plan->n_block_sizes; i++) is_a_size |= n == plan->block_sizes[i];
      for (int a = 0; a < plan->n_arms && p < plan->n_patients; a++)
        assert_int_equal(counts[a] * sum, n * plan->arms[a].ratio);
      if (p < plan->n_patients) assert_true(is_a_size);
      memset(counts, 0, sizeof counts);
      n = 0;
    }
    if (p == plan->n_patients) break;
    assert_in_range(list[p].block, block == 0 ? 1 : block, block + 1);
    block = list[p].block;
    counts[list[p].arm]++;
    n++;
  }
}

static void every_block_holds_its_ratio_in_every_stratum(void **state)
{
  struct plan_fixture fixture;
  struct allocation list[1000];
  int strata[1000];

  (void)state;
  plan_allocated(&fixture, ARMS(", {name: c}"), "{ratio: [2, 1, 1], block_sizes: [4, 8, 12]}",
                 1000);
  for (int i = 0; i < 1000; i++) strata[i] = i * i % 7 % 3;
  for (int64_t replicate = 1; replicate <= 20; replicate++) {
    allocate(fixture.plan, replicate, 3, strata, list);
    for (int i = 0; i < 1000; i++) assert_int_equal(list[i].stratum, strata[i]);
    for (int s = 0; s < 3; s++) check_blocks(fixture.plan, list, s);
  }
  plan_release(&fixture);
}

static void one_block_of_the_whole_trial_gives_its_exact_numbers(void **state)
{
  struct plan_fixture fixture;
  struct allocation list[455];

  (void)state;
  plan_allocated(&fixture, ARMS(""), "{ratio: [227, 228], block_sizes: [455]}", 455);
  for (int64_t replicate = 1; replicate <= 50; replicate++) {
    int n = 0;

    allocate(fixture.plan, replicate, 1, NULL, list);
    for (int i = 0; i < 455; i++) n += list[i].arm;
    assert_int_equal(n, 228);
  }
  plan_release(&fixture);
}

static void without_a_block_size_it_is_twice_the_sum_of_the_ratio(void **state)
{
  struct plan_fixture fixture;

  (void)state;
  plan_allocated(&fixture, ARMS(""), "{ratio: [1, 2]}", 40);
  assert_int_equal(fixture.plan->n_block_sizes, 1);
  assert_int_equal(fixture.plan->block_sizes[0], 6);
  plan_release(&fixture);
}

/** Pearson's chi-squared of equal expectations. */
static double chi_squared(int n, const int *counts)
{
  double total = 0, sum = 0;

  for (int i = 0; i < n; i++) total += counts[i];
  for (int i = 0; i < n; i++)
    sum += (counts[i] - total / n) * (counts[i] - total / n) / (total / n);
  return sum;
}

static void all_permutations_of_a_block_are_equally_likely(void **state)
{
  struct plan_fixture fixture;
  struct allocation list[40];
  int counts[6] = {0}, n = 0;

  (void)state;
  plan_allocated(&fixture, ARMS(""), "{block_sizes: [4]}", 40);
  for (int64_t replicate = 1; replicate <= 3000; replicate++) {
    allocate(fixture.plan, replicate, 1, NULL, list);
    for (int first = 0; first < 40; first += 4) {
      /* the places of the two patients of arm b, as bits: 3, 5, 6, 9, 10, 12 */
      static const int index_of[16] = {[3] = 1, [5] = 2, [6] = 3, [9] = 4, [10] = 5, [12] = 6};
      int places = 0;

      for (int i = 0; i < 4; i++) places |= list[first + i].arm << i;
      assert_in_range(index_of[places], 1, 6);
      counts[index_of[places] - 1]++;
      n++;
    }
  }
  assert_int_equal(n, 30000);
  assert_true(chi_squared(6, counts) < 20.5); /* 0.999 quantile of 5 degrees of freedom: 20.52 */
  plan_release(&fixture);
}

static void all_block_sizes_are_equally_likely_and_blocks_are_independent(void **state)
{
  struct plan_fixture fixture;
  struct allocation list[4000];
  int sizes[3] = {0}, pairs[4] = {0}, n_of_block[2000] = {0}, first[2000] = {0};

  (void)state;
  plan_allocated(&fixture, ARMS(""), "{block_sizes: [2, 4, 6]}", 4000);
  for (int64_t replicate = 1; replicate <= 10; replicate++) {
    memset(n_of_block, 0, sizeof n_of_block);
    allocate(fixture.plan, replicate, 1, NULL, list);
    for (int i = 0; i < 4000; i++)
      if (n_of_block[list[i].block - 1]++ == 0) first[list[i].block - 1] = list[i].arm;
    for (int b = 0; b + 1 < list[3999].block; b++) {
      sizes[n_of_block[b] / 2 - 1]++;
      pairs[2 * first[b] + first[b + 1]]++;
    }
  }
  assert_true(chi_squared(3, sizes) < 13.8); /* 0.999 quantile of 2 degrees of freedom: 13.82 */
  assert_true(chi_squared(4, pairs) < 16.2); /* of 3: 16.27 */
  plan_release(&fixture);
}

static void replicates_and_strata_have_lists_of_their_own(void **state)
{
  struct plan_fixture fixture;
  struct allocation first[200], second[200], again[200];
  int strata[200], n_equal = 0, n_equal_strata = 0;

  (void)state;
  plan_allocated(&fixture, ARMS(""), "{block_sizes: [4]}", 200);
  for (int i = 0; i < 200; i++) strata[i] = i % 2;
  allocate(fixture.plan, 1, 2, strata, first);
  allocate(fixture.plan, 2, 2, strata, second);
  allocate(fixture.plan, 1, 2, strata, again);
  for (int i = 0; i < 200; i++) {
    assert_int_equal(again[i].arm, first[i].arm);
    assert_int_equal(again[i].block, first[i].block);
    n_equal += first[i].arm == second[i].arm;
  }
  for (int i = 0; i < 200; i += 2) n_equal_strata += first[i].arm == first[i + 1].arm;
  assert_in_range(n_equal, 60, 140);       /* 100, SD 7 */
  assert_in_range(n_equal_strata, 25, 75); /* 50, SD 5 */
  plan_release(&fixture);
}

static void more_patients_leave_the_list_of_the_first_ones_alone(void **state)
{
  struct plan_fixture small, large;
  struct allocation few[60], many[300];
  int strata[300];

  (void)state;
  for (int i = 0; i < 300; i++) strata[i] = i % 3;
  plan_allocated(&small, ARMS(""), "{block_sizes: [2, 6]}", 60);
  plan_allocated(&large, ARMS(""), "{block_sizes: [2, 6]}", 300);
  allocate(small.plan, 7, 3, strata, few);
  allocate(large.plan, 7, 3, strata, many);
  for (int i = 0; i < 60; i++) assert_int_equal(few[i].arm, many[i].arm);
  plan_release(&small);
  plan_release(&large);
}

/** What a rank computes that meets patients in this order. */
static void enrol_in_order(const struct plan *plan, int64_t step, int16_t *arms, double *weights)
{
  struct enrolling *enrolling = enrolling_create(plan);
  const int64_t n = trial_n_patients(plan);
  double covariates[3];

  for (int64_t k = 0, global = 0; k < n; k++, global = (global + step) % n) {
    const struct position position = trial_position(plan, global);
    struct enrolment enrolment = {.covariates = covariates};
    struct allocation allocation;

    enrol(enrolling, &position, &enrolment, &allocation);
    assert_int_equal(enrolment.attempt, 0);
    assert_int_equal(allocation.stratum, (int)covariates[0] * 3 + (int)covariates[1]);
    assert_int_equal(enrolment.arm, allocation.arm);
    arms[global] = allocation.arm;
    weights[global] = covariates[2];
  }
  enrolling_destroy(&enrolling);
}

static void patients_are_the_same_in_any_order_on_any_rank(void **state)
{
  struct plan_fixture fixture;
  int16_t arms[40], arms_again[40];
  double weights[40], weights_again[40];

  (void)state;
  plan_allocated(&fixture, ARMS(""), "{block_sizes: [2, 4], strata: [SEX, SITE]}", 40);
  enrol_in_order(fixture.plan, 1, arms, weights);
  enrol_in_order(fixture.plan, 39, arms_again, weights_again); /* backwards */
  assert_memory_equal(arms, arms_again, sizeof arms);
  assert_memory_equal(weights, weights_again, sizeof weights);
  enrol_in_order(fixture.plan, 7, arms_again, weights_again);
  assert_memory_equal(arms, arms_again, sizeof arms);
  assert_memory_equal(weights, weights_again, sizeof weights);
  plan_release(&fixture);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_block_holds_its_ratio_in_every_stratum),
      cmocka_unit_test(one_block_of_the_whole_trial_gives_its_exact_numbers),
      cmocka_unit_test(without_a_block_size_it_is_twice_the_sum_of_the_ratio),
      cmocka_unit_test(all_permutations_of_a_block_are_equally_likely),
      cmocka_unit_test(all_block_sizes_are_equally_likely_and_blocks_are_independent),
      cmocka_unit_test(replicates_and_strata_have_lists_of_their_own),
      cmocka_unit_test(more_patients_leave_the_list_of_the_first_ones_alone),
      cmocka_unit_test(patients_are_the_same_in_any_order_on_any_rank),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
