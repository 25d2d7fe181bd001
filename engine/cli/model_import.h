/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/cli/model_import.h
 * A command of the engine program. */
#pragma once

/** Writes the model file that an SBML file becomes, on standard output when `output` is NULL;
 *  returns the exit code, and writes nothing when that is not 0. */
int model_import(const char *path, const char *output);
