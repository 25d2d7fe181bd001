/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yaml_document.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"

enum { MAX_DEPTH = 32, MAX_NODES = 1000000 };

struct reader {
  yaml_parser_t parser;
  yaml_event_t event;
  struct arena *arena;
  const struct source *source;
  struct diagnostics *diagnostics;
  int n_nodes;
  bool failed;
};

struct node_list {
  struct yaml_node **nodes;
  size_t n, capacity;
};

static struct place place_of(const struct reader *reader, const yaml_mark_t *start,
                             const yaml_mark_t *end)
{
  const size_t length = end && end->line == start->line && end->column > start->column
                            ? end->column - start->column
                            : 1;

  return (struct place){reader->source, (int)start->line + 1, (int)start->column + 1, (int)length};
}

static void refuse(struct reader *reader, const struct place *at, const char *message)
{
  if (!reader->failed) diagnostics_error(reader->diagnostics, at, "%s", message);
  reader->failed = true;
}

/** The next event; the previous one is released. False after an error. */
static bool next_event(struct reader *reader)
{
  yaml_event_delete(&reader->event);
  memset(&reader->event, 0, sizeof reader->event);
  if (reader->failed) return false;
  if (!yaml_parser_parse(&reader->parser, &reader->event)) {
    const yaml_parser_t *parser = &reader->parser;
    struct place at = place_of(reader, &parser->problem_mark, NULL);

    if (parser->error == YAML_READER_ERROR) {
      at.line = 1;
      at.column = 1;
      for (size_t i = 0; i < parser->problem_offset && i < reader->source->length; i++) {
        at.column = reader->source->text[i] == '\n' ? 1 : at.column + 1;
        at.line += reader->source->text[i] == '\n';
      }
    }
    if (!reader->failed)
      diagnostics_error(reader->diagnostics, &at, "not valid YAML: %s%s%s",
                        parser->problem ? parser->problem : "unreadable",
                        parser->context ? " " : "", parser->context ? parser->context : "");
    reader->failed = true;
  }
  return !reader->failed;
}

static void append(struct node_list *list, struct yaml_node *node)
{
  list->nodes = memory_grow(list->nodes, list->n + 1, &list->capacity, sizeof *list->nodes);
  list->nodes[list->n++] = node;
}

static struct yaml_node **keep(struct reader *reader, struct node_list *list, size_t step,
                               size_t first)
{
  const size_t n = (list->n + step - 1 - first) / step;
  struct yaml_node **kept = arena_new(reader->arena, n, sizeof *kept);

  for (size_t i = 0; i < n; i++) kept[i] = list->nodes[first + i * step];
  return kept;
}

static struct yaml_node *read_node(struct reader *reader, int depth);

/** False for a key that stands in the list already. */
static bool check_key(struct reader *reader, const struct node_list *list, struct yaml_node *key)
{
  if (key->kind != NODE_SCALAR) {
    refuse(reader, &key->at, "a key must be plain text");
    return true;
  }
  for (size_t i = 0; i < list->n; i += 2) {
    if (strcmp(list->nodes[i]->text, key->text) != 0) continue;
    diagnostics_error(reader->diagnostics, &key->at,
                      "duplicate key '%.60s'; it stands already in line %d", key->text,
                      list->nodes[i]->at.line);
    return false;
  }
  return true;
}

static void read_children(struct reader *reader, struct yaml_node *node, int depth)
{
  const bool is_mapping = node->kind == NODE_MAPPING;
  struct node_list list = {0};
  bool is_new = true;

  while (next_event(reader)) {
    struct yaml_node *child;

    if (reader->event.type == YAML_MAPPING_END_EVENT ||
        reader->event.type == YAML_SEQUENCE_END_EVENT)
      break;
    child = read_node(reader, depth + 1);
    if (!child) break;
    if (is_mapping && list.n % 2 == 0) is_new = check_key(reader, &list, child);
    append(&list, child);
    if (is_mapping && list.n % 2 == 0 && !is_new) list.n -= 2; /* reported: the first one counts */
  }
  if (!reader->failed) {
    node->n = (int)(is_mapping ? list.n / 2 : list.n);
    node->keys = is_mapping ? keep(reader, &list, 2, 0) : NULL;
    node->items = is_mapping ? keep(reader, &list, 2, 1) : keep(reader, &list, 1, 0);
  }
  free(list.nodes);
}

static void read_scalar(struct reader *reader, struct yaml_node *node)
{
  const yaml_event_t *event = &reader->event;
  const yaml_scalar_style_t style = event->data.scalar.style;
  const size_t length = event->data.scalar.length;

  node->text = arena_text(reader->arena, (const char *)event->data.scalar.value, length);
  node->is_quoted = style != YAML_PLAIN_SCALAR_STYLE;
  node->is_exact = event->start_mark.line == event->end_mark.line &&
                   (style == YAML_PLAIN_SCALAR_STYLE ||
                    event->end_mark.column - event->start_mark.column == length + 2);
  if (strlen(node->text) != length) refuse(reader, &node->at, "text with a NUL character");
}

/** From the current event, which begins the node. */
static struct yaml_node *read_node(struct reader *reader, int depth)
{
  struct yaml_node *node = arena_new(reader->arena, 1, sizeof *node);
  const yaml_event_t *event = &reader->event;
  const void *anchor = NULL, *tag = NULL;

  node->at = place_of(reader, &event->start_mark, &event->end_mark);
  if (depth > MAX_DEPTH) refuse(reader, &node->at, "nested too deeply (more than 32 levels)");
  if (++reader->n_nodes > MAX_NODES)
    refuse(reader, &node->at, "too large (more than a million nodes)");
  if (reader->failed) return NULL;
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    node->kind = NODE_SCALAR;
    anchor = event->data.scalar.anchor;
    tag = event->data.scalar.tag;
    read_scalar(reader, node);
    break;
  case YAML_SEQUENCE_START_EVENT:
    node->kind = NODE_SEQUENCE;
    anchor = event->data.sequence_start.anchor;
    tag = event->data.sequence_start.tag;
    break;
  case YAML_MAPPING_START_EVENT:
    node->kind = NODE_MAPPING;
    anchor = event->data.mapping_start.anchor;
    tag = event->data.mapping_start.tag;
    break;
  default:
    refuse(reader, &node->at, "aliases (*name) are not used here; write the value out");
  }
  if (anchor) refuse(reader, &node->at, "anchors (&name) are not used here; write the value out");
  if (tag) refuse(reader, &node->at, "tags (!name) are not used here");
  if (node->kind != NODE_SCALAR && !reader->failed) read_children(reader, node, depth);
  return reader->failed ? NULL : node;
}

static struct yaml_node *read_document(struct reader *reader)
{
  const struct place start = {reader->source, 1, 1, 1};
  struct yaml_node *root;

  if (!next_event(reader)) return NULL; /* stream start */
  if (!next_event(reader)) return NULL;
  if (reader->event.type == YAML_STREAM_END_EVENT) {
    refuse(reader, &start, "the file is empty");
    return NULL;
  }
  if (!next_event(reader)) return NULL;
  root = read_node(reader, 0);
  if (!root || !next_event(reader) || !next_event(reader)) return NULL;
  if (reader->event.type != YAML_STREAM_END_EVENT) {
    const struct place at = place_of(reader, &reader->event.start_mark, NULL);

    refuse(reader, &at, "a second YAML document; one file holds one");
    return NULL;
  }
  return root;
}

const struct yaml_node *yaml_parse(struct arena *arena, const struct source *source,
                                   struct diagnostics *diagnostics)
{
  struct reader reader = {.arena = arena, .source = source, .diagnostics = diagnostics};
  struct yaml_node *root;

  if (!yaml_parser_initialize(&reader.parser)) return NULL;
  yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)source->text, source->length);
  root = read_document(&reader);
  yaml_event_delete(&reader.event);
  yaml_parser_delete(&reader.parser);
  return reader.failed ? NULL : root;
}

const struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key)
{
  if (!mapping || mapping->kind != NODE_MAPPING) return NULL;
  for (int i = 0; i < mapping->n; i++)
    if (strcmp(mapping->keys[i]->text, key) == 0) return mapping->items[i];
  return NULL;
}

const char *yaml_kind_name(const struct yaml_node *node)
{
  if (node->kind == NODE_SEQUENCE) return "a list";
  return node->kind == NODE_MAPPING ? "a mapping" : "a single value";
}

struct place yaml_place_within(const struct yaml_node *scalar, size_t offset, size_t length)
{
  struct place at = scalar->at;
  int characters = 0;

  if (!scalar->is_exact) return at;
  for (size_t i = 0; i < offset; i++)
    if (((unsigned char)scalar->text[i] & 0xc0) != 0x80) characters++;
  at.column += characters + scalar->is_quoted;
  at.length = (int)length;
  return at;
}
