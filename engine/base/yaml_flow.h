/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/yaml_flow.h
 * Inside { } and [ ] a comma ends a plain value, so that `{when: max(a, b) > 2}` says something
 * else than it seems to. */
#pragma once
#include "base/yaml_document.h"

/** In a flow mapping or sequence, a plain value that ends inside a parenthesis is reported and made
 *  whole with the entries that follow, so that the other mistakes of the file can be found. */
void yaml_join_cut(struct yaml_node *node, struct arena *arena, struct diagnostics *diagnostics);
