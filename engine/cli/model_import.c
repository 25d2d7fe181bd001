/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `twintrial model import FILE.xml`: an SBML model becomes a model file. */
#include "cli/model_import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "model/model.h"
#include "sbml/sbml_import.h"

/** What the importer wrote must be a model; where the compiler refuses it, the reason stands at a
 *  line of that text, which the user has not seen. */
static int check_text(const char *path, const char *text, struct arena *arena)
{
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source source = {.name = arena_format(arena, "%s, as a model file", path),
                                .text = text,
                                .length = strlen(text)};
  const bool is_model = model_compile(&source, 0, NULL, arena, diagnostics) != NULL;

  if (!is_model) diagnostics_print(diagnostics, stderr);
  diagnostics_destroy(&diagnostics);
  return is_model ? EXIT_CODE_OK : EXIT_CODE_INVALID_INPUT;
}

/** The file is there whole, or as it was. */
static int write_file(const char *path, const char *text, struct arena *arena)
{
  const char *partial = arena_format(arena, "%s.partial", path);
  const size_t length = strlen(text);
  FILE *file = fopen(partial, "w");
  bool is_written;
  int code;

  if (!file) return failure(EXIT_CODE_FILE, "cannot write %s: %s", partial, strerror(errno));
  is_written = fwrite(text, 1, length, file) == length;
  is_written = fclose(file) == 0 && is_written;
  if (is_written && rename(partial, path) == 0) return EXIT_CODE_OK;
  code = failure(EXIT_CODE_FILE, "cannot write %s: %s", path, strerror(errno));
  remove(partial);
  return code;
}

static int write_text(const char *path, const char *text, struct arena *arena)
{
  const size_t length = strlen(text);

  if (path) return write_file(path, text, arena);
  if (fwrite(text, 1, length, stdout) == length) return EXIT_CODE_OK;
  return failure(EXIT_CODE_FILE, "cannot write the model: %s", strerror(errno));
}

int model_import(const char *path, const char *output)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source *source = source_load(arena, path, NULL, diagnostics);
  const char *text = source ? sbml_import(source, arena, diagnostics) : NULL;
  int code = text ? EXIT_CODE_OK : EXIT_CODE_INVALID_INPUT;

  diagnostics_print(diagnostics, stderr);
  if (code == EXIT_CODE_OK) code = check_text(path, text, arena);
  if (code == EXIT_CODE_OK) code = write_text(output, text, arena);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
  return code;
}
