/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/cli/model_simulate.h
 * The words of `twintrial model simulate`. */
#pragma once
#include "cli/command.h"
#include "trial/simulate_records.h"

struct arena;

/** Fills all options but the kernels; EXIT_CODE_INVALID_INPUT and a message when something is
 *  missing. Texts are the arena's or the command line's. */
int simulate_options(const struct command *command, const struct arguments *arguments,
                     struct arena *arena, struct simulate_records_options *options);
