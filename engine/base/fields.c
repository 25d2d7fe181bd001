/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fields.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/units.h"

struct reading {
  struct arena *arena;
  struct diagnostics *diagnostics;
};

static bool read_value(struct reading *reading, const struct field *field,
                       const struct yaml_node *node, void *record);

static bool has_limits(const struct field *field)
{
  return field->minimum != 0 || field->maximum != 0;
}

static bool is_scalar(struct reading *reading, const struct field *field,
                      const struct yaml_node *node, const char *wanted)
{
  if (node->kind == NODE_SCALAR && (node->text[0] || node->is_quoted)) return true;
  diagnostics_error(reading->diagnostics, &node->at, "'%s' needs %s, but this is %s", field->name,
                    wanted, node->kind == NODE_SCALAR ? "empty" : yaml_kind_name(node));
  return false;
}

static bool is_in_limits(struct reading *reading, const struct field *field,
                         const struct yaml_node *node, double value)
{
  const char *unit = field->unit ? field->unit : "";

  if (!has_limits(field) || (value >= field->minimum && value <= field->maximum)) return true;
  if (isinf(field->maximum))
    diagnostics_error(reading->diagnostics, &node->at, "'%s' must be at least %g%s%s", field->name,
                      field->minimum, *unit ? " " : "", unit);
  else
    diagnostics_error(reading->diagnostics, &node->at, "'%s' must be between %g and %g%s%s",
                      field->name, field->minimum, field->maximum, *unit ? " " : "", unit);
  return false;
}

static bool read_number(struct reading *reading, const struct field *field,
                        const struct yaml_node *node, double *value)
{
  char message[256];
  struct unit unit = unit_one;
  const char *problem;

  if (!is_scalar(reading, field, node, field->unit ? "a quantity" : "a number")) return false;
  REQUIRE(!field->unit || unit_is(field->unit, &unit));
  problem = quantity_parse(node->text, unit, field->unit ? field->unit : "1", value, message);
  if (problem) {
    diagnostics_error(reading->diagnostics, &node->at, "'%s': %s", field->name, problem);
    return false;
  }
  return is_in_limits(reading, field, node, *value);
}

static bool read_count(struct reading *reading, const struct field *field,
                       const struct yaml_node *node, int64_t *value)
{
  char *end;

  if (!is_scalar(reading, field, node, "a whole number")) return false;
  *value = strtoll(node->text, &end,
                   strncmp(node->text, "0x", 2) == 0 ? 16 : 10); /* or its limit */
  if (*end || end == node->text || isspace((unsigned char)node->text[0])) {
    diagnostics_error(reading->diagnostics, &node->at,
                      "'%s' needs a whole number, but this is '%.40s'", field->name, node->text);
    return false;
  }
  return is_in_limits(reading, field, node, (double)*value);
}

static bool read_flag(struct reading *reading, const struct field *field,
                      const struct yaml_node *node, bool *value)
{
  if (!is_scalar(reading, field, node, "true or false")) return false;
  *value = strcmp(node->text, "true") == 0 || strcmp(node->text, "yes") == 0;
  if (*value || strcmp(node->text, "false") == 0 || strcmp(node->text, "no") == 0) return true;
  diagnostics_error(reading->diagnostics, &node->at,
                    "'%s' needs true or false, but this is '%.40s'", field->name, node->text);
  return false;
}

static size_t n_choices(const struct field *field)
{
  size_t n = 0;

  while (field->choices[n]) n++;
  return n;
}

static bool read_choice(struct reading *reading, const struct field *field,
                        const struct yaml_node *node, int *value)
{
  const size_t n = n_choices(field);
  const char *near;
  char all[256] = "";

  if (!is_scalar(reading, field, node, "one of its names")) return false;
  for (size_t i = 0; i < n; i++) {
    if (strcmp(field->choices[i], node->text) == 0) {
      *value = (int)i;
      return true;
    }
    if (strlen(all) + strlen(field->choices[i]) + 3 < sizeof all) {
      strcat(all, i ? ", " : "");
      strcat(all, field->choices[i]);
    }
  }
  near = nearest_word(node->text, n, field->choices);
  if (near)
    diagnostics_error(reading->diagnostics, &node->at, "unknown %s '%.40s'; did you mean '%s'?",
                      field->name, node->text, near);
  else
    diagnostics_error(reading->diagnostics, &node->at, "unknown %s '%.40s'; it is one of %s",
                      field->name, node->text, all);
  return false;
}

static bool read_text(struct reading *reading, const struct field *field,
                      const struct yaml_node *node, struct text *text)
{
  *text = (struct text){NULL, node->at};
  if (!is_scalar(reading, field, node, "a text")) return false;
  text->text = node->text;
  if (field->kind != FIELD_NAME) return true;
  for (const char *c = node->text; *c; c++) {
    if (isalnum((unsigned char)*c) || *c == '_') continue;
    diagnostics_error(reading->diagnostics, &node->at,
                      "'%.40s' is not a name; names are made of letters, digits and _", node->text);
    return false;
  }
  if (!isdigit((unsigned char)node->text[0]) && strlen(node->text) <= 32) return true;
  diagnostics_error(
      reading->diagnostics, &node->at,
      "'%.40s' is not a name; names begin with a letter and have at most 32 characters",
      node->text);
  return false;
}

static bool read_records(struct reading *reading, const struct field *field,
                         const struct yaml_node *node, struct list *list)
{
  const bool is_single = node->kind == NODE_MAPPING;
  const int n = is_single ? 1 : node->n;

  if (node->kind == NODE_SCALAR) {
    diagnostics_error(reading->diagnostics, &node->at, "'%s' needs a list of %s, but this is %s",
                      field->name, field->record->name, yaml_kind_name(node));
    return false;
  }
  list->n = (size_t)n;
  list->items = arena_new(reading->arena, (size_t)n, field->record->size);
  for (int i = 0; i < n; i++) {
    void *item = record_read(field->record, is_single ? node : node->items[i], reading->arena,
                             reading->diagnostics);

    memcpy((char *)list->items + (size_t)i * field->record->size, item, field->record->size);
  }
  return true;
}

static bool is_mapping(struct reading *reading, const struct field *field,
                       const struct yaml_node *node)
{
  if (node->kind == NODE_MAPPING) return true;
  diagnostics_error(reading->diagnostics, &node->at, "'%s' needs name: value pairs, but this is %s",
                    field->name, yaml_kind_name(node));
  return false;
}

static bool read_named_records(struct reading *reading, const struct field *field,
                               const struct yaml_node *node, struct list *list)
{
  const struct record_type *type = field->record;

  if (!is_mapping(reading, field, node)) return false;
  list->n = (size_t)node->n;
  list->items = arena_new(reading->arena, list->n, type->size);
  for (int i = 0; i < node->n; i++) {
    char *item = (char *)list->items + (size_t)i * type->size;

    memcpy(item, record_read(type, node->items[i], reading->arena, reading->diagnostics),
           type->size);
    read_value(reading, &type->fields[0], node->keys[i], item);
    *(struct place *)(void *)item = node->keys[i]->at;
  }
  return true;
}

static bool read_formula(struct reading *reading, const struct field *field,
                         const struct yaml_node *node, struct formula *formula)
{
  if (!is_scalar(reading, field, node, "an expression")) return false;
  *formula = (struct formula){node->text, node};
  return true;
}

static bool read_list(struct reading *reading, const struct field *field,
                      const struct yaml_node *node, struct list *list)
{
  const bool is_single = node->kind == NODE_SCALAR;
  const bool is_texts = field->kind == FIELD_TEXTS;
  const int n = is_single ? 1 : node->n;
  struct text *texts = arena_new(reading->arena, (size_t)n, sizeof *texts);
  double *numbers = arena_new(reading->arena, (size_t)n, sizeof *numbers);
  struct place *places = arena_new(reading->arena, (size_t)n, sizeof *places);
  bool ok = true;

  if (node->kind == NODE_MAPPING) {
    diagnostics_error(reading->diagnostics, &node->at, "'%s' needs a list, but this is %s",
                      field->name, yaml_kind_name(node));
    return false;
  }
  for (int i = 0; i < n; i++) {
    const struct yaml_node *item = is_single ? node : node->items[i];
    const bool is_read = is_texts ? read_text(reading, field, item, &texts[i])
                                  : read_number(reading, field, item, &numbers[i]);

    places[i] = item->at;
    if (!is_read) numbers[i] = (double)NAN;
    ok = ok && is_read;
  }
  *list = (struct list){(size_t)n, is_texts ? (void *)texts : (void *)numbers, places};
  return ok;
}

static bool read_formulas(struct reading *reading, const struct field *field,
                          const struct yaml_node *node, struct list *list)
{
  struct named_formula *items;

  if (!is_mapping(reading, field, node)) return false;
  items = arena_new(reading->arena, (size_t)node->n, sizeof *items);
  for (int i = 0; i < node->n; i++) {
    const struct field name = {.name = field->name, .kind = FIELD_NAME};

    read_text(reading, &name, node->keys[i], &items[i].name);
    read_formula(reading, field, node->items[i], &items[i].formula);
  }
  *list = (struct list){.n = (size_t)node->n, .items = items};
  return true;
}

/** False when the value could not be read; the record then keeps what it had. */
static bool read_value(struct reading *reading, const struct field *field,
                       const struct yaml_node *node, void *record)
{
  void *target = (char *)record + field->offset;
  double number;
  int64_t count;
  struct text text;

  switch (field->kind) {
  case FIELD_TEXT:
  case FIELD_NAME:
    if (!read_text(reading, field, node, &text)) {
      ((struct text *)target)->at = node->at; /* for whoever reports that it is not there */
      return false;
    }
    *(struct text *)target = text;
    return true;
  case FIELD_NUMBER:
    if (!read_number(reading, field, node, &number)) return false;
    *(double *)target = number;
    return true;
  case FIELD_COUNT:
    if (!read_count(reading, field, node, &count)) return false;
    *(int64_t *)target = count;
    return true;
  case FIELD_FLAG:
    return read_flag(reading, field, node, target);
  case FIELD_CHOICE:
    return read_choice(reading, field, node, target);
  case FIELD_FORMULA:
    return read_formula(reading, field, node, target);
  case FIELD_RECORD:
    *(void **)target = record_read(field->record, node, reading->arena, reading->diagnostics);
    return true;
  case FIELD_RECORDS:
    return read_records(reading, field, node, target);
  case FIELD_NAMED_RECORDS:
    return read_named_records(reading, field, node, target);
  case FIELD_TEXTS:
  case FIELD_NUMBERS:
    return read_list(reading, field, node, target);
  case FIELD_FORMULAS:
    return read_formulas(reading, field, node, target);
  case FIELD_NODE:
    *(const struct yaml_node **)target = node;
    return true;
  }
  return false;
}

/** A default goes the way of a written value, so that both obey the same rules. */
static void read_fallback(struct reading *reading, const struct field *field,
                          const struct yaml_node *parent, void *record)
{
  struct yaml_node *node = arena_new(reading->arena, 1, sizeof *node);

  *node = (struct yaml_node){
      .kind = NODE_SCALAR, .at = parent->at, .text = field->fallback, .is_quoted = true};
  if (field->kind == FIELD_RECORD) node->kind = NODE_MAPPING; /* "{}": all its defaults */
  REQUIRE(read_value(reading, field, node, record));
}

static void report_unknown(struct reading *reading, const struct record_type *type,
                           const struct yaml_node *key)
{
  const char *names[64], *near;
  size_t n = 0;

  for (int i = 0; i < type->n_fields && n < 64; i++)
    if (type->fields[i].name[0]) names[n++] = type->fields[i].name;
  near = nearest_word(key->text, n, names);
  if (near)
    diagnostics_error(reading->diagnostics, &key->at,
                      "unknown key '%.40s' in %s; did you mean '%s'?", key->text, type->name, near);
  else
    diagnostics_error(reading->diagnostics, &key->at, "unknown key '%.40s' in %s", key->text,
                      type->name);
}

static const struct field *find_field(const struct record_type *type, const char *name)
{
  for (int i = 0; i < type->n_fields; i++)
    if (strcmp(type->fields[i].name, name) == 0 && name[0]) return &type->fields[i];
  return NULL;
}

void *record_read(const struct record_type *type, const struct yaml_node *node, struct arena *arena,
                  struct diagnostics *diagnostics)
{
  struct reading reading = {arena, diagnostics};
  void *record = arena_new(arena, 1, type->size);

  *(struct place *)record = node->at;
  if (node->kind != NODE_MAPPING)
    diagnostics_error(diagnostics, &node->at, "%s needs key: value pairs, but this is %s",
                      type->name,
                      node->kind == NODE_SCALAR && !node->text[0] ? "empty" : yaml_kind_name(node));
  for (int i = 0; i < type->n_fields; i++) {
    const struct field *field = &type->fields[i];

    if (field->kind == FIELD_NUMBER)
      *(double *)(void *)((char *)record + field->offset) = (double)NAN;
    if (field->fallback) read_fallback(&reading, field, node, record);
    if (field->is_required && node->kind == NODE_MAPPING && !yaml_find(node, field->name))
      diagnostics_error(diagnostics, &node->at, "%s lacks the key '%s'", type->name, field->name);
  }
  for (int i = 0; node->kind == NODE_MAPPING && i < node->n; i++) {
    const struct field *field = find_field(type, node->keys[i]->text);

    if (field)
      read_value(&reading, field, node->items[i], record);
    else
      report_unknown(&reading, type, node->keys[i]);
  }
  return record;
}

void text_unknown(const struct text *name, const char *what, size_t n,
                  const char *const *candidates, struct diagnostics *diagnostics)
{
  const char *near = nearest_word(name->text, n, candidates);

  diagnostics_error(diagnostics, &name->at, "'%.40s' %s%s%s%s", name->text, what,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}
