/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sbml/xml_text.h"

#include <string.h>

#include "base/memory.h"

/** libsbml follows what nests, and formulas of level 1, by recursion. */
enum { MOST_NESTED = 2000, LONGEST_VALUE = 20000 };

/** Behind the quotation mark that closes a value, or at the end of the text. */
static const char *after_value(const char *quote)
{
  const char *end = strchr(quote + 1, *quote);

  return end ? end + 1 : quote + strlen(quote);
}

/** Behind a tag; `depth` is that of elements. NULL when an attribute is too long. */
static const char *after_tag(const char *tag, int *depth)
{
  const bool is_end = tag[1] == '/', is_other = tag[1] == '!' || tag[1] == '?';
  const char *p = tag + 1, *end = strncmp(tag, "<!--", 4) == 0 ? strstr(tag, "-->") : NULL;

  if (end) return end + 3;
  while (*p && *p != '>') {
    const bool is_value = !is_other && (*p == '"' || *p == '\'');
    const char *next = is_value ? after_value(p) : p + 1;

    if (next - p > LONGEST_VALUE) return NULL;
    p = next;
  }
  if (!is_other && p[-1] != '/') *depth += is_end ? -1 : 1;
  return *p ? p + 1 : p;
}

bool xml_is_shallow(const struct sbml_model *model)
{
  int depth = 0, line = 1;

  for (const char *p = strchr(model->source->text, '<'); p; p = strchr(p, '<')) {
    while (line < model->n_lines && model->lines[line] <= p) line++;
    p = after_tag(p, &depth);
    if (p && depth <= MOST_NESTED) continue;
    diagnostics_error(model->diagnostics, &(struct place){model->source, line, 1, 1},
                      p ? "elements that are nested more than 2,000 deep"
                        : "an attribute of more than 20,000 characters");
    return false;
  }
  return true;
}

void xml_find_lines(struct sbml_model *model)
{
  const struct source *source = model->source;
  const char *text = source->text;
  int n = 1;

  for (const char *p = text; (p = strchr(p, '\n')); p++) n++;
  model->lines = arena_new(model->arena, (size_t)n, sizeof *model->lines);
  for (const char *p = text; p && model->n_lines < n; p = p ? p + 1 : NULL) {
    model->lines[model->n_lines++] = p;
    p = strchr(p, '\n');
  }
}

struct place xml_place(const struct sbml_model *model, unsigned line_number, unsigned column)
{
  int line = (int)line_number, characters = 1;
  const char *p, *end;

  if (line < 1 || line > model->n_lines) return (struct place){model->source, 1, 1, 1};
  p = model->lines[line - 1];
  end = model->source->text + model->source->length;
  for (; column > 1 && p + 1 < end; column--) p++;
  while (p > model->source->text && *p != '<') p--;
  while (line > 1 && p < model->lines[line - 1]) line--;
  for (const char *c = model->lines[line - 1]; c < p; c++)
    characters += ((unsigned char)*c & 0xc0) != 0x80;
  return (struct place){model->source, line, characters, 1};
}

const char *xml_on_one_line(struct arena *arena, const char *text)
{
  char *line = arena_text(arena, text, strlen(text));
  size_t n = 0;

  for (const char *p = text; *p; p++) {
    const bool is_space = *p == ' ' || *p == '\n' || *p == '\t' || *p == '\r';

    if (!is_space) line[n++] = *p;
    if (is_space && n > 0 && line[n - 1] != ' ') line[n++] = ' ';
  }
  while (n > 0 && line[n - 1] == ' ') n--;
  line[n] = '\0';
  return line;
}
