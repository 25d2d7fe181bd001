/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published dosing algorithms of warfarin, computed from the protocols' own text. The expected
 * doses were computed by an independent program in another language, from the coefficients as
 * published (papers in tests/protocols/dosing_algorithms.yaml), and are printed with four decimals.
 */
#include "plan_fixture.h"

#include <math.h>

#include "twin/dosing.h"

enum { N_PATIENTS = 5, MINUTES_PER_DAY = 1440 };

static const struct {
  double maintenance, loading[3], iwpc[2], gage[2], lenzini[2]; /* pharmacogenetic, clinical */
} published[N_PATIENTS] = {
    {5.7713, {8.7571, 7.7619, 6.7666}, {6.1084, 4.4608}, {6.6106, 4.7349}, {6.2017, 5.0793}},
    {3.5248, {6.0195, 5.1879, 4.3563}, {3.7892, 4.4608}, {3.8895, 4.7349}, {4.2506, 5.0793}},
    {1.3203, {2.5685, 2.1524, 1.7364}, {1.3203, 3.1461}, {1.8392, 3.7638}, {2.4118, 4.4529}},
    {5.9430, {9.0177, 7.9928, 6.9679}, {6.1863, 6.1143}, {6.4774, 6.4067}, {6.3140, 6.1233}},
    {6.4330, {9.7612, 8.6518, 7.5424}, {5.9147, 5.4684}, {6.7843, 6.2112}, {6.1625, 5.8349}},
};

static const double half_a_digit = 0.5e-4 * (1 + 1e-9);

#define ASSERT_FOUR_DECIMALS(computed, expected)                                                   \
  do {                                                                                             \
    if (!(fabs((computed) - (expected)) <= half_a_digit))                                          \
      fail_msg("computed %.6f, published %.4f", (computed), (expected));                           \
  } while (0)

/** The covariates of a plan, from the table of the five. */
struct five {
  struct plan_fixture fixture;
  struct cohort_sampler *sampler;
};

static void open_five(struct five *five)
{
  plan_file(&five->fixture, "tests/protocols/dosing_algorithms.yaml", NULL, NULL);
  five->sampler = cohort_sampler_create(five->fixture.plan->cohort);
}

static void close_five(struct five *five)
{
  cohort_sampler_destroy(&five->sampler);
  plan_release(&five->fixture);
}

static void covariates_of(const struct five *five, int patient, double *covariates)
{
  const struct random_stream stream = {1, 1, (uint32_t)patient + 1};

  assert_int_equal(cohort_patient(five->sampler, &stream, covariates), 0);
}

/** The same patient for another cohort: covariates by name, in its units and categories; "no" for
 *  what the table does not say. */
static void translate(const struct cohort *from, const double *values, const struct cohort *to,
                      double *translated)
{
  for (int i = 0; i < to->n_covariates; i++) {
    const struct cohort_covariate *wanted = &to->covariates[i];

    translated[i] = 0;
    for (int k = 0; k < from->n_covariates; k++) {
      const struct cohort_covariate *have = &from->covariates[k];

      if (strcmp(have->name, wanted->name) != 0) continue;
      translated[i] = have->n_categories ? values[k]
                                         : values[k] * unit_factor(have->unit, wanted->unit);
      for (int c = 0; c < wanted->n_categories; c++)
        if (strcmp(wanted->categories[c], have->categories[(int)values[k]]) == 0) translated[i] = c;
    }
  }
}

/** The dose of a day at an INR of 1.5, after 5 mg on each day before. */
static double dose_on(const struct plan *plan, int administration, int day,
                      const double *covariates)
{
  const struct plan_administration *given = &plan->arms[0].administrations[administration];
  const double measured[MAX_MEASURES] = {1.5};
  lanes *registers = program_registers(given->program);
  struct life life;
  const struct evidence evidence = {&life, covariates, measured, simd_choice()};
  struct dosing dosing;
  int32_t added;
  double dose;

  life_create(plan->scenarios[0].model, &life);
  life_begin(&life);
  for (int d = 1; d < day; d++)
    life_give(&life, &(struct given_dose){.minute = (d - 1) * MINUTES_PER_DAY,
                                          .intervention = given->intervention,
                                          .amount = 5});
  dosing_begin(given, &dosing);
  dosing.next_min = (day - 1) * MINUTES_PER_DAY;
  dose = dosing_decide(&dosing, &evidence, registers, &added);
  free(registers);
  life_clear(&life);
  return dose;
}

static void algorithms_as_a_protocol_writes_them_give_the_published_doses(void **state)
{
  struct five five;
  double covariates[16];

  (void)state;
  open_five(&five);
  for (int i = 0; i < N_PATIENTS; i++) {
    covariates_of(&five, i, covariates);
    for (int k = 0; k < 2; k++) {
      ASSERT_FOUR_DECIMALS(dose_on(five.fixture.plan, k, 1, covariates), published[i].iwpc[k]);
      ASSERT_FOUR_DECIMALS(dose_on(five.fixture.plan, 2 + k, 1, covariates), published[i].gage[k]);
      ASSERT_FOUR_DECIMALS(dose_on(five.fixture.plan, 4 + k, 5, covariates),
                           published[i].lenzini[k]);
    }
  }
  close_five(&five);
}

static void the_guided_arm_of_eu_pact_doses_as_published(void **state)
{
  const double log_black = -0.09644; /* Lenzini's term, which EU-PACT's protocol does not have */
  struct five five;
  struct plan_fixture eu_pact;
  double known[16], covariates[16], doses[6];

  (void)state;
  open_five(&five);
  plan_file(&eu_pact, "protocols/eu_pact.yaml", ", step: 0.5 mg", "");
  assert_string_equal(eu_pact.plan->arms[0].name, "guided");
  for (int i = 0; i < N_PATIENTS; i++) {
    covariates_of(&five, i, known);
    translate(five.fixture.plan->cohort, known, eu_pact.plan->cohort, covariates);
    for (int day = 1; day <= 5; day++) doses[day] = dose_on(eu_pact.plan, 0, day, covariates);
    for (int day = 1; day <= 3; day++)
      ASSERT_FOUR_DECIMALS(doses[day], published[i].loading[day - 1]);
    /* M + x and M + x / 2 on days 2 and 3 */
    ASSERT_FOUR_DECIMALS(2 * doses[3] - doses[2], published[i].maintenance);
    ASSERT_FOUR_DECIMALS(doses[5] * (i == 4 ? exp(log_black) : 1), published[i].lenzini[0]);
  }
  close_five(&five);
  plan_release(&eu_pact);
}

static void doses_of_eu_pact_are_given_in_half_milligrams(void **state)
{
  struct five five;
  struct plan_fixture eu_pact;
  double known[16], covariates[16];

  (void)state;
  open_five(&five);
  plan_file(&eu_pact, "protocols/eu_pact.yaml", NULL, NULL);
  for (int i = 0; i < N_PATIENTS; i++) {
    covariates_of(&five, i, known);
    translate(five.fixture.plan->cohort, known, eu_pact.plan->cohort, covariates);
    for (int day = 1; day <= 3; day++)
      assert_true(dose_on(eu_pact.plan, 0, day, covariates) ==
                  floor(2 * published[i].loading[day - 1] + 0.5) / 2);
  }
  close_five(&five);
  plan_release(&eu_pact);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(algorithms_as_a_protocol_writes_them_give_the_published_doses),
      cmocka_unit_test(the_guided_arm_of_eu_pact_doses_as_published),
      cmocka_unit_test(doses_of_eu_pact_are_given_in_half_milligrams),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
