/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "base/failure.h"

void sha256_text(const void *bytes, size_t length, char text[SHA256_TEXT_BYTES])
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;

  REQUIRE(EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) == 1 && size == 32);
  for (unsigned int i = 0; i < size; i++) snprintf(text + 2 * i, 3, "%02x", digest[i]);
}
