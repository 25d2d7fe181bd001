/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/sbml/sbml_import.h
 * SBML, levels 1 to 3, to a model file. */
#pragma once
#include "base/diagnostics.h"

struct arena;

/** The text of a model file, in the arena. NULL when the source is no valid SBML or holds what the
 *  model language lacks: all of it stands in the diagnostics then. */
const char *sbml_import(const struct source *source, struct arena *arena,
                        struct diagnostics *diagnostics);
