/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diagnostics.h"

/* The encodings are those of RFC 3629, sections 3 and 10: beyond the last character, a surrogate,
 * more bytes than needed, a character cut short. */
static void only_characters_are_said_again(void **state)
{
  static const char text[] = "x\xc3\xa9\x1b\xff,\xed\xa0\x80,\xf4\x90\x80\x80,\xc0\x80,\xe2\x82\n";
  const struct source source = {.name = "f", .text = text, .length = sizeof text - 1};
  const struct place at = {&source, 1, 3, 1};
  struct diagnostics *diagnostics = diagnostics_create();
  size_t length;
  char *said;
  FILE *stream = open_memstream(&said, &length);

  (void)state;
  diagnostics_error(diagnostics, &at, "not '%.2s'", "x\xc3\xa9");
  diagnostics_print(diagnostics, stream);
  fclose(stream);
  assert_string_equal(said, "f:1:3: error: not 'x?'\n"
                            "     1 | x\xc3\xa9??,?,?,?,?\n"
                            "       |   ^\n"
                            "1 error, 0 warnings\n");
  free(said);
  diagnostics_destroy(&diagnostics);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_characters_are_said_again),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
