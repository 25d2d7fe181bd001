/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diagnostics.h"
#include "base/failure.h"
#include "base/units.h"

static const struct option *option_named(const struct command *command, const char *word,
                                         size_t length)
{
  for (const struct option *option = command->options; option->name; option++) {
    if (strlen(option->name) == length && strncmp(option->name, word, length) == 0) return option;
    if (option->letter && length == 2 && word[0] == '-' && word[1] == option->letter) return option;
  }
  return NULL;
}

static int report_unknown(const struct command *command, const char *word)
{
  const char *names[MAX_OPTIONS], *near;
  size_t n = 0;

  for (const struct option *option = command->options; option->name; option++)
    names[n++] = option->name;
  near = nearest_word(word, n, names);
  if (near)
    return failure(EXIT_CODE_INVALID_INPUT, "%s: unknown option '%s'; did you mean '%s'?",
                   command->name, word, near);
  return failure(EXIT_CODE_INVALID_INPUT, "%s: unknown option '%s'; see `twintrial help %s`",
                 command->name, word, command->name);
}

/** An option, its value in the same word (--rtol=1e-8) or the next; `i` moves over it. */
static int take_option(const struct command *command, int argc, char **argv, int *i,
                       struct arguments *arguments)
{
  const char *word = argv[*i];
  const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
  const struct option *option = option_named(command, word,
                                             equals ? (size_t)(equals - word) : strlen(word));
  const char *value = equals ? equals + 1 : "";

  if (!option) return report_unknown(command, word);
  if (!option->value && equals)
    return failure(EXIT_CODE_INVALID_INPUT, "%s: option %s takes no value", command->name,
                   option->name);
  if (option->value && !equals) {
    if (*i + 1 >= argc)
      return failure(EXIT_CODE_INVALID_INPUT, "%s: option %s needs a value: %s", command->name,
                     option->name, option->value);
    value = argv[++*i];
  }
  arguments->values[option - command->options] = value;
  return EXIT_CODE_OK;
}

int command_parse(const struct command *command, int argc, char **argv, struct arguments *arguments)
{
  for (int i = 0; i < argc; i++) {
    if (strcmp(argv[i], "--") == 0) {
      arguments->n_rest = argc - i - 1;
      arguments->rest = argv + i + 1;
      break;
    }
    if (argv[i][0] == '-' && argv[i][1])
      TRY(take_option(command, argc, argv, &i, arguments));
    else
      arguments->words[arguments->n_words++] = argv[i];
  }
  if (arguments->n_words < command->min_words)
    return failure(EXIT_CODE_INVALID_INPUT, "%s needs %s; see `twintrial help %s`", command->name,
                   command->words, command->name);
  if (arguments->n_words > command->max_words)
    return failure(EXIT_CODE_INVALID_INPUT,
                   "%s: '%s' is one word too many; see `twintrial help %s`", command->name,
                   arguments->words[command->max_words], command->name);
  return EXIT_CODE_OK;
}

int command_finish(int code)
{
  const bool is_written = fflush(stdout) == 0 && !ferror(stdout);
  const char *reason = strerror(errno);

  if (is_written) return code;
  if (code == EXIT_CODE_OK)
    code = failure(EXIT_CODE_FILE, "cannot write standard output: %s", reason);
  return freopen("/dev/null", "w", stdout) ? code : EXIT_CODE_FILE;
}

const char *argument(const struct command *command, const struct arguments *arguments,
                     const char *option)
{
  for (int i = 0; command->options[i].name; i++)
    if (strcmp(command->options[i].name, option) == 0) return arguments->values[i];
  failure_abort(option, __FILE__, __LINE__);
}

int64_t argument_count(const struct command *command, const struct arguments *arguments,
                       const char *option, int64_t absent)
{
  const char *value = argument(command, arguments, option);
  char *end;
  long long count;

  if (!value) return absent;
  count = strtoll(value, &end, 10);
  if (end == value || *end || count < 1 || count > 1000000000)
    exit(failure(EXIT_CODE_INVALID_INPUT,
                 "%s: option %s needs a whole number from 1 to 1,000,000,000, not '%s'",
                 command->name, option, value));
  return count;
}

uint64_t argument_seed(const struct command *command, const struct arguments *arguments,
                       const char *option, uint64_t absent)
{
  const char *value = argument(command, arguments, option);
  char *end;
  unsigned long long seed;

  if (!value) return absent;
  errno = 0;
  seed = strtoull(value, &end, 10);
  if (value[0] < '0' || value[0] > '9' || *end || errno)
    exit(failure(EXIT_CODE_INVALID_INPUT, "%s: option %s needs a whole number below 2^64, not '%s'",
                 command->name, option, value));
  return seed;
}

double argument_number(const struct command *command, const struct arguments *arguments,
                       const char *option, double absent)
{
  const char *value = argument(command, arguments, option);
  double number;

  if (!value) return absent;
  if (!number_parse(value, &number))
    exit(failure(EXIT_CODE_INVALID_INPUT, "%s: option %s needs a number, not '%s'", command->name,
                 option, value));
  return number;
}

int argument_choice(const struct command *command, const char *what, const char *value,
                    const char *const *names)
{
  const char *near;
  size_t n = 0;

  for (; names[n]; n++)
    if (strcmp(names[n], value) == 0) return (int)n;
  near = nearest_word(value, n, names);
  if (near)
    exit(failure(EXIT_CODE_INVALID_INPUT, "%s: unknown %s '%s'; did you mean '%s'?", command->name,
                 what, value, near));
  exit(failure(EXIT_CODE_INVALID_INPUT, "%s: unknown %s '%s'; see `twintrial help %s`",
               command->name, what, value, command->name));
}

double argument_tolerance(const struct command *command, const struct arguments *arguments,
                          double absent)
{
  const double rtol = argument_number(command, arguments, "--rtol", absent);

  if (argument(command, arguments, "--rtol") && !(rtol >= 1e-13 && rtol <= 0.1))
    exit(failure(EXIT_CODE_INVALID_INPUT, "%s: --rtol must be between 1e-13 and 0.1",
                 command->name));
  return rtol;
}

const struct command *command_named(const char *name)
{
  for (const struct command *command = commands; command->name; command++)
    if (strcmp(command->name, name) == 0) return command;
  return NULL;
}

bool command_is_of_engine(const struct command *command, const struct arguments *arguments)
{
  static const char *const actions[] = {"simulate", "import", NULL};

  for (int a = 0; command->kind == COMMAND_MODEL && actions[a]; a++)
    if (arguments->n_words > 0 && strcmp(arguments->words[0], actions[a]) == 0) return true;
  return command->kind >= COMMAND_RUN;
}

static void print_one(const struct command *command)
{
  printf("twintrial %s %s\n\n%s.\n", command->name, command->words, command->summary);
  if (command->options[0].name) printf("\nOptions\n");
  for (const struct option *option = command->options; option->name; option++) {
    char left[64];

    snprintf(left, sizeof left, "%s%c%s%s%s%s", option->letter ? "-" : " ",
             option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
             option->value ? " " : "", option->value ? option->value : "");
    printf("  %-28s %s\n", left, option->help);
  }
  if (command->example) printf("\nExample\n  %s\n", command->example);
}

void command_print_help(const struct command *command)
{
  if (command) {
    print_one(command);
    return;
  }
  printf("twintrial %s - in silico clinical trials, the same bytes on any number of ranks\n\n",
         TWINTRIAL_VERSION);
  for (const struct command *each = commands; each->name; each++)
    printf("  %-11s %s\n", each->name, each->summary);
  printf("\n`twintrial help COMMAND` tells more. Exit codes: 0 ok, 1 internal error, 2 invalid "
         "input,\n"
         "4 more patients failed than allowed, 5 file or disk, 6 wrong launch, 7 a check failed,\n"
         "128+n killed by signal n.\n");
}
