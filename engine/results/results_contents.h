/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/results_contents.h
 * What is in a results file, without reading the rows: for `show`. All owned by the file. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "results/results_file.h"

/** A table, or a text (a dataset outside tables). */
struct results_entry {
  const char *path;
  int is_table;
  int64_t length;                    /* rows, bytes */
  const struct table_layout *layout; /* of a table */
};
/** In the order of the file. */
const struct results_entry *results_entries(const struct results_file *file, size_t *n_entries);

struct results_root_attribute {
  const char *name, *text; /* NULL when it is not one text */
};
const struct results_root_attribute *results_root_attributes(const struct results_file *file,
                                                             size_t *n_attributes);
const char *results_path(const struct results_file *file);
