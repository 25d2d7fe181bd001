/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/utf8.h */
#pragma once
#include <stddef.h>

/** Bytes of the character that begins a text of n > 0 bytes; 0 when it is none of UTF-8 (RFC 3629).
 */
size_t utf8_character(const char *text, size_t n);
