/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/yaml_document.h
 * A YAML file as a tree in which every node knows its line and column. Stricter than YAML: one
 * document, text keys, no duplicates, no anchors, aliases or tags, UTF-8, depth at most 32. */
#pragma once
#include "base/diagnostics.h"

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct yaml_node {
  enum node_kind kind;
  struct place at;
  const char *text;         /* of a scalar; no '\0' inside */
  bool is_quoted;           /* '...', "...", | or >: text even if it looks like a number */
  bool is_exact;            /* byte i of the text stands at column at.column + is_quoted + i */
  bool is_folded;           /* else: without quotes, its characters in order but for white space */
  int n;                    /* items of a sequence, or entries of a mapping */
  struct yaml_node **keys;  /* [n] of a mapping, in the order of the file */
  struct yaml_node **items; /* [n] */
};

/** NULL and diagnostics when the text is not acceptable YAML. */
const struct yaml_node *yaml_parse(struct arena *arena, const struct source *source,
                                   struct diagnostics *diagnostics);
/** The value under a key of a mapping, or NULL. */
const struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key);
const char *yaml_kind_name(const struct yaml_node *node); /* "a mapping", ... */
/** The place of byte `offset` of a scalar's text. */
struct place yaml_place_within(const struct yaml_node *scalar, size_t offset, size_t length);
