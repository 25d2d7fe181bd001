/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The smallest user of the installed library: the hash of "abc" as FIPS 180-4 gives it. */
#include <stdio.h>
#include <string.h>
#include "base/hash.h"

int main(void)
{
  char text[SHA256_TEXT_BYTES];

  sha256_text("abc", 3, text);
  puts(text);
  return strcmp(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") != 0;
}
