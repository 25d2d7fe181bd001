/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/hash.h"
#include "results/results_file.h"

static const char lock_name[] = "lock";

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

int output_name(const char *path, const char *protocol, struct arena *arena, struct output *output)
{
  const char *whole = path ? path : file_name(protocol);
  const int stem = (int)stem_length(whole, path ? ".h5" : ".yaml");

  struct stat status;

  if (stem == 0 || whole[stem - 1] == '/')
    return failure(EXIT_CODE_INVALID_INPUT, "'%s' is no name for a results file", whole);
  if (stat(whole, &status) == 0 && !S_ISREG(status.st_mode))
    return failure(EXIT_CODE_INVALID_INPUT, "%s is there and is no file; choose another --output",
                   whole);
  output->results = arena_format(arena, "%.*s.h5", stem, whole);
  output->record = arena_format(arena, "%.*s.run.json", stem, whole);
  output->checksum = arena_format(arena, "%.*s.sha256", stem, whole);
  output->journal = arena_format(arena, "%.*s.journal", stem, whole);
  return EXIT_CODE_OK;
}

int output_check(const struct output *output, const char *inputs_sha256, bool is_forced,
                 bool *is_complete)
{
  struct results_file *file = NULL;
  const char *has, *version;

  *is_complete = false;
  if (access(output->results, F_OK) != 0) return EXIT_CODE_OK;
  if (results_open(output->results, &file) != EXIT_CODE_OK)
    return is_forced ? EXIT_CODE_OK
                     : failure(EXIT_CODE_INVALID_INPUT,
                               "a file is in the way that is no results file; choose another name "
                               "with --output, or replace it with --fresh --force");
  has = results_attribute_text(file, "/", "inputs_sha256");
  version = results_attribute_text(file, "/", "engine_version");
  *is_complete = has && version && strcmp(has, inputs_sha256) == 0 &&
                 strcmp(version, TWINTRIAL_VERSION) == 0;
  results_close(&file);
  if (*is_complete || is_forced) return EXIT_CODE_OK;
  return failure(
      EXIT_CODE_INVALID_INPUT,
      "%s holds the results of other inputs or another version; choose another name with "
      "--output, or replace it with --fresh --force",
      output->results);
}

static bool has_ending(const char *name, const char *ending)
{
  return stem_length(name, ending) < strlen(name);
}

static int remove_segment(const struct output *output, DIR *folder, const char *name)
{
  if (name[0] == '.' || strcmp(name, lock_name) == 0) return EXIT_CODE_OK;
  if (!has_ending(name, ".segment"))
    return failure(EXIT_CODE_INVALID_INPUT,
                   "%s holds '%s', which no run made; move it away, or choose another --output",
                   output->journal, name);
  if (unlinkat(dirfd(folder), name, 0) != 0)
    return failure(EXIT_CODE_FILE, "cannot remove %s/%s: %s", output->journal, name,
                   strerror(errno));
  return EXIT_CODE_OK;
}

static int remove_segments(const struct output *output)
{
  DIR *folder = opendir(output->journal);
  struct dirent *entry;
  int code = EXIT_CODE_OK;

  if (!folder)
    return failure(EXIT_CODE_FILE, "cannot read %s: %s", output->journal, strerror(errno));
  while (code == EXIT_CODE_OK && (entry = readdir(folder)))
    code = remove_segment(output, folder, entry->d_name);
  closedir(folder);
  return code;
}

/** Held until the process ends, however it ends. */
static int lock_journal(struct output *output)
{
  struct arena *arena = arena_create();
  const char *path = arena_format(arena, "%s/%s", output->journal, lock_name);
  int code = EXIT_CODE_OK;

  output->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (output->lock < 0)
    code = failure(EXIT_CODE_FILE, "cannot write %s: %s", path, strerror(errno));
  else if (flock(output->lock, LOCK_EX | LOCK_NB) != 0)
    code = failure(EXIT_CODE_INVALID_INPUT,
                   "another run is writing %s; wait, or choose another "
                   "--output",
                   output->results);
  arena_destroy(&arena);
  return code;
}

int output_open_journal(struct output *output)
{
  if (mkdir(output->journal, 0777) != 0 && errno != EEXIST)
    return failure(EXIT_CODE_FILE, "cannot create %s: %s", output->journal, strerror(errno));
  TRY(lock_journal(output));
  return remove_segments(output);
}

int output_remove_journal(struct output *output)
{
  struct arena *arena = arena_create();
  const char *path = arena_format(arena, "%s/%s", output->journal, lock_name);
  int code = remove_segments(output);

  if (code == EXIT_CODE_OK && (unlink(path) != 0 || rmdir(output->journal) != 0))
    code = failure(EXIT_CODE_FILE, "cannot remove %s: %s", output->journal, strerror(errno));
  close(output->lock);
  arena_destroy(&arena);
  return code;
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
