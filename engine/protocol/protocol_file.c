/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/protocol_file.h"

#include <string.h>

#include "base/memory.h"

/** The protocol's own entries, then those of its base that it lacks. */
static const struct yaml_node *merged(const struct yaml_node *own, const struct yaml_node *base,
                                      struct arena *arena)
{
  struct yaml_node *both = arena_new(arena, 1, sizeof *both);
  const size_t room = (size_t)(own->n + base->n);

  *both = *own;
  both->keys = arena_new(arena, room, sizeof *both->keys);
  both->items = arena_new(arena, room, sizeof *both->items);
  memcpy(both->keys, own->keys, (size_t)own->n * sizeof *both->keys);
  memcpy(both->items, own->items, (size_t)own->n * sizeof *both->items);
  for (int i = 0; i < base->n; i++) {
    if (yaml_find(own, base->keys[i]->text)) continue;
    both->keys[both->n] = base->keys[i];
    both->items[both->n++] = base->items[i];
  }
  return both;
}

const struct protocol_file *protocol_read(const struct source *source, const struct source *base,
                                          struct arena *arena, struct diagnostics *diagnostics)
{
  const struct yaml_node *root = yaml_parse(arena, source, diagnostics);
  const struct yaml_node *from = base ? yaml_parse(arena, base, diagnostics) : NULL;

  if (!root || (base && !from)) return NULL;
  if (from && yaml_find(from, "extends")) {
    diagnostics_error(diagnostics, &yaml_find(from, "extends")->at,
                      "a protocol that is extended may not itself extend another");
    return NULL;
  }
  if (from && root->kind == NODE_MAPPING && from->kind == NODE_MAPPING)
    root = merged(root, from, arena);
  return record_read(&protocol_file_type, root, arena, diagnostics);
}

struct text protocol_base(const struct source *source, struct arena *arena)
{
  struct diagnostics *ignored = diagnostics_create();
  const struct yaml_node *root = yaml_parse(arena, source, ignored);
  const struct yaml_node *node = root ? yaml_find(root, "extends") : NULL;

  diagnostics_destroy(&ignored);
  if (!node || node->kind != NODE_SCALAR) return (struct text){0};
  return (struct text){node->text, node->at};
}
