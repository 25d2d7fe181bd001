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

struct kernel_store {
  int n_folders;
  const char *const *folders;
  size_t n_loaded, capacity;
  void **loaded; /* handles of dlopen() */
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

void kernel_store_destroy(struct kernel_store **store)
{
  if (!*store) return;
  for (size_t i = 0; i < (*store)->n_loaded; i++) dlclose((*store)->loaded[i]);
  free((*store)->loaded);
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

/** The hash that was stored when the file was made. */
static bool is_unchanged(const char *path, struct arena *arena)
{
  char made[SHA256_TEXT_BYTES] = "", now[SHA256_TEXT_BYTES];
  FILE *file = fopen(arena_format(arena, "%s.sha256", path), "r");
  size_t n = 0;

  if (file) {
    n = fread(made, 1, SHA256_TEXT_BYTES - 1, file);
    fclose(file);
  }
  if (n == SHA256_TEXT_BYTES - 1 && sha256_of_file(path, now) == EXIT_CODE_OK &&
      strcmp(made, now) == 0)
    return true;
  fprintf(stderr,
          "twintrial: warning: %s is not what was built (its SHA-256 differs); the model is "
          "interpreted. Build it again with `twintrial model build`.\n",
          path);
  return false;
}

static void *load(struct kernel_store *store, const char *name, struct arena *arena)
{
  for (int i = 0; i < store->n_folders; i++) {
    const char *path = arena_format(arena, "%s/%s.so", store->folders[i], name);
    void *handle;

    if (access(path, R_OK) != 0 || !is_unchanged(path, arena)) continue;
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle) return handle;
    fprintf(stderr, "twintrial: warning: %s; the model is interpreted\n", dlerror());
  }
  return NULL;
}

static void *function_of(void *handle, const char *method, enum simd simd, struct arena *arena)
{
  return dlsym(handle, arena_format(arena, "twintrial_%s_%s", method, simd_name(simd)));
}

/** The functions of a loaded object. (ISO C has no conversion from void * to a function.) */
static const struct kernel *found(struct kernel_store *store, void *handle, enum simd simd,
                                  struct arena *arena)
{
  struct kernel *kernel = arena_new(store->arena, 1, sizeof *kernel);

  *(void **)&kernel->outputs = function_of(handle, "outputs", simd, arena);
  *(void **)&kernel->explicit_steps = function_of(handle, "explicit", simd, arena);
  *(void **)&kernel->rosenbrock_steps = function_of(handle, "rosenbrock", simd, arena);
  *(void **)&kernel->linear_steps = function_of(handle, "linear", simd, arena);
  return kernel;
}

const struct kernel *kernel_store_find(struct kernel_store *store, const struct model *model,
                                       enum simd simd)
{
  struct arena *arena;
  char name[SHA256_TEXT_BYTES], *text;
  const struct kernel *kernel = NULL;
  void *handle;

  if (!store) return NULL;
  arena = arena_create();
  kernel_name(model, name, &text);
  free(text);
  handle = load(store, name, arena);
  if (handle) {
    store->loaded = memory_grow(store->loaded, store->n_loaded + 1, &store->capacity,
                                sizeof *store->loaded);
    store->loaded[store->n_loaded++] = handle;
    kernel = found(store, handle, simd, arena);
  }
  arena_destroy(&arena);
  return kernel;
}
