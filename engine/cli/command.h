/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/cli/command.h
 * The subcommands, described once: the table runs them, prints their help and makes the shell
 * completion. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct option {
  const char *name;  /* "--output" */
  char letter;       /* 'o', 0 without */
  const char *value; /* what it takes, "FILE"; NULL for a switch */
  const char *help;
};

/** What stands on the command line after the subcommand. */
struct arguments {
  int n_words;
  const char **words;  /* that are no options */
  const char **values; /* [option]: the value, "" for a switch that is on, NULL when absent */
  int n_rest;
  char **rest; /* after -- */
};

/** Those from COMMAND_RUN on need MPI, PETSc or HDF5, and are in the engine program. */
enum command_kind {
  COMMAND_CHECK,
  COMMAND_SCHEMA,
  COMMAND_MODEL,
  COMMAND_COMPLETION,
  COMMAND_HELP,
  COMMAND_RUN,
  COMMAND_ANALYZE,
  COMMAND_SHOW,
  COMMAND_QUALIFY
};

struct command {
  const char *name, *words, *summary; /* words: "PROTOCOL.yaml" */
  const char *example;
  int min_words, max_words;
  const struct option *options; /* ends with a NULL name */
  enum command_kind kind;
};

enum { MAX_OPTIONS = 24 };

extern const struct command commands[]; /* ends with a NULL name */
const struct command *command_named(const char *name);
/** Whether it is the engine program's: by the kind, or by the action of `model`. */
bool command_is_of_engine(const struct command *command, const struct arguments *arguments);
/** Parses and checks; prints what is wrong, with the nearest option, and returns
 *  EXIT_CODE_INVALID_INPUT. The lists are the caller's: [argc] and [MAX_OPTIONS]. */
int command_parse(const struct command *command, int argc, char **argv,
                  struct arguments *arguments);
/** The exit code: `code`, or EXIT_CODE_FILE and a message when not all of standard output could be
 *  written. */
int command_finish(int code);
void command_print_help(const struct command *command); /* NULL: all of them */
/** The value of an option, NULL when absent. */
const char *argument(const struct command *command, const struct arguments *arguments,
                     const char *option);
/** A whole number of an option, `absent` without it; exits with a message when it is none. */
int64_t argument_count(const struct command *command, const struct arguments *arguments,
                       const char *option, int64_t absent);
/** A whole number below 2^64, `absent` without it; exits with a message when it is none. */
uint64_t argument_seed(const struct command *command, const struct arguments *arguments,
                       const char *option, uint64_t absent);
double argument_number(const struct command *command, const struct arguments *arguments,
                       const char *option, double absent);
/** The index of a value among names that end with NULL; exits with a message, and the nearest, when
 *  it is none of them. `what` is for the message: "solver". */
int argument_choice(const struct command *command, const char *what, const char *value,
                    const char *const *names);
/** Of --rtol, `absent` without it; exits with a message when no solver can keep it. */
double argument_tolerance(const struct command *command, const struct arguments *arguments,
                          double absent);
