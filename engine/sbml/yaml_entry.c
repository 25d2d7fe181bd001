/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sbml/yaml_entry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LINE = 110 };

void page_add(struct page *page, const char *format, ...)
{
  va_list arguments, again;
  int length;

  va_start(arguments, format);
  va_copy(again, arguments);
  length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  page->text = memory_grow(page->text, page->length + (size_t)length + 1, &page->capacity, 1);
  vsnprintf(page->text + page->length, (size_t)length + 1, format, again);
  va_end(again);
  page->length += (size_t)length;
}

/** Words that other readers of YAML take for truths or nothing, and what begins or holds a sign of
 *  YAML's own. */
static bool is_plain(const char *text)
{
  static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "null",
                                      "True", "False", "Yes", "No", "On", "Off", "Null",
                                      "TRUE", "FALSE", "YES", "NO", "ON", "OFF", "NULL"};
  const size_t length = strlen(text);

  if (length == 0 || strchr("?:,[]{}#&*!|>'\"%@`~= ", text[0]) || text[length - 1] == ' ')
    return false;
  if (text[0] == '-' && (text[1] == '-' || text[1] == ' ' || text[1] == '\0')) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], text) == 0) return false;
  return !strpbrk(text, ",[]{}\"\\:#") && !strchr(text, '\n');
}

const char *yaml_scalar(struct arena *arena, const char *text)
{
  char *quoted, *end;

  if (is_plain(text)) return text;
  quoted = arena_new(arena, 2 * strlen(text) + 3, 1);
  end = quoted;
  *end++ = '"';
  for (const char *p = text; *p; p++) {
    if (*p == '"' || *p == '\\') *end++ = '\\';
    *end++ = *p;
  }
  *end++ = '"';
  *end = '\0';
  return quoted;
}

const char *clean_text(struct arena *arena, const char *text, int most)
{
  char *clean = arena_text(arena, text, strlen(text));
  int characters = 0;

  for (char *p = clean; *p; p++) {
    unsigned char *byte = (unsigned char *)p;

    if ((*byte & 0xc0) != 0x80 && ++characters > most) {
      *p = '\0';
      break;
    }
    if (*byte < 0x20 || *byte == 0x7f) *p = ' ';
    if (byte[0] == 0xc2 && byte[1] < 0xa0) byte[0] = byte[1] = ' '; /* control characters, too */
    if (byte[0] == 0xef && (byte[1] == 0xbb || byte[1] == 0xbf) && byte[2] >= 0xbe)
      byte[0] = byte[1] = byte[2] = ' '; /* marks of byte order, and no characters */
  }
  return clean;
}

void entry_add(struct entry *entry, const char *key, const char *value)
{
  if (!value) return;
  entry->pairs[entry->n].key = key;
  entry->pairs[entry->n].value = value;
  entry->pairs[entry->n].is_quoted = false;
  entry->pairs[entry->n++].is_text = false;
}

void entry_add_text(struct entry *entry, struct arena *arena, const char *key, const char *text,
                    int most)
{
  if (!text) return;
  entry_add(entry, key, clean_text(arena, text, most));
  entry->pairs[entry->n - 1].is_text = true;
}

/** As it must stand; what is quoted anyway stands as it is. */
static const char *value_of(struct page *page, const struct entry *entry, int i)
{
  const char *value = entry->pairs[i].value;

  return entry->pairs[i].is_quoted ? value : yaml_scalar(page->arena, value);
}

static void add_on_one_line(struct page *page, const struct entry *entry)
{
  page_add(page, "  %s: {", yaml_scalar(page->arena, entry->name));
  for (int i = 0; i < entry->n; i++)
    page_add(page, entry->pairs[i].is_quoted ? "%s%s: \"%s\"" : "%s%s: %s", i ? ", " : "",
             entry->pairs[i].key, value_of(page, entry, i));
  page_add(page, "}\n");
}

/** Broken at spaces; a reader joins the lines with spaces again. */
static void add_folded(struct page *page, const char *text)
{
  page_add(page, " >-\n");
  while (*text) {
    size_t length = strlen(text);

    if (length > LINE) {
      length = LINE;
      while (length > 0 && text[length] != ' ') length--;
      if (length == 0) length = strcspn(text, " ");
    }
    page_add(page, "      %.*s\n", (int)length, text);
    text += length;
    text += strspn(text, " ");
  }
}

void page_add_entry(struct page *page, const struct entry *entry)
{
  const size_t before = page->length;

  add_on_one_line(page, entry);
  if (page->length - before <= LINE + 40 || entry->n == 0) return;
  page->length = before;
  page_add(page, "  %s:\n", yaml_scalar(page->arena, entry->name));
  for (int i = 0; i < entry->n; i++) {
    const char *value = entry->pairs[i].value;

    page_add(page, "    %s:", entry->pairs[i].key);
    if (strlen(value) > LINE && !entry->pairs[i].is_text)
      add_folded(page, value);
    else
      page_add(page, entry->pairs[i].is_quoted ? " \"%s\"\n" : " %s\n", value_of(page, entry, i));
  }
}
