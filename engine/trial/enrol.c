/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/enrol.h"

#include <stdlib.h>

#include "base/memory.h"

struct enrolling {
  const struct plan *plan;
  struct cohort_sampler *sampler;
  int64_t replicate;       /* of the list; 0: none yet */
  struct allocation *list; /* [patient - 1] */
  int n_strata, *strata;   /* [patient - 1] */
  double *covariates;
};

struct position trial_position(const struct plan *plan, int64_t global)
{
  const int64_t replicate = global / plan->n_patients;

  return (struct position){.scenario = (int)(replicate / plan->n_replicates),
                           .replicate = replicate + 1,
                           .within = replicate % plan->n_replicates + 1,
                           .patient = global % plan->n_patients + 1};
}

int64_t trial_n_patients(const struct plan *plan)
{
  return plan->n_scenarios * plan->n_replicates * plan->n_patients;
}

struct enrolling *enrolling_create(const struct plan *plan)
{
  struct enrolling *enrolling = memory_new(1, sizeof *enrolling);
  const size_t n = (size_t)plan->n_patients;

  enrolling->plan = plan;
  enrolling->sampler = cohort_sampler_create(plan->cohort);
  enrolling->n_strata = 1;
  for (int i = 0; i < plan->n_strata; i++)
    enrolling->n_strata *= plan->cohort->covariates[plan->strata[i].covariate].n_categories;
  enrolling->list = memory_new(n, sizeof *enrolling->list);
  enrolling->strata = memory_new(n, sizeof *enrolling->strata);
  enrolling->covariates = memory_new((size_t)plan->cohort->n_covariates,
                                     sizeof *enrolling->covariates);
  return enrolling;
}

void enrolling_destroy(struct enrolling **enrolling)
{
  struct enrolling *e = *enrolling;

  if (!e) return;
  cohort_sampler_destroy(&e->sampler);
  free(e->list);
  free(e->strata);
  free(e->covariates);
  free(e);
  *enrolling = NULL;
}

/** Covariates and random effects: of the replicate, or of the person when all share a cohort. */
static struct random_stream person_of(const struct plan *plan, int64_t replicate, int64_t patient)
{
  const bool is_same = plan->file->simulation->cohort == 1;

  return (struct random_stream){plan->seed, is_same ? 0 : (uint32_t)replicate, (uint32_t)patient};
}

/** A patient without an eligible draw is in stratum 0: there are rows, but no covariates. */
static int stratum_of(struct enrolling *enrolling, int64_t replicate, int64_t patient)
{
  const struct plan *plan = enrolling->plan;
  const struct random_stream person = person_of(plan, replicate, patient);
  int stratum = 0;

  if (cohort_patient(enrolling->sampler, &person, enrolling->covariates) < 0) return 0;
  for (int i = 0; i < plan->n_strata; i++) {
    const int covariate = plan->strata[i].covariate;

    stratum = stratum * plan->cohort->covariates[covariate].n_categories +
              (int)enrolling->covariates[covariate];
  }
  return stratum;
}

static void make_list(struct enrolling *enrolling, int64_t replicate)
{
  const struct plan *plan = enrolling->plan;

  for (int64_t p = 0; plan->n_strata > 0 && p < plan->n_patients; p++)
    enrolling->strata[p] = stratum_of(enrolling, replicate, p + 1);
  allocate(plan, replicate, enrolling->n_strata, enrolling->strata, enrolling->list);
  enrolling->replicate = replicate;
}

void enrol(struct enrolling *enrolling, const struct position *position,
           struct enrolment *enrolment, struct allocation *allocation)
{
  const struct plan *plan = enrolling->plan;

  if (enrolling->replicate != position->within) make_list(enrolling, position->within);
  *allocation = enrolling->list[position->patient - 1];
  enrolment->stream = (struct random_stream){plan->seed, (uint32_t)position->within,
                                             (uint32_t)position->patient};
  enrolment->person = person_of(plan, position->within, position->patient);
  enrolment->arm = allocation->arm;
  enrolment->attempt = cohort_patient(enrolling->sampler, &enrolment->person,
                                      enrolment->covariates);
}
