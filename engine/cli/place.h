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
/** The file of a library model's name, or of a path; EXIT_CODE_INVALID_INPUT and a message, with
 * the nearest name, when the library has none. */
int place_model(const char *name, struct arena *arena, const char **path);
/** Known answers of `qualify`. */
const char *place_qualification(struct arena *arena);
/** Where compiled models are: those of the library, and the user's own, which `model build` writes:
 *  $TWINTRIAL_KERNELS, or twintrial/kernels in the user's cache. */
const char *place_library_kernels(struct arena *arena);
const char *place_kernels(struct arena *arena);
/** The folder of the sources with which models are compiled. */
const char *place_sources(struct arena *arena);
