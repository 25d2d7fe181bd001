/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "plan/inputs.h"

enum { PATH_BYTES = 4096 };

const char *place_prefix(struct arena *arena)
{
  char path[PATH_BYTES];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  char *end;

  if (length <= 0) exit(failure(EXIT_CODE_INTERNAL, "cannot tell where the program is"));
  path[length] = '\0';
  end = strstr(path, "/libexec/twintrial/");
  if (!end) end = strrchr(path, '/'); /* .../bin/twintrial */
  *end = '\0';
  if (end - path > 4 && strcmp(end - 4, "/bin") == 0) end -= 4;
  return arena_text(arena, path, (size_t)(end - path));
}

const char *place_models(struct arena *arena)
{
  const char *wish = getenv("TWINTRIAL_MODELS");

  if (wish && wish[0]) return wish;
  return arena_format(arena, "%s/share/twintrial/models", place_prefix(arena));
}

const char *place_qualification(struct arena *arena)
{
  return arena_format(arena, "%s/share/twintrial/qualification", place_prefix(arena));
}

int place_model(const char *name, struct arena *arena, const char **path)
{
  static const struct source here = {"", "", 0, 0};
  const struct text text = {name, {&here, 1, 1, 1}};
  const char *near;

  *path = model_path(&text, place_models(arena), arena);
  if (!model_is_missing(&text, place_models(arena), arena, &near)) return EXIT_CODE_OK;
  if (near)
    return failure(EXIT_CODE_INVALID_INPUT, "no library model '%s'; did you mean '%s'?", name,
                   near);
  return failure(EXIT_CODE_INVALID_INPUT,
                 "no library model '%s'; see `twintrial model list`, or name a file", name);
}

const char *place_library_kernels(struct arena *arena)
{
  return arena_format(arena, "%s/share/twintrial/kernels", place_prefix(arena));
}

const char *place_kernels(struct arena *arena)
{
  const char *wish = getenv("TWINTRIAL_KERNELS"), *cache = getenv("XDG_CACHE_HOME");
  const char *home = getenv("HOME");

  if (wish && wish[0]) return wish;
  if (cache && cache[0]) return arena_format(arena, "%s/twintrial/kernels", cache);
  return arena_format(arena, "%s/.cache/twintrial/kernels", home ? home : "");
}

const char *place_sources(struct arena *arena)
{
  return arena_format(arena, "%s/share/twintrial/sources", place_prefix(arena));
}
