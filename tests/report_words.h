/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/report_words.h
 * A report as it is printed. */
#pragma once
#include "report_example.h"

/* Good until the next call. */
static inline const char *printed(const struct trial_report *report, int is_detailed)
{
  static char text[1 << 16];
  FILE *out = fmemopen(text, sizeof text, "w");

  trial_report_print(report, is_detailed, out);
  assert_int_equal(fflush(out), 0);
  fclose(out);
  return text;
}

static inline void expect_text(const char *text, const char *part)
{
  if (!strstr(text, part)) fail_msg("no '%s' in:\n%s", part, text);
}

static inline void check_page(const char *text, size_t n_lines)
{
  size_t width = 0, lines = 0;

  for (const char *c = text; *c; c++) {
    assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
    width = *c == '\n' ? 0 : width + 1;
    lines += *c == '\n';
    if (width > 100) fail_msg("wide line: %.110s", c - 100);
  }
  if (lines > n_lines) fail_msg("%zu lines:\n%s", lines, text);
}

static inline char *json_of(const struct trial_report *report)
{
  char *json = NULL;
  size_t n_bytes = 0;
  FILE *out = open_memstream(&json, &n_bytes);

  trial_report_json(report, out);
  fclose(out);
  return json;
}
