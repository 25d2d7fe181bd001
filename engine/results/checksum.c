/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/checksum.h"

#include <string.h>

static const uint64_t prime_1 = 0x9E3779B185EBCA87, prime_2 = 0xC2B2AE3D27D4EB4F,
                      prime_3 = 0x165667B19E3779F9, prime_4 = 0x85EBCA77C2B2AE63,
                      prime_5 = 0x27D4EB2F165667C5;

static uint64_t rotated(uint64_t x, int bits)
{
  return x << bits | x >> (64 - bits);
}

static uint64_t word64(const unsigned char *bytes)
{
  uint64_t word;

  memcpy(&word, bytes, sizeof word);
  return word;
}

static uint64_t word32(const unsigned char *bytes)
{
  uint32_t word;

  memcpy(&word, bytes, sizeof word);
  return word;
}

static uint64_t mixed(uint64_t accumulator, uint64_t word)
{
  return rotated(accumulator + word * prime_2, 31) * prime_1;
}

static uint64_t merged(uint64_t hash, uint64_t accumulator)
{
  return (hash ^ mixed(0, accumulator)) * prime_1 + prime_4;
}

/* Four independent accumulators over stripes of 32 bytes. */
static uint64_t stripes(const unsigned char *bytes, size_t n_stripes, uint64_t seed)
{
  uint64_t a[4] = {seed + prime_1 + prime_2, seed + prime_2, seed, seed - prime_1};
  uint64_t hash;

  for (size_t s = 0; s < n_stripes; s++) {
    for (size_t k = 0; k < 4; k++) a[k] = mixed(a[k], word64(bytes + 32 * s + 8 * k));
  }
  hash = rotated(a[0], 1) + rotated(a[1], 7) + rotated(a[2], 12) + rotated(a[3], 18);
  for (int k = 0; k < 4; k++) hash = merged(hash, a[k]);
  return hash;
}

uint64_t checksum(const void *bytes, size_t n_bytes, uint64_t seed)
{
  const unsigned char *next = bytes, *end = next + n_bytes;
  uint64_t hash = n_bytes >= 32 ? stripes(next, n_bytes / 32, seed) : seed + prime_5;

  next += n_bytes / 32 * 32;
  hash += n_bytes;
  for (; end - next >= 8; next += 8) {
    hash = rotated(hash ^ mixed(0, word64(next)), 27) * prime_1 + prime_4;
  }
  for (; end - next >= 4; next += 4) {
    hash = rotated(hash ^ (word32(next) * prime_1), 23) * prime_2 + prime_3;
  }
  for (; next < end; next++) hash = rotated(hash ^ (*next * prime_5), 11) * prime_1;
  hash = (hash ^ hash >> 33) * prime_2;
  hash = (hash ^ hash >> 29) * prime_3;
  return hash ^ hash >> 32;
}
