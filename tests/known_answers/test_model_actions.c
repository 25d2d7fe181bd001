/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events that assign, against closed forms, by every method that knows events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <petscsys.h>

#include "event_run.h"

#define BEGINNING "schema: 1\nmodel: m\ntitle: t\ntime: \"1\"\n"
#define ONE(name) "  " name ": {unit: \"1\", expression: " name "}\n"

/** States that stand still, and outputs of them: what events make of A, B and C. */
#define STANDING                                                                                   \
  BEGINNING                                                                                        \
  "parameters: {}\n"                                                                               \
  "states:\n"                                                                                      \
  "  A: {unit: \"1\", initial: 1, rate: 0}\n"                                                      \
  "  B: {unit: \"1\", initial: 2, rate: 0}\n"                                                      \
  "  C: {unit: \"1\", initial: 0, rate: 0}\n"                                                      \
  "  X: {unit: \"1\", rate: 1}\n"                                                                  \
  "outputs:\n" ONE("A") ONE("B") ONE("C") "events:\n"
enum { A, B, C, STANDING_OUTPUTS };

/** Rows of a time and A, B and C then, up to a time of 0. */
static void assert_standing(const char *text, const double (*expected)[STANDING_OUTPUTS + 1])
{
  double times[MOST_SAMPLES];
  int n = 0;

  for (; expected[n][0] > 0; n++) times[n] = expected[n][0];
  for (int m = 0; m < METHODS; m++) {
    double *all = outputs_of((struct model_run){.text = text, .n_times = n, .times = times},
                             methods[m]);

    for (int t = 0; t < n; t++)
      for (int i = 0; i < STANDING_OUTPUTS; i++)
        if (!(fabs(all[STANDING_OUTPUTS * t + i] - expected[t][1 + i]) < 1e-12))
          fail_msg("%s: %c(%g) is %.17g, not %.17g", methods[m]->name, 'A' + i, times[t],
                   all[STANDING_OUTPUTS * t + i], expected[t][1 + i]);
    free(all);
  }
}

static void the_values_of_one_event_are_all_of_before_it(void **state)
{
  (void)state;
  assert_standing(STANDING "  swap: {when: TIME >= 2, assign: {A: B, B: A, C: TIME}}\n",
                  (const double[][4]){{1.999, 1, 2, 0}, {2, 2, 1, 2}, {5, 2, 1, 2}, {0}});
}

static void a_delay_keeps_the_values_of_the_trigger_or_takes_those_of_its_end(void **state)
{
  (void)state;
  assert_standing(
      STANDING "  one: {when: TIME >= 2, delay: 3 * A, assign: {A: X}}\n"
               "  other: {when: TIME >= 2, delay: 3 * A, assign: {B: X}, values: at_execution}\n",
      (const double[][4]){{2, 1, 2, 0}, {4.999, 1, 2, 0}, {5, 2, 5, 0}, {8, 2, 5, 0}, {0}});
}

/* C is the time of the last tick; ticks are 0.25 apart, so that 12 wait at a time. */
static void several_of_one_event_may_wait(void **state)
{
  (void)state;
  assert_standing(
      STANDING "  tick: {when: TIME >= C + 0.25, assign: {C: TIME}}\n"
               "  late: {when: TIME >= C + 0.25, delay: 3, assign: {A: A + 1, B: TIME},\n"
               "         values: at_execution}\n",
      (const double[][4]){{3.2, 1, 2, 3}, {3.25, 2, 3.25, 3.25}, {4.7, 7, 4.5, 4.5}, {0}});
}

static void the_largest_priority_comes_first_and_then_the_order_of_the_file(void **state)
{
  (void)state;
  assert_standing(
      STANDING "  last: {when: TIME >= 1, assign: {A: 10 * A + 1}, values: at_execution}\n"
               "  small: {when: TIME >= 1, assign: {A: 10 * A + 2}, values: at_execution,\n"
               "          priority: 1}\n"
               "  large: {when: TIME >= 1, assign: {A: 10 * A + 3, C: 5}, values: at_execution,\n"
               "          priority: 2 - C}\n"
               "  next: {when: TIME >= 1, assign: {A: 10 * A + 4}, values: at_execution}\n"
               "  raised: {when: TIME >= 1, assign: {A: 10 * A + 5}, values: at_execution,\n"
               "           priority: C - 3}\n",
      (const double[][4]){{0.5, 1, 2, 0}, {1, 135214, 2, 5}, {0}});
}

/* Two events of one priority, of which either ends the condition of the other, 10,000 times: as
 * heads and tails, whose numbers differ with a standard deviation of 100. */
static void of_the_same_priority_a_draw_decides(void **state)
{
  static const char text[] = STANDING
      "  one: {when: TIME >= C + 0.01, assign: {A: A + 1, C: TIME}, priority: 2, persistent: no}\n"
      "  two: {when: TIME >= C + 0.01, assign: {B: B + 1, C: TIME}, priority: 2, persistent: no}\n";
  const double time = 100;
  double *all = outputs_of((struct model_run){.text = text, .n_times = 1, .times = &time},
                           &solver_explicit);

  (void)state;
  assert_within(all[A] + all[B], 10003, 2);
  assert_within(all[A] - all[B], 0, 400);
  assert_true(fabs(all[A] - all[B]) > 2);
  free(all);
}

static void what_is_not_persistent_is_dropped_when_its_condition_ends(void **state)
{
  (void)state;
  assert_standing(
      STANDING "  waits: {when: X > 1 and X < 2, delay: 2, assign: {A: 5}, persistent: no}\n"
               "  stays: {when: X > 1 and X < 2, delay: 2, assign: {B: 6}, persistent: yes}\n"
               /* at one moment: the first makes the condition of the second false */
               "  one: {when: TIME >= 4, assign: {C: 1}, priority: 2}\n"
               "  two: {when: TIME >= 4 and C < 0.5, assign: {A: 9}, priority: 1, persistent: no}\n"
               "  three: {when: TIME >= 4 and C < 0.5, assign: {B: 9}, priority: 1}\n",
      (const double[][4]){{2.9, 1, 2, 0}, {3.1, 1, 6, 0}, {4, 1, 9, 1}, {0}});
}

static void what_jumps_over_a_value_was_never_equal_to_it(void **state)
{
  (void)state;
  assert_standing(STANDING "  jump: {when: TIME >= 2, assign: {X: 7}}\n"
                           "  over: {when: X == 5, assign: {A: 9}}\n"
                           "  through: {when: X == 8, assign: {B: B + 1}}\n",
                  (const double[][4]){{1.9, 1, 2, 0}, {2.5, 1, 2, 0}, {4, 1, 3, 0}, {0}});
}

static void events_trigger_events_of_the_same_moment(void **state)
{
  (void)state;
  assert_standing(STANDING "  start: {when: TIME >= 2, assign: {A: 10}}\n"
                           "  follow: {when: A > 5, assign: {B: A + 1}}\n"
                           "  count: {when: B > 10, assign: {C: TIME}}\n",
                  (const double[][4]){{1.9, 1, 2, 0}, {2, 10, 11, 2}, {0}});
}

static void a_condition_that_is_true_at_the_start_may_trigger_there(void **state)
{
  (void)state;
  assert_standing(STANDING "  old: {when: X < 1, assign: {A: 7}}\n"
                           "  new: {when: X < 1, assign: {B: 8}, at_start: not_held}\n"
                           "  chained: {when: B > 5, assign: {C: B}}\n",
                  (const double[][4]){{0.1, 1, 8, 8}, {3, 1, 8, 8}, {0}});
}

static void conditions_of_several_comparisons_come_and_go_within_a_step(void **state)
{
  (void)state;
  assert_standing(
      STANDING "  window: {when: X > 5 and X < 5.001, assign: {A: A + 1}}\n"
               "  either: {when: not (X < 7 or X > 7.001), assign: {B: B + 1}}\n"
               "  equal: {when: X == 9.1, assign: {C: C + 1}, persistent: no}\n"
               "  unequal: {when: X != 9.1 and X > 1, assign: {C: C + 10}, persistent: no}\n",
      (const double[][4]){{4, 1, 2, 10}, {6, 2, 2, 10}, {8, 2, 3, 10}, {30, 2, 3, 21}, {0}});
}

/* Flights last 2 v / g, v = sqrt(2 g h) e^k after the k-th bounce. */
static void a_ball_bounces_at_the_times_of_its_flights(void **state)
{
  static const char ball[] = "schema: 1\nmodel: m\ntitle: t\ntime: s\n"
                             "parameters: {G: {value: 9.81 m/s/s, source: standard}}\n"
                             "states:\n"
                             "  X: {unit: m, initial: 20 m, rate: V}\n"
                             "  V: {unit: m/s, rate: -G}\n"
                             "  N: {unit: \"1\", rate: 0}\n"
                             "  T: {unit: s, rate: 0}\n"
                             "events:\n"
                             "  bounce:\n"
                             "    when: X <= 0\n"
                             "    assign: {V: -0.8 * V, X: 0, N: N + 1, T: TIME}\n"
                             "outputs:\n"
                             "  X: {unit: m, expression: X}\n"
                             "  N: {unit: \"1\", expression: N}\n"
                             "  T: {unit: s, expression: T}\n";
  const double fall = sqrt(2 * 20 / 9.81);
  double times[MOST_SAMPLES];

  (void)state;
  for (int t = 0; t < 80; t++) times[t] = 0.2 * (t + 1);
  for (int m = 0; m < METHODS; m++) {
    double *all = outputs_of(
        (struct model_run){.text = ball, .time = "s", .n_times = 80, .times = times}, methods[m]);

    for (int t = 0; t < 80; t++) {
      const double *row = all + 3 * t;
      double start = -fall, flight = 2 * fall, next = fall, gone;
      int n = 0;

      for (; next <= times[t]; n++) {
        start = next;
        flight *= 0.8;
        next += flight;
      }
      gone = times[t] - start;
      assert_within(row[0], 9.81 / 2 * gone * (flight - gone), 1e-7);
      assert_true(row[1] == n);
      assert_within(row[2], n ? start : 0, 1e-8);
    }
    free(all);
  }
}

/* A dose of 8 whenever exp(-k t) has brought 10 down to 2: every log(5) / k. */
static const char refilled[] = "schema: 1\nmodel: m\ntitle: t\n"
                               "parameters: {K: {value: 0.3 1/h, source: test}}\n"
                               "states:\n"
                               "  A: {unit: mg, initial: 10 mg, rate: -K * A}\n"
                               "  GIVEN: {unit: \"1\", rate: 0}\n"
                               "  LAST: {unit: h, rate: 0}\n"
                               "routes: {in: {state: A}}\n"
                               "events:\n"
                               "  low:\n"
                               "    when: A < 2 mg\n"
                               "    assign: {A: A + 8 mg, GIVEN: GIVEN + 1, LAST: TIME}\n"
                               "outputs:\n"
                               "  A: {unit: mg, expression: A}\n"
                               "  GIVEN: {unit: \"1\", expression: GIVEN}\n"
                               "  LAST: {unit: h, expression: LAST}\n";

static void doses_come_when_the_level_has_fallen(void **state)
{
  const double period = log(5) / 0.3;
  double times[MOST_SAMPLES];

  (void)state;
  for (int t = 0; t < 100; t++) times[t] = t + 0.5;
  for (int m = 0; m < METHODS; m++) {
    double *all = outputs_of(
        (struct model_run){.text = refilled, .time = "h", .n_times = 100, .times = times},
        methods[m]);

    for (int t = 0; t < 100; t++) {
      const double n = floor(times[t] / period);

      assert_within(all[3 * t], 10 * exp(-0.3 * (times[t] - n * period)), 1e-7);
      assert_true(all[3 * t + 1] == n);
      assert_within(all[3 * t + 2], n * period, 1e-8);
    }
    free(all);
  }
}

/* Emptied from outside to below 2: the event answers there and then. */
static void a_jump_from_outside_triggers_where_it_happens(void **state)
{
  const struct model_dose doses[] = {{"in", 1, -6, 0}};
  const double times[] = {1, 2};

  (void)state;
  for (int m = 0; m < METHODS; m++) {
    double *all = outputs_of((struct model_run){.text = refilled,
                                                .time = "h",
                                                .n_doses = 1,
                                                .doses = doses,
                                                .samples_see_dose = true,
                                                .n_times = 2,
                                                .times = times},
                             methods[m]);

    assert_within(all[0], 10 * exp(-0.3) + 2, 1e-8);
    assert_true(all[1] == 1 && all[2] == 1);
    assert_within(all[3], (10 * exp(-0.3) + 2) * exp(-0.3), 1e-8);
    free(all);
  }
}

/** The status of a run to 10, in lane 2, and when it ended. */
static enum solve_status status_of(const char *text, const struct solver_method *method,
                                   double *time)
{
  struct arena *arena = arena_create();
  const struct model_run run = {.text = text, .path = "", .time = "1"};
  const struct model *model = model_of_file(&run, arena);
  const double atol[] = {1e-8, 1e-8, 1e-8, 1e-8}, none = 0;
  const struct tolerance tolerance = {1e-6, atol, 10000};
  struct model_lanes patients;
  struct model_problem problem;
  enum solve_status status;
  struct solver *solver;
  double y[4];

  model_lanes_create(model, &patients);
  model_problem_set(&problem, &patients, NULL);
  assert_int_equal(solver_create(method, &problem.ode, &tolerance, &solver), 0);
  model_lanes_load(&patients, 2, &none, &none);
  model_lanes_prepare(&patients);
  model_lanes_initial(&patients, 2, y);
  solver_load(solver, 2, 0, y);
  solver_run_to(solver, 2, 10);
  while (solver_is_running(solver, 2)) assert_int_equal(solver_advance(solver), 0);
  status = solver_status(solver, 2);
  *time = solver_time(solver, 2);
  solver_destroy(&solver);
  model_lanes_clear(&patients);
  arena_destroy(&arena);
  return status;
}

static void events_without_end_are_a_status(void **state)
{
  static const char *const endless[] = {
      STANDING "  on: {when: X >= 3 and A > 0, assign: {A: -1}}\n"
               "  off: {when: X >= 3 and A < 0, assign: {A: 1}}\n",
      STANDING "  tick: {when: TIME >= C + 0.25, assign: {C: TIME}}\n"
               "  late: {when: TIME >= C + 0.25, delay: 5, assign: {A: 1}}\n",
      STANDING "  on: {when: X < 3 and A > 0, assign: {A: -1}, at_start: not_held}\n"
               "  off: {when: X < 3 and A < 0, assign: {A: 1}}\n"};
  const double ends[] = {3, 17 * 0.25, 0};
  double time;

  (void)state;
  for (int m = 0; m < METHODS; m++) {
    for (int i = 0; i < 3; i++) {
      assert_int_equal(status_of(endless[i], methods[m], &time), SOLVE_ENDLESS_EVENTS);
      assert_within(time, ends[i], 1e-6);
    }
  }
}

/* With the patient before it in the lane, and the neighbours, of other parameters. */
static void nothing_is_left_of_the_patient_before(void **state)
{
  static const char text[] = BEGINNING
      "covariates: {L: {unit: \"1\"}}\n"
      "parameters: {K: {value: 1, times: L, source: test}}\n"
      "states:\n"
      "  X: {unit: \"1\", initial: 1, rate: -K * X}\n"
      "  N: {unit: \"1\", rate: 0}\n"
      "events:\n"
      "  low: {when: X < 0.5, delay: 3, assign: {X: X + 1, N: N + 1}, values: at_execution}\n"
      "  gone: {when: \"X < 0.1 and N > 0.5\", assign: {X: 1}}\n"
      "outputs:\n" ONE("X") ONE("N");
  const double times[] = {1, 2.5, 4, 7, 7.5, 8};
  enum { PATIENTS = 30, TIMES = 6 };
  double l[PATIENTS];

  (void)state;
  for (int p = 0; p < PATIENTS; p++) l[p] = 0.2 + 0.1 * (p * 7 % 30);
  for (int m = 0; m < METHODS; m++) {
    struct model_run run = {.text = text,
                            .rtol = 1e-6,
                            .n_times = TIMES,
                            .times = times,
                            .n_patients = PATIENTS,
                            .covariates = l};
    double *all = outputs_of(run, methods[m]);

    run.n_patients = 1;
    for (int p = 0; p < PATIENTS; p++) {
      double *alone;

      run.covariates = &l[p];
      alone = outputs_of(run, methods[m]);
      assert_memory_equal(alone, all + 2 * TIMES * p, 2 * TIMES * sizeof *alone);
      free(alone);
    }
    free(all);
  }
}

/* x' = sin(x) cosh(x) and others have no need of closed forms: the functions are those of time. */
static void functions_of_time_are_integrated(void **state)
{
  static const char text[] = BEGINNING
      "parameters: {W: {value: 2, source: test}}\n"
      "states:\n"
      "  S: {unit: \"1\", initial: 0, rate: W * cos(W * TIME)}\n"
      "  H: {unit: \"1\", initial: 1, rate: sinh(TIME)}\n"
      "  Y: {unit: \"1\", initial: 0, rate: \"1 - tanh(TIME) ^ 2\"}\n"
      "  Q: {unit: \"1\", initial: 0, rate: \"(1 + tan(atan(Q)) ^ 2) * cos(asin(sin(TIME)))\"}\n"
      "outputs:\n" ONE("S") ONE("H") ONE("Y") ONE("Q");
  const double times[] = {0.3, 0.7, 1.2};

  (void)state;
  for (int m = 0; m < METHODS; m++) {
    double *all = outputs_of((struct model_run){.text = text, .n_times = 3, .times = times},
                             methods[m]);

    for (int t = 0; t < 3; t++) {
      assert_within(all[4 * t], sin(2 * times[t]), 1e-9);
      assert_within(all[4 * t + 1], cosh(times[t]), 1e-9);
      assert_within(all[4 * t + 2], tanh(times[t]), 1e-9);
      assert_within(all[4 * t + 3], tan(sin(times[t])), 1e-8);
    }
    free(all);
  }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_values_of_one_event_are_all_of_before_it),
      cmocka_unit_test(a_delay_keeps_the_values_of_the_trigger_or_takes_those_of_its_end),
      cmocka_unit_test(several_of_one_event_may_wait),
      cmocka_unit_test(the_largest_priority_comes_first_and_then_the_order_of_the_file),
      cmocka_unit_test(of_the_same_priority_a_draw_decides),
      cmocka_unit_test(what_is_not_persistent_is_dropped_when_its_condition_ends),
      cmocka_unit_test(what_jumps_over_a_value_was_never_equal_to_it),
      cmocka_unit_test(events_trigger_events_of_the_same_moment),
      cmocka_unit_test(a_condition_that_is_true_at_the_start_may_trigger_there),
      cmocka_unit_test(conditions_of_several_comparisons_come_and_go_within_a_step),
      cmocka_unit_test(a_ball_bounces_at_the_times_of_its_flights),
      cmocka_unit_test(doses_come_when_the_level_has_fallen),
      cmocka_unit_test(a_jump_from_outside_triggers_where_it_happens),
      cmocka_unit_test(events_without_end_are_a_status),
      cmocka_unit_test(nothing_is_left_of_the_patient_before),
      cmocka_unit_test(functions_of_time_are_integrated),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return EXIT_FAILURE;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? EXIT_FAILURE : failed;
}
