/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/content.h
 * What a results file holds beside its tables: attributes of the run and the exact inputs. Nothing
 * in it depends on time, host or number of ranks. */
#pragma once
#include "results/results.h"
#include "trial/layout.h"

/** All memory is the arena's. `content->journal` and `n_blocks` are left to the caller. */
void content_create(const struct plan *plan, const struct layout *layout, struct arena *arena,
                    struct results_content *content);
/** SHA-256 over all inputs and the settings that results depend on: two runs with the same value
 * and the same version give the same file. */
const char *inputs_sha256(const struct plan *plan, struct arena *arena);
