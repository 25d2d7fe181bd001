/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/output.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/hash.h"
#include "results/results_file.h"

static size_t stem_length(const char *path, const char *ending)
{
  const size_t length = strlen(path), extra = strlen(ending);

  return length > extra && strcmp(path + length - extra, ending) == 0 ? length - extra : length;
}

static const char *file_name(const char *path)
{
  const char *slash = strrchr(path, '/');

  return slash ? slash + 1 : path;
}

void output_name(const char *path, const char *protocol, struct arena *arena, struct output *output)
{
  const char *whole = path ? path : file_name(protocol);
  const int stem = (int)stem_length(whole, path ? ".h5" : ".yaml");

  output->results = arena_format(arena, "%.*s.h5", stem, whole);
  output->record = arena_format(arena, "%.*s.run.json", stem, whole);
  output->checksum = arena_format(arena, "%.*s.sha256", stem, whole);
  output->journal = arena_format(arena, "%.*s.journal", stem, whole);
}

int output_check(const struct output *output, const char *inputs_sha256, bool is_forced,
                 bool *is_complete)
{
  struct results_file *file = NULL;
  const char *has, *version;

  *is_complete = false;
  if (access(output->results, F_OK) != 0) return EXIT_CODE_OK;
  if (results_open(output->results, &file) == EXIT_CODE_OK) {
    has = results_attribute_text(file, "/", "inputs_sha256");
    version = results_attribute_text(file, "/", "engine_version");
    *is_complete = has && version && strcmp(has, inputs_sha256) == 0 &&
                   strcmp(version, TWINTRIAL_VERSION) == 0;
    results_close(&file);
  }
  if (*is_complete || is_forced) return EXIT_CODE_OK;
  return failure(
      EXIT_CODE_INVALID_INPUT,
      "%s holds the results of other inputs or another version; choose another name with "
      "--output, or replace it with --force",
      output->results);
}

static int empty_folder(const char *path)
{
  DIR *folder = opendir(path);
  struct dirent *entry;
  char name[4096];

  if (!folder) return EXIT_CODE_OK;
  while ((entry = readdir(folder))) {
    if (entry->d_name[0] == '.') continue;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (unlink(name) != 0) {
      closedir(folder);
      return failure(EXIT_CODE_FILE, "cannot remove %s: %s", name, strerror(errno));
    }
  }
  closedir(folder);
  return EXIT_CODE_OK;
}

int output_open_journal(const struct output *output)
{
  if (mkdir(output->journal, 0777) != 0 && errno != EEXIST)
    return failure(EXIT_CODE_FILE, "cannot create %s: %s", output->journal, strerror(errno));
  return empty_folder(output->journal);
}

int output_remove_journal(const struct output *output)
{
  TRY(empty_folder(output->journal));
  if (rmdir(output->journal) != 0)
    return failure(EXIT_CODE_FILE, "cannot remove %s: %s", output->journal, strerror(errno));
  return EXIT_CODE_OK;
}

int output_write_checksum(const struct output *output, char *text)
{
  FILE *file;
  int problem;

  TRY(sha256_of_file(output->results, text));
  file = fopen(output->checksum, "w");
  if (!file)
    return failure(EXIT_CODE_FILE, "cannot write %s: %s", output->checksum, strerror(errno));
  problem = fprintf(file, "%s  %s\n", text, file_name(output->results)) < 0;
  if (fclose(file) != 0 || problem)
    return failure(EXIT_CODE_FILE, "cannot write %s: %s", output->checksum, strerror(errno));
  return EXIT_CODE_OK;
}
