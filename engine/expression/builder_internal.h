/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/expression/builder_internal.h
 * The inside of a program builder, for the files that share it. */
#pragma once
#include "expression/program_builder.h"

struct entry {
  struct instruction instruction;
  double value; /* of a constant */
  enum phase phase;
  uint32_t needed; /* bit per section */
};

/** Joins products with the one sum or difference that they go into. */
void program_fuse(struct program *program, enum section section);

struct program_builder {
  struct entry *entries; /* [register] */
  size_t n, capacity;
  int *slots; /* hash table of registers, -1 empty; a power of 2 and at most half full */
  size_t n_slots;
  bool rearranges;
  struct signature signatures[N_SECTIONS]; /* arrays of the builder's own */
};
