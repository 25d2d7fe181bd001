/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/results_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/failure.h"
#include "results/results_contents.h"

enum { PAGE_WIDTH = 100, NAME_WIDTH = 24, LINE_BYTES = 512 };

/* One line of the page: what does not fit is cut, never in the middle of a character. */
struct line {
  char bytes[LINE_BYTES];
  size_t n_bytes;
  int n_characters;
};

static void add_text(struct line *line, const char *text)
{
  for (; *text; text++) {
    const unsigned char byte = (unsigned char)*text;
    const int starts = (byte & 0xC0) != 0x80;

    if (line->n_bytes + 5 >= LINE_BYTES || (starts && line->n_characters == PAGE_WIDTH)) return;
    line->bytes[line->n_bytes++] = byte < ' ' || byte == 0x7F ? ' ' : *text;
    line->n_characters += starts;
  }
}

static void pad_to(struct line *line, int n_characters)
{
  while (line->n_characters < n_characters) add_text(line, " ");
}

static void print_line(struct line *line)
{
  while (line->n_bytes > 0 && line->bytes[line->n_bytes - 1] == ' ') line->n_bytes--;
  printf("%.*s\n", (int)line->n_bytes, line->bytes);
  *line = (struct line){0};
}

static int characters(const char *text)
{
  int n = 0;

  for (; text && *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
  return n;
}

/* Columns of the page for names and for units: wide enough, but within reason. */
static int at_least(int width, const char *text)
{
  const int needed = characters(text);

  if (needed > NAME_WIDTH) return NAME_WIDTH;
  return needed > width ? needed : width;
}

static const char *type_name(enum column_type type)
{
  switch (type) {
  case COLUMN_REAL:
    return "float64";
  case COLUMN_ROW:
    return "int64";
  case COLUMN_INT32:
    return "int32";
  case COLUMN_INT16:
    return "int16";
  case COLUMN_CODE:
    return "code";
  case COLUMN_TEXT16:
    return "text16";
  }
  return "";
}

static void show_attributes(const struct results_file *file)
{
  size_t n;
  const struct results_root_attribute *attributes = results_root_attributes(file, &n);
  struct line line = {0};
  int width = 0;

  for (size_t a = 0; a < n; a++) width = at_least(width, attributes[a].name);
  for (size_t a = 0; a < n; a++) {
    add_text(&line, "  ");
    add_text(&line, attributes[a].name);
    add_text(&line, "  ");
    pad_to(&line, width + 4);
    add_text(&line, attributes[a].text ? attributes[a].text : "(not a text)");
    print_line(&line);
  }
}

static void show_column(const struct column *column, int name_width, int units_width)
{
  struct line line = {0};

  add_text(&line, "  ");
  add_text(&line, column->name);
  add_text(&line, "  ");
  pad_to(&line, name_width + 4);
  add_text(&line, type_name(column->type));
  pad_to(&line, name_width + 13);
  if (column->units) add_text(&line, column->units);
  add_text(&line, "  ");
  pad_to(&line, name_width + units_width + 15);
  if (column->label) add_text(&line, column->label);
  for (int k = 0; k < column->n_categories; k++) {
    add_text(&line, k == 0 ? ": " : ", ");
    add_text(&line, column->categories[k]);
  }
  print_line(&line);
}

static void show_table(const struct results_entry *entry)
{
  const struct table_layout *layout = entry->layout;
  struct line line = {0};
  char rows[64];
  int name_width = 0, units_width = 0;

  snprintf(rows, sizeof rows, "  %" PRId64 " row%s  ", entry->length,
           entry->length == 1 ? "" : "s");
  printf("\n");
  add_text(&line, layout->path);
  add_text(&line, rows);
  if (layout->label) add_text(&line, layout->label);
  print_line(&line);
  for (int c = 0; c < layout->n_columns; c++) {
    name_width = at_least(name_width, layout->columns[c].name);
    units_width = at_least(units_width, layout->columns[c].units);
  }
  for (int c = 0; c < layout->n_columns; c++) {
    show_column(&layout->columns[c], name_width, units_width);
  }
}

static void show_texts(const struct results_entry *entries, size_t n_entries)
{
  struct line line = {0};
  int width = 0;

  for (size_t e = 0; e < n_entries; e++) {
    if (!entries[e].is_table && characters(entries[e].path) > width) {
      width = characters(entries[e].path);
    }
  }
  if (width > 0) printf("\n");
  for (size_t e = 0; e < n_entries; e++) {
    char bytes[64];

    if (entries[e].is_table) continue;
    snprintf(bytes, sizeof bytes, "  %12" PRId64 " bytes", entries[e].length);
    add_text(&line, entries[e].path);
    pad_to(&line, width < 2 * NAME_WIDTH ? width : 2 * NAME_WIDTH);
    add_text(&line, bytes);
    print_line(&line);
  }
}

int results_show(struct results_file *file)
{
  size_t n_entries;
  const struct results_entry *entries = results_entries(file, &n_entries);

  printf("%s\n", results_path(file));
  show_attributes(file);
  for (size_t e = 0; e < n_entries; e++) {
    if (entries[e].is_table) show_table(&entries[e]);
  }
  show_texts(entries, n_entries);
  if (fflush(stdout) != 0) return failure(EXIT_CODE_FILE, "cannot write standard output");
  return EXIT_CODE_OK;
}
