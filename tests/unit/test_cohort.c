/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cohort_fixture.h"

#include <math.h>

#include "model/model.h"

enum { MANY = 20000, MAX_COVARIATES_HERE = 16 };

/** Standard errors of a mean of MANY, or a share, that are still no surprise. */
static const double surprise = 4.5;

static void assert_share(int count, int n, double expected)
{
  const double standard_error = sqrt(expected * (1 - expected) / n);

  if (fabs((double)count / n - expected) > surprise * standard_error)
    fail_msg("%d of %d, expected a share of %g", count, n, expected);
}

static void a_patient_is_the_same_alone_and_in_any_order(void **state)
{
  static const char *const files[] = {"eu_pact", "nhanes_adult", "example_table"};
  enum { N = 50 };

  (void)state;
  for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
    struct fixture forth, back;
    double there[N + 1][MAX_COVARIATES_HERE], here[MAX_COVARIATES_HERE];
    char path[256];

    snprintf(path, sizeof path, SOURCE_DIR "/cohorts/%s.yaml", files[f]);
    open_file(&forth, path);
    open_file(&back, path);
    for (uint32_t i = 1; i <= N; i++) assert_true(draw_patient(&forth, i, there[i]) >= 0);
    for (uint32_t i = N; i >= 1; i--) {
      assert_true(draw_patient(&back, i, here) >= 0);
      for (int c = 0; c < back.cohort->n_covariates; c++) assert_true(here[c] == there[i][c]);
    }
    close_fixture(&forth);
    close_fixture(&back);
  }
}

static void a_patient_is_the_same_on_every_vector_width(void **state)
{
  static const char *const widths[] = {"baseline", "avx2", "avx512"};
  double expected[MAX_COVARIATES_HERE], v[MAX_COVARIATES_HERE];

  (void)state;
  for (uint32_t i = 1; i <= 20; i++) {
    for (int width = 0; width < 3; width++) {
      struct fixture fixture;

      setenv("TWINTRIAL_SIMD", widths[width], 1);
      open_file(&fixture, SOURCE_DIR "/cohorts/nhanes_adult.yaml");
      assert_int_equal(draw_patient(&fixture, i, width ? v : expected), 0);
      for (int c = 0; width && c < fixture.cohort->n_covariates; c++)
        assert_true(v[c] == expected[c]);
      close_fixture(&fixture);
    }
  }
  unsetenv("TWINTRIAL_SIMD");
}

static void a_covariate_added_at_the_end_moves_no_other(void **state)
{
  static const char *const more = HEAD SEX AGE WT
      "  HT: {unit: cm, normal: {mean: 170, sd: 9}, source: here}\n"
      "correlations: {covariates: [AGE, WT, HT], matrix: [0.3, 0, 0.4], "
      "source: here}\n";
  static const char *const less = HEAD SEX AGE WT
      "correlations: {covariates: [AGE, WT], matrix: [0.3], source: here}\n";
  struct fixture small, large;

  (void)state;
  open_text(&small, less, NULL);
  open_text(&large, more, NULL);
  for (uint32_t i = 1; i <= 100; i++) {
    double few[3], many[4];

    assert_int_equal(draw_patient(&small, i, few), 0);
    assert_int_equal(draw_patient(&large, i, many), 0);
    for (int c = 0; c < 3; c++) assert_true(few[c] == many[c]);
  }
  close_fixture(&small);
  close_fixture(&large);
}

static void a_patient_who_is_not_eligible_is_drawn_again(void **state)
{
  struct fixture fixture;
  int n_again = 0, n_first = 0;

  (void)state;
  open_text(&fixture,
            HEAD SEX "  X: {unit: mg, normal: {mean: 5, sd: 2}, source: here}\n"
                     "eligibility: [\"X > 6 mg\", \"SEX == 'F'\"]\n",
            NULL);
  for (uint32_t i = 1; i <= 200; i++) {
    const struct random_stream stream = {.seed = 20261122, .replicate = 1, .patient = i};
    double values[2];
    const int attempt = draw_patient(&fixture, i, values);
    const enum random_purpose purpose = attempt ? RANDOM_COHORT_ATTEMPT : RANDOM_COHORT;

    assert_true(attempt >= 0 && values[1] > 6 && values[0] == 1);
    assert_true(values[1] == 5 + 2 * random_normal(&stream, purpose, 16, attempt));
    n_again += attempt > 0;
    n_first += attempt == 0;
  }
  assert_true(n_again > 0 && n_first > 0);
  close_fixture(&fixture);
}

static void conditions_of_a_protocol_are_added(void **state)
{
  const struct cohort *cohort;
  struct fixture fixture;
  struct formula condition = {.text = "AGE > 70 a"};
  struct list list = {.n = 1, .items = &condition};
  struct yaml_node node = {.kind = NODE_SCALAR, .text = condition.text};
  struct cohort_sampler *sampler;
  int n_old = 0;

  (void)state;
  open_text(&fixture, HEAD AGE, NULL);
  node.at = (struct place){source_of(fixture.arena, "protocol.yaml", ""), 1, 1, 1};
  condition.node = &node;
  cohort = cohort_compile(source_of(fixture.arena, "cohort.yaml", HEAD AGE), NULL, &list,
                          fixture.arena, fixture.diagnostics);
  assert_non_null(cohort);
  sampler = cohort_sampler_create(cohort);
  for (uint32_t i = 1; i <= 100; i++) {
    const struct random_stream stream = {.seed = 1, .replicate = 1, .patient = i};
    double age;

    assert_true(cohort_patient(sampler, &stream, &age) >= 0);
    n_old += age > 70;
  }
  assert_int_equal(n_old, 100);
  cohort_sampler_destroy(&sampler);
  close_fixture(&fixture);
}

static void a_patient_who_cannot_be_is_reported(void **state)
{
  struct fixture fixture;
  double values[2];

  (void)state;
  open_text(&fixture, HEAD AGE "eligibility: AGE > 90 a\n", NULL);
  assert_int_equal(draw_patient(&fixture, 1, values), COHORT_NOT_ELIGIBLE);
  close_fixture(&fixture);
  open_text(&fixture,
            HEAD AGE "  X: {unit: \"1\", normal: {mean: 0, sd: \"-(AGE in a)\"}, source: here}\n",
            NULL);
  assert_int_equal(draw_patient(&fixture, 1, values), COHORT_NO_VALUE);
  assert_true(isfinite(values[0]) && isnan(values[1]));
  close_fixture(&fixture);
}

/** Closed form: mean of a normal distribution truncated to [a, b], in standard units. */
static double truncated_mean(double a, double b)
{
  const double density = (exp(-a * a / 2) - exp(-b * b / 2)) / sqrt(2 * acos(-1.0));

  return density / ((erfc(a / sqrt(2.0)) - erfc(b / sqrt(2.0))) / 2);
}

static void a_truncated_value_stays_within_and_keeps_its_shape(void **state)
{
  /* from the middle, and from an upper tail that 1 - something small could not resolve */
  static const struct {
    const char *text;
    double mean, sd, from, to;
  } cases[] = {
      {HEAD AGE, 50, 20, 18, 80},
      {HEAD "  X: {unit: a, normal: {mean: 0, sd: 1}, truncate: [9, 9.5], source: here}\n", 0, 1, 9,
       9.5},
  };

  (void)state;
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    struct fixture fixture;
    double sum = 0, squares = 0, expected, mean;

    open_text(&fixture, cases[k].text, NULL);
    for (uint32_t i = 1; i <= MANY; i++) {
      double x;

      assert_int_equal(draw_patient(&fixture, i, &x), 0);
      assert_true(x >= cases[k].from && x <= cases[k].to);
      sum += x;
      squares += x * x;
    }
    mean = sum / MANY;
    expected = cases[k].mean +
               cases[k].sd * truncated_mean((cases[k].from - cases[k].mean) / cases[k].sd,
                                            (cases[k].to - cases[k].mean) / cases[k].sd);
    assert_true(fabs(mean - expected) < surprise * sqrt((squares / MANY - mean * mean) / MANY));
    close_fixture(&fixture);
  }
}

static void genotypes_are_in_hardy_weinberg_proportions(void **state)
{
  static const double alleles[] = {0.803, 0.124, 0.073};
  static const char *const names[] = {"*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3"};
  struct fixture fixture;
  double values[MAX_COVARIATES_HERE];
  int counts[6] = {0}, k = 0, at;

  (void)state;
  open_file(&fixture, SOURCE_DIR "/cohorts/eu_pact.yaml");
  at = covariate_named(fixture.cohort, "CYP2C9");
  for (uint32_t i = 1; i <= MANY; i++) {
    draw_patient(&fixture, i, values);
    counts[(int)values[at]]++;
  }
  for (int i = 0; i < 3; i++)
    for (int j = i; j < 3; j++, k++) {
      assert_string_equal(fixture.cohort->covariates[at].categories[k], names[k]);
      assert_share(counts[k], MANY, alleles[i] * alleles[j] * (i == j ? 1 : 2));
    }
  close_fixture(&fixture);
}

static void eu_pact_has_what_the_warfarin_model_asks_for(void **state)
{
  struct fixture fixture;
  const struct source *source;
  const struct model *model;

  (void)state;
  open_file(&fixture, SOURCE_DIR "/cohorts/eu_pact.yaml");
  source = source_load(fixture.arena, SOURCE_DIR "/engine/models/hamberg_2007_warfarin.yaml", NULL,
                       fixture.diagnostics);
  model = model_compile(source, 0, NULL, fixture.arena, fixture.diagnostics);
  assert_non_null(model);
  for (int i = 0; i < model->n_covariates; i++) {
    const struct model_covariate *wanted = &model->covariates[i];
    const struct cohort_covariate *given =
        &fixture.cohort->covariates[covariate_named(fixture.cohort, wanted->name)];

    assert_true(unit_same_dimension(wanted->unit, given->unit));
    assert_int_equal(wanted->n_categories, given->n_categories);
    for (int c = 0; c < wanted->n_categories; c++)
      assert_string_equal(wanted->categories[c], given->categories[c]);
  }
  close_fixture(&fixture);
}

static void correlated_scores_have_the_correlations_of_their_category(void **state)
{
  static const double expected[2][3] = {{0.5, -0.3, 0.1}, {-0.2, 0.6, 0}};
  double sums[2][3] = {{0}};
  int counts[2] = {0};
  struct fixture fixture;

  (void)state;
  open_text(&fixture,
            HEAD SEX "  X: {unit: kg, log_normal: {median: 1, sd_log: 1}, source: here}\n"
                     "  Y: {unit: m, normal: {mean: 0, sd: 1}, source: here}\n"
                     "  Z: {unit: \"1\", quantiles: {p: [0.1, 0.9], x: [-1, 1]}, source: here}\n"
                     "correlations:\n"
                     "  - covariates: [X, Y, Z]\n"
                     "    by: SEX\n"
                     "    matrix: {F: [-0.2, 0.6, 0], M: [0.5, -0.3, 0.1]}\n"
                     "    source: here\n",
            NULL);
  for (uint32_t i = 1; i <= 2 * MANY; i++) {
    double v[4], score[3];

    draw_patient(&fixture, i, v);
    score[0] = log(v[1]);
    score[1] = v[2];
    score[2] = v[3] * 1.2815515655446004; /* the normal score of 0.9 */
    counts[(int)v[0]]++;
    sums[(int)v[0]][0] += score[0] * score[1];
    sums[(int)v[0]][1] += score[0] * score[2];
    sums[(int)v[0]][2] += score[1] * score[2];
  }
  for (int sex = 0; sex < 2; sex++)
    for (int k = 0; k < 3; k++) {
      const double r = expected[sex][k];

      assert_true(fabs(sums[sex][k] / counts[sex] - r) <
                  surprise * sqrt((1 + r * r) / counts[sex]));
    }
  close_fixture(&fixture);
}

static void shares_and_quantiles_come_back_from_the_sample(void **state)
{
  struct fixture fixture;
  int in_band[2][3] = {{0}}, below[3] = {0}, n[2] = {0}, n_seventy = 0;

  (void)state;
  open_text(
      &fixture,
      HEAD SEX
      "  AGE: {unit: a, bands: {edges: [20, 40, 70, 70], "
      "weights: [1, \"if(SEX == 'M', 1, 2)\", 2]}, source: here}\n"
      "  X: {unit: mg/L, quantiles: {p: [0.05, 0.5, 0.95], x: [1, 2, 8], location: \"3 g/L\", "
      "scale: linear}, source: here}\n",
      NULL);
  for (uint32_t i = 1; i <= MANY; i++) {
    double v[3];
    int sex;

    draw_patient(&fixture, i, v);
    sex = (int)v[0];
    n[sex]++;
    in_band[sex][v[1] < 40 ? 0 : (v[1] < 70 ? 1 : 2)]++;
    n_seventy += v[1] == 70;
    below[0] += v[2] < 3001;
    below[1] += v[2] < 3002;
    below[2] += v[2] < 3008;
    assert_true(v[1] >= 20 && v[1] <= 70);
  }
  for (int band = 0; band < 3; band++) {
    static const double weights[2][3] = {{1, 1, 2}, {1, 2, 2}};

    for (int sex = 0; sex < 2; sex++)
      assert_share(in_band[sex][band], n[sex], weights[sex][band] / (sex ? 5 : 4));
  }
  assert_int_equal(n_seventy, in_band[0][2] + in_band[1][2]);
  assert_share(n[0], MANY, 0.4);
  assert_share(below[0], MANY, 0.05);
  assert_share(below[1], MANY, 0.5);
  assert_share(below[2], MANY, 0.95);
  close_fixture(&fixture);
}

static void a_score_beyond_a_table_goes_on_in_a_straight_line(void **state)
{
  struct fixture fixture;
  double lowest = 0, highest = 0;

  (void)state;
  /* p of scores -1 and 1: the line through (-1, -10) and (1, 10) is 10 z */
  open_text(&fixture,
            HEAD "  X: {unit: \"1\", quantiles: {p: [0.15865525393145705, 0.8413447460685429], "
                 "x: [-10, 10]}, source: here}\n",
            NULL);
  for (uint32_t i = 1; i <= 1000; i++) {
    const struct random_stream stream = {.seed = 20261122, .replicate = 1, .patient = i};
    double x;

    draw_patient(&fixture, i, &x);
    assert_true(fabs(x - 10 * random_normal(&stream, RANDOM_COHORT, 0, 0)) < 1e-12);
    lowest = fmin(x, lowest);
    highest = fmax(x, highest);
  }
  assert_true(lowest < -20 && highest > 20);
  close_fixture(&fixture);
}

#define ROWS                                                                                       \
  "\xef\xbb\xbfid,\"weight, kg\",sex\r\n1,80.5,1\r\n2,6.1e1,\"the \"\"other\"\", one\"\r\n3,70,1"

static void rows_of_a_table_are_taken_in_order(void **state)
{
  static const double expected[3][3] = {{0, 80.5, 161}, {1, 61, 122}, {0, 70, 140}};
  struct fixture fixture;

  (void)state;
  open_text(&fixture,
            TABLE_HEAD("in_order") TABLE_COLUMNS
            "  TWICE: {unit: kg, expression: 2 * WT, source: here}\n",
            ROWS);
  assert_int_equal(fixture.cohort->n_rows, 3);
  for (uint32_t i = 1; i <= 3; i++) {
    double v[3];

    assert_int_equal(draw_patient(&fixture, i, v), 0);
    assert_memory_equal(v, expected[i - 1], sizeof v);
  }
  close_fixture(&fixture);
}

static void a_row_that_is_not_eligible_is_not_drawn_again(void **state)
{
  struct fixture fixture;
  double v[2];

  (void)state;
  open_text(&fixture, TABLE_HEAD("in_order") TABLE_COLUMNS "eligibility: WT > 65 kg\n", ROWS);
  assert_int_equal(draw_patient(&fixture, 1, v), 0);
  assert_int_equal(draw_patient(&fixture, 2, v), COHORT_NOT_ELIGIBLE);
  close_fixture(&fixture);
}

static void rows_of_a_table_are_drawn_with_replacement_as_wholes(void **state)
{
  struct fixture fixture;
  int counts[3] = {0};

  (void)state;
  open_text(&fixture, TABLE_HEAD("bootstrap") TABLE_COLUMNS, ROWS);
  assert_int_equal(fixture.cohort->n_rows, 0);
  for (uint32_t i = 1; i <= MANY; i++) {
    double v[2];

    draw_patient(&fixture, i, v);
    counts[0] += v[0] == 0 && v[1] == 80.5;
    counts[1] += v[0] == 1 && v[1] == 61;
    counts[2] += v[0] == 0 && v[1] == 70;
  }
  assert_int_equal(counts[0] + counts[1] + counts[2], MANY);
  for (int k = 0; k < 3; k++) assert_share(counts[k], MANY, 1.0 / 3);
  close_fixture(&fixture);
}

static void a_table_is_sought_beside_its_cohort(void **state)
{
  struct fixture fixture;
  const struct source *source;

  (void)state;
  open_text(&fixture, HEAD AGE, NULL);
  source = source_of(fixture.arena, "folder/cohort.yaml", TABLE_HEAD("in_order") TABLE_COLUMNS);
  assert_string_equal(cohort_table_path(source, fixture.arena, fixture.diagnostics).text,
                      "folder/table.csv");
  source = source_of(fixture.arena, "cohort.yaml", HEAD AGE);
  assert_null(cohort_table_path(source, fixture.arena, fixture.diagnostics).text);
  close_fixture(&fixture);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_patient_is_the_same_alone_and_in_any_order),
      cmocka_unit_test(a_patient_is_the_same_on_every_vector_width),
      cmocka_unit_test(a_covariate_added_at_the_end_moves_no_other),
      cmocka_unit_test(a_patient_who_is_not_eligible_is_drawn_again),
      cmocka_unit_test(conditions_of_a_protocol_are_added),
      cmocka_unit_test(a_patient_who_cannot_be_is_reported),
      cmocka_unit_test(a_truncated_value_stays_within_and_keeps_its_shape),
      cmocka_unit_test(genotypes_are_in_hardy_weinberg_proportions),
      cmocka_unit_test(eu_pact_has_what_the_warfarin_model_asks_for),
      cmocka_unit_test(correlated_scores_have_the_correlations_of_their_category),
      cmocka_unit_test(shares_and_quantiles_come_back_from_the_sample),
      cmocka_unit_test(a_score_beyond_a_table_goes_on_in_a_straight_line),
      cmocka_unit_test(rows_of_a_table_are_taken_in_order),
      cmocka_unit_test(a_row_that_is_not_eligible_is_not_drawn_again),
      cmocka_unit_test(rows_of_a_table_are_drawn_with_replacement_as_wholes),
      cmocka_unit_test(a_table_is_sought_beside_its_cohort),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
