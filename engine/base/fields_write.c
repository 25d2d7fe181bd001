/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the field tables print: the resolved copy, the JSON Schema, the reference page. */
#include "base/fields.h"

#include <math.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/units.h"

static void write_node(const struct yaml_node *node, struct json_writer *json)
{
  double number;

  if (node->kind == NODE_SCALAR) {
    if (!node->is_quoted && number_parse(node->text, &number))
      json_number(json, number);
    else
      json_text(json, node->text);
    return;
  }
  if (node->kind == NODE_MAPPING)
    json_begin_object(json);
  else
    json_begin_array(json);
  for (int i = 0; i < node->n; i++) {
    if (node->kind == NODE_MAPPING) json_key(json, node->keys[i]->text);
    write_node(node->items[i], json);
  }
  json_end(json);
}

static bool is_absent(const struct field *field, const void *value)
{
  switch (field->kind) {
  case FIELD_TEXT:
  case FIELD_NAME:
    return !((const struct text *)value)->text;
  case FIELD_FORMULA:
    return !((const struct formula *)value)->node;
  case FIELD_NUMBER:
    return isnan(*(const double *)value);
  case FIELD_RECORD:
  case FIELD_NODE:
    return !*(const void *const *)value;
  case FIELD_RECORDS:
  case FIELD_NAMED_RECORDS:
  case FIELD_TEXTS:
  case FIELD_NUMBERS:
  case FIELD_FORMULAS:
    return ((const struct list *)value)->n == 0;
  case FIELD_FLAG:
    return !field->is_required && !field->fallback && !*(const bool *)value;
  default:
    return false;
  }
}

/** A quantity is a text with its unit, as it could have been written. */
static void write_number(const struct field *field, double value, struct json_writer *json)
{
  char number[32], text[64];

  if (!field->unit) {
    json_number(json, value);
    return;
  }
  snprintf(text, sizeof text, "%s %s", number_text(value, number), field->unit);
  json_text(json, text);
}

static void write_list(const struct field *field, const struct list *list, struct json_writer *json)
{
  const bool is_object = field->kind == FIELD_FORMULAS;

  if (is_object)
    json_begin_object(json);
  else
    json_begin_array(json);
  for (size_t i = 0; i < list->n; i++) {
    const struct named_formula *formula = (const struct named_formula *)list->items + i;

    /* what could not be read is left out */
    if (field->kind == FIELD_TEXTS && !((const struct text *)list->items)[i].text) continue;
    if (field->kind == FIELD_NUMBERS && isnan(((const double *)list->items)[i])) continue;
    if (is_object && (!formula->name.text || !formula->formula.text)) continue;
    if (field->kind == FIELD_TEXTS)
      json_text(json, ((const struct text *)list->items)[i].text);
    else if (field->kind == FIELD_NUMBERS)
      write_number(field, ((const double *)list->items)[i], json);
    else if (is_object)
      json_key(json, formula->name.text), json_text(json, formula->formula.text);
    else
      record_write_json(field->record, (const char *)list->items + i * field->record->size, json);
  }
  json_end(json);
}

static void write_value(const struct field *field, const void *value, struct json_writer *json)
{
  switch (field->kind) {
  case FIELD_TEXT:
  case FIELD_NAME:
    json_text(json, ((const struct text *)value)->text);
    break;
  case FIELD_FORMULA:
    json_text(json, ((const struct formula *)value)->text);
    break;
  case FIELD_NUMBER:
    write_number(field, *(const double *)value, json);
    break;
  case FIELD_COUNT:
    json_integer(json, *(const int64_t *)value);
    break;
  case FIELD_FLAG:
    json_flag(json, *(const bool *)value);
    break;
  case FIELD_CHOICE:
    json_text(json, field->choices[*(const int *)value]);
    break;
  case FIELD_RECORD:
    record_write_json(field->record, *(const void *const *)value, json);
    break;
  case FIELD_NODE:
    write_node(*(const struct yaml_node *const *)value, json);
    break;
  default:
    write_list(field, value, json);
  }
}

void record_write_json(const struct record_type *type, const void *record, struct json_writer *json)
{
  json_begin_object(json);
  for (int i = 0; i < type->n_fields; i++) {
    const struct field *field = &type->fields[i];
    const void *value = (const char *)record + field->offset;

    if (is_absent(field, value)) continue;
    json_key(json, field->name[0] ? field->name : "name");
    write_value(field, value, json);
  }
  json_end(json);
}

static void write_record_schema(const struct record_type *type, struct json_writer *json);

static void write_type(struct json_writer *json, const char *type)
{
  json_key(json, "type"), json_text(json, type);
}

/** YAML reads 4 as a number where "4 mg" is a text; both are texts here. */
static void write_text_type(struct json_writer *json)
{
  json_key(json, "type");
  json_begin_array(json), json_text(json, "string"), json_text(json, "number"), json_end(json);
}

static void write_number_schema(const struct field *field, struct json_writer *json)
{
  const bool has_limits = field->minimum != 0 || field->maximum != 0;

  if (field->unit) { /* a text with a unit */
    write_type(json, "string");
    return;
  }
  write_type(json, field->kind == FIELD_COUNT ? "integer" : "number");
  if (has_limits && isfinite(field->minimum))
    json_key(json, "minimum"), json_number(json, field->minimum);
  if (has_limits && isfinite(field->maximum))
    json_key(json, "maximum"), json_number(json, field->maximum);
}

/** "one of these, or a list of these" */
static void write_list_schema(const struct field *field, struct json_writer *json)
{
  json_key(json, "anyOf");
  json_begin_array(json);
  for (int is_list = 0; is_list < 2; is_list++) {
    json_begin_object(json);
    if (is_list) {
      write_type(json, "array");
      json_key(json, "items");
      json_begin_object(json);
    }
    if (field->kind == FIELD_RECORDS)
      write_record_schema(field->record, json);
    else if (field->kind == FIELD_NUMBERS)
      write_number_schema(field, json);
    else
      write_text_type(json);
    if (is_list) json_end(json);
    json_end(json);
  }
  json_end(json);
}

static void write_field_schema(const struct field *field, struct json_writer *json)
{
  switch (field->kind) {
  case FIELD_NAME:
    write_type(json, "string");
    break;
  case FIELD_TEXT:
  case FIELD_FORMULA:
    write_text_type(json);
    break;
  case FIELD_NUMBER:
  case FIELD_COUNT:
    write_number_schema(field, json);
    break;
  case FIELD_FLAG:
    write_type(json, "boolean");
    break;
  case FIELD_CHOICE:
    json_key(json, "enum");
    json_begin_array(json);
    for (int i = 0; field->choices[i]; i++) json_text(json, field->choices[i]);
    json_end(json);
    break;
  case FIELD_RECORD:
    write_record_schema(field->record, json);
    break;
  case FIELD_NAMED_RECORDS:
    write_type(json, "object");
    json_key(json, "additionalProperties");
    json_begin_object(json), write_record_schema(field->record, json), json_end(json);
    break;
  case FIELD_FORMULAS:
    write_type(json, "object");
    break;
  case FIELD_NODE:
    break;
  default:
    write_list_schema(field, json);
  }
}

/** Into an open object. What a file extends may have what it lacks itself. */
static void write_required(const struct record_type *type, struct json_writer *json)
{
  bool may_extend = false;

  for (int i = 0; i < type->n_fields; i++)
    may_extend = may_extend || strcmp(type->fields[i].name, "extends") == 0;
  if (may_extend) {
    json_key(json, "anyOf");
    json_begin_array(json);
    json_begin_object(json);
    json_key(json, "required");
    json_begin_array(json), json_text(json, "extends"), json_end(json);
    json_end(json);
    json_begin_object(json);
  }
  json_key(json, "required");
  json_begin_array(json);
  for (int i = 0; i < type->n_fields; i++)
    if (type->fields[i].is_required) json_text(json, type->fields[i].name);
  json_end(json);
  if (may_extend) json_end(json), json_end(json);
}

/** The members of an open object. */
static void write_record_schema(const struct record_type *type, struct json_writer *json)
{
  write_type(json, "object");
  json_key(json, "description"), json_text(json, type->help);
  json_key(json, "additionalProperties"), json_flag(json, false);
  json_key(json, "properties");
  json_begin_object(json);
  for (int i = 0; i < type->n_fields; i++) {
    const struct field *field = &type->fields[i];

    if (!field->name[0]) continue;
    json_key(json, field->name);
    json_begin_object(json);
    if (field->kind != FIELD_RECORD) json_key(json, "description"), json_text(json, field->help);
    write_field_schema(field, json);
    if (field->fallback && field->kind != FIELD_RECORD)
      json_key(json, "default"), json_text(json, field->fallback);
    json_end(json);
  }
  json_end(json);
  write_required(type, json);
}

void record_write_schema(const struct record_type *type, const char *title,
                         struct json_writer *json)
{
  json_begin_object(json);
  json_key(json, "$schema"), json_text(json, "http://json-schema.org/draft-07/schema#");
  json_key(json, "title"), json_text(json, title);
  write_record_schema(type, json);
  json_end(json);
}

static const char *kind_text(const struct field *field)
{
  switch (field->kind) {
  case FIELD_TEXT:
    return "text";
  case FIELD_NAME:
    return "name";
  case FIELD_NUMBER:
    return field->unit ? "quantity" : "number";
  case FIELD_COUNT:
    return "whole number";
  case FIELD_FLAG:
    return "true or false";
  case FIELD_CHOICE:
    return "one of";
  case FIELD_FORMULA:
    return "expression";
  case FIELD_RECORD:
    return "mapping";
  case FIELD_RECORDS:
    return "list";
  case FIELD_NAMED_RECORDS:
    return "named entries";
  case FIELD_TEXTS:
    return "list of texts";
  case FIELD_NUMBERS:
    return field->unit ? "list of quantities" : "list of numbers";
  case FIELD_FORMULAS:
    return "named expressions";
  case FIELD_NODE:
    return "see text";
  }
  return "";
}

static void write_row(const struct field *field, FILE *stream)
{
  fprintf(stream, "| `%s` | %s", field->name, kind_text(field));
  if (field->unit) fprintf(stream, " (%s)", field->unit);
  for (int i = 0; field->choices && field->choices[i]; i++)
    fprintf(stream, "%s `%s`", i ? "," : "", field->choices[i]);
  if (field->record) fprintf(stream, " of [%s](#%s)", field->record->name, field->record->name);
  fprintf(stream, " | %s | %s |\n",
          field->is_required ? "required" : (field->fallback ? field->fallback : ""), field->help);
}

static void write_section(const struct record_type *type, const struct record_type **done,
                          int *n_done, FILE *stream)
{
  for (int i = 0; i < *n_done; i++)
    if (done[i] == type) return;
  done[(*n_done)++] = type;
  fprintf(stream, "\n## %s\n\n%s\n\n| key | value | default | meaning |\n|---|---|---|---|\n",
          type->name, type->help);
  for (int i = 0; i < type->n_fields; i++)
    if (type->fields[i].name[0]) write_row(&type->fields[i], stream);
  for (int i = 0; i < type->n_fields && *n_done < 64; i++)
    if (type->fields[i].record) write_section(type->fields[i].record, done, n_done, stream);
}

void record_write_reference(const struct record_type *type, FILE *stream)
{
  const struct record_type *done[64];
  int n_done = 0;

  fprintf(stream, "# The keys of a %s file\n", type->name);
  write_section(type, done, &n_done, stream);
}
