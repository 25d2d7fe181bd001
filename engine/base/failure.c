/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int failure(int code, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  fputs("twintrial: error: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  return code;
}

void failure_abort(const char *condition, const char *file, int line)
{
  fprintf(stderr, "twintrial: internal error: %s:%d: '%s' does not hold; please report this\n",
          file, line, condition);
  exit(EXIT_CODE_INTERNAL);
}
