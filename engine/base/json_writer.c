/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json_writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"

enum { MAX_DEPTH = 64, NUMBER_BYTES = 32 };

struct json_writer {
  FILE *stream;
  int depth;
  char closing[MAX_DEPTH];
  bool is_empty[MAX_DEPTH + 1], after_key;
};

struct json_writer *json_writer_create(FILE *stream)
{
  struct json_writer *json = memory_new(1, sizeof *json);

  json->stream = stream;
  json->is_empty[0] = true;
  return json;
}

void json_writer_destroy(struct json_writer **json)
{
  if (!*json) return;
  REQUIRE((*json)->depth == 0);
  fputc('\n', (*json)->stream);
  free(*json);
  *json = NULL;
}

static void new_line(struct json_writer *json)
{
  fputc('\n', json->stream);
  for (int i = 0; i < json->depth; i++) fputs("  ", json->stream);
}

/** Before every value: comma and line where they belong. */
static void separate(struct json_writer *json)
{
  if (json->after_key) {
    json->after_key = false;
    return;
  }
  if (!json->is_empty[json->depth]) fputc(',', json->stream);
  json->is_empty[json->depth] = false;
  if (json->depth > 0) new_line(json);
}

static void begin(struct json_writer *json, char opening, char closing)
{
  REQUIRE(json->depth < MAX_DEPTH);
  separate(json);
  fputc(opening, json->stream);
  json->closing[json->depth++] = closing;
  json->is_empty[json->depth] = true;
}

void json_begin_object(struct json_writer *json)
{
  begin(json, '{', '}');
}

void json_begin_array(struct json_writer *json)
{
  begin(json, '[', ']');
}

void json_end(struct json_writer *json)
{
  const bool was_empty = json->is_empty[json->depth];

  json->depth--;
  if (!was_empty) new_line(json);
  fputc(json->closing[json->depth], json->stream);
}

static void quoted(struct json_writer *json, const char *text)
{
  fputc('"', json->stream);
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\')
      fprintf(json->stream, "\\%c", *c);
    else if (*c == '\n')
      fputs("\\n", json->stream);
    else if (*c < 0x20)
      fprintf(json->stream, "\\u%04x", *c);
    else
      fputc(*c, json->stream);
  }
  fputc('"', json->stream);
}

void json_key(struct json_writer *json, const char *key)
{
  separate(json);
  quoted(json, key);
  fputs(": ", json->stream);
  json->after_key = true;
}

void json_text(struct json_writer *json, const char *text)
{
  separate(json);
  quoted(json, text);
}

void json_number(struct json_writer *json, double value)
{
  char text[NUMBER_BYTES];

  separate(json);
  fputs(isfinite(value) ? number_text(value, text) : "null", json->stream);
}

void json_integer(struct json_writer *json, int64_t value)
{
  separate(json);
  fprintf(json->stream, "%" PRId64, value);
}

void json_flag(struct json_writer *json, bool value)
{
  separate(json);
  fputs(value ? "true" : "false", json->stream);
}

void json_null(struct json_writer *json)
{
  separate(json);
  fputs("null", json->stream);
}

const char *number_text(double value, char *text)
{
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, NUMBER_BYTES, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  return text;
}
