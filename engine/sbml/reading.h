/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/sbml/reading.h
 * What the two files that see libsbml share; of no use outside them. */
#pragma once
#include <sbml/SBMLTypes.h>
#include <sbml/conversion/ConversionProperties.h>

#include "sbml/sbml_model.h"

/** An argument of a function definition while it is inlined. */
struct argument_value {
  const char *name;
  const struct tree *value;
};

struct reading {
  struct sbml_model *model;
  Model_t *file;
  struct quantity **by_id; /* [n_by_id] sorted; local parameters are not among them */
  size_t n_by_id;
  struct place at;          /* of the element whose mathematics is read */
  struct quantity **locals; /* [n_locals] of the kinetic law that is read */
  int n_locals;
  struct quantity *at_reaction;           /* whose kinetic law it is */
  const struct argument_value *arguments; /* [n_arguments] of the function that is inlined */
  unsigned n_arguments;
  bool is_in_function;
  int depth;
  long *translated; /* nodes, of one formula */
};

/** NULL when there is none. */
struct quantity *reading_find(const struct reading *reading, const char *id);
/** A number or a condition; what has no counterpart is reported and 0. NULL for no mathematics. */
const struct tree *read_math(struct reading *reading, const ASTNode_t *math);
/** Likewise, a number. */
const struct tree *read_number(struct reading *reading, const ASTNode_t *math);
