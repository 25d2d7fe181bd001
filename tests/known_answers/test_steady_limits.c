/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steady states of the library's models against patients who live through dose after dose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "random_regimens.h"
#include "steady_search.h"

#define MODEL(name) "engine/models/" name ".yaml"

/** So many doses that what is left of the way to the steady state cannot be seen. */
struct limit {
  struct regimen regimen;
  int n_doses;
};

static const double sixty_years[] = {60, 1, 1};
static const struct limit limits[] = {
    {{.path = MODEL("pk_2cmt"), .route = "oral", .interval = 12, .amount = 100}, 200},
    {{.path = MODEL("pk_3cmt"), .route = "iv", .interval = 12, .rate = 10, .duration = 30}, 400},
    {{.path = MODEL("indirect_response_1"), .route = "oral", .interval = 24, .amount = 100}, 60},
    {{.path = MODEL("indirect_response_2"), .route = "iv", .interval = 24, .amount = 300}, 60},
    {{.path = MODEL("indirect_response_3"), .route = "oral", .interval = 8, .amount = 30}, 150},
    {{.path = MODEL("indirect_response_4"),
      .route = "iv",
      .interval = 12,
      .rate = 9,
      .duration = 18},
     100},
    {{.path = MODEL("tmdd_qss"), .route = "depot", .interval = 24, .amount = 10}, 60},
    {{.path = MODEL("tmdd_qss"), .route = "iv", .interval = 168, .amount = 500}, 20},
    {{.path = MODEL("tmdd_full"), .route = "depot", .interval = 24, .amount = 10}, 60},
    {{.path = MODEL("tmdd_full"), .route = "iv", .interval = 24, .rate = 2, .duration = 36}, 60},
    {{.path = MODEL("friberg_2002_docetaxel"),
      .route = "iv",
      .interval = 504,
      .rate = 180,
      .duration = 1},
     24},
    {{.path = MODEL("friberg_2002_docetaxel"),
      .route = "iv",
      .interval = 168,
      .rate = 60,
      .duration = 0.5},
     72},
    {{.path = MODEL("hamberg_2007_warfarin"),
      .route = "oral",
      .interval = 24,
      .amount = 5,
      .covariates = sixty_years},
     160},
    {{.path = MODEL("hamberg_2010_warfarin_kpd"),
      .route = "oral",
      .interval = 24,
      .amount = 3,
      .covariates = sixty_years},
     300},
};
enum { LIMITS = sizeof limits / sizeof *limits };

static const struct solver_method *method_of(const struct regimen *regimen)
{
  struct regimen_patient patient;
  const struct solver_method *method;

  regimen_begin(regimen, &patient);
  method = model_problem_method(patient.model);
  regimen_end(&patient);
  return method;
}

/** Relative; of what is below a tenth of the scale, 1, to that. */
static void assert_same(const struct found *found, const struct found *expected, double most)
{
  assert_int_equal(found->status, STEADY_OK);
  for (int i = 0; i < expected->n_states; i++) {
    const double error = fabs(found->state[i] - expected->state[i]);

    if (!(error <= most * fmax(fabs(expected->state[i]), 0.1)))
      fail_msg("state %d: %.15g is not %.15g", i, found->state[i], expected->state[i]);
  }
}

static void a_steady_state_is_where_many_doses_lead(void **state)
{
  int most = 0;

  (void)state;
  for (int i = 0; i < LIMITS; i++) {
    const struct regimen *regimen = &limits[i].regimen;
    const double phases[] = {0.07 * regimen->interval, regimen->interval};
    const struct solver_method *const methods[] = {method_of(regimen), &solver_explicit,
                                                   &solver_rosenbrock, &solver_switching};

    for (int p = 0; p < 2; p++) {
      const struct found expected = lived(regimen, methods[0], limits[i].n_doses, phases[p]);

      for (int m = 0; m < 4; m++) {
        const struct found found = found_of(regimen, methods[m], phases[p]);

        assert_same(&found, &expected, 1e-9);
        most = found.iterations > most ? found.iterations : most;
      }
    }
  }
  print_message("at most %d iterations\n", most);
}

/* The last state counts what was eliminated: in the end, the dose from one dose to the next. */
static void what_is_eliminated_between_doses_is_the_dose(void **state)
{
  const struct regimen regimen = {
      .path = MODEL("pbpk_16"), .route = "oral", .interval = 24, .amount = 100};
  struct found expected = lived(&regimen, &solver_explicit, 40, 24);
  const struct found found = found_of(&regimen, &solver_explicit, 24);

  (void)state;
  expected.state[expected.n_states - 1] = 100;
  assert_same(&found, &expected, 1e-9);
}

/* Threshold of elimination between trough and peak: it changes twice in each interval. */
static void conditions_that_change_between_doses_change_in_the_steady_state(void **state)
{
  static const char text[] =
      "schema: 1\nmodel: m\ntitle: t\n"
      "parameters: {K: {value: 0.9 1/h, source: test}, FAST: {value: 3 1/h, source: test},\n"
      "             LIMIT: {value: 3 mg, source: test}}\n"
      "states:\n"
      "  A: {unit: mg, initial: 10 mg, rate: \"-if(low, 0.1 * K, K) * A\"}\n"
      "  Y: {unit: mg, initial: 10 mg, rate: FAST * (A - Y)}\n"
      "events: {low: {when: A < LIMIT}, followed: {when: Y <= LIMIT}}\n"
      "routes: {in: {state: A}}\n"
      "outputs: {PASSED: {unit: h, expression: \"max(first(low), first(followed))\"}}\n";
  const double amounts[] = {0.1, 1, 4, 20};
  const struct solver_method *const methods[] = {&solver_explicit, &solver_rosenbrock,
                                                 &solver_switching};

  (void)state;
  for (int a = 0; a < 4; a++) {
    const struct regimen regimen = {
        .text = text, .route = "in", .interval = 5, .amount = amounts[a]};
    const struct found expected = lived(&regimen, &solver_explicit, 80, 5);

    for (int m = 0; m < 3; m++) {
      const struct found found = found_of(&regimen, methods[m], 5);

      assert_same(&found, &expected, 1e-9);
    }
  }
}

/* Every lane, beside other patients, and after another patient's search. */
static void the_lane_of_a_patient_changes_nothing(void **state)
{
  static const double etas[] = {0.3, -0.2, 0.1, 0.25, -0.4, 0.2, -0.1, 0.3, 0.1, 0.2};

  (void)state;
  for (int i = 0; i < LIMITS; i++) {
    struct regimen regimen = limits[i].regimen;
    struct found first = {0};

    regimen.etas = etas;
    for (int lane = 0; lane < LANES; lane += 3) {
      const struct solver_method *method = method_of(&regimen);
      struct found found;

      regimen.lane = lane;
      found = found_of(&regimen, method, 0.3 * regimen.interval);
      assert_int_equal(found.status, STEADY_OK);
      if (lane == 0) first = found;
      assert_memory_equal(&found, &first, sizeof found);
    }
  }
}

/** Doses every 1 to 250 h, boluses and infusions, also longer than the interval or without end. */
static struct dosing_cycle drawn_cycle(struct draws *draws)
{
  const double interval = exp(draw_between(draws, 0, 5.5)), kind = draw_one_of(draws, 3);
  const double amount = exp(draw_between(draws, -1, 7));
  struct dosing_cycle cycle = {.state = draw_one_of(draws, 2), .interval = interval};

  if (kind == 0)
    cycle.amount = amount;
  else if (kind == 1) {
    cycle.duration = interval * exp(draw_between(draws, -3, 1));
    cycle.rate = amount / cycle.duration;
  } else {
    cycle.interval = 0;
    cycle.rate = amount / interval;
  }
  return cycle;
}

/* Every parameter up to twelve times larger or smaller: targets that turn over in months under
 * doses every hour. The target is always degraded, so that there is a steady state. */
static void every_drug_with_a_target_comes_to_rest(void **state)
{
  const uint32_t n = getenv("TWINTRIAL_FULL") ? 10000 : 500;
  struct diary_model of;
  struct model_lanes patients;
  struct steady_state *steady;
  int most = 0;

  (void)state;
  diary_model_create(TARGET, &of);
  model_lanes_create(of.model, &patients);
  assert_int_equal(steady_state_create(of.model, NULL, NULL, &steady), 0);
  for (uint32_t p = 1; p <= n; p++) {
    struct draws draws = draws_of(0, p);
    double none = 0, x[MOST_STATES];
    struct dosing_cycle cycle;
    struct diary diary;

    diary_begin(&of, &draws, &diary);
    model_lanes_load(&patients, 0, &none, &none);
    for (int i = 0; i < of.model->n_parameters; i++)
      model_lanes_give(&patients, 0, i, diary.parameters[i] * exp(draw_between(&draws, -2.5, 2.5)));
    model_lanes_prepare(&patients);
    model_lanes_initial(&patients, 0, x);
    cycle = drawn_cycle(&draws);
    steady_state_load(steady, &patients, 0);
    assert_int_equal(steady_state_find(steady, &cycle, cycle.interval, x), STEADY_OK);
    most = steady_state_iterations(steady) > most ? steady_state_iterations(steady) : most;
    for (int i = 0; i < of.model->n_states; i++)
      if (!(x[i] >= 0))
        fail_msg("patient %u: state %d is %g beside %g %g %g", p, i, x[i], x[0], x[1], x[2]);
  }
  print_message("at most %d iterations\n", most);
  assert_true(most <= 15);
  steady_state_destroy(&steady);
  model_lanes_clear(&patients);
  diary_model_destroy(&of);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_steady_state_is_where_many_doses_lead),
      cmocka_unit_test(what_is_eliminated_between_doses_is_the_dose),
      cmocka_unit_test(conditions_that_change_between_doses_change_in_the_steady_state),
      cmocka_unit_test(every_drug_with_a_target_comes_to_rest),
      cmocka_unit_test(the_lane_of_a_patient_changes_nothing),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
