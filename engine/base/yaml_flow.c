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

/** One entry after a comma: `b`, `'a': 1`; NULL when it cannot be a piece of an expression. */
static const char *piece(const struct yaml_node *node, int i, struct arena *arena, int *open)
{
  const struct yaml_node *key = node->kind == NODE_MAPPING ? node->keys[i] : NULL;
  const struct yaml_node *value = node->items[i];
  const char *quote;

  if (!key && value->kind == NODE_MAPPING && value->n == 1) return piece(value, 0, arena, open);
  if (value->kind != NODE_SCALAR) return NULL;
  *open += n_open(value) + (key ? n_open(key) : 0);
  if (!key) return value->text;
  quote = key->is_quoted ? "'" : "";
  return arena_format(arena, "%s%s%s%s%s", quote, key->text, quote, value->text[0] ? ": " : "",
                      value->text);
}

/** The entry at which the parenthesis of entry i closes, and the whole text; i when none does. */
static int closing_entry(const struct yaml_node *node, int i, struct arena *arena,
                         const char **text)
{
  int open = n_open(node->items[i]);

  *text = node->items[i]->text;
  for (int k = i + 1; k < node->n && k <= i + MAX_PIECES; k++) {
    const char *more = piece(node, k, arena, &open);

    if (!more) return i;
    *text = arena_format(arena, "%s, %s", *text, more);
    if (open == 0) return k;
  }
  return i;
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
    const char *text;
    int last;

    if (value->kind != NODE_SCALAR || value->is_quoted || n_open(value) <= 0) continue;
    last = closing_entry(node, i, arena, &text);
    if (last == i) continue;
    diagnostics_error(diagnostics, &value->at,
                      "a comma ends a value inside %s; quote an expression that contains commas",
                      node->kind == NODE_MAPPING ? "{ }" : "[ ]");
    value->text = text;
    value->is_exact = false;
    value->is_folded = true;
    remove_entries(node, i + 1, last - i);
  }
}
