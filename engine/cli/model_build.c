/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `twintrial model build`: compiles a model's equations for this machine's compiler and stores them
 * where `run` looks. The compiler sees numbers and operators, never the text of the model. */
#define _GNU_SOURCE /* environ */
#include <dirent.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "cli/front_commands.h"
#include "cli/place.h"
#include "solver/kernel.h"

enum { MAX_WORDS = 64 };

struct variant {
  const char *name, *flags[4];
};

static const struct variant variants[] = {
    {"baseline", {NULL}},
    {"avx2", {"-mavx2", "-mfma", NULL}},
    {"avx512", {"-mavx512f", "-mavx512dq", "-mavx512vl", NULL}},
};
enum { N_VARIANTS = sizeof variants / sizeof variants[0] };

/* The functions of a kernel; each is compiled apart. */
struct part {
  const char *name, *macro;
};
static const struct part parts[] = {{"outputs", "-DKERNEL_OUTPUTS"},
                                    {"explicit", "-DKERNEL_EXPLICIT"},
                                    {"linear", "-DKERNEL_LINEAR"},
                                    {"rosenbrock", "-DKERNEL_ROSENBROCK"}};
enum { N_PARTS = sizeof parts / sizeof parts[0], N_OBJECTS = N_PARTS * N_VARIANTS };

/* Those that decide about bits are the ones the program itself is compiled with. */
static const char *const common_flags[] = {
    "-std=gnu11",         "-O2",         "-fPIC", "-ffp-contract=off", "-fno-math-errno",
    "-fno-trapping-math", "-fno-common", "-w",    "-Wno-psabi",        NULL};

struct building {
  const struct model *model;
  struct arena *arena;
  const char *compiler, *sources; /* folder that holds solver/kernel_begin.h */
  const char *name, *scratch;
};

static int start(const char *const *words, pid_t *pid)
{
  const int error = posix_spawnp(pid, words[0], NULL, NULL, (char *const *)words, environ);

  if (error)
    return failure(EXIT_CODE_FILE, "cannot start the C compiler '%s': %s (set CC to another)",
                   words[0], strerror(error));
  return EXIT_CODE_OK;
}

static int finish(pid_t pid)
{
  int status;

  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return failure(EXIT_CODE_INTERNAL, "lost the C compiler");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return EXIT_CODE_OK;
  return failure(EXIT_CODE_FILE, "the C compiler failed; its messages are above");
}

static const char *object_of(const struct building *building, int object)
{
  return arena_format(building->arena, "%s.%d.o", building->scratch, object);
}

static bool has_part(const struct model *model, const struct part *part)
{
  if (strcmp(part->name, "linear") == 0) return model->linear != NULL;
  if (strcmp(part->name, "rosenbrock") == 0) return model->jacobian != NULL;
  return true;
}

static int start_object(const struct building *building, int object, pid_t *pid)
{
  const struct variant *variant = &variants[object % N_VARIANTS];
  const struct part *part = &parts[object / N_VARIANTS];
  const char *words[MAX_WORDS] = {building->compiler};
  int n = 1;

  for (int i = 0; common_flags[i]; i++) words[n++] = common_flags[i];
  for (int i = 0; variant->flags[i]; i++) words[n++] = variant->flags[i];
  words[n++] = part->macro;
  if (object == 0)
    words[n++] = arena_format(building->arena, "-DKERNEL_NAME=\"%s\"", building->name);
  words[n++] = arena_format(building->arena, "-DKERNEL_FUNCTION=twintrial_%s_%s", part->name,
                            variant->name);
  words[n++] = arena_format(building->arena, "-I%s", building->sources);
  words[n++] = "-c";
  words[n++] = arena_format(building->arena, "%s.c", building->scratch);
  words[n++] = "-o";
  words[n++] = object_of(building, object);
  return start(words, pid);
}

static int compile(const struct building *building)
{
  const char *words[MAX_WORDS] = {building->compiler, "-shared", "-s", "-o",
                                  arena_format(building->arena, "%s.so", building->scratch)};
  int n = 5, code = EXIT_CODE_OK;
  pid_t pid;

  for (int i = 0; i < N_OBJECTS && code == EXIT_CODE_OK; i++) {
    if (!has_part(building->model, &parts[i / N_VARIANTS])) continue;
    code = start_object(building, i, &pid);
    if (code == EXIT_CODE_OK) code = finish(pid);
    words[n++] = object_of(building, i);
  }
  if (code == EXIT_CODE_OK) code = start(words, &pid);
  if (code == EXIT_CODE_OK) code = finish(pid);
  return code;
}

static int write_text(const char *path, const char *text)
{
  FILE *file = fopen(path, "w");
  bool is_written = file && fputs(text, file) >= 0;

  if (file && fclose(file) != 0) is_written = false;
  return is_written ? EXIT_CODE_OK
                    : failure(EXIT_CODE_FILE, "cannot write %s: %s", path, strerror(errno));
}

/** The hash is there before the object that it vouches for. */
static int publish(const struct building *building, const char *path)
{
  const char *object = arena_format(building->arena, "%s.so", building->scratch);
  const char *hash = arena_format(building->arena, "%s.sha256", building->scratch);
  char sha256[SHA256_TEXT_BYTES];

  TRY(sha256_of_file(object, sha256));
  TRY(write_text(hash, sha256));
  if (rename(hash, arena_format(building->arena, "%s.sha256", path)) != 0 ||
      rename(object, path) != 0)
    return failure(EXIT_CODE_FILE, "cannot write %s: %s", path, strerror(errno));
  return EXIT_CODE_OK;
}

static void clean(const struct building *building)
{
  remove(arena_format(building->arena, "%s.c", building->scratch));
  for (int i = 0; i < N_OBJECTS; i++) remove(object_of(building, i));
  remove(arena_format(building->arena, "%s.so", building->scratch));
  remove(arena_format(building->arena, "%s.sha256", building->scratch));
}

/** What a build that was killed has left, an hour ago or earlier: .<64 digits>.<number>.<ending> */
static bool is_leftover(const char *folder, const struct dirent *entry, struct arena *arena)
{
  static const char digits[] = "0123456789abcdef";
  const char *name = entry->d_name;
  struct stat status;

  return name[0] == '.' && strspn(name + 1, digits) == SHA256_TEXT_BYTES - 1 &&
         name[SHA256_TEXT_BYTES] == '.' &&
         stat(arena_format(arena, "%s/%s", folder, name), &status) == 0 &&
         S_ISREG(status.st_mode) && time(NULL) - status.st_mtime > 3600;
}

static void sweep(const char *path, struct arena *arena)
{
  DIR *folder = opendir(path);
  struct dirent *entry;

  if (!folder) return;
  while ((entry = readdir(folder)))
    if (is_leftover(path, entry, arena)) remove(arena_format(arena, "%s/%s", path, entry->d_name));
  closedir(folder);
}

static int make_folder(const char *path, struct arena *arena)
{
  char *part = arena_text(arena, path, strlen(path));

  for (char *c = part + 1; *c; c++) {
    if (*c != '/') continue;
    *c = '\0';
    mkdir(part, 0777);
    *c = '/';
  }
  if (mkdir(part, 0777) == 0 || errno == EEXIST) return EXIT_CODE_OK;
  return failure(EXIT_CODE_FILE, "cannot make the folder %s: %s", path, strerror(errno));
}

int model_build(const struct model *model, const char *folder, struct arena *arena)
{
  const char *compiler = getenv("CC");
  char name[SHA256_TEXT_BYTES], *text;
  struct building building = {.model = model,
                              .arena = arena,
                              .compiler = compiler && compiler[0] ? compiler : "cc",
                              .sources = place_sources(arena)};
  const char *path;
  int code;

  TRY(make_folder(folder, arena));
  sweep(folder, arena);
  kernel_name(model, name, &text);
  building.name = name;
  path = arena_format(arena, "%s/%s.so", folder, name);
  building.scratch = arena_format(arena, "%s/.%s.%ld", folder, name, (long)getpid());
  code = write_text(arena_format(arena, "%s.c", building.scratch), text);
  free(text);
  if (code == EXIT_CODE_OK) code = compile(&building);
  if (code == EXIT_CODE_OK) code = publish(&building, path);
  clean(&building);
  if (code == EXIT_CODE_OK) printf("%s: %s\n", model->name, path);
  return code;
}
