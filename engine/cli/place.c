/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"

enum { PATH_BYTES = 4096 };

const char *place_prefix(void)
{
  static char path[PATH_BYTES];
  ssize_t length;
  char *inside;

  if (path[0]) return path;
  length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0) exit(failure(EXIT_CODE_INTERNAL, "cannot tell where the program is"));
  path[length] = '\0';
  inside = strstr(path, "/libexec/twintrial/");
  if (!inside) inside = strrchr(path, '/'); /* .../bin/twintrial */
  *inside = '\0';
  if (strlen(path) > 4 && strcmp(path + strlen(path) - 4, "/bin") == 0)
    path[strlen(path) - 4] = '\0';
  return path;
}

const char *place_models(void)
{
  static char path[PATH_BYTES + 32];
  const char *wish = getenv("TWINTRIAL_MODELS");

  if (wish && wish[0]) return wish;
  snprintf(path, sizeof path, "%s/share/twintrial/models", place_prefix());
  return path;
}
