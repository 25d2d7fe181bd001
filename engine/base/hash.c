/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/failure.h"

enum { SHA256_BYTES = 32, PIECE_BYTES = 1 << 16 };

static void write_digest(const unsigned char *digest, char *text)
{
  for (int i = 0; i < SHA256_BYTES; i++) snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

void sha256_text(const void *bytes, size_t length, char text[SHA256_TEXT_BYTES])
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;

  REQUIRE(EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) == 1 &&
          size == SHA256_BYTES);
  write_digest(digest, text);
}

int sha256_of_file(const char *path, char text[SHA256_TEXT_BYTES])
{
  unsigned char digest[EVP_MAX_MD_SIZE], piece[PIECE_BYTES];
  EVP_MD_CTX *context;
  FILE *file = fopen(path, "rb");
  size_t got;
  int problem;

  if (!file) return failure(EXIT_CODE_FILE, "cannot read %s: %s", path, strerror(errno));
  context = EVP_MD_CTX_new();
  REQUIRE(context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1);
  while ((got = fread(piece, 1, sizeof piece, file)) > 0)
    REQUIRE(EVP_DigestUpdate(context, piece, got) == 1);
  problem = ferror(file) ? errno : 0;
  REQUIRE(EVP_DigestFinal_ex(context, digest, NULL) == 1);
  EVP_MD_CTX_free(context);
  fclose(file);
  if (problem) return failure(EXIT_CODE_FILE, "cannot read %s: %s", path, strerror(problem));
  write_digest(digest, text);
  return EXIT_CODE_OK;
}
