/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/results_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "results/hdf5_door.h"
#include "results/results_contents.h"

/* Beyond these a file is damaged: deflate cannot shrink more, attributes end at 64 KiB. */
enum { MOST_COMPRESSED = 1032, ATTRIBUTE_BYTES = 65536, DEEPEST_GROUP = 16 };

struct results_file {
  hid_t file;
  const char *path;
  int64_t n_bytes;
  struct arena *arena;
  struct results_entry *entries;
  size_t n_entries, entries_capacity;
  struct results_root_attribute *attributes;
  size_t n_attributes, attributes_capacity;
  struct column_table **tables; /* those that were read */
  size_t n_tables, tables_capacity;
};

/* The texts of a fixed-length string attribute, or NULL; *n is 0 for a single text. */
static const char **read_texts(const struct results_file *file, hid_t object, const char *name,
                               int *n)
{
  const hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
  const hid_t type = attribute < 0 ? -1 : H5Aget_type(attribute);
  const hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
  const hssize_t n_texts = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
  const size_t width = type < 0 ? 0 : H5Tget_size(type);
  const char **texts = NULL;

  if (n_texts > 0 && n_texts <= ATTRIBUTE_BYTES && width > 0 && width <= ATTRIBUTE_BYTES &&
      H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0) {
    char *bytes = memory_new((size_t)n_texts, width);

    if (H5Aread(attribute, type, bytes) >= 0) {
      texts = arena_new(file->arena, (size_t)n_texts, sizeof *texts);
      for (hssize_t k = 0; k < n_texts; k++) {
        const char *text = bytes + (size_t)k * width;

        texts[k] = arena_text(file->arena, text, strnlen(text, width));
      }
      *n = H5Sget_simple_extent_ndims(space) == 0 ? 0 : (int)n_texts;
    }
    free(bytes);
  }
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  if (attribute >= 0) H5Aclose(attribute);
  return texts;
}

static const char *read_one_text(const struct results_file *file, hid_t object, const char *name)
{
  int n = 0;
  const char **texts = read_texts(file, object, name, &n);

  return texts && n == 0 ? texts[0] : NULL;
}

/* Length of a one-dimensional dataset whose bytes can be in the file, else -1. */
static int64_t dataset_length(const struct results_file *file, hid_t dataset)
{
  const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
  const hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
  const int64_t size = type < 0 ? 0 : (int64_t)H5Tget_size(type);
  const int is_sane = n >= 0 && size > 0 && H5Sget_simple_extent_ndims(space) == 1 &&
                      n <= file->n_bytes * MOST_COMPRESSED / size;

  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  return is_sane ? n : -1;
}

static int has_type(hid_t dataset, hid_t type)
{
  const hid_t stored = H5Dget_type(dataset);
  const int is_same = stored >= 0 && H5Tequal(stored, type) > 0;

  if (stored >= 0) H5Tclose(stored);
  return is_same;
}

static int is_column(hid_t dataset, enum column_type *type)
{
  for (*type = COLUMN_REAL; *type <= COLUMN_TEXT16; (*type)++) {
    const hid_t ours = hdf5_column_type(*type);
    const int is_same = has_type(dataset, ours);

    H5Tclose(ours);
    if (is_same) return 1;
  }
  return 0;
}

static const char *null_if_empty(const char *text)
{
  return text && text[0] ? text : NULL;
}

static int read_column(const struct results_file *file, hid_t group, struct column *column,
                       int64_t *n_rows)
{
  const hid_t dataset = H5Dopen2(group, column->name, H5P_DEFAULT);
  int is_sane;

  if (dataset < 0) return 0;
  *n_rows = dataset_length(file, dataset);
  is_sane = *n_rows >= 0 && is_column(dataset, &column->type);
  column->units = null_if_empty(read_one_text(file, dataset, "units"));
  column->label = null_if_empty(read_one_text(file, dataset, "label"));
  column->categories = read_texts(file, dataset, "categories", &column->n_categories);
  H5Dclose(dataset);
  return is_sane;
}

/* NULL when the group is not a whole table. */
static const struct table_layout *read_layout(const struct results_file *file, hid_t group,
                                              struct results_entry *entry)
{
  struct table_layout *layout = arena_new(file->arena, 1, sizeof *layout);
  const char **names = read_texts(file, group, "column-order", &layout->n_columns);
  struct column *columns;

  if (!names || layout->n_columns < 1) return NULL;
  columns = arena_new(file->arena, (size_t)layout->n_columns, sizeof *columns);
  layout->path = entry->path;
  layout->label = null_if_empty(read_one_text(file, group, "label"));
  layout->columns = columns;
  for (int c = 0; c < layout->n_columns; c++) {
    int64_t n_rows;

    columns[c].name = names[c];
    if (!read_column(file, group, &columns[c], &n_rows)) return NULL;
    if (c > 0 && n_rows != entry->length) return NULL;
    entry->length = n_rows;
  }
  return layout;
}

static void add_entry(struct results_file *file, struct results_entry entry)
{
  file->entries = memory_grow(file->entries, file->n_entries + 1, &file->entries_capacity,
                              sizeof *file->entries);
  file->entries[file->n_entries++] = entry;
}

static int damaged(const struct results_file *file, const char *path)
{
  return failure(EXIT_CODE_INVALID_INPUT, "%s is damaged at %s", file->path, path);
}

/* Where the walk through the groups is. */
struct place {
  struct results_file *file;
  const char *path; /* "" is the root */
  int depth;
};

static int walk(struct results_file *file, hid_t group, const char *path, int depth);

/* Returns an exit code; positive ends the iteration of HDF5. */
static herr_t visit(hid_t group, const char *name, const H5L_info_t *link, void *context)
{
  const struct place *place = context;
  struct results_entry entry = {
      .path = arena_format(place->file->arena, "%s/%s", place->path, name)};
  const hid_t object = link->type == H5L_TYPE_HARD ? H5Oopen(group, name, H5P_DEFAULT) : -1;
  int code = EXIT_CODE_OK;

  if (object < 0) return damaged(place->file, entry.path);
  if (H5Iget_type(object) == H5I_DATASET) {
    entry.length = dataset_length(place->file, object);
    if (entry.length < 0)
      code = damaged(place->file, entry.path);
    else
      add_entry(place->file, entry);
  } else if (H5Iget_type(object) == H5I_GROUP && H5Aexists(object, "column-order") > 0) {
    entry.is_table = 1;
    entry.layout = read_layout(place->file, object, &entry);
    if (!entry.layout)
      code = damaged(place->file, entry.path);
    else
      add_entry(place->file, entry);
  } else if (H5Iget_type(object) == H5I_GROUP && place->depth < DEEPEST_GROUP) {
    code = walk(place->file, object, entry.path, place->depth + 1);
  } else {
    code = damaged(place->file, entry.path);
  }
  H5Oclose(object);
  return code;
}

static int walk(struct results_file *file, hid_t group, const char *path, int depth)
{
  struct place place = {.file = file, .path = path, .depth = depth};
  herr_t code = H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, visit, &place);

  /* A file that another program has copied may have lost the order. */
  if (code < 0) code = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit, &place);
  return code < 0 ? damaged(file, path[0] ? path : "/") : code;
}

static herr_t visit_attribute(hid_t root, const char *name, const H5A_info_t *details,
                              void *context)
{
  struct results_file *file = context;
  struct results_root_attribute attribute = {.name = arena_text(file->arena, name, strlen(name)),
                                             .text = read_one_text(file, root, name)};

  (void)details;
  file->attributes = memory_grow(file->attributes, file->n_attributes + 1,
                                 &file->attributes_capacity, sizeof *file->attributes);
  file->attributes[file->n_attributes++] = attribute;
  return 0;
}

static int read_contents(struct results_file *file)
{
  const char *format = results_attribute_text(file, "/", "format");
  const char *version = results_attribute_text(file, "/", "format_version");
  hid_t root;
  int code;

  if (!format || !version || strcmp(format, RESULTS_FORMAT) != 0) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s is not a results file of twintrial", file->path);
  }
  if (strcmp(version, RESULTS_FORMAT_VERSION) != 0) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s has format version %s; this program reads %s",
                   file->path, version, RESULTS_FORMAT_VERSION);
  }
  root = H5Gopen2(file->file, "/", H5P_DEFAULT);
  if (root < 0) return damaged(file, "/");
  code = walk(file, root, "", 0);
  if (code == EXIT_CODE_OK &&
      H5Aiterate2(root, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, file) < 0) {
    code = damaged(file, "/");
  }
  H5Gclose(root);
  return code;
}

/* Messages of the system come from here, those of HDF5 mean that the bytes are wrong. */
static int check_readable(const char *path, int64_t *n_bytes)
{
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status = {0};
  int error = descriptor < 0 || fstat(descriptor, &status) != 0 ? errno : 0;

  if (!error && S_ISDIR(status.st_mode)) error = EISDIR;
  if (!error && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) error = EINVAL;
  if (descriptor >= 0) close(descriptor);
  if (error) return failure(EXIT_CODE_FILE, "cannot open %s: %s", path, strerror(error));
  *n_bytes = status.st_size;
  return EXIT_CODE_OK;
}

int results_open(const char *path, struct results_file **file)
{
  struct results_file *opened;
  hid_t access;
  int64_t n_bytes = 0;
  int code;

  *file = NULL;
  TRY(check_readable(path, &n_bytes));
  hdf5_silence();
  if (H5Fis_hdf5(path) <= 0) {
    return failure(EXIT_CODE_INVALID_INPUT, "%s is not an HDF5 file, or its beginning is lost",
                   path);
  }
  opened = memory_new(1, sizeof *opened);
  opened->n_bytes = n_bytes;
  opened->arena = arena_create();
  opened->path = arena_text(opened->arena, path, strlen(path));
  access = hdf5_file_access();
  opened->file = H5Fopen(path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  if (opened->file < 0) {
    code = failure(EXIT_CODE_INVALID_INPUT, "%s is damaged or cut short", path);
  } else {
    code = read_contents(opened);
  }
  if (code != EXIT_CODE_OK) results_close(&opened);
  *file = opened;
  return code;
}

void results_close(struct results_file **file)
{
  if (!*file) return;
  for (size_t t = 0; t < (*file)->n_tables; t++) {
    column_table_clear((*file)->tables[t]);
    free((*file)->tables[t]);
  }
  if ((*file)->file >= 0) H5Fclose((*file)->file);
  free((*file)->tables);
  free((*file)->entries);
  free((*file)->attributes);
  arena_destroy(&(*file)->arena);
  free(*file);
  *file = NULL;
}

const char *results_attribute_text(struct results_file *file, const char *path, const char *name)
{
  const hid_t object = H5Oopen(file->file, path, H5P_DEFAULT);
  const char *text;

  if (object < 0) return NULL;
  text = read_one_text(file, object, name);
  H5Oclose(object);
  return text;
}

const char *results_read_text(struct results_file *file, const char *path)
{
  const hid_t dataset = H5Dopen2(file->file, path, H5P_DEFAULT);
  const int64_t length = dataset < 0 ? -1 : dataset_length(file, dataset);
  char *text = NULL;

  if (length >= 0 && has_type(dataset, H5T_STD_U8LE)) {
    text = arena_new(file->arena, (size_t)length + 1, 1);
    if (length > 0 && H5Dread(dataset, H5T_STD_U8LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0) {
      damaged(file, path);
      text = NULL;
    }
  }
  if (dataset >= 0) H5Dclose(dataset);
  return text;
}

static int read_cells(hid_t group, const struct column *column, void *cells)
{
  const hid_t dataset = H5Dopen2(group, column->name, H5P_DEFAULT);
  const hid_t type = hdf5_column_type(column->type);
  const herr_t status = dataset < 0 ? -1
                                    : H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells);

  H5Tclose(type);
  if (dataset >= 0) H5Dclose(dataset);
  return status >= 0;
}

static struct column_table *read_rows(struct results_file *file, const struct results_entry *entry)
{
  const hid_t group = H5Gopen2(file->file, entry->path, H5P_DEFAULT);
  struct column_table *table = memory_new(1, sizeof *table);
  int is_whole = group >= 0;

  column_table_create(entry->layout, table);
  table->n_rows = table->capacity = (size_t)entry->length;
  for (int c = 0; c < entry->layout->n_columns && is_whole; c++) {
    const struct column *column = &entry->layout->columns[c];

    table->values[c] = memory_new(table->n_rows, column_size(column->type));
    if (table->n_rows > 0) is_whole = read_cells(group, column, table->values[c]);
  }
  if (group >= 0) H5Gclose(group);
  if (is_whole) return table;
  damaged(file, entry->path);
  column_table_clear(table);
  free(table);
  return NULL;
}

const struct column_table *results_read_table(struct results_file *file, const char *path)
{
  struct column_table *table = NULL;

  for (size_t t = 0; t < file->n_tables; t++) {
    if (strcmp(file->tables[t]->layout->path, path) == 0) return file->tables[t];
  }
  for (size_t e = 0; e < file->n_entries && !table; e++) {
    if (!file->entries[e].is_table || strcmp(file->entries[e].path, path) != 0) continue;
    table = read_rows(file, &file->entries[e]);
  }
  if (!table) return NULL;
  file->tables = memory_grow(file->tables, file->n_tables + 1, &file->tables_capacity,
                             sizeof *file->tables);
  file->tables[file->n_tables++] = table;
  return table;
}

const struct results_entry *results_entries(const struct results_file *file, size_t *n_entries)
{
  *n_entries = file->n_entries;
  return file->entries;
}

const struct results_root_attribute *results_root_attributes(const struct results_file *file,
                                                             size_t *n_attributes)
{
  *n_attributes = file->n_attributes;
  return file->attributes;
}

const char *results_path(const struct results_file *file)
{
  return file->path;
}
