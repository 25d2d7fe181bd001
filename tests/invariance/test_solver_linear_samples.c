/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of the linear method move nothing: the same steps, the same end and the same values at
 * the same times, whatever other samples there are. Every comparison is with ==. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/lane_math.h"
#include "base/random_stream.h"
#include "oral_response.h"

enum { INTERVALS = 6, MOST = 400, KINDS = 6 };

/* One patient in lane 3, with what was seen. */
struct seen {
  struct oral_ward ward; /* first: the functions of the response take it for the context */
  int n, n_states;
  double times[MOST], values[MOST][ORAL_STATES], end[ORAL_STATES];
  struct solver_count count;
};

static const double stops[INTERVALS + 1] = {0, 24, 48, 48.7, 72, 96, 264};

static void see(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  struct seen *seen = context;

  if (!(*due)[3]) return;
  assert_true(seen->n < MOST);
  seen->times[seen->n] = (*time)[3];
  for (int j = 0; j < seen->n_states; j++) seen->values[seen->n][j] = state[j][3];
  seen->n++;
}

static double draw(uint32_t index)
{
  const struct random_stream stream = {.seed = 8, .replicate = 1, .patient = 5};

  return random_uniform(&stream, RANDOM_ETA, index, 0);
}

/* Times in an interval, of one kind: none, few, every hour, irregular, of all minutes the first
 * hundred, or all of these together. */
static int sample_times(int kind, int interval, double *times)
{
  const double begin = stops[interval], length = stops[interval + 1] - begin;
  int n = 0;

  if (kind == 1 || kind == 5) times[n++] = begin + 0.5 * length;
  if (kind == 1 || kind == 5) times[n++] = stops[interval + 1];
  for (int i = 1; (kind == 2 || kind == 5) && i <= 24 && i <= length; i++) times[n++] = begin + i;
  for (uint32_t i = 0; (kind == 3 || kind == 5) && i < 11; i++)
    times[n++] = begin + length * draw(i + 11 * (uint32_t)interval);
  for (int i = 1; (kind == 4 || kind == 5) && i <= (interval == 1 ? 100 : 3); i++)
    times[n++] = begin + i / 60. * (length < 24 ? 0.1 : 1);
  return n;
}

static int ascending(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static int ordered_times(int kind, int interval, double *times)
{
  const int all = sample_times(kind, interval, times);
  int n = 0;

  qsort(times, (size_t)all, sizeof *times, ascending);
  for (int i = 0; i < all; i++) {
    if (n == 0 || times[i] > times[n - 1]) times[n++] = times[i];
  }
  return n;
}

static void live(int kind, bool has_response, struct seen *seen)
{
  static const double atol[ORAL_STATES] = {1e-8, 1e-8, 1e-8, 1e-8};
  const struct ode_linear linear = {.n = ORAL_LINEAR,
                                    .n_remainder = has_response,
                                    .states = oral_linear,
                                    .remainder = oral_remainder,
                                    .n_entries = ORAL_ENTRIES,
                                    .rows = oral_rows,
                                    .columns = oral_columns,
                                    .matrix = oral_matrix,
                                    .product = oral_product,
                                    .apply = oral_apply,
                                    .rates = oral_response_rate};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = atol, .max_steps_per_stop = 100};
  const struct oral_individual who = {5, 50, 8, 100, 1, 100, 0.05, 0.5, 0.9};
  struct ode ode = {
      .n_states = has_response ? ORAL_STATES : ORAL_LINEAR, .context = seen, .linear = &linear};
  double times[MOST];

  memset(seen, 0, sizeof *seen);
  seen->n_states = ode.n_states;
  assert_int_equal(solver_create(&solver_linear, &ode, &tolerance, &seen->ward.solver), 0);
  oral_admit(&seen->ward, 3, &who);
  solver_listen(seen->ward.solver, see, seen);
  for (int i = 0; i < INTERVALS; i++) {
    const int n = ordered_times(kind, i, times);

    solver_states(seen->ward.solver)[0][3] += 100;
    solver_samples(seen->ward.solver, 3, &(struct sampling){n, times});
    solver_run_to(seen->ward.solver, 3, stops[i + 1]);
    while (solver_is_running(seen->ward.solver, 3))
      assert_int_equal(solver_advance(seen->ward.solver), 0);
    assert_int_equal(solver_status(seen->ward.solver, 3), SOLVE_OK);
    solver_state(seen->ward.solver, 3, seen->end);
    for (int j = 0; n > 0 && times[n - 1] == stops[i + 1] && j < ode.n_states; j++)
      assert_true(seen->values[seen->n - 1][j] == seen->end[j]);
  }
  seen->count = solver_count(seen->ward.solver, 3);
  solver_destroy(&seen->ward.solver);
}

static void compare_kinds(bool has_response)
{
  static struct seen all, some;

  live(KINDS - 1, has_response, &all);
  assert_true(all.n > 200);
  for (int kind = 0; kind < KINDS - 1; kind++) {
    int a = 0;

    live(kind, has_response, &some);
    assert_int_equal(some.count.accepted, all.count.accepted);
    assert_int_equal(some.count.rejected, all.count.rejected);
    for (int j = 0; j < all.n_states; j++) assert_true(some.end[j] == all.end[j]);
    for (int i = 0; i < some.n; i++) {
      while (a < all.n && all.times[a] < some.times[i]) a++;
      assert_true(a < all.n && all.times[a] == some.times[i]);
      for (int j = 0; j < all.n_states; j++) assert_true(some.values[i][j] == all.values[a][j]);
    }
    assert_true((some.n > 0) == (kind > 0));
  }
}

static void a_block_is_the_same_with_any_samples_on_every_instruction_set(void **state)
{
  (void)state;
  for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
    if (!simd_is_supported(simd)) continue;
    setenv("TWINTRIAL_SIMD", simd_name(simd), 1);
    compare_kinds(false);
  }
  unsetenv("TWINTRIAL_SIMD");
}

static void a_response_is_the_same_with_any_samples_on_every_instruction_set(void **state)
{
  (void)state;
  for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
    if (!simd_is_supported(simd)) continue;
    setenv("TWINTRIAL_SIMD", simd_name(simd), 1);
    compare_kinds(true);
  }
  unsetenv("TWINTRIAL_SIMD");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_block_is_the_same_with_any_samples_on_every_instruction_set),
      cmocka_unit_test(a_response_is_the_same_with_any_samples_on_every_instruction_set),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
