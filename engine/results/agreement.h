/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/agreement.h */
#pragma once
#include <mpi.h>

/** Collective: the largest of the codes, so that all ranks go on or all stop. */
int agreed(MPI_Comm comm, int code);
