/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/checksum.h
 * Tells a record that is whole from one that a crash or a bad disk left behind. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** XXH64 (Collet, "xxHash fast digest algorithm", public specification, section XXH64). */
uint64_t checksum(const void *bytes, size_t n_bytes, uint64_t seed);
