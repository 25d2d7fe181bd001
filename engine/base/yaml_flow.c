/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yaml_flow.h"

#include <string.h>

#include "base/memory.h"

enum { MAX_PIECES = 64 };

/** Parentheses that stay open after a text; quoted ones are none. */
static int n_open(const struct yaml_node *scalar)
{
  int n = 0;

  for (const char *c = scalar->text; *c && !scalar->is_quoted; c++) n += (*c == '(') - (*c == ')');
  return n;
}

/** The scalars of one entry after a comma: `b`, or `'a': 1`. False when it holds anything else. */
static bool pieces(const struct yaml_node *node, int i, const struct yaml_node **key,
                   const struct yaml_node **value)
{
  *key = node->kind == NODE_MAPPING ? node->keys[i] : NULL;
  *value = node->items[i];
  if (!*key && (*value)->kind == NODE_MAPPING && (*value)->n == 1)
    return pieces(*value, 0, key, value);
  return (*value)->kind == NODE_SCALAR;
}

/** The entry at which the parenthesis of entry i closes; i when none does. */
static int closing_entry(const struct yaml_node *node, int i)
{
  const struct yaml_node *key, *value;
  int open = n_open(node->items[i]);

  for (int k = i + 1; k < node->n && k <= i + MAX_PIECES; k++) {
    if (!pieces(node, k, &key, &value)) return i;
    open += n_open(value) + (key ? n_open(key) : 0);
    if (open == 0) return k;
  }
  return i;
}

static const char *joined(const struct yaml_node *node, int first, int last, struct arena *arena)
{
  const char *text = node->items[first]->text;

  for (int i = first + 1; i <= last; i++) {
    const struct yaml_node *key, *value;
    const char *quote;

    pieces(node, i, &key, &value);
    quote = key && key->is_quoted ? "'" : "";
    text = arena_format(arena, "%s, %s%s%s%s%s", text, quote, key ? key->text : "", quote,
                        key && value->text[0] ? ": " : "", value->text);
  }
  return text;
}

static void remove_entries(struct yaml_node *node, int first, int n)
{
  const size_t bytes = (size_t)(node->n - first - n) * sizeof *node->items;

  memmove(&node->items[first], &node->items[first + n], bytes);
  if (node->kind == NODE_MAPPING) memmove(&node->keys[first], &node->keys[first + n], bytes);
  node->n -= n;
}

void yaml_join_cut(struct yaml_node *node, struct arena *arena, struct diagnostics *diagnostics)
{
  for (int i = 0; i < node->n; i++) {
    struct yaml_node *value = node->items[i];
    int last;

    if (value->kind != NODE_SCALAR || value->is_quoted || n_open(value) <= 0) continue;
    last = closing_entry(node, i);
    if (last == i) continue;
    diagnostics_error(diagnostics, &value->at,
                      "a comma ends a value inside %s; quote an expression that contains commas",
                      node->kind == NODE_MAPPING ? "{ }" : "[ ]");
    value->text = joined(node, i, last, arena);
    value->is_exact = false;
    value->is_folded = true;
    remove_entries(node, i + 1, last - i);
  }
}
