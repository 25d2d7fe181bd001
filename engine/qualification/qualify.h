/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/qualification/qualify.h
 * `twintrial qualify`: runs the known answers that ship with the project, and prints expected, got,
 * difference and verdict for each. */
#pragma once
#include <mpi.h>

struct qualify_options {
  const char *section;        /* NULL: all */
  const char *answers;        /* folder of the known answers */
  const char *library;        /* folder of models */
  const char *const *kernels; /* [n_kernels] folders of compiled models */
  int n_kernels;
};

/** Names of the sections, NULL-terminated. */
extern const char *const qualify_sections[];

/** Collective; every rank returns the same exit code, EXIT_CODE_CHECK_FAILED when an answer is
 * wrong. Cases are divided over the ranks; rank 0 prints. What it prints does not depend on their
 * number.
 */
int qualify(MPI_Comm comm, const struct qualify_options *options);
