/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/disk.h
 * Bytes that are surely on disk. Each prints its message and returns EXIT_CODE_FILE on failure,
 * but for disk_write(). */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** All of the bytes, and on disk; 0 or errno. */
int disk_write(int descriptor, const char *bytes, size_t n_bytes);
/** All of the bytes from `offset` on; `path` is for the message. */
int disk_read(int descriptor, const char *path, void *bytes, size_t n_bytes, int64_t offset);
/** Gives a file, made if need be, at least `n_bytes` of disk and no less than it has. */
int disk_reserve(const char *path, int64_t n_bytes);
/** Copies what a sparse file holds to a file of its size, reserved in full. */
int disk_copy_sparse(int from, const char *path);
int disk_sync(const char *path);
/** Without this a crash could lose the name of a file whose bytes are safe. */
int disk_sync_folder_of(const char *path);
