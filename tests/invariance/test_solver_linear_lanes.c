/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The linear method gives a patient the same bits in any lane, beside any neighbours, on any vector
 * width, whatever its tables remember. Every comparison is of all bytes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/lane_math.h"
#include "base/memory.h"
#include "base/random_stream.h"
#include "dense_block.h"
#include "solver/solver.h"

enum { BLOCK = 3, STATES = 4, RUNS = 12, SAMPLES = 5, PATIENTS = 40, KEPT = RUNS * SAMPLES };

/* Absorption, two compartments, an infusion that comes and goes, and a response that may explode.
 */
struct drug {
  struct dense_block block; /* first: the block's functions take it for the context */
  lanes half, loss, feedback;
};

static void response_rate(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  const struct drug *drug = context;

  (void)t;
  dydt[0] = y[1] / (drug->half + y[1]) - drug->loss * y[3] + drug->feedback * y[3] * y[3];
}

/* All that a patient's life left behind. */
struct life {
  enum solve_status status;
  struct solver_count count;
  double time, state[STATES];
  int64_t n_samples;
  double samples[KEPT][STATES + 1];
};

/* Eight lanes with who is in them. */
struct ward {
  struct drug drug;
  struct solver *solver;
  int n_states;                      /* without the response, BLOCK */
  int patient[LANES], n_runs[LANES]; /* patient -1: nobody */
  struct life current[LANES];
  double sample_times[LANES][SAMPLES];
};

static void keep_samples(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  struct ward *ward = context;

  for (int lane = 0; lane < LANES; lane++) {
    struct life *life = &ward->current[lane];

    if (!(*due)[lane]) continue;
    life->samples[life->n_samples][0] = (*time)[lane];
    for (int j = 0; j < ward->n_states; j++) life->samples[life->n_samples][j + 1] = state[j][lane];
    life->n_samples++;
  }
}

static double draw(int patient, uint32_t index, double low, double high)
{
  const struct random_stream stream = {.seed = 4, .replicate = 1, .patient = (uint32_t)patient};

  return low + (high - low) * random_uniform(&stream, RANDOM_ETA, index, 0);
}

static void set_entry(struct ward *ward, int lane, int row, int column, double value)
{
  ward->drug.block.a[row][column][lane] = value;
}

/* Some patients cannot be solved: no number to begin with, a fast response, infinite in a while. */
static void admit(struct ward *ward, int lane, int patient)
{
  const double ka = draw(patient, 0, 0.2, 2), ke = draw(patient, 1, 0.05, 0.4);
  const double k12 = patient % 7 == 4 ? 1e6 : draw(patient, 2, 0.1, 0.5);
  double state[STATES] = {0};

  ward->patient[lane] = patient;
  ward->n_runs[lane] = 0;
  memset(&ward->current[lane], 0, sizeof ward->current[lane]);
  set_entry(ward, lane, 0, 0, -ka);
  set_entry(ward, lane, 1, 0, ka);
  set_entry(ward, lane, 1, 1, -(ke + k12));
  set_entry(ward, lane, 1, 2, 0.2);
  set_entry(ward, lane, 2, 1, k12);
  set_entry(ward, lane, 2, 2, -0.2);
  set_entry(ward, lane, 1, 3, 0);
  ward->drug.half[lane] = draw(patient, 3, 5, 40);
  ward->drug.loss[lane] = patient % 7 == 5 ? 1e5 : draw(patient, 4, 0.05, 2);
  ward->drug.feedback[lane] = patient % 14 == 6 ? 20 : 0;
  if (patient % 7 == 3) state[patient % 2 && ward->n_states > BLOCK ? 3 : 1] = (double)NAN;
  solver_load(ward->solver, lane, draw(patient, 5, 0, 1), state);
}

/* A bolus, or an infusion begun or ended; intervals that come again, and some that do not. */
static void go_on(struct ward *ward, int lane)
{
  const int patient = ward->patient[lane], run = ward->n_runs[lane]++;
  const double time = solver_time(ward->solver, lane);
  const double interval = patient % 3 ? 1. / 24 * (1 + patient % 30)
                                      : draw(patient, 10 + (uint32_t)run, 1, 30);
  double state[STATES];

  solver_state(ward->solver, lane, state);
  if (run % 3 == 0) state[0] += draw(patient, 6, 50, 150);
  solver_set_state(ward->solver, lane, state);
  set_entry(ward, lane, 1, 3, run % 3 == 1 ? draw(patient, 7, 1, 20) : 0);
  for (int i = 0; i < SAMPLES; i++)
    ward->sample_times[lane][i] = time + interval * (i + 1) / SAMPLES;
  solver_samples(ward->solver, lane, &(struct sampling){SAMPLES, ward->sample_times[lane]});
  solver_run_to(ward->solver, lane, ward->sample_times[lane][SAMPLES - 1] + (run % 2 ? 0 : 0.125));
}

static void discharge(struct ward *ward, int lane, struct life *lives)
{
  struct life *life = &ward->current[lane];

  life->status = solver_status(ward->solver, lane);
  life->count = solver_count(ward->solver, lane);
  life->time = solver_time(ward->solver, lane);
  solver_state(ward->solver, lane, life->state);
  lives[ward->patient[lane]] = *life;
  solver_unload(ward->solver, lane);
  ward->patient[lane] = -1;
}

/* How patients are brought to the lanes. */
struct order {
  const int *patients;
  int n;
  int first_lane, n_lanes; /* the others stay empty */
  bool has_response;
};

static void live(struct ward *ward, const struct order *order, struct life *lives)
{
  int next = 0, inside = 0;

  do {
    for (int i = 0; i < order->n_lanes; i++) {
      const int lane = (order->first_lane + i) % LANES;

      if (solver_is_running(ward->solver, lane)) continue;
      if (ward->patient[lane] >= 0 &&
          (solver_status(ward->solver, lane) != SOLVE_OK || ward->n_runs[lane] == RUNS)) {
        discharge(ward, lane, lives);
        inside--;
      }
      if (ward->patient[lane] < 0) {
        if (next == order->n) continue;
        admit(ward, lane, order->patients[next++]);
        inside++;
      }
      go_on(ward, lane);
    }
    assert_int_equal(solver_advance(ward->solver), 0);
  } while (inside > 0);
}

/* The lives of all patients in the order, into lives[patient]. */
static void simulate(enum simd simd, const struct order *order, struct life *lives)
{
  static const int remainder = 3;
  static const double atol[STATES] = {1e-8, 1e-8, 1e-8, 1e-8};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = atol, .max_steps_per_stop = 500};
  struct ward *ward = memory_new(1, sizeof *ward);
  struct ode_linear *linear = &ward->drug.block.linear;
  struct ode ode = {.context = ward, .linear = linear};

  ward->n_states = ode.n_states = order->has_response ? STATES : BLOCK;
  dense_block_create(&ward->drug.block, BLOCK);
  linear->n_remainder = order->has_response;
  linear->remainder = &remainder;
  linear->rates = response_rate;
  setenv("TWINTRIAL_SIMD", simd_name(simd), 1);
  for (int lane = 0; lane < LANES; lane++) ward->patient[lane] = -1;
  assert_int_equal(solver_create(&solver_linear, &ode, &tolerance, &ward->solver), 0);
  solver_listen(ward->solver, keep_samples, ward);
  live(ward, order, lives);
  solver_destroy(&ward->solver);
  free(ward);
  unsetenv("TWINTRIAL_SIMD");
}

/* [has response][patient]: each alone in lane 0 on the baseline, what all else is compared with. */
static struct life *reference[2];

static int solve_reference(void **state)
{
  (void)state;
  for (int r = 0; r < 2; r++) {
    reference[r] = memory_new(PATIENTS, sizeof *reference[r]);
    for (int patient = 0; patient < PATIENTS; patient++) {
      const struct order alone = {
          .patients = &patient, .n = 1, .n_lanes = 1, .has_response = r == 1};

      simulate(SIMD_BASELINE, &alone, reference[r]);
    }
  }
  return 0;
}

static int free_reference(void **state)
{
  (void)state;
  free(reference[0]);
  free(reference[1]);
  return 0;
}

static void assert_as_alone(const struct life *lives, bool has_response)
{
  for (int patient = 0; patient < PATIENTS; patient++)
    assert_memory_equal(&lives[patient], &reference[has_response][patient], sizeof *lives);
}

static void the_reference_has_patients_who_finish_and_patients_who_fail(void **state)
{
  (void)state;
  for (int r = 0; r < 2; r++) {
    int n[4] = {0}, steps = 0, rejected = 0;

    for (int patient = 0; patient < PATIENTS; patient++) {
      n[reference[r][patient].status]++;
      steps += reference[r][patient].count.accepted;
      rejected += reference[r][patient].count.rejected;
      if (reference[r][patient].status == SOLVE_OK)
        assert_int_equal(reference[r][patient].n_samples, KEPT);
    }
    print_message("finished %d, too many steps %d, step too small %d, not finite %d; steps %d, "
                  "rejected %d\n",
                  n[0], n[1], n[2], n[3], steps, rejected);
    assert_true(n[SOLVE_OK] > PATIENTS / 2 && n[SOLVE_NOT_FINITE] > 0);
    if (r) assert_true(n[SOLVE_TOO_MANY_STEPS] > 0 && n[SOLVE_STEP_TOO_SMALL] > 0);
  }
}

static void a_patient_alone_is_the_same_in_every_lane_on_every_instruction_set(void **state)
{
  struct life *lives = memory_new(PATIENTS, sizeof *lives);

  (void)state;
  for (int i = 0; i < 2 * 3 * LANES; i++) {
    const bool has_response = i % 2;
    const enum simd simd = (enum simd)(i / 2 % 3);

    if (!simd_is_supported(simd)) continue;
    for (int patient = 0; patient < PATIENTS; patient++) {
      const struct order alone = {.patients = &patient,
                                  .n = 1,
                                  .first_lane = i / 6,
                                  .n_lanes = 1,
                                  .has_response = has_response};

      simulate(simd, &alone, lives);
    }
    assert_as_alone(lives, has_response);
  }
  free(lives);
}

static void a_patient_is_the_same_beside_any_neighbours_in_any_order(void **state)
{
  struct life *lives = memory_new(PATIENTS, sizeof *lives);
  int patients[PATIENTS];

  (void)state;
  for (int i = 0; i < PATIENTS; i++) patients[i] = i;
  for (int shuffle = 0; shuffle < 40; shuffle++) {
    const struct order order = {.patients = patients,
                                .n = PATIENTS,
                                .first_lane = shuffle % LANES,
                                .n_lanes = 1 + shuffle % 8,
                                .has_response = shuffle % 2};

    for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
      if (!simd_is_supported(simd)) continue;
      memset(lives, 0, PATIENTS * sizeof *lives);
      simulate(simd, &order, lives);
      assert_as_alone(lives, order.has_response);
    }
    for (int i = PATIENTS - 1; i > 0; i--) {
      const int j = (int)(draw(shuffle + 1000, (uint32_t)i, 0, 1) * (i + 1)), swapped = patients[i];

      patients[i] = patients[j];
      patients[j] = swapped;
    }
  }
  free(lives);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_reference_has_patients_who_finish_and_patients_who_fail),
      cmocka_unit_test(a_patient_alone_is_the_same_in_every_lane_on_every_instruction_set),
      cmocka_unit_test(a_patient_is_the_same_beside_any_neighbours_in_any_order),
  };

  return cmocka_run_group_tests(tests, solve_reference, free_reference);
}
