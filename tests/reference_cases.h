/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/reference_cases.h
 * Cases of a reference collection kept outside the repository: the folder named by the environment
 * variable TWINTRIAL_REFERENCE_DATA holds trial-statistics/cases.json and the data beside it. Tests
 * that need it are skipped when it is not there. Include after cmocka.h. */
#pragma once
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The folder, or the running test is skipped. */
static inline const char *reference_folder(void)
{
  const char *folder = getenv("TWINTRIAL_REFERENCE_DATA");

  if (!folder || !*folder) skip();
  return folder;
}

/** The case with this id, a new reference; a missing file or case fails the test. */
static inline json_t *reference_case(const char *id)
{
  char path[4096];
  json_error_t error;
  json_t *root, *found = NULL, *entry;
  size_t i;

  snprintf(path, sizeof path, "%s/trial-statistics/cases.json", reference_folder());
  root = json_load_file(path, 0, &error);
  if (!root) fail_msg("%s: %s", path, error.text);
  json_array_foreach(json_object_get(root, "cases"), i, entry)
  {
    if (strcmp(json_string_value(json_object_get(entry, "id")), id) == 0)
      found = json_incref(entry);
  }
  json_decref(root);
  if (!found) fail_msg("no case %s in %s", id, path);
  return found;
}

/** Follows keys and array positions, "expected.ci.0". A wrong path fails the test. */
static inline json_t *reference_at(json_t *value, const char *path)
{
  char copy[256], *rest = copy;

  snprintf(copy, sizeof copy, "%s", path);
  for (char *key = strtok_r(copy, ".", &rest); key; key = strtok_r(NULL, ".", &rest)) {
    value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key))
                                 : json_object_get(value, key);
    if (!value) fail_msg("no %s in the case", path);
  }
  return value;
}

static inline double reference_number(json_t *value, const char *path)
{
  return json_number_value(reference_at(value, path));
}

/** Copies an array of numbers and returns its length, at most `capacity`. */
static inline size_t reference_numbers(json_t *value, const char *path, double *numbers,
                                       size_t capacity)
{
  json_t *array = reference_at(value, path);
  size_t n = json_array_size(array);

  if (n > capacity) fail_msg("%s is longer than %zu", path, capacity);
  for (size_t i = 0; i < n; i++) numbers[i] = json_number_value(json_array_get(array, i));
  return n;
}

/** NaN and a distance above `tolerance` fail. */
#define assert_near(value, expected, tolerance)                                                    \
  do {                                                                                             \
    const double near_value_ = (value), near_expected_ = (expected);                               \
    const double near_distance_ = near_value_ > near_expected_ ? near_value_ - near_expected_      \
                                                               : near_expected_ - near_value_;     \
    if (!(near_distance_ <= (tolerance)))                                                          \
      fail_msg("%s is %.15g, not %.15g +- %g", #value, near_value_, near_expected_,                \
               (double)(tolerance));                                                               \
  } while (0)
