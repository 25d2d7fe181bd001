/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thin program: checks and explains in milliseconds, and becomes the engine for the rest. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diagnostics.h"
#include "base/failure.h"
#include "base/lane_math.h"
#include "base/memory.h"
#include "cli/front_commands.h"
#include "cli/place.h"

static int become_engine(char **argv)
{
  struct arena *arena = arena_create();
  const char *path = arena_format(arena, "%s/libexec/twintrial/twintrial-engine",
                                  place_prefix(arena));
  int code;

  execv(path, argv);
  code = failure(EXIT_CODE_INTERNAL, "cannot start %s: %s", path, strerror(errno));
  arena_destroy(&arena);
  return code;
}

static int report_unknown(const char *word)
{
  const char *names[MAX_OPTIONS] = {"--help", "--version"}, *near;
  size_t n = 2;

  for (const struct command *command = commands; command->name; command++)
    names[n++] = command->name;
  near = nearest_word(word, n, names);
  if (near)
    return failure(EXIT_CODE_INVALID_INPUT, "unknown command '%s'; did you mean '%s'?", word, near);
  return failure(EXIT_CODE_INVALID_INPUT, "unknown command '%s'; see `twintrial help`", word);
}

static int help(const struct arguments *arguments)
{
  const struct command *command = arguments->n_words ? command_named(arguments->words[0]) : NULL;

  if (arguments->n_words && !command) return report_unknown(arguments->words[0]);
  command_print_help(command);
  return EXIT_CODE_OK;
}

static int run(const struct command *command, const struct arguments *arguments)
{
  simd_choice(); /* ends the program, with a message, on a processor that is too old */
  switch (command->kind) {
  case COMMAND_CHECK:
    return check_command(command, arguments);
  case COMMAND_SCHEMA:
    return schema_command(command, arguments);
  case COMMAND_MODEL:
    return model_command(command, arguments);
  case COMMAND_COMPLETION:
    return completion_command(arguments);
  default:
    return help(arguments);
  }
}

static bool asks_for_help(int argc, char **argv)
{
  for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
  return false;
}

int main(int argc, char **argv)
{
  const struct command *command;
  struct arguments arguments = {0};
  int code;

  if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    command_print_help(NULL);
    return command_finish(argc < 2 ? EXIT_CODE_INVALID_INPUT : EXIT_CODE_OK);
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("twintrial %s\n", TWINTRIAL_VERSION);
    return command_finish(EXIT_CODE_OK);
  }
  command = command_named(argv[1]);
  if (!command) return report_unknown(argv[1]);
  if (asks_for_help(argc, argv)) {
    command_print_help(command);
    return command_finish(EXIT_CODE_OK);
  }
  arguments.words = memory_new((size_t)argc, sizeof *arguments.words);
  arguments.values = memory_new(MAX_OPTIONS, sizeof *arguments.values);
  code = command_parse(command, argc - 2, argv + 2, &arguments);
  if (code == EXIT_CODE_OK)
    code = command_is_of_engine(command, &arguments) ? become_engine(argv)
                                                     : run(command, &arguments);
  free(arguments.words);
  free(arguments.values);
  return command_finish(code);
}
