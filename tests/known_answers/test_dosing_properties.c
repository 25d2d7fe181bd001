/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold of any regimen, on regimens drawn at random: thousands when the environment has
 * TWINTRIAL_FULL, a twentieth of them otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "random_regimen_run.h"

enum {
  ADDITIONAL_DOSES = 1,
  MANY_DOSES,
  ADDED_STEADY_STATE,
  SPLIT_INFUSION,
  SUPERPOSITION,
  RESET,
  METHODS_AGREE,
  PERMUTATION,
  CLOSED_FORM
}; /* tests, as numbers of the draws */

static uint32_t n_patients(void)
{
  return getenv("TWINTRIAL_FULL") ? 2000 : 100;
}

/** What one test does with one drawn patient of one model. */
typedef void property(const struct diary_model *of, struct draws *draws);

static void hold(property *holds, uint32_t test, int n_models)
{
  for (int kind = 0; kind < n_models; kind++) {
    struct diary_model of;

    diary_model_create(kind, &of);
    for (uint32_t p = 1; p <= n_patients() / (uint32_t)n_models; p++) {
      struct draws draws = draws_of(test, p * DIARY_MODELS + (uint32_t)kind);

      holds(&of, &draws);
    }
    diary_model_destroy(&of);
  }
}

/** Relative to the largest of an output in either, or to 1 mg, a tenth of the smallest dose. */
static void assert_same_within(double most, int n_observations, const double *a, const double *b)
{
  for (int o = 0; o < DIARY_OUTPUTS; o++) {
    double largest = 1;

    for (int i = 0; i < n_observations; i++) {
      largest = fmax(largest, fabs(a[i * DIARY_OUTPUTS + o]));
      largest = fmax(largest, fabs(b[i * DIARY_OUTPUTS + o]));
    }
    for (int i = 0; i < n_observations; i++) {
      const double x = a[i * DIARY_OUTPUTS + o], y = b[i * DIARY_OUTPUTS + o];

      if (!(fabs(x - y) <= most * largest))
        fail_msg("observation %d of output %d: %.15g is not %.15g (largest %g)", i, o, x, y,
                 largest);
    }
  }
}

static void assert_equal_bits(int n_observations, const double *a, const double *b)
{
  for (int i = 0; i < n_observations * DIARY_OUTPUTS; i++)
    if (a[i] != b[i]) fail_msg("value %d: %.17g is not %.17g", i, a[i], b[i]);
}

/** Room of its own for as many diaries as a test compares. */
static struct diary *diaries_new(int n)
{
  return memory_new((size_t)n, sizeof(struct diary));
}

/** A few doses before 60 h, some with additional ones. No two fall together: each of them has its
 *  own residue of the hour's hundredths. */
static int drawn_doses(struct draws *draws, struct record *doses)
{
  const int n = 1 + draw_one_of(draws, 4);

  for (int d = 0; d < n; d++) {
    const double time = floor(draw_between(draws, 0, 600)) / 10 + 0.01 * (d + 1);

    doses[d] = drawn_dose(draws, decimal_time_after(time, 0, 0));
    doses[d].time = floor(doses[d].time * 100 + 0.5) / 100;
    doses[d].interval = (20 + draw_one_of(draws, 220)) / 10.;
    doses[d].additional = draw_one_of(draws, 7);
  }
  return n;
}

/* Stops of both are the same: where the written doses stand, the other diary has doses of nothing,
 * so that a lagged dose's record, too, stops both. */
static void additional_doses_are_those_written_out_of(const struct diary_model *of,
                                                      struct draws *draws)
{
  struct diary *both = diaries_new(2);
  struct record doses[4];
  double *observed;
  int n;

  diary_begin(of, draws, &both[0]);
  both[1] = both[0];
  n = drawn_doses(draws, doses);
  for (int d = 0; d < n; d++) {
    struct record written = doses[d], nothing = doses[d];

    written.additional = 0;
    nothing.additional = 0;
    nothing.amount = 0;
    nothing.rate = RATE_BOLUS;
    diary_add(&both[0], &doses[d]);
    for (int k = 0; k <= doses[d].additional; k++) {
      written.time = nothing.time = decimal_time_after(doses[d].time, k, doses[d].interval);
      diary_add(&both[1], &written);
      if (k > 0) diary_add(&both[0], &nothing);
    }
  }
  diary_observe_between(draws, &both[0], 30, 0, 200);
  for (int r = 0; r < both[0].n; r++)
    if (both[0].records[r].event == RECORD_OBSERVATION) diary_add(&both[1], &both[0].records[r]);
  observed = diaries_observed(&(struct diary_run){of, NULL, 1e-8}, 2, both);
  assert_equal_bits(30, observed, observed + 30 * DIARY_OUTPUTS);
  free(observed);
  free(both);
}

static void additional_doses_are_those_written_out(void **state)
{
  (void)state;
  hold(additional_doses_are_those_written_out_of, ADDITIONAL_DOSES, DIARY_MODELS);
}

/** An interval above the lag, on a grid of hundredths. */
static double drawn_interval(struct draws *draws)
{
  return floor(draw_between(draws, 400, 2400)) / 100;
}

/* 2000 h of doses against SS 1: less than 1e-20 of the first of them is left. */
static void a_steady_state_is_the_limit_of_many_doses_of(const struct diary_model *of,
                                                         struct draws *draws)
{
  const bool is_linear = of->model->linear && of->model->linear->n_remainder == 0;
  struct diary *both = diaries_new(2);
  struct record dose;
  double *observed, interval;
  int n_before;

  diary_begin(of, draws, &both[0]);
  both[1] = both[0];
  interval = drawn_interval(draws);
  n_before = (int)(2000 / interval);
  dose = drawn_dose(draws, 0);
  dose.interval = interval;
  dose.additional = 3;
  dose.steady_state = 1;
  diary_add(&both[0], &dose);
  dose.steady_state = 0;
  dose.additional += n_before;
  diary_add(&both[1], &dose);
  for (int i = 0; i < 20; i++) {
    const double time = i == 0 ? 0 : draw_between(draws, 0, 5 * interval);

    diary_observe(&both[0], time);
    diary_observe(&both[1],
                  i == 0 ? decimal_time_after(0, n_before, interval) : n_before * interval + time);
  }
  observed = diaries_observed(&(struct diary_run){of, NULL, 1e-11}, 2, both);
  assert_same_within(is_linear ? 1e-10 : 1e-9, 20, observed, observed + 20 * DIARY_OUTPUTS);
  free(observed);
  free(both);
}

static void a_steady_state_is_the_limit_of_many_doses(void **state)
{
  (void)state;
  hold(a_steady_state_is_the_limit_of_many_doses_of, MANY_DOSES, DIARY_MODELS);
}

/** a, b and both together, at the observations of a; linear models. */
static void assert_sum(const struct diary_model *of, struct diary *three, int n)
{
  double *observed = diaries_observed(&(struct diary_run){of, NULL, 1e-12}, 3, three);
  double *a = observed, *b = a + n * DIARY_OUTPUTS, *sum = b + n * DIARY_OUTPUTS;

  for (int i = 0; i < n * DIARY_OUTPUTS; i++) a[i] += b[i];
  assert_same_within(1e-10, n, a, sum);
  free(observed);
}

/* Doses, then SS 2 beside them, with additional doses that go on. */
static void a_steady_state_adds_to_what_is_there_of(const struct diary_model *of,
                                                    struct draws *draws)
{
  struct diary *three = diaries_new(3);
  struct record dose = drawn_dose(draws, 0), steady = drawn_dose(draws, 31);

  diary_begin(of, draws, &three[0]);
  three[1] = three[2] = three[0];
  dose.interval = drawn_interval(draws);
  dose.additional = 6;
  steady.interval = drawn_interval(draws);
  steady.additional = 3;
  steady.steady_state = 2;
  for (int d = 0; d < 3; d++) {
    if (d != 1) diary_add(&three[d], &dose);
    if (d != 0) diary_add(&three[d], &steady);
    for (int i = 0; i < 20; i++) diary_observe(&three[d], 31 + 0.1 + 3.7 * i);
  }
  assert_sum(of, three, 20);
  free(three);
}

static void a_steady_state_adds_to_what_is_there(void **state)
{
  (void)state;
  hold(a_steady_state_adds_to_what_is_there_of, ADDED_STEADY_STATE, LINEAR_MODELS);
}

static void linear_models_superpose_of(const struct diary_model *of, struct draws *draws)
{
  struct diary *three = diaries_new(3);
  struct record doses[4];
  int n;

  diary_begin(of, draws, &three[0]);
  three[1] = three[2] = three[0];
  n = drawn_doses(draws, doses);
  for (int d = 0; d < n; d++) {
    diary_add(&three[d % 2], &doses[d]);
    diary_add(&three[2], &doses[d]);
  }
  for (int i = 0; i < 30; i++)
    for (int d = 0; d < 3; d++) diary_observe(&three[d], 0.13 + 5 * i);
  assert_sum(of, three, 30);
  free(three);
}

static void linear_models_superpose(void **state)
{
  (void)state;
  hold(linear_models_superpose_of, SUPERPOSITION, LINEAR_MODELS);
}

/* Beside other doses; the second part begins when the first ends, bioavailability included. */
static void an_infusion_in_two_parts_is_the_whole_of(const struct diary_model *of,
                                                     struct draws *draws)
{
  struct diary *both = diaries_new(2);
  struct record doses[4], whole = drawn_dose(draws, draw_between(draws, 0, 40)), part;
  double *observed, fraction;
  const double share = draw_between(draws, 0.05, 0.95);
  int n;

  diary_begin(of, draws, &both[0]);
  both[1] = both[0];
  n = drawn_doses(draws, doses);
  for (int d = 0; d < n; d++)
    for (int b = 0; b < 2; b++) diary_add(&both[b], &doses[d]);
  fraction = *diary_parameter(of, &both[0], whole.route == 0 ? "F" : "FIV");
  whole.rate = draw_one_of(draws, 2) ? draw_between(draws, 5, 60) : (double)RATE_OF_MODEL;
  diary_add(&both[0], &whole);
  part = whole;
  part.amount = share * whole.amount;
  diary_add(&both[1], &part);
  part.time += fraction * part.amount /
               (whole.rate > 0 ? whole.rate : *diary_parameter(of, &both[0], "RATE"));
  part.amount = whole.amount - part.amount;
  diary_add(&both[1], &part);
  for (int i = 0; i < 30; i++)
    for (int b = 0; b < 2; b++) diary_observe(&both[b], 0.13 + 5 * i);
  observed = diaries_observed(&(struct diary_run){of, NULL, 1e-11}, 2, both);
  assert_same_within(1e-9, 30, observed, observed + 30 * DIARY_OUTPUTS);
  free(observed);
  free(both);
}

static void an_infusion_in_two_parts_is_the_whole(void **state)
{
  (void)state;
  hold(an_infusion_in_two_parts_is_the_whole_of, SPLIT_INFUSION, DIARY_MODELS);
}

/* [0]: doses, EVID 3, doses; [1]: doses, EVID 4 where [0] has EVID 3 and a dose; [2]: a new
 * patient with what comes after the reset alone. */
static void a_patient_who_is_reset_is_a_new_one_of(const struct diary_model *of,
                                                   struct draws *draws)
{
  struct diary *three = diaries_new(3);
  struct record before[4], after[4], first = drawn_dose(draws, 61);
  const int n_observations = 20;
  double *observed;
  int n_before, n_after;

  diary_begin(of, draws, &three[0]);
  three[1] = three[2] = three[0];
  n_before = drawn_doses(draws, before);
  n_after = drawn_doses(draws, after);
  if (draw_one_of(draws, 2)) {
    first.interval = drawn_interval(draws);
    first.steady_state = 1;
  }
  for (int d = 0; d < n_before; d++)
    for (int b = 0; b < 2; b++) diary_add(&three[b], &before[d]);
  diary_add(&three[0], &(struct record){.time = 61, .event = RECORD_RESET});
  diary_add(&three[0], &first);
  diary_add(&three[2], &first);
  first.event = RECORD_RESET_AND_DOSE;
  diary_add(&three[1], &first);
  for (int d = 0; d < 3; d++) {
    for (int i = 0; i < n_after; i++) {
      struct record dose = after[i];

      dose.time += 61;
      diary_add(&three[d], &dose);
    }
    for (int i = 0; i < n_observations; i++) diary_observe(&three[d], 61 + 5.3 * i);
  }
  observed = diaries_observed(&(struct diary_run){of, NULL, 1e-8}, 3, three);
  for (int d = 1; d < 3; d++)
    assert_equal_bits(n_observations, observed, observed + d * n_observations * DIARY_OUTPUTS);
  free(observed);
  free(three);
}

static void a_patient_who_is_reset_is_a_new_one(void **state)
{
  (void)state;
  hold(a_patient_who_is_reset_is_a_new_one_of, RESET, DIARY_MODELS);
}

/** Anything: steady states, resets, doses that add up, lags. */
static void drawn_life(const struct diary_model *of, struct draws *draws, struct diary *diary)
{
  struct record doses[4];

  diary_begin(of, draws, diary);
  for (int course = 0; course < 2; course++) {
    const int n = drawn_doses(draws, doses);
    const int kind = draw_one_of(draws, 4);

    for (int d = 0; d < n; d++) {
      struct record dose = doses[d];

      dose.time += 100 * course;
      if (d == 0 && kind > 0) dose.steady_state = (unsigned char)(kind < 3 ? kind : 0);
      if (d == 0 && kind == 3) dose.event = RECORD_RESET_AND_DOSE;
      diary_add(diary, &dose);
    }
  }
  diary_observe_between(draws, diary, 30, 0, 250);
}

static void methods_agree_of(const struct diary_model *of, struct draws *draws)
{
  static const struct solver_method *const others[] = {&solver_explicit, &solver_rosenbrock};
  struct diary *diary = diaries_new(1);
  double *exact, *observed;

  drawn_life(of, draws, diary);
  exact = diaries_observed(&(struct diary_run){of, &solver_linear, 1e-12}, 1, diary);
  observed = diaries_observed(&(struct diary_run){of, others[draw_one_of(draws, 2)], 1e-12}, 1,
                              diary);
  assert_same_within(1e-9, 30, exact, observed);
  free(exact);
  free(observed);
  free(diary);
}

static void exact_propagation_and_steps_agree(void **state)
{
  (void)state;
  hold(methods_agree_of, METHODS_AGREE, LINEAR_MODELS);
}

/* As many patients at once as make lanes take others in, in two orders. */
static void the_order_of_patients_changes_nothing_of(const struct diary_model *of,
                                                     struct draws *draws)
{
  enum { DIARIES = 16 };
  struct diary *there = diaries_new(DIARIES), *back = diaries_new(DIARIES);
  const int turn = draw_one_of(draws, DIARIES);
  double *first, *second;

  for (int d = 0; d < DIARIES; d++) {
    drawn_life(of, draws, &there[d]);
    back[(turn + 7 * d) % DIARIES] = there[d];
  }
  first = diaries_observed(&(struct diary_run){of, NULL, 1e-8}, DIARIES, there);
  second = diaries_observed(&(struct diary_run){of, NULL, 1e-8}, DIARIES, back);
  for (int d = 0; d < DIARIES; d++)
    assert_equal_bits(30, first + d * 30 * DIARY_OUTPUTS,
                      second + (turn + 7 * d) % DIARIES * 30 * DIARY_OUTPUTS);
  free(first);
  free(second);
  free(there);
  free(back);
}

static void the_order_of_patients_changes_nothing(void **state)
{
  (void)state;
  hold(the_order_of_patients_changes_nothing_of, PERMUTATION, DIARY_MODELS);
}

/** Of one compartment, what an infusion at rate 1 that began `since` ago and lasts `duration` has
 *  left of itself, decaying at k. */
static double infused(double k, double since, double duration)
{
  if (since <= 0) return 0;
  if (since <= duration) return -expm1(-k * since) / k;
  return -expm1(-k * duration) / k * exp(-k * (since - duration));
}

/** Depot and central amounts of one compartment `since` a dose's arrival, by textbook. */
static void add_response(const struct record *dose, const double *of_model, double since,
                         double *amounts)
{
  enum { KA, K, F, LAG, FIV, LAGIV, DUR, RATE };
  const double ka = of_model[KA], k = of_model[K];
  const double amount = dose->amount * (dose->route == 0 ? of_model[F] : of_model[FIV]);
  double duration = 0, rate = dose->rate;

  since -= dose->route == 0 ? of_model[LAG] : of_model[LAGIV];
  if (since < 0) return;
  if (rate == DURATION_OF_MODEL) rate = amount / of_model[DUR];
  if (rate == RATE_OF_MODEL) rate = of_model[RATE];
  if (rate > 0) duration = amount / rate;
  if (dose->route == 1) {
    amounts[0] += rate > 0 ? rate * infused(k, since, duration) : amount * exp(-k * since);
    return;
  }
  amounts[1] += rate > 0 ? rate * infused(ka, since, duration) : amount * exp(-ka * since);
  amounts[0] += ka / (ka - k) *
                (rate > 0 ? rate * (infused(k, since, duration) - infused(ka, since, duration))
                          : amount * (exp(-k * since) - exp(-ka * since)));
}

/* Doses and their additional ones; one that falls on an observation is seen by it. */
static void one_compartment_follows_the_textbook_of(const struct diary_model *of,
                                                    struct draws *draws)
{
  struct diary *diary = diaries_new(1);
  double expected[30 * DIARY_OUTPUTS] = {0}, *observed;
  struct record doses[4];
  int n, row = 0;

  diary_begin(of, draws, diary);
  *diary_parameter(of, diary, "KA") += 0.6; /* above K: the textbook divides by the difference */
  n = drawn_doses(draws, doses);
  for (int d = 0; d < n; d++) diary_add(diary, &doses[d]);
  diary_observe_between(draws, diary, 30, 0, 200);
  for (int r = 0; r < diary->n; r++) {
    if (diary->records[r].event != RECORD_OBSERVATION) continue;
    for (int d = 0; d < n; d++)
      for (int k = 0; k <= doses[d].additional; k++)
        add_response(&doses[d], diary->parameters,
                     diary->records[r].time - (doses[d].time + k * doses[d].interval),
                     &expected[row * DIARY_OUTPUTS]);
    row++;
  }
  observed = diaries_observed(&(struct diary_run){of, NULL, 1e-8}, 1, diary);
  assert_same_within(1e-11, 30, expected, observed);
  free(observed);
  free(diary);
}

static void one_compartment_follows_the_textbook(void **state)
{
  (void)state;
  hold(one_compartment_follows_the_textbook_of, CLOSED_FORM, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(additional_doses_are_those_written_out),
      cmocka_unit_test(a_steady_state_is_the_limit_of_many_doses),
      cmocka_unit_test(a_steady_state_adds_to_what_is_there),
      cmocka_unit_test(linear_models_superpose),
      cmocka_unit_test(an_infusion_in_two_parts_is_the_whole),
      cmocka_unit_test(a_patient_who_is_reset_is_a_new_one),
      cmocka_unit_test(exact_propagation_and_steps_agree),
      cmocka_unit_test(the_order_of_patients_changes_nothing),
      cmocka_unit_test(one_compartment_follows_the_textbook),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
