/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/cli/place.h
 * Where the programs and what they read are: found from the place of the running program, so that
 * a build folder, an installation and a copy of it all work. */
#pragma once

struct arena;

/** The folder that holds bin/, libexec/ and share/; ends the program when it cannot be told. */
const char *place_prefix(struct arena *arena);
/** Library models; the environment variable TWINTRIAL_MODELS overrides. */
const char *place_models(struct arena *arena);
