/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* SEEK_DATA */
#include "results/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"

int disk_write(int descriptor, const char *bytes, size_t n_bytes)
{
  while (n_bytes > 0) {
    const ssize_t written = write(descriptor, bytes, n_bytes);

    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes += written;
    n_bytes -= (size_t)written;
  }
  return fdatasync(descriptor) == 0 ? 0 : errno;
}

int disk_read(int descriptor, const char *path, void *bytes, size_t n_bytes, int64_t offset)
{
  char *next = bytes;

  while (n_bytes > 0) {
    const ssize_t n_read = pread(descriptor, next, n_bytes, offset);

    if (n_read < 0 && errno == EINTR) continue;
    if (n_read < 0) return failure(EXIT_CODE_FILE, "cannot read %s: %s", path, strerror(errno));
    if (n_read == 0) return failure(EXIT_CODE_FILE, "%s ends too early", path);
    next += n_read;
    n_bytes -= (size_t)n_read;
    offset += n_read;
  }
  return EXIT_CODE_OK;
}

int disk_reserve(const char *path, int64_t n_bytes)
{
  const int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  struct stat status;
  int error = descriptor < 0 || fstat(descriptor, &status) != 0 ? errno : 0;

  if (!error) {
    do {
      error = posix_fallocate(descriptor, 0, n_bytes > status.st_size ? n_bytes : status.st_size);
    } while (error == EINTR);
  }
  if (descriptor >= 0) close(descriptor);
  if (error) return failure(EXIT_CODE_FILE, "cannot write %s: %s", path, strerror(error));
  return EXIT_CODE_OK;
}

/* 0 or errno */
static int copy_piece(int from, int to, off_t start, off_t end)
{
  char buffer[65536];

  while (start < end) {
    const size_t left = (size_t)(end - start);
    const ssize_t n_read = pread(from, buffer, left < sizeof buffer ? left : sizeof buffer, start);

    if (n_read < 0 && errno == EINTR) continue;
    if (n_read <= 0) return n_read < 0 ? errno : EIO;
    for (ssize_t done = 0; done < n_read;) {
      const ssize_t written = pwrite(to, buffer + done, (size_t)(n_read - done), start + done);

      if (written < 0 && errno != EINTR) return errno;
      if (written > 0) done += written;
    }
    start += n_read;
  }
  return 0;
}

static int copy_pieces(int from, int to)
{
  const off_t size = lseek(from, 0, SEEK_END);
  int error = size < 0 || ftruncate(to, size) != 0 ? errno : 0;

  if (!error) error = posix_fallocate(to, 0, size);
  for (off_t end = 0; !error && end < size;) {
    const off_t start = lseek(from, end, SEEK_DATA);

    if (start < 0) return errno == ENXIO ? 0 : errno; /* only a hole is left */
    end = lseek(from, start, SEEK_HOLE);
    error = end < 0 ? errno : copy_piece(from, to, start, end);
  }
  return error;
}

int disk_copy_sparse(int from, const char *path)
{
  const int to = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  const int error = to < 0 ? errno : copy_pieces(from, to);

  if (to >= 0) close(to);
  if (error) return failure(EXIT_CODE_FILE, "cannot write %s: %s", path, strerror(error));
  return EXIT_CODE_OK;
}

static int sync_opened(const char *path, int flags)
{
  const int descriptor = open(path, flags | O_CLOEXEC);
  const int error = descriptor < 0 || fsync(descriptor) != 0 ? errno : 0;

  if (descriptor >= 0) close(descriptor);
  if (error == EINVAL && (flags & O_DIRECTORY)) return EXIT_CODE_OK; /* not every one can */
  if (error) return failure(EXIT_CODE_FILE, "cannot put %s on disk: %s", path, strerror(error));
  return EXIT_CODE_OK;
}

int disk_sync(const char *path)
{
  return sync_opened(path, O_RDWR);
}

int disk_sync_folder_of(const char *path)
{
  char *copy = memory_new(strlen(path) + 1, 1);
  int code;

  memcpy(copy, path, strlen(path));
  code = sync_opened(dirname(copy), O_RDONLY | O_DIRECTORY);
  free(copy);
  return code;
}
