/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/results_file.h
 * A finished results file, read serially: for analysis, `show` and tests. Needs no MPI_Init. */
#pragma once
#include "base/column_table.h"

struct results_file;

/** EXIT_CODE_FILE when it cannot be opened, EXIT_CODE_INVALID_INPUT when it is not a results file
 *  or is damaged. */
int results_open(const char *path, struct results_file **file);
void results_close(struct results_file **file);

/** NULL when absent; owned by the file. */
const char *results_attribute_text(struct results_file *file, const char *path, const char *name);
/** Bytes of a text dataset, '\0' added; NULL when absent; owned by the file. */
const char *results_read_text(struct results_file *file, const char *path);
/** A table with its columns and rows, owned by the file and kept until results_close(); NULL when
 *  absent, and NULL with a message when damaged. Units and labels that are empty are NULL. */
const struct column_table *results_read_table(struct results_file *file, const char *path);
/** Prints what is in the file to stdout: attributes, tables with rows and columns, texts. */
int results_show(struct results_file *file);
