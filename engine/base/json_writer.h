/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/json_writer.h
 * Writes JSON with two-space indentation, keys in the order given, numbers in the shortest form
 * that reads back to the same bits. NaN and infinities, which JSON lacks, become null. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_writer;
struct json_writer *json_writer_create(FILE *stream); /* the stream stays the caller's */
void json_writer_destroy(struct json_writer **json);  /* ends with a newline */

void json_begin_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end(struct json_writer *json); /* of the innermost object or array */
void json_key(struct json_writer *json, const char *key);
void json_text(struct json_writer *json, const char *text);
void json_number(struct json_writer *json, double value);
void json_integer(struct json_writer *json, int64_t value);
void json_flag(struct json_writer *json, bool value);
void json_null(struct json_writer *json);

/** The shortest decimal that reads back to the same double; at least 32 bytes. */
const char *number_text(double value, char *text);
