/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sbml/sbml_import.h"

#include <stdlib.h>

#include "sbml/sbml_model.h"

const char *sbml_import(const struct source *source, struct arena *arena,
                        struct diagnostics *diagnostics)
{
  struct sbml_model model = {.arena = arena, .diagnostics = diagnostics, .source = source};
  const char *text = NULL;

  sbml_read(&model);
  if (diagnostics_n_errors(diagnostics) == 0) sbml_resolve(&model);
  if (diagnostics_n_errors(diagnostics) == 0) {
    sbml_find_switches(&model);
    sbml_split(&model);
    sbml_name(&model);
    text = sbml_write(&model);
  }
  free(model.quantities);
  free(model.flows);
  return text;
}
