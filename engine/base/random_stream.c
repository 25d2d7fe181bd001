/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random_stream.h"

#include <Random123/philox.h>
#include <string.h>

#include "base/failure.h"
#include "base/lane_math.h"

enum { DRAW_BITS = 24, MANTISSA_BITS = 52 };

void random_block(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4])
{
  philox4x32_ctr_t block;
  philox4x32_key_t block_key;

  memcpy(block.v, counter, sizeof block.v);
  memcpy(block_key.v, key, sizeof block_key.v);
  block = philox4x32_R(10, block, block_key);
  memcpy(words, block.v, sizeof block.v);
}

double random_uniform(const struct random_stream *stream, enum random_purpose purpose,
                      uint32_t draw, int32_t occasion)
{
  const uint32_t key[2] = {(uint32_t)stream->seed, (uint32_t)(stream->seed >> 32)};
  const uint32_t counter[4] = {stream->patient, stream->replicate,
                               (uint32_t)purpose << DRAW_BITS | draw, (uint32_t)occasion};
  uint32_t words[4];
  uint64_t k;

  REQUIRE(draw < 1U << DRAW_BITS);
  random_block(counter, key, words);
  k = ((uint64_t)words[0] << 32 | words[1]) >> (64 - MANTISSA_BITS);
  return ((double)k + 0.5) / (double)(UINT64_C(1) << MANTISSA_BITS);
}

double random_normal(const struct random_stream *stream, enum random_purpose purpose, uint32_t draw,
                     int32_t occasion)
{
  return normal_quantile(random_uniform(stream, purpose, draw, occasion));
}
