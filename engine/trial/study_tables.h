/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/trial/study_tables.h
 * The small tables that describe the trial: arms, interventions, analytes, visits, replicates,
 * endpoints, estimands, the true parameters and how they were solved, each under /study. */
#pragma once
#include "base/column_table.h"
#include "plan/plan.h"

/** The list is the arena's; clear each table. */
void study_tables_create(const struct plan *plan, struct arena *arena, int *n,
                         struct column_table **tables);
/** Encounters by name; by number from 0 when there are more than a code can tell apart, named by
 *  their times in /study/visits. The last one is the unscheduled. */
struct column visit_column(const struct plan *plan);
