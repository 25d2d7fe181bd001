/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A patient's solution has the same bits in any lane, beside any neighbours, on any vector width.
 * Every comparison is of all bytes: samples, states, times, counts and status. */
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
#include "dense_jacobian.h"
#include "solver/solver.h"

enum { STATES = 3, DOSES = 6, SAMPLES_PER_DAY = 5, PATIENTS = 40, MOST_SAMPLES = 64 };

/* Oral dose, saturable elimination that doubles above a limit, and an effect with a power that
 * stays once it was strong: parameters by lane, and what is held of the two conditions. */
enum { ABOVE, STRONG, EVENTS };
struct parameters {
  lanes absorption, maximum, half, power, feedback, limit, strong;
  lanes held[EVENTS];
  const struct lane_math *math;
};

static void rates(void *context, const lanes *t, const lanes *y, lanes *dydt)
{
  const struct parameters *p = context;
  const lanes central = y[1] + 1e-3;
  lanes effect;

  (void)t;
  p->math->pow(&effect, &central, &p->power);
  dydt[0] = -p->absorption * y[0];
  dydt[1] = p->absorption * y[0] - (1 + p->held[ABOVE]) * p->maximum * y[1] / (p->half + y[1]);
  dydt[2] = effect - (0.1 - 0.05 * p->held[STRONG]) * y[2] + p->feedback * y[2] * y[2];
}

static void jacobian(void *context, const lanes *t, const lanes *y, lanes *entries)
{
  const struct parameters *p = context;
  const lanes central = y[1] + 1e-3, below = p->power - 1;
  lanes slope;

  (void)t;
  p->math->pow(&slope, &central, &below);
  for (int e = 0; e < STATES * STATES; e++) entries[e] = (lanes){0};
  entries[0] = -p->absorption;
  entries[3] = p->absorption;
  entries[4] = -(1 + p->held[ABOVE]) * p->maximum * p->half / ((p->half + y[1]) * (p->half + y[1]));
  entries[7] = p->power * slope;
  entries[8] = 2 * p->feedback * y[2] - (0.1 - 0.05 * p->held[STRONG]);
}

static void crossings(void *context, const lanes *t, const lanes *y, lanes *crosses)
{
  const struct parameters *p = context;

  (void)t;
  for (int lane = 0; lane < LANES; lane++) {
    crosses[ABOVE][lane] = (y[1][lane] > p->limit[lane]) != (p->held[ABOVE][lane] == 1);
    crosses[STRONG][lane] = (y[2][lane] >= p->strong[lane]) != (p->held[STRONG][lane] == 1);
  }
}

static int n_crossings;

static bool cross(void *context, int lane, double time, bool has_jumped, lanes *state)
{
  struct parameters *p = context;
  lanes crosses[EVENTS];

  (void)time, (void)has_jumped;
  crossings(context, &(lanes){0}, state, crosses);
  for (int e = 0; e < EVENTS; e++) {
    if (crosses[e][lane] == 0) continue;
    p->held[e][lane] = 1 - p->held[e][lane];
    n_crossings++;
  }
  return true;
}

static const struct ode_events events = {EVENTS, 0, crossings, cross};

/* All that a patient's life left behind. */
struct life {
  enum solve_status status;
  struct solver_count count;
  double time, state[STATES];
  int64_t n_samples;
  double samples[MOST_SAMPLES][STATES + 1];
};

static void keep_samples(void *context, const lane_mask *due, const lanes *time, const lanes *state)
{
  for (int lane = 0; lane < LANES; lane++) {
    struct life *life = (struct life *)context + lane;

    if (!(*due)[lane]) continue;
    life->samples[life->n_samples][0] = (*time)[lane];
    for (int j = 0; j < STATES; j++) life->samples[life->n_samples][j + 1] = state[j][lane];
    life->n_samples++;
  }
}

/* Eight lanes with who is in them. */
struct ward {
  struct solver *solver;
  struct parameters parameters;
  int patient[LANES], doses[LANES]; /* patient -1: nobody */
  struct life current[LANES];       /* [lane] */
  double sample_times[LANES][SAMPLES_PER_DAY];
};

static double draw(int patient, uint32_t index, double low, double high)
{
  const struct random_stream stream = {.seed = 3, .replicate = 1, .patient = (uint32_t)patient};

  return low + (high - low) * random_uniform(&stream, RANDOM_ETA, index, 0);
}

/* Some patients cannot be solved: no number to begin with, too stiff, infinite after a while. */
static void admit(struct ward *ward, int lane, int patient)
{
  double state[STATES] = {0};

  ward->patient[lane] = patient;
  ward->doses[lane] = 0;
  memset(&ward->current[lane], 0, sizeof ward->current[lane]);
  ward->parameters.absorption[lane] = draw(patient, 0, 0.2, 2);
  ward->parameters.maximum[lane] = draw(patient, 1, 2, 9);
  ward->parameters.half[lane] = draw(patient, 2, 5, 40);
  ward->parameters.power[lane] = draw(patient, 3, 0.5, 2);
  ward->parameters.limit[lane] = draw(patient, 7, 10, 60);
  ward->parameters.strong[lane] = draw(patient, 8, 10, 1000);
  for (int e = 0; e < EVENTS; e++) ward->parameters.held[e][lane] = 0;
  if (patient % 7 == 3) state[2] = (double)NAN;
  if (patient % 7 == 5) ward->parameters.absorption[lane] = 1e9;
  ward->parameters.feedback[lane] = patient % 14 == 6 ? 1 : 0;
  solver_load(ward->solver, lane, draw(patient, 4, 0, 1), state);
}

/* The next dose and the day that it begins. */
static void dose(struct ward *ward, int lane)
{
  const double time = solver_time(ward->solver, lane);
  const double interval = draw(ward->patient[lane], 5, 8, 30);
  double state[STATES];

  solver_state(ward->solver, lane, state);
  state[0] += draw(ward->patient[lane], 6, 50, 150);
  solver_set_state(ward->solver, lane, state);
  for (int i = 0; i < SAMPLES_PER_DAY; i++)
    ward->sample_times[lane][i] = time + interval * (i + 1) / SAMPLES_PER_DAY;
  solver_samples(ward->solver, lane, &(struct sampling){SAMPLES_PER_DAY, ward->sample_times[lane]});
  solver_run_to(ward->solver, lane, ward->sample_times[lane][SAMPLES_PER_DAY - 1]);
  ward->doses[lane]++;
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
};

static void live(struct ward *ward, const struct order *order, struct life *lives)
{
  int next = 0, inside = 0;

  do {
    for (int i = 0; i < order->n_lanes; i++) {
      const int lane = (order->first_lane + i) % LANES;

      if (solver_is_running(ward->solver, lane)) continue;
      if (ward->patient[lane] >= 0 &&
          (solver_status(ward->solver, lane) != SOLVE_OK || ward->doses[lane] == DOSES)) {
        discharge(ward, lane, lives);
        inside--;
      }
      if (ward->patient[lane] < 0) {
        if (next == order->n) continue;
        admit(ward, lane, order->patients[next++]);
        inside++;
      }
      dose(ward, lane);
    }
    assert_int_equal(solver_advance(ward->solver), 0);
  } while (inside > 0);
}

static const struct ode_jacobian derivatives = DENSE_JACOBIAN(3, jacobian, false);
static const struct solver_method *method; /* under test */

/* The lives of all patients in the order, into lives[patient]. */
static void simulate(enum simd simd, const struct order *order, struct life *lives)
{
  static const double atol[STATES] = {1e-8, 1e-8, 1e-8};
  struct ward *ward = memory_new(1, sizeof *ward);
  const struct ode ode = {.n_states = STATES,
                          .context = &ward->parameters,
                          .rates = rates,
                          .jacobian = &derivatives,
                          .events = &events};
  const struct tolerance tolerance = {.rtol = 1e-6, .atol = atol, .max_steps_per_stop = 2000};

  setenv("TWINTRIAL_SIMD", simd_name(simd), 1);
  ward->parameters.math = lane_math(simd_choice());
  for (int lane = 0; lane < LANES; lane++) ward->patient[lane] = -1;
  assert_int_equal(solver_create(method, &ode, &tolerance, &ward->solver), 0);
  solver_listen(ward->solver, keep_samples, ward->current);
  live(ward, order, lives);
  solver_destroy(&ward->solver);
  free(ward);
  unsetenv("TWINTRIAL_SIMD");
}

/* Each patient alone in lane 0 on the baseline: what all else is compared with. */
static struct life *reference;

static int solve_reference(void **state)
{
  (void)state;
  reference = memory_new(PATIENTS, sizeof *reference);
  n_crossings = 0;
  for (int patient = 0; patient < PATIENTS; patient++) {
    const struct order alone = {.patients = &patient, .n = 1, .n_lanes = 1};

    simulate(SIMD_BASELINE, &alone, reference);
  }
  return 0;
}

static int free_reference(void **state)
{
  (void)state;
  free(reference);
  return 0;
}

static void assert_as_alone(const struct life *lives)
{
  for (int patient = 0; patient < PATIENTS; patient++)
    assert_memory_equal(&lives[patient], &reference[patient], sizeof *lives);
}

static void the_reference_has_patients_who_finish_and_patients_who_fail(void **state)
{
  int n[4] = {0};

  (void)state;
  for (int patient = 0; patient < PATIENTS; patient++) {
    n[reference[patient].status]++;
    if (reference[patient].status == SOLVE_OK)
      assert_int_equal(reference[patient].n_samples, DOSES * SAMPLES_PER_DAY);
  }
  print_message("finished %d, too many steps %d, step too small %d, not finite %d\n", n[0], n[1],
                n[2], n[3]);
  print_message("conditions changed %d times\n", n_crossings);
  assert_true(n_crossings > 5 * PATIENTS);
  assert_true(n[SOLVE_OK] > PATIENTS / 2);
  assert_true(n[SOLVE_TOO_MANY_STEPS] > 0 || method != &solver_explicit); /* stiff ones */
  assert_true(n[SOLVE_STEP_TOO_SMALL] > 0 && n[SOLVE_NOT_FINITE] > 0);
}

static void a_patient_alone_is_the_same_in_every_lane_on_every_instruction_set(void **state)
{
  struct life *lives = memory_new(PATIENTS, sizeof *lives);

  (void)state;
  for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
    if (!simd_is_supported(simd)) continue;
    for (int lane = 0; lane < LANES; lane++) {
      for (int patient = 0; patient < PATIENTS; patient++) {
        const struct order alone = {.patients = &patient, .n = 1, .first_lane = lane, .n_lanes = 1};

        simulate(simd, &alone, lives);
      }
      assert_as_alone(lives);
    }
  }
  free(lives);
}

static void a_patient_is_the_same_beside_any_neighbours_in_any_order(void **state)
{
  struct life *lives = memory_new(PATIENTS, sizeof *lives);
  int patients[PATIENTS];

  (void)state;
  for (int i = 0; i < PATIENTS; i++) patients[i] = i;
  for (int shuffle = 0; shuffle < 20; shuffle++) {
    const struct order order = {.patients = patients,
                                .n = PATIENTS,
                                .first_lane = shuffle % LANES,
                                .n_lanes = 2 + shuffle % 7};

    for (enum simd simd = SIMD_BASELINE; simd <= SIMD_AVX512; simd++) {
      if (!simd_is_supported(simd)) continue;
      memset(lives, 0, PATIENTS * sizeof *lives);
      simulate(simd, &order, lives);
      assert_as_alone(lives);
    }
    for (int i = PATIENTS - 1; i > 0; i--) {
      const int j = (int)(draw(shuffle + 1000, (uint32_t)i, 0, 1) * (i + 1)), swapped = patients[i];

      patients[i] = patients[j];
      patients[j] = swapped;
    }
  }
  free(lives);
}

static void a_patient_is_the_same_in_a_lane_that_others_left_in_ruins(void **state)
{
  static const int patients[] = {3, 5, 6, 0, 3, 1, 5, 2, 6, 4};
  const struct order order = {.patients = patients, .n = 10, .first_lane = 4, .n_lanes = 1};
  struct life *lives = memory_new(PATIENTS, sizeof *lives);

  (void)state;
  simulate(simd_choice(), &order, lives);
  for (int patient = 0; patient < 7; patient++)
    assert_memory_equal(&lives[patient], &reference[patient], sizeof *lives);
  free(lives);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_reference_has_patients_who_finish_and_patients_who_fail),
      cmocka_unit_test(a_patient_alone_is_the_same_in_every_lane_on_every_instruction_set),
      cmocka_unit_test(a_patient_is_the_same_beside_any_neighbours_in_any_order),
      cmocka_unit_test(a_patient_is_the_same_in_a_lane_that_others_left_in_ruins),
  };

  static const struct solver_method *const methods[] = {&solver_explicit, &solver_rosenbrock,
                                                        &solver_switching};
  int failed = 0;

  for (int m = 0; m < 3; m++) {
    method = methods[m];
    print_message("%s\n", method->name);
    failed += cmocka_run_group_tests(tests, solve_reference, free_reference);
  }
  return failed;
}
