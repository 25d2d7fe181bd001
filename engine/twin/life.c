/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/life.h"

#include <stdlib.h>

#include "base/memory.h"

const char *const life_status_names[N_LIFE_STATUSES] = {"ok",
                                                        "no eligible patient drawn",
                                                        "too many steps",
                                                        "step too small",
                                                        "state or output not finite",
                                                        "dose undefined",
                                                        "too many added visits",
                                                        "events without end"};

void life_create(const struct model *model, struct life *life)
{
  *life = (struct life){0};
  life->parameters = memory_new((size_t)model->n_parameters, sizeof *life->parameters);
  life->etas = memory_new((size_t)model->n_etas, sizeof *life->etas);
  life->categories = memory_new((size_t)model->n_mixtures, sizeof *life->categories);
}

void life_clear(struct life *life)
{
  free(life->observations);
  free(life->doses);
  free(life->changes);
  free(life->parameters);
  free(life->etas);
  free(life->categories);
  *life = (struct life){0};
}

void life_begin(struct life *life)
{
  life->status = LIFE_COMPLETED;
  life->last_minute = 0;
  life->count = (struct solver_count){0};
  life->n_observations = 0;
  life->n_doses = 0;
  life->n_changes = 0;
}

void life_observe(struct life *life, const struct observation *observation)
{
  life->observations = memory_grow(life->observations, life->n_observations + 1,
                                   &life->observation_capacity, sizeof *life->observations);
  life->observations[life->n_observations++] = *observation;
}

void life_change_covariate(struct life *life, const struct covariate_change *change)
{
  life->changes = memory_grow(life->changes, life->n_changes + 1, &life->change_capacity,
                              sizeof *life->changes);
  life->changes[life->n_changes++] = *change;
}

static bool continues(const struct given_dose *last, const struct given_dose *dose)
{
  const int32_t gap = dose->minute - last->minute - last->n_more * last->interval_min;

  return last->intervention == dose->intervention && last->rule == dose->rule &&
         last->amount == dose->amount && last->infusion_min == dose->infusion_min &&
         last->interval_min == dose->interval_min && gap == dose->interval_min && gap > 0;
}

void life_give(struct life *life, const struct given_dose *dose)
{
  if (life->n_doses > 0 && continues(&life->doses[life->n_doses - 1], dose)) {
    life->doses[life->n_doses - 1].n_more++;
    return;
  }
  life->doses = memory_grow(life->doses, life->n_doses + 1, &life->dose_capacity,
                            sizeof *life->doses);
  life->doses[life->n_doses++] = *dose;
}

double life_dose_at(const struct life *life, int intervention, int32_t minute)
{
  double sum = 0;

  for (size_t i = 0; i < life->n_doses; i++) {
    const struct given_dose *dose = &life->doses[i];
    const int32_t after = minute - dose->minute;

    if (dose->intervention != intervention || after < 0) continue;
    if (after == 0 || (dose->interval_min > 0 && after % dose->interval_min == 0 &&
                       after / dose->interval_min <= dose->n_more))
      sum += dose->amount;
  }
  return sum;
}

double life_last_dose(const struct life *life, int intervention)
{
  for (size_t i = life->n_doses; i > 0; i--)
    if (life->doses[i - 1].intervention == intervention && life->doses[i - 1].amount > 0)
      return life->doses[i - 1].amount;
  return 0;
}
