/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/agreement.h"

#include "base/failure.h"

int agreed(MPI_Comm comm, int code)
{
  int worst = EXIT_CODE_INTERNAL;

  MPI_Allreduce(&code, &worst, 1, MPI_INT, MPI_MAX, comm);
  return worst;
}
