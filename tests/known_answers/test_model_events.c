/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events, against closed forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <petscsys.h>

#include "event_run.h"

#define BEGINNING "schema: 1\nmodel: m\ntitle: t\ntime: s\n"

static const char ball[] = BEGINNING
    "parameters: {G: {value: 9.81 m/s/s, source: standard}, H: {value: 20 m, source: test}}\n"
    "states:\n"
    "  X: {unit: m, initial: H, rate: \"if(landed, 0 m/s, V)\"}\n"
    "  V: {unit: m/s, rate: \"if(landed, 0 * G, -G)\"}\n"
    "events: {landed: {when: X <= 0, label: On the ground}}\n"
    "outputs:\n"
    "  X: {unit: m, expression: X}\n"
    "  V: {unit: m/s, expression: V}\n"
    "  LANDING: {unit: s, expression: first(landed)}\n"
    "  DOWN: {unit: \"1\", expression: \"if(landed, 1, 0)\"}\n";

static void a_ball_that_falls_lies_where_it_lands(void **state)
{
  enum { X, V, LANDING, DOWN, OUTPUTS };
  const double landing = sqrt(2 * 20 / 9.81);
  double times[MOST_SAMPLES];

  (void)state;
  for (int t = 0; t < 60; t++) times[t] = 0.05 * (t + 1);
  for (int m = 0; m < METHODS; m++) {
    double *all = outputs_of(
        (struct model_run){.text = ball, .time = "s", .n_times = 60, .times = times}, methods[m]);

    for (int t = 0; t < 60; t++) {
      const double *row = all + t * OUTPUTS, fallen = fmin(times[t], landing);

      assert_within(row[X], 20 - 9.81 / 2 * fallen * fallen, 1e-9);
      assert_within(row[V], -9.81 * fallen, 1e-9);
      assert_true(row[DOWN] == (times[t] >= landing));
      assert_true(isnan(row[LANDING]) == (times[t] < landing));
      if (times[t] >= landing) assert_within(row[LANDING], landing, 1e-9);
    }
    free(all);
  }
}

/* C falls with rate constant K1 above 3, with K2 below it, and is given twice. */
static const char saving[] =
    "schema: 1\nmodel: m\ntitle: t\n"
    "parameters: {K1: {value: 0.9 1/h, source: test}, K2: {value: 0.05 1/h, source: test}}\n"
    "states: {A: {unit: mg, rate: \"-if(high, K1, K2) * A\"}}\n"
    "events:\n"
    "  high: {when: A > 3 mg}\n"
    "  low: {when: 1 mg >= A}\n"
    "routes: {in: {state: A}}\n"
    "outputs:\n"
    "  A: {unit: mg, expression: A}\n"
    "  LOW: {unit: h, expression: first(low)}\n"
    "  HIGH: {unit: h, expression: first(high)}\n";

static double saved(double amount, double time)
{
  const double switches = log(amount / 3) / 0.9;

  if (amount <= 3) return amount * exp(-0.05 * time);
  return time < switches ? amount * exp(-0.9 * time) : 3 * exp(-0.05 * (time - switches));
}

static void elimination_changes_at_a_threshold_and_again_after_a_dose(void **state)
{
  const struct model_dose doses[] = {{"in", 0, 10, 0}, {"in", 50, 25, 0}};
  double times[MOST_SAMPLES];

  (void)state;
  for (int t = 0; t < MOST_SAMPLES; t++) times[t] = 0.5 * t;
  for (int m = 0; m < METHODS; m++) {
    double *all = outputs_of((struct model_run){.text = saving,
                                                .time = "h",
                                                .n_doses = 2,
                                                .doses = doses,
                                                .samples_see_dose = true,
                                                .n_times = MOST_SAMPLES,
                                                .times = times},
                             methods[m]);

    for (int t = 0; t < MOST_SAMPLES; t++) {
      const double expected = times[t] < 50 ? saved(10, times[t])
                                            : saved(saved(10, 50) + 25, times[t] - 50);

      assert_within(all[3 * t], expected, 1e-9);
      assert_true(all[3 * t + 2] == 0); /* the first dose is already there */
    }
    assert_true(all[1] == 0); /* nothing is low, too, before the dose */
    free(all);
  }
}

/* exp(-k t) passes each level at log(1 / level) / k. */
static void first_passage_times_of_a_decay_are_logarithms(void **state)
{
  static const char decay[] =
      "schema: 1\nmodel: m\ntitle: t\n"
      "parameters: {K: {value: 0.3 1/h, source: test}}\n"
      "states: {X: {unit: \"1\", initial: 1, rate: -K * X}}\n"
      "events: {half: {when: X < 0.5}, tenth: {when: 0.1 >= X}, twice: {when: X > 2},\n"
      "         late: {when: TIME >= 6 h}}\n"
      "outputs:\n"
      "  HALF: {unit: h, expression: first(half)}\n"
      "  TENTH: {unit: min, expression: first(tenth)}\n"
      "  TWICE: {unit: h, expression: first(twice)}\n"
      "  LATE: {unit: h, expression: first(late)}\n"
      "  X: {unit: \"1\", expression: X}\n";
  const double times[] = {5.999, 6, 10};

  (void)state;
  for (int m = 0; m < METHODS; m++) {
    double *all = outputs_of(
        (struct model_run){.text = decay, .time = "h", .n_times = 3, .times = times}, methods[m]);

    assert_within(all[10], log(2) / 0.3, 1e-10);
    assert_within(all[11], 60 * log(10) / 0.3, 1e-8);
    assert_true(isnan(all[12]));
    assert_true(isnan(all[3]));
    assert_true(all[8] == 6); /* a sample at the time of a crossing is of the new side */
    assert_true(all[13] == 6);
    assert_within(all[14], exp(-3), 1e-11);
    free(all);
  }
}

/* Y follows C = cos(t) closely, and is exactly it; how well the stiff method knows when it passes a
 * half shows whether crossings of such slaves are as accurate as the rest. */
static void the_crossing_of_a_slave_is_located_like_any_other(void **state)
{
  static const char slave[] = BEGINNING
      "parameters: {L: {value: 1e6 1/s, source: test}}\n"
      "states:\n"
      "  C: {unit: \"1\", initial: 1, rate: -S / 1 s}\n"
      "  S: {unit: \"1\", rate: C / 1 s}\n"
      "  Y: {unit: \"1\", initial: 1, rate: -L * (Y - C) - S / 1 s}\n"
      "events: {half: {when: Y < 0.5}}\n"
      "outputs: {T: {unit: s, expression: first(half)}, Y: {unit: \"1\", expression: Y}}\n";
  const double time = 2;
  double *all = outputs_of(
      (struct model_run){.text = slave, .time = "s", .rtol = 1e-8, .n_times = 1, .times = &time},
      &solver_rosenbrock);

  (void)state;
  assert_within(all[0], acos(0.5), 1e-8);
  assert_within(all[1], cos(2), 1e-7);
  free(all);
}

/* x' = -1 above 0, +1 below: x goes to 0 and can go nowhere from there. */
static void a_switch_that_chatters_ends_with_a_status(void **state)
{
  static const char chatter[] =
      "schema: 1\nmodel: m\ntitle: t\n"
      "parameters: {V: {value: 1 mg/h, source: test}}\n"
      "states: {X: {unit: mg, initial: 1 mg, rate: \"if(above, -V, V)\"}}\n"
      "events: {above: {when: X > 0}}\n"
      "outputs: {X: {unit: mg, expression: X}}\n";
  struct arena *arena = arena_create();
  const struct model_run run = {.text = chatter};
  const struct model *model = model_of_file(&run, arena);

  (void)state;
  for (int m = 0; m < METHODS; m++) {
    const double atol = 1e-8, none = 0;
    const struct tolerance tolerance = {1e-6, &atol, 1000};
    struct model_lanes patients;
    struct model_problem problem;
    struct solver *solver;
    double x;

    model_lanes_create(model, &patients);
    model_problem_set(&problem, &patients, NULL);
    assert_int_equal(solver_create(methods[m], &problem.ode, &tolerance, &solver), 0);
    model_lanes_load(&patients, 5, &none, &none);
    model_lanes_prepare(&patients);
    model_lanes_initial(&patients, 5, &x);
    solver_load(solver, 5, 0, &x);
    solver_run_to(solver, 5, 3);
    while (solver_is_running(solver, 5)) assert_int_equal(solver_advance(solver), 0);
    assert_int_equal(solver_status(solver, 5), SOLVE_TOO_MANY_STEPS);
    assert_within(solver_time(solver, 5), 1, 1e-9);
    solver_state(solver, 5, &x);
    assert_within(x, 0, 1e-9);
    solver_destroy(&solver);
    model_lanes_clear(&patients);
  }
  arena_destroy(&arena);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_ball_that_falls_lies_where_it_lands),
      cmocka_unit_test(elimination_changes_at_a_threshold_and_again_after_a_dose),
      cmocka_unit_test(first_passage_times_of_a_decay_are_logarithms),
      cmocka_unit_test(the_crossing_of_a_slave_is_located_like_any_other),
      cmocka_unit_test(a_switch_that_chatters_ends_with_a_status),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return EXIT_FAILURE;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? EXIT_FAILURE : failed;
}
