/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/example_folder.h
 * A folder that goes away after the test, its files as bytes, and an ear on what is printed. */
#pragma once
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char example_folder[64];

static inline const char *in_folder(const char *name)
{
  static char paths[4][256];
  static int next;
  char *path = paths[next++ % 4];

  snprintf(path, sizeof paths[0], "%s/%s", example_folder, name);
  return path;
}

static inline void remove_files(const char *folder)
{
  DIR *open_folder = opendir(folder);
  const struct dirent *entry;
  char path[1024];

  while (open_folder && (entry = readdir(open_folder)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path) continue;
    if (unlink(path) != 0) {
      remove_files(path);
      rmdir(path);
    }
  }
  if (open_folder) closedir(open_folder);
}

static inline int start_with_a_folder(void **state)
{
  (void)state;
  strcpy(example_folder, "/tmp/twintrial_test_XXXXXX");
  return mkdtemp(example_folder) && mkdir(in_folder("journal"), 0777) == 0 ? 0 : -1;
}

static inline int end_with_a_folder(void **state)
{
  (void)state;
  remove_files(example_folder);
  return rmdir(example_folder);
}

static inline int is_there(const char *name)
{
  return access(in_folder(name), F_OK) == 0;
}

static inline size_t load_bytes(const char *path, char *bytes, size_t room)
{
  FILE *file = fopen(path, "rb");
  size_t n_bytes;

  assert_non_null(file);
  n_bytes = fread(bytes, 1, room, file);
  assert_true(n_bytes < room);
  fclose(file);
  return n_bytes;
}

static inline void save_bytes(const char *path, const char *bytes, size_t n_bytes)
{
  FILE *file = fopen(path, "wb");

  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, n_bytes, file), n_bytes);
  assert_int_equal(fclose(file), 0);
}

static inline rlim_t limit_file_size(rlim_t bytes)
{
  struct rlimit limit;
  rlim_t old;

  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  old = limit.rlim_cur;
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  return old;
}

/* What `descriptor` (1 or 2) is given between the two calls. */
static int example_saved;

static inline void listen_to(int descriptor)
{
  const int ear = open(in_folder("heard"), O_RDWR | O_CREAT | O_TRUNC, 0666);

  fflush(stdout);
  assert_true(ear >= 0);
  example_saved = dup(descriptor);
  dup2(ear, descriptor);
  close(ear);
}

static inline const char *heard(int descriptor)
{
  static char words[65536];

  fflush(stdout);
  dup2(example_saved, descriptor);
  close(example_saved);
  words[load_bytes(in_folder("heard"), words, sizeof words)] = '\0';
  unlink(in_folder("heard"));
  return words;
}
