/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/cli/front_commands.h
 * Commands of the thin program; each returns the exit code. */
#pragma once
#include <stdio.h>
#include "cli/command.h"
#include "model/model.h"

int check_command(const struct command *command, const struct arguments *arguments);
int schema_command(const struct command *command, const struct arguments *arguments);
int model_command(const struct command *command, const struct arguments *arguments);
/** Its title, parameters, equations as written, structure and references. */
void model_show(const struct model *model, FILE *out);
/** Compiles a model into a folder, which is made when it is missing. */
int model_build(const struct model *model, const char *folder, struct arena *arena);
int completion_command(const struct arguments *arguments);
