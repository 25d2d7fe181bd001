/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qualification/qualification_file.h"

#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "population/csv.h"

#define AT(member) offsetof(struct FIELDS_OF, member)

#define FIELDS_OF case_entry
static const struct field case_fields[] = {
    {.name = "", .kind = FIELD_NAME, .offset = AT(name), .help = "name"},
    {.name = "model",
     .kind = FIELD_TEXT,
     .offset = AT(model),
     .is_required = true,
     .help = "a model of the library, or a file beside this one"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = AT(source),
     .is_required = true,
     .help = "how the numbers were obtained"},
    {.name = "stiff",
     .kind = FIELD_FLAG,
     .offset = AT(is_stiff),
     .fallback = "false",
     .help = "explicit steps are left out: they would take for ever"},
    {.name = "events",
     .kind = FIELD_TEXT,
     .offset = AT(events),
     .is_required = true,
     .help = "records as `twintrial model simulate` reads them"},
    {.name = "expected",
     .kind = FIELD_TEXT,
     .offset = AT(expected),
     .is_required = true,
     .help = "RECORD, TIME, OUTPUT, VALUE, RELATIVE, ABSOLUTE: after that record, at most RELATIVE "
             "* |VALUE| + ABSOLUTE away"},
};
static const struct record_type case_type = {"case", "One known answer, or several of one patient.",
                                             sizeof(struct FIELDS_OF), FIELD_COUNT_OF(case_fields),
                                             case_fields};
#undef FIELDS_OF

struct qualification_entry {
  struct place at;
  int64_t schema;
  struct text section, title;
  struct list cases;
};

#define FIELDS_OF qualification_entry
static const struct field qualification_fields[] = {
    {.name = "schema",
     .kind = FIELD_COUNT,
     .offset = AT(schema),
     .is_required = true,
     .minimum = 1,
     .maximum = 1,
     .help = "version of this format: 1"},
    {.name = "section",
     .kind = FIELD_NAME,
     .offset = AT(section),
     .is_required = true,
     .help = "the section of `twintrial qualify`"},
    {.name = "title",
     .kind = FIELD_TEXT,
     .offset = AT(title),
     .is_required = true,
     .help = "one line"},
    {.name = "cases",
     .kind = FIELD_NAMED_RECORDS,
     .offset = AT(cases),
     .record = &case_type,
     .is_required = true,
     .help = "known answers"},
};
static const struct record_type qualification_type = {
    "qualification", "Known answers of one section.", sizeof(struct FIELDS_OF),
    FIELD_COUNT_OF(qualification_fields), qualification_fields};
#undef FIELDS_OF

enum { RECORD, TIME, OUTPUT, VALUE, RELATIVE, ABSOLUTE, N_CELLS };

/** One line of the expected values, already cut; false when it is none. */
static bool read_answer(const char *const cells[N_CELLS], struct known_answer *answer)
{
  double record;

  answer->time = cells[TIME];
  answer->output = cells[OUTPUT];
  if (!number_parse(cells[RECORD], &record) || !(record >= 1 && record <= 1e9)) return false;
  answer->record = (int64_t)record;
  return number_parse(cells[VALUE], &answer->value) &&
         number_parse(cells[RELATIVE], &answer->relative) && answer->relative >= 0 &&
         number_parse(cells[ABSOLUTE], &answer->absolute) && answer->absolute >= 0;
}

/** The cells of a line; false at the end. A line of another number of cells has no first one. */
static bool read_line(struct csv_reader *reader, struct arena *arena, const char *cells[N_CELLS])
{
  struct csv_cell cell;
  int n = 0;

  do {
    if (!csv_read(reader, &cell)) return false;
    if (n < N_CELLS) cells[n] = arena_text(arena, cell.text, strlen(cell.text));
    n++;
  } while (!cell.is_last);
  if (n != N_CELLS) cells[RECORD] = "";
  return true;
}

static void read_answers(struct qualification_case *one, struct arena *arena,
                         struct diagnostics *diagnostics)
{
  const struct text *expected = &one->entry->expected;
  const struct source text = {
      .name = expected->at.source->name, .text = expected->text, .length = strlen(expected->text)};
  struct csv_reader *reader = csv_reader_create(&text, diagnostics);
  struct known_answer *answers;
  const char *cells[N_CELLS];
  size_t n_lines = 0;

  for (const char *p = expected->text; *p; p++) n_lines += *p == '\n';
  answers = arena_new(arena, n_lines + 1, sizeof *answers);
  read_line(reader, arena, cells); /* names of the columns */
  while (read_line(reader, arena, cells))
    if (!read_answer(cells, &answers[one->n_answers++]))
      diagnostics_error(diagnostics, &expected->at, "case %s: expected value %d is no line of six",
                        one->entry->name.text, (int)one->n_answers);
  if (one->n_answers == 0)
    diagnostics_error(diagnostics, &expected->at, "case %s expects nothing", one->entry->name.text);
  one->answers = answers;
  csv_reader_destroy(&reader);
}

const struct qualification *qualification_load(const char *path, struct arena *arena,
                                               struct diagnostics *diagnostics)
{
  struct qualification *qualification = arena_new(arena, 1, sizeof *qualification);
  const struct source *source = source_load(arena, path, NULL, diagnostics);
  const struct yaml_node *root = source ? yaml_parse(arena, source, diagnostics) : NULL;
  const struct qualification_entry *entry;
  const struct case_entry *entries;
  struct qualification_case *cases;

  if (!root) return NULL;
  entry = record_read(&qualification_type, root, arena, diagnostics);
  if (diagnostics_n_errors(diagnostics) > 0) return NULL;
  entries = entry->cases.items;
  cases = arena_new(arena, entry->cases.n, sizeof *cases);
  *qualification = (struct qualification){entry->title.text, entry->cases.n, 0, cases};
  for (size_t i = 0; i < entry->cases.n; i++) {
    cases[i].entry = &entries[i];
    read_answers(&cases[i], arena, diagnostics);
    qualification->n_answers += cases[i].n_answers;
  }
  return diagnostics_n_errors(diagnostics) == 0 ? qualification : NULL;
}
