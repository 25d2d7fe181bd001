/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yaml_document.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "base/yaml_flow.h"

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

/** The place of a byte; columns count characters. */
static struct place place_of_byte(const struct source *source, size_t offset)
{
  struct place at = {source, 1, 1, 1};

  for (size_t i = 0; i < offset && i < source->length; i++) {
    const unsigned char c = (unsigned char)source->text[i];

    at.column = c == '\n' ? 1 : at.column + ((c & 0xc0) != 0x80);
    at.line += c == '\n';
  }
  return at;
}

static void report_invalid(struct reader *reader)
{
  const yaml_parser_t *parser = &reader->parser;
  const bool is_at_end = parser->problem_mark.index >= reader->source->length;
  struct place at = place_of(reader, &parser->problem_mark, NULL);

  if (parser->error == YAML_READER_ERROR)
    at = place_of_byte(reader->source, parser->problem_offset);
  else if (parser->context && is_at_end) /* what began there has no end */
    at = place_of(reader, &parser->context_mark, NULL);
  diagnostics_error(reader->diagnostics, &at, "not valid YAML: %s%s%s",
                    parser->problem ? parser->problem : "unreadable", parser->context ? " " : "",
                    parser->context ? parser->context : "");
}

/** The next event; the previous one is released. False after an error. */
static bool next_event(struct reader *reader)
{
  yaml_event_delete(&reader->event);
  memset(&reader->event, 0, sizeof reader->event);
  if (reader->failed) return false;
  if (yaml_parser_parse(&reader->parser, &reader->event)) return true;
  report_invalid(reader);
  reader->failed = true;
  return false;
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

static int by_text(const void *first, const void *second)
{
  const struct yaml_node *a = **(struct yaml_node *const *const *)first;
  const struct yaml_node *b = **(struct yaml_node *const *const *)second;
  const int order = strcmp(a->text, b->text);

  if (order) return order;
  if (a->at.line != b->at.line) return a->at.line < b->at.line ? -1 : 1;
  return (a->at.column > b->at.column) - (a->at.column < b->at.column);
}

/** A key that stands twice is reported, and only the first one kept. */
static void drop_duplicates(struct reader *reader, struct yaml_node *mapping)
{
  struct yaml_node ***keys = memory_new((size_t)mapping->n, sizeof *keys);
  const struct yaml_node *first = NULL;
  int n = 0;

  for (int i = 0; i < mapping->n; i++) keys[i] = &mapping->keys[i];
  qsort(keys, (size_t)mapping->n, sizeof *keys, by_text);
  for (int i = 0; i < mapping->n; i++) {
    const struct yaml_node *key = *keys[i];

    if (!first || strcmp(first->text, key->text) != 0) {
      first = key;
      continue;
    }
    diagnostics_error(reader->diagnostics, &key->at,
                      "duplicate key '%.60s'; it stands already in line %d", key->text,
                      first->at.line);
    mapping->items[keys[i] - mapping->keys] = NULL;
  }
  free(keys);
  for (int i = 0; i < mapping->n; i++) {
    if (!mapping->items[i]) continue;
    mapping->keys[n] = mapping->keys[i];
    mapping->items[n++] = mapping->items[i];
  }
  mapping->n = n;
}

static void read_children(struct reader *reader, struct yaml_node *node, int depth, bool is_flow)
{
  const bool is_mapping = node->kind == NODE_MAPPING;
  struct node_list list = {0};

  while (next_event(reader)) {
    struct yaml_node *child;

    if (reader->event.type == YAML_MAPPING_END_EVENT ||
        reader->event.type == YAML_SEQUENCE_END_EVENT)
      break;
    child = read_node(reader, depth + 1);
    if (!child) break;
    if (is_mapping && list.n % 2 == 0 && child->kind != NODE_SCALAR)
      refuse(reader, &child->at, "a key must be plain text");
    append(&list, child);
  }
  if (!reader->failed) {
    node->n = (int)(is_mapping ? list.n / 2 : list.n);
    node->keys = is_mapping ? keep(reader, &list, 2, 0) : NULL;
    node->items = is_mapping ? keep(reader, &list, 2, 1) : keep(reader, &list, 1, 0);
    if (is_flow) yaml_join_cut(node, reader->arena, reader->diagnostics);
    if (is_mapping) drop_duplicates(reader, node);
  }
  free(list.nodes);
}

static void read_scalar(struct reader *reader, struct yaml_node *node)
{
  const yaml_event_t *event = &reader->event;
  const yaml_scalar_style_t style = event->data.scalar.style;
  const size_t length = event->data.scalar.length;
  size_t n_characters = 0;

  node->text = arena_text(reader->arena, (const char *)event->data.scalar.value, length);
  node->is_quoted = style != YAML_PLAIN_SCALAR_STYLE;
  for (size_t i = 0; i < length; i++) n_characters += (node->text[i] & 0xc0) != 0x80;
  node->is_exact = event->start_mark.line == event->end_mark.line &&
                   (style == YAML_PLAIN_SCALAR_STYLE ||
                    event->end_mark.column - event->start_mark.column == n_characters + 2);
  node->is_folded = !node->is_exact && style != YAML_SINGLE_QUOTED_SCALAR_STYLE &&
                    style != YAML_DOUBLE_QUOTED_SCALAR_STYLE;
  if (strlen(node->text) != length) refuse(reader, &node->at, "text with a NUL character");
}

/** From the current event, which begins the node. */
static struct yaml_node *read_node(struct reader *reader, int depth)
{
  struct yaml_node *node = arena_new(reader->arena, 1, sizeof *node);
  const yaml_event_t *event = &reader->event;
  const void *anchor = NULL, *tag = NULL;
  bool is_flow = false;

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
    is_flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    anchor = event->data.sequence_start.anchor;
    tag = event->data.sequence_start.tag;
    break;
  case YAML_MAPPING_START_EVENT:
    node->kind = NODE_MAPPING;
    is_flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    anchor = event->data.mapping_start.anchor;
    tag = event->data.mapping_start.tag;
    break;
  default:
    refuse(reader, &node->at, "aliases (*name) are not used here; write the value out");
  }
  if (anchor) refuse(reader, &node->at, "anchors (&name) are not used here; write the value out");
  if (tag) refuse(reader, &node->at, "tags (!name) are not used here");
  if (node->kind != NODE_SCALAR && !reader->failed) read_children(reader, node, depth, is_flow);
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

static int n_characters_before(const char *text, size_t offset, bool counts_space)
{
  int n = 0;

  for (size_t i = 0; i < offset; i++) {
    const bool is_space = text[i] == ' ' || text[i] == '\n';

    n += ((unsigned char)text[i] & 0xc0) != 0x80 && (counts_space || !is_space);
  }
  return n;
}

/** By counting what is no white space, from the start of the scalar. */
static struct place place_within_folded(const struct yaml_node *scalar, size_t offset)
{
  const struct source *source = scalar->at.source;
  const int first_line = scalar->at.line + scalar->is_quoted; /* a block begins below its | or > */
  int left = n_characters_before(scalar->text, offset, false);
  struct place at = {source, 1, 0, 1};

  for (const char *c = source->text; c < source->text + source->length; c++) {
    const bool is_space = strchr(" \t\r\n", *c) != NULL;

    if (((unsigned char)*c & 0xc0) == 0x80) continue;
    at.column++;
    if (at.line > scalar->at.line || (at.line == first_line && at.column >= scalar->at.column))
      if (!is_space && left-- == 0) return at;
    if (*c != '\n') continue;
    at.line++;
    at.column = 0;
  }
  return scalar->at;
}

struct place yaml_place_within(const struct yaml_node *scalar, size_t offset, size_t length)
{
  struct place at = scalar->at;

  if (scalar->is_folded) at = place_within_folded(scalar, offset);
  if (scalar->is_exact)
    at.column += n_characters_before(scalar->text, offset, true) + scalar->is_quoted;
  if (scalar->is_exact || scalar->is_folded) at.length = (int)length;
  return at;
}
