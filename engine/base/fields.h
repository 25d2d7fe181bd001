/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/fields.h
 * A record of a YAML file described once, as a table of fields. The table reads the file (strictly,
 * all mistakes in one pass), writes the resolved copy with every default, and prints the JSON
 * Schema for editors and the reference page. Every record begins with `struct place at`. */
#pragma once
#include <stdint.h>
#include "base/yaml_document.h"

struct json_writer;

/** A text with its place; text is NULL when absent. */
struct text {
  const char *text;
  struct place at;
};
/** An expression of the model language as written; node is NULL when absent. */
struct formula {
  const char *text;
  const struct yaml_node *node;
};
/** Records one after the other, each of its record's size. */
struct list {
  size_t n;
  void *items;
  const struct place *places; /* [n] of numbers; NULL of other lists */
};

enum field_kind {
  FIELD_TEXT,          /* struct text: any text */
  FIELD_NAME,          /* struct text: letters, digits and _, for example an arm */
  FIELD_NUMBER,        /* double, in `unit` when that is set: "0.5 mg", "P84D" */
  FIELD_COUNT,         /* int64_t */
  FIELD_FLAG,          /* bool */
  FIELD_CHOICE,        /* int: index into choices */
  FIELD_FORMULA,       /* struct formula */
  FIELD_RECORD,        /* const struct x *, NULL when absent */
  FIELD_RECORDS,       /* struct list of records; a single mapping is a list of one */
  FIELD_NAMED_RECORDS, /* struct list from a mapping; the key goes to the record's first field */
  FIELD_TEXTS,         /* struct list of struct text; a single text is a list of one */
  FIELD_NUMBERS,       /* struct list of double, in `unit`; NaN: reported */
  FIELD_FORMULAS,      /* struct list of struct named_formula, from a mapping */
  FIELD_NODE           /* const struct yaml_node *: read by its owner; `help` says the form */
};

struct named_formula {
  struct text name;
  struct formula formula;
};

struct record_type;
struct field {
  const char *name;
  enum field_kind kind;
  size_t offset;
  const char *help; /* one sentence; for the reference page and for editors */
  bool is_required;
  const char *fallback;       /* the default as written, {} of a record; NULL: absent */
  const char *unit;           /* of numbers; NULL: a pure number */
  double minimum, maximum;    /* of numbers and counts; both 0: no limits */
  const char *const *choices; /* NULL-terminated */
  const struct record_type *record;
};

struct record_type {
  const char *name, *help;
  size_t size;
  int n_fields;
  const struct field *fields;
};

#define FIELD_COUNT_OF(fields) ((int)(sizeof(fields) / sizeof *(fields)))

/** Reads `node` into a new record, in the arena; never NULL: what could not be read has its default
 *  and an error stands in the diagnostics. */
void *record_read(const struct record_type *type, const struct yaml_node *node, struct arena *arena,
                  struct diagnostics *diagnostics);
/** An error at a name that is not what it should be, with the nearest of those that are: "'fixd' is
 *  not an arm; did you mean 'fixed'?" Candidates may be NULL. */
void text_unknown(const struct text *name, const char *what, size_t n,
                  const char *const *candidates, struct diagnostics *diagnostics);
/** The record with all defaults, as one JSON object. Numbers stand in their field's unit. */
void record_write_json(const struct record_type *type, const void *record,
                       struct json_writer *json);

/** JSON Schema, draft 07. */
void record_write_schema(const struct record_type *type, const char *title,
                         struct json_writer *json);
/** The reference page, Markdown: one section a record, one row a field. */
void record_write_reference(const struct record_type *type, FILE *stream);
