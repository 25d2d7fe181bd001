/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/share_inputs.h */
#pragma once
#include <mpi.h>
#include "plan/inputs.h"

/** Collective. Rank 0's inputs reach all ranks, bytes and names; only rank 0 touches the files. */
void share_inputs(MPI_Comm comm, struct plan_inputs *inputs, struct arena *arena);
