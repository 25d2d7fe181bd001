/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/model_simulate.h"

#include <math.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "cli/place.h"
#include "protocol/protocol_file.h"

static int choice(const struct command *command, const struct arguments *arguments,
                  const char *option, const char *const *names)
{
  const char *value = argument(command, arguments, option);

  return value ? argument_choice(command, option, value, names) : 0;
}

int simulate_options(const struct command *command, const struct arguments *arguments,
                     struct arena *arena, struct simulate_records_options *options)
{
  static const char *const rules[] = {"nocb", "locf", "linear", NULL}, *const lags[] = {
                                                                           "error", "clamp", NULL};
  const char *solver = argument(command, arguments, "--solver");

  if (arguments->n_words != 2 || strcmp(arguments->words[0], "simulate") != 0)
    return failure(EXIT_CODE_INVALID_INPUT,
                   "model simulate: use it as `twintrial model simulate NAME --events FILE.csv`");
  TRY(place_model(arguments->words[1], arena, &options->model));
  options->events = argument(command, arguments, "--events");
  options->output = argument(command, arguments, "--output");
  options->expected = argument(command, arguments, "--expected");
  options->tolerance = argument_number(command, arguments, "--tolerance", (double)NAN);
  if (!options->events)
    return failure(EXIT_CODE_INVALID_INPUT, "model simulate: --events FILE.csv is missing");
  options->has_seed = argument(command, arguments, "--seed");
  options->seed = argument_seed(command, arguments, "--seed", 0);
  options->rule = (enum covariate_rule)choice(command, arguments, "--covariates", rules);
  options->clamps_lag = choice(command, arguments, "--steady-lag", lags);
  options->rtol = argument_tolerance(command, arguments, 1e-8);
  if (solver)
    options->method =
        solver_method_names[argument_choice(command, "solver", solver, solver_method_names)];
  if (options->method && strcmp(options->method, "auto") == 0) options->method = NULL;
  return EXIT_CODE_OK;
}
