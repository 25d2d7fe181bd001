/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/model/model_events.h
 * What happens in eight patients when comparisons change: which events are true, what they assign
 * and what waits to be assigned. The order of things is that of SBML (level 3 version 2, section
 * 4.11): whatever becomes true triggers; of what is due the highest priority is assigned; then all
 * conditions are evaluated again, until nothing is due. */
#pragma once
#include "model/model_lanes.h"

struct model_events;
/** NULL for a model without events. */
struct model_events *model_events_create(const struct model *model);
void model_events_destroy(struct model_events **events);
/** A new patient: nothing holds, held ever or waits. */
void model_events_reset(struct model_lanes *patients, int lane);
