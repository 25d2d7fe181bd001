/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/sbml/xml_text.h
 * The text of an SBML file, beside what libsbml makes of it. */
#pragma once
#include "sbml/sbml_model.h"

/** Before the others. */
void xml_find_lines(struct sbml_model *model);
/** False, and reported, when elements or formulas of level 1 are so deep or long that libsbml,
 * which follows them by recursion, might not come back. */
bool xml_is_shallow(const struct sbml_model *model);
/** Where an element begins: libsbml knows the line and, in bytes, the column of the end of its
 * first tag. */
struct place xml_place(const struct sbml_model *model, unsigned line, unsigned column);
/** A message without its line breaks. */
const char *xml_on_one_line(struct arena *arena, const char *text);
