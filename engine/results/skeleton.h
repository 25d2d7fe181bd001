/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/skeleton.h
 * A results file with everything in it but the rows of the blocks: written by one rank, before all
 * ranks fill in the columns. */
#pragma once
#include <stdint.h>
#include "results/results.h"

/** n_rows[table] is the length of the columns of each table of blocks. The file has its full size
 *  on disk when this returns, so that a full disk is noticed here. */
int skeleton_write(const char *path, const struct results_content *content, const int64_t *n_rows);
