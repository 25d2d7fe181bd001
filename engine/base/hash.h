/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/hash.h */
#pragma once
#include <stddef.h>

enum { SHA256_TEXT_BYTES = 65 };

/** SHA-256 as 64 hexadecimal digits and '\0'. */
void sha256_text(const void *bytes, size_t length, char text[SHA256_TEXT_BYTES]);

/** Of a file's bytes; EXIT_CODE_FILE and a message when it cannot be read. */
int sha256_of_file(const char *path, char text[SHA256_TEXT_BYTES]);
