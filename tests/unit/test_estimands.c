/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `check` says of estimands and analyses, each a change of the EU-PACT protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "plan/plan.h"

struct checked {
  struct arena *arena;
  char *problems; /* as printed */
};

static const struct source *changed(const struct source *source, const char *from, const char *to,
                                    struct arena *arena)
{
  const char *found = strstr(source->text, from);
  struct source *result = arena_new(arena, 1, sizeof *result);

  assert_non_null(found);
  *result = *source;
  result->text = arena_format(arena, "%.*s%s%s", (int)(found - source->text), source->text, to,
                              found + strlen(from));
  result->length = strlen(result->text);
  return result;
}

/* The protocol with the first `from` replaced. */
static struct checked check(const char *from, const char *to)
{
  struct checked checked = {.arena = arena_create()};
  struct diagnostics *diagnostics = diagnostics_create();
  const struct plan_changes unchanged = {0};
  struct plan_inputs inputs = {0};
  size_t n_bytes;
  FILE *out = open_memstream(&checked.problems, &n_bytes);
  const struct plan *plan;

  plan_inputs_load(SOURCE_DIR "/protocols/eu_pact.yaml", SOURCE_DIR "/engine/models", &inputs,
                   checked.arena, diagnostics);
  for (int i = 0; i < inputs.n; i++) {
    if (inputs.items[i].role != INPUT_PROTOCOL) continue;
    inputs.items[i].source = changed(inputs.items[i].source, from, to, checked.arena);
  }
  plan = plan_build(&inputs, &unchanged, checked.arena, diagnostics);
  diagnostics_print(diagnostics, out);
  fclose(out);
  assert_true(!plan == (diagnostics_n_errors(diagnostics) > 0));
  diagnostics_destroy(&diagnostics);
  return checked;
}

static void clear(struct checked *checked)
{
  free(checked->problems);
  arena_destroy(&checked->arena);
}

static void expect(const char *from, const char *to, const char *message)
{
  struct checked checked = check(from, to);

  if (!strstr(checked.problems, message)) fail_msg("no '%s' in: %s", message, checked.problems);
  if (!strstr(checked.problems, "eu_pact.yaml:")) fail_msg("no place in: %s", checked.problems);
  if (!strstr(checked.problems, "1 error")) fail_msg("more than one error: %s", checked.problems);
  clear(&checked);
}

static void the_protocol_as_it_is_has_no_problems(void **state)
{
  struct checked checked = check("treatment_policy", "treatment_policy");

  (void)state;
  assert_string_equal(checked.problems, "");
  clear(&checked);
}

static void strategies_other_than_treatment_policy_are_not_supported(void **state)
{
  (void)state;
  expect("dose_held: treatment_policy", "dose_held: hypothetical",
         "'hypothetical' for 'dose_held' is not supported yet in this version");
  expect("dose_held: treatment_policy", "dose_held: composite", "not supported yet");
  expect("dose_held: treatment_policy", "dose_held: while_on_treatment", "not supported yet");
  expect("dose_held: treatment_policy", "dose_held: principal_stratum", "not supported yet");
}

static void an_unknown_strategy_gets_the_nearest(void **state)
{
  (void)state;
  expect("dose_held: treatment_policy", "dose_held: treatment_polcy",
         "did you mean 'treatment_policy'?");
  expect("dose_held: treatment_policy", "dose_held: [composite]", "'dose_held' needs a strategy");
  expect("{dose_held: treatment_policy, extra_visit: treatment_policy}", "treatment_policy",
         "'intercurrent_events' is event: strategy pairs");
}

/* "...eu_pact.yaml:LINE:COLUMN: error": the place of the word itself. */
static void a_strategy_is_reported_where_it_stands(void **state)
{
  struct checked checked = check("extra_visit: treatment_policy", "extra_visit: composite");
  const char *place = strstr(checked.problems, "eu_pact.yaml:") + strlen("eu_pact.yaml:");
  const char *line = strstr(checked.problems, "    intercurrent_events:");
  const long column = strtol(strchr(place, ':') + 1, NULL, 10);

  (void)state;
  assert_non_null(line);
  assert_memory_equal(line + column - 1, "composite", strlen("composite"));
  clear(&checked);
}

static void only_the_randomised_are_a_population(void **state)
{
  (void)state;
  expect("    summary: risk_difference", "    summary: risk_difference\n    population: randomized",
         "did you mean 'randomised'?");
  expect("    summary: risk_difference",
         "    summary: risk_difference\n    population: per_protocol",
         "'per_protocol' is not supported; only 'randomised' is");
}

static void a_method_fits_the_type_of_its_endpoint(void **state)
{
  (void)state;
  expect("method: welch", "method: cox", "'cox' is for a time_to_event endpoint");
  expect("method: welch", "method: kaplan_meier", "'kaplan_meier' is for a time_to_event endpoint");
  expect("method: welch", "method: log_rank", "'log_rank' is for a time_to_event endpoint");
  expect("method: welch", "method: proportion", "'proportion' is for a responder endpoint");
  expect("method: kaplan_meier", "method: welch", "'welch' is for an endpoint of type");
  expect("method: kaplan_meier", "method: t_test", "'t_test' is for an endpoint of type");
  expect("method: kaplan_meier", "method: ancova", "which 'days_to_range' is not");
}

static void a_summary_fits_the_type_of_its_endpoint(void **state)
{
  struct checked checked = check("summary: risk_difference", "summary: mean_difference");

  (void)state;
  assert_non_null(strstr(checked.problems, "the summary 'mean_difference' is for an endpoint"));
  assert_non_null(strstr(checked.problems, "'proportion' estimates a risk_difference, but the "
                                           "summary of 'excessive' is mean_difference"));
  clear(&checked);
}

static void only_ancova_and_cox_adjust(void **state)
{
  (void)state;
  expect("method: ancova, adjust", "method: t_test, adjust", "'t_test' adjusts for no covariates");
  expect("method: log_rank", "method: log_rank, adjust: [AGE]", "'ancova' and 'cox' do");
}

static void what_could_not_be_read_is_not_judged_again(void **state)
{
  (void)state;
  expect("estimand: excessive, method: proportion", "estimand: excessive, method: proprtion",
         "did you mean 'proportion'?");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_protocol_as_it_is_has_no_problems),
      cmocka_unit_test(strategies_other_than_treatment_policy_are_not_supported),
      cmocka_unit_test(an_unknown_strategy_gets_the_nearest),
      cmocka_unit_test(a_strategy_is_reported_where_it_stands),
      cmocka_unit_test(only_the_randomised_are_a_population),
      cmocka_unit_test(a_method_fits_the_type_of_its_endpoint),
      cmocka_unit_test(a_summary_fits_the_type_of_its_endpoint),
      cmocka_unit_test(only_ancova_and_cox_adjust),
      cmocka_unit_test(what_could_not_be_read_is_not_judged_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
