/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/cli/front_commands.h
 * Commands of the thin program; each returns the exit code. */
#pragma once
#include "cli/command.h"

int check_command(const struct command *command, const struct arguments *arguments);
int schema_command(const struct command *command, const struct arguments *arguments);
int model_command(const struct arguments *arguments);
int completion_command(const struct arguments *arguments);
