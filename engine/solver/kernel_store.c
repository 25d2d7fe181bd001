/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "model/emit.h"
#include "solver/kernel.h"

/** An answer to kernel_store_find(). */
struct answer {
  const char *name;
  enum simd simd;
  void *handle; /* of dlopen(); NULL: there is none */
  const struct kernel *kernel;
};

struct kernel_store {
  int n_folders;
  const char *const *folders;
  size_t n, capacity;
  struct answer *answers;
  bool is_hushed;
  struct arena *arena;
};

struct kernel_store *kernel_store_create(int n_folders, const char *const *folders)
{
  struct kernel_store *store = memory_new(1, sizeof *store);

  store->n_folders = n_folders;
  store->folders = folders;
  store->arena = arena_create();
  return store;
}

void kernel_store_hush(struct kernel_store *store)
{
  store->is_hushed = true;
}

void kernel_store_destroy(struct kernel_store **store)
{
  if (!*store) return;
  for (size_t i = 0; i < (*store)->n; i++)
    if ((*store)->answers[i].handle) dlclose((*store)->answers[i].handle);
  free((*store)->answers);
  arena_destroy(&(*store)->arena);
  free(*store);
  *store = NULL;
}

void kernel_name(const struct model *model, char name[SHA256_TEXT_BYTES], char **text)
{
  char *equations = model_emit(model);
  struct arena *arena = arena_create();
  const char *all = arena_format(arena,
                                 "/* Made with methods %s */\n#include \"solver/kernel_begin.h\"\n"
                                 "%s#include \"solver/kernel_end.h\"\n",
                                 TWINTRIAL_METHODS_SHA256, equations);

  sha256_text(all, strlen(all), name);
  *text = memory_new(strlen(all) + 1, 1);
  strcpy(*text, all);
  free(equations);
  arena_destroy(&arena);
}

/** The hash that was stored when the file was made; `now` is that of the file. */
static bool is_unchanged(const char *path, char now[SHA256_TEXT_BYTES], struct arena *arena)
{
  char made[SHA256_TEXT_BYTES] = "";
  FILE *file = fopen(arena_format(arena, "%s.sha256", path), "r");
  size_t n = 0;

  if (file) {
    n = fread(made, 1, SHA256_TEXT_BYTES - 1, file);
    fclose(file);
  }
  return n == SHA256_TEXT_BYTES - 1 && sha256_of_file(path, now) == EXIT_CODE_OK &&
         strcmp(made, now) == 0;
}

static void warn(const struct kernel_store *store, const char *problem)
{
  if (!store->is_hushed)
    fprintf(stderr,
            "twintrial: warning: %s; the model is interpreted. Build it again with `twintrial "
            "model build`.\n",
            problem);
}

static bool is_of(void *handle, const char *name)
{
  const char *built = dlsym(handle, "twintrial_kernel_name");

  return built && strcmp(built, name) == 0;
}

static void *load(struct kernel_store *store, const char *name, char sha256[SHA256_TEXT_BYTES])
{
  for (int i = 0; i < store->n_folders; i++) {
    const char *path = arena_format(store->arena, "%s/%s.so", store->folders[i], name);
    void *handle;

    if (access(path, R_OK) != 0) continue;
    if (!is_unchanged(path, sha256, store->arena)) {
      warn(store,
           arena_format(store->arena, "%s is not what was built (its SHA-256 differs)", path));
      continue;
    }
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle && is_of(handle, name)) return handle;
    warn(store, handle ? arena_format(store->arena, "%s holds another model", path) : dlerror());
    if (handle) dlclose(handle);
  }
  return NULL;
}

static void *function_of(const struct answer *answer, const char *method, struct arena *arena)
{
  return dlsym(answer->handle,
               arena_format(arena, "twintrial_%s_%s", method, simd_name(answer->simd)));
}

/** The functions of a loaded object. (ISO C has no conversion from void * to a function.) */
static const struct kernel *found(const struct answer *answer, const char *sha256,
                                  struct arena *arena)
{
  struct kernel *kernel = arena_new(arena, 1, sizeof *kernel);

  kernel->name = answer->name;
  kernel->sha256 = arena_text(arena, sha256, SHA256_TEXT_BYTES - 1);
  *(void **)&kernel->outputs = function_of(answer, "outputs", arena);
  *(void **)&kernel->explicit_steps = function_of(answer, "explicit", arena);
  *(void **)&kernel->rosenbrock_steps = function_of(answer, "rosenbrock", arena);
  *(void **)&kernel->linear_steps = function_of(answer, "linear", arena);
  if (!kernel->outputs || !kernel->explicit_steps) return NULL; /* not all was built */
  return kernel;
}

static const struct kernel *look_for(struct kernel_store *store, const char *name, enum simd simd)
{
  char sha256[SHA256_TEXT_BYTES];
  struct answer answer = {.name = arena_text(store->arena, name, strlen(name)), .simd = simd};

  answer.handle = load(store, name, sha256);
  if (answer.handle) answer.kernel = found(&answer, sha256, store->arena);
  store->answers = memory_grow(store->answers, store->n + 1, &store->capacity,
                               sizeof *store->answers);
  store->answers[store->n++] = answer;
  return answer.kernel;
}

const struct kernel *kernel_store_find(struct kernel_store *store, const struct model *model,
                                       enum simd simd)
{
  char name[SHA256_TEXT_BYTES], *text;

  if (!store) return NULL;
  kernel_name(model, name, &text);
  free(text);
  for (size_t i = 0; i < store->n; i++)
    if (strcmp(store->answers[i].name, name) == 0 && store->answers[i].simd == simd)
      return store->answers[i].kernel;
  return look_for(store, name, simd);
}
