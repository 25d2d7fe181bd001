/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/solver_stepping.h"

#include <stdlib.h>

#include "base/failure.h"
#include "base/memory.h"

void stepping_create(int n_states, const struct step_attempts *attempts, step_attempt *compiled,
                     struct stepping *stepping)
{
  const enum simd simd = simd_choice();

  stepping->trial = memory_new((size_t)n_states, sizeof(lanes));
  for (int i = 0; i < INTERPOLANTS; i++)
    stepping->interpolant[i] = memory_new((size_t)n_states, sizeof(lanes));
  stepping->per_state = 1. / n_states;
  stepping->math = lane_math(simd);
  stepping->attempt = compiled ? compiled : attempts->for_simd[simd];
}

void stepping_clear(struct stepping *stepping)
{
  free(stepping->trial);
  for (int i = 0; i < INTERPOLANTS; i++) free(stepping->interpolant[i]);
}

int stepping_advance(struct solver *solver)
{
  const struct stepping *stepping = solver->work;

  while (!stepping->attempt(solver)) continue;
  return EXIT_CODE_OK;
}
