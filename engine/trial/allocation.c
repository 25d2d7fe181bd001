/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/allocation.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/random_stream.h"

/** The block that a stratum is filling. */
struct stratum {
  int16_t *arms; /* [place] */
  int size, place;
  int32_t block;
  uint32_t n; /* patients so far */
};

static int largest_block(const struct plan *plan)
{
  int largest = 0;

  for (int i = 0; i < plan->n_block_sizes; i++)
    if (plan->block_sizes[i] > largest) largest = plan->block_sizes[i];
  return largest;
}

/** Arms in their ratio, then shuffled (Fisher and Yates). A draw is numbered by the place in the
 *  stratum, so that no block moves another's. */
static void open_block(const struct plan *plan, const struct random_stream *stream, int number,
                       struct stratum *stratum)
{
  const double which = random_uniform(stream, RANDOM_ALLOCATION, stratum->n, -1 - number);
  int sum = 0, place = 0;

  stratum->size = plan->block_sizes[(int)(which * plan->n_block_sizes)];
  stratum->place = 0;
  stratum->block++;
  for (int a = 0; a < plan->n_arms; a++) sum += plan->arms[a].ratio;
  for (int a = 0; a < plan->n_arms; a++)
    for (int k = 0; k < stratum->size / sum * plan->arms[a].ratio; k++)
      stratum->arms[place++] = (int16_t)a;
  for (int i = stratum->size - 1; i > 0; i--) {
    const double u = random_uniform(stream, RANDOM_ALLOCATION, stratum->n + (uint32_t)i, number);
    const int k = (int)(u * (i + 1));
    const int16_t swap = stratum->arms[i];

    stratum->arms[i] = stratum->arms[k];
    stratum->arms[k] = swap;
  }
}

void allocate(const struct plan *plan, int64_t replicate, int n_strata, const int *strata,
              struct allocation *list)
{
  const struct random_stream stream = {plan->seed, (uint32_t)replicate, 0};
  struct stratum *all = memory_new((size_t)n_strata, sizeof *all);

  for (int s = 0; s < n_strata; s++)
    all[s].arms = memory_new((size_t)largest_block(plan), sizeof *all[s].arms);
  for (int64_t p = 0; p < plan->n_patients; p++) {
    const int number = strata ? strata[p] : 0;
    struct stratum *stratum = &all[number];

    if (stratum->place == stratum->size) open_block(plan, &stream, number, stratum);
    list[p] = (struct allocation){stratum->arms[stratum->place++], (int16_t)number, stratum->block};
    stratum->n++;
  }
  for (int s = 0; s < n_strata; s++) free(all[s].arms);
  free(all);
}
