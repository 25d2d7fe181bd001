/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memfd_create */
#include "results/skeleton.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/memory.h"
#include "results/disk.h"
#include "results/hdf5_door.h"
#include "results/segment_format.h"

/* HDF5 keeps an attribute in its object's header, which ends at 64 KiB. */
enum { ATTRIBUTE_BYTES = 60000, METADATA_BYTES = 4096 /* a generous share per object */ };

struct skeleton {
  const char *path;
  hid_t file, group_creation, dataset_creation;
};

/* n texts of one length; n = 0 is a single text. An older value of the name is replaced. */
static int write_attribute(hid_t object, const char *name, int n, const char *const *texts)
{
  const hsize_t extent = (hsize_t)n;
  const size_t n_texts = n > 0 ? (size_t)n : 1;
  size_t width = 1;
  hid_t type, space, attribute;
  herr_t status;
  char *bytes;

  for (size_t k = 0; k < n_texts; k++) {
    if (strlen(texts[k]) > width) width = strlen(texts[k]);
  }
  if (width * n_texts > ATTRIBUTE_BYTES) {
    return failure(EXIT_CODE_INTERNAL, "attribute %s is longer than %d bytes", name,
                   ATTRIBUTE_BYTES);
  }
  bytes = memory_new(n_texts, width);
  for (size_t k = 0; k < n_texts; k++) memcpy(bytes + k * width, texts[k], strlen(texts[k]));
  if (H5Aexists(object, name) > 0) H5Adelete(object, name);
  type = hdf5_text_type(width);
  space = n > 0 ? H5Screate_simple(1, &extent, NULL) : H5Screate(H5S_SCALAR);
  attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  status = attribute < 0 ? -1 : H5Awrite(attribute, type, bytes);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  free(bytes);
  return status < 0 ? hdf5_failure("write attribute", name) : EXIT_CODE_OK;
}

static int write_text_attribute(hid_t object, const char *name, const char *text)
{
  const char *const texts[] = {text ? text : ""};

  return write_attribute(object, name, 0, texts);
}

/* One by one: HDF5 gives groups that it makes on the way the time of their birth. */
static int make_group(const struct skeleton *skeleton, const char *path)
{
  hid_t group;

  if (H5Lexists(skeleton->file, path, H5P_DEFAULT) > 0) return EXIT_CODE_OK;
  group = H5Gcreate2(skeleton->file, path, H5P_DEFAULT, skeleton->group_creation, H5P_DEFAULT);
  if (group < 0) return hdf5_failure("create group", path);
  H5Gclose(group);
  return EXIT_CODE_OK;
}

static int make_parents(const struct skeleton *skeleton, const char *path)
{
  char *parent = memory_new(strlen(path) + 1, 1);
  int code = EXIT_CODE_OK;

  REQUIRE(path[0] == '/');
  for (const char *end = strchr(path + 1, '/'); end && code == EXIT_CODE_OK;
       end = strchr(end + 1, '/')) {
    memcpy(parent, path, (size_t)(end - path));
    code = make_group(skeleton, parent);
  }
  free(parent);
  return code;
}

/* In an open group or file; `bytes` NULL leaves the values to be written later. */
static int write_dataset(const struct skeleton *skeleton, hid_t place, const char *name, hid_t type,
                         struct results_text values)
{
  const hsize_t extent = values.length / H5Tget_size(type);
  const hid_t space = H5Screate_simple(1, &extent, NULL);
  const hid_t dataset = H5Dcreate2(place, name, type, space, H5P_DEFAULT,
                                   skeleton->dataset_creation, H5P_DEFAULT);
  herr_t status = dataset < 0 ? -1 : 0;

  if (status == 0 && values.bytes && extent > 0) {
    status = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.bytes);
  }
  if (dataset >= 0) H5Dclose(dataset);
  H5Sclose(space);
  return status < 0 ? hdf5_failure("write", values.path) : EXIT_CODE_OK;
}

static int describe_column(hid_t group, const struct column *column)
{
  const hid_t dataset = H5Dopen2(group, column->name, H5P_DEFAULT);
  int code = write_text_attribute(dataset, "label", column->label);

  if (code == EXIT_CODE_OK) code = write_text_attribute(dataset, "units", column->units);
  if (code == EXIT_CODE_OK && column->type == COLUMN_REAL) {
    code = write_text_attribute(dataset, "missing", "NaN");
  }
  if (code == EXIT_CODE_OK && column->type == COLUMN_CODE) {
    code = write_text_attribute(dataset, "missing", "-1");
  }
  if (code == EXIT_CODE_OK && column->type == COLUMN_CODE && column->n_categories > 0) {
    code = write_attribute(dataset, "categories", column->n_categories, column->categories);
  }
  H5Dclose(dataset);
  return code;
}

static int describe_table(hid_t group, const struct table_layout *layout)
{
  const char **names = memory_new((size_t)layout->n_columns, sizeof *names);
  int code;

  for (int c = 0; c < layout->n_columns; c++) names[c] = layout->columns[c].name;
  code = write_attribute(group, "column-order", layout->n_columns, names);
  free(names);
  return code == EXIT_CODE_OK ? write_text_attribute(group, "label", layout->label) : code;
}

static int write_column(const struct skeleton *skeleton, hid_t group, const struct column *column,
                        int64_t n_rows, const void *values)
{
  const size_t bytes = (size_t)n_rows * column_size(column->type);
  const hid_t type = hdf5_column_type(column->type);
  char *copy = values ? memory_new(bytes, 1) : NULL;
  const struct results_text cells = {.path = column->name, .bytes = copy, .length = bytes};
  int code;

  if (copy && bytes > 0) memcpy(copy, values, bytes);
  if (copy && column->type == COLUMN_REAL) store_missing(copy, (size_t)n_rows);
  code = write_dataset(skeleton, group, column->name, type, cells);
  H5Tclose(type);
  free(copy);
  return code == EXIT_CODE_OK ? describe_column(group, column) : code;
}

static int make_table(const struct skeleton *skeleton, const struct table_layout *layout,
                      int64_t n_rows, void *const *values)
{
  int code = make_parents(skeleton, layout->path);
  hid_t group;

  REQUIRE(layout->n_columns > 0);
  TRY(code);
  TRY(make_group(skeleton, layout->path));
  group = H5Gopen2(skeleton->file, layout->path, H5P_DEFAULT);
  code = describe_table(group, layout);
  for (int c = 0; c < layout->n_columns && code == EXIT_CODE_OK; c++) {
    code = write_column(skeleton, group, &layout->columns[c], n_rows, values ? values[c] : NULL);
  }
  H5Gclose(group);
  return code;
}

static int write_text(const struct skeleton *skeleton, const struct results_text *text)
{
  TRY(make_parents(skeleton, text->path));
  return write_dataset(skeleton, skeleton->file, text->path, H5T_STD_U8LE, *text);
}

static int write_listed_attribute(const struct skeleton *skeleton,
                                  const struct results_attribute *attribute)
{
  const hid_t object = H5Oopen(skeleton->file, attribute->path, H5P_DEFAULT);
  int code;

  if (object < 0) {
    return failure(EXIT_CODE_INTERNAL, "attribute %s of %s, which is not in the results file",
                   attribute->name, attribute->path);
  }
  code = write_text_attribute(object, attribute->name, attribute->text);
  H5Oclose(object);
  return code;
}

static int write_content(const struct skeleton *skeleton, const struct results_content *content,
                         const int64_t *n_rows)
{
  TRY(write_text_attribute(skeleton->file, "format", RESULTS_FORMAT));
  TRY(write_text_attribute(skeleton->file, "format_version", RESULTS_FORMAT_VERSION));
  for (int t = 0; t < content->n_texts; t++) TRY(write_text(skeleton, &content->texts[t]));
  for (int t = 0; t < content->n_small_tables; t++) {
    const struct column_table *table = &content->small_tables[t];

    TRY(make_table(skeleton, table->layout, (int64_t)table->n_rows, table->values));
  }
  for (int t = 0; t < content->n_tables; t++) {
    TRY(make_table(skeleton, &content->tables[t], n_rows[t], NULL));
  }
  for (int a = 0; a < content->n_attributes; a++) {
    TRY(write_listed_attribute(skeleton, &content->attributes[a]));
  }
  return EXIT_CODE_OK;
}

/* Roughly, and not too little. */
static int64_t expected_bytes(const struct results_content *content, const int64_t *n_rows)
{
  int64_t bytes = 16 * METADATA_BYTES + (int64_t)content->n_attributes * METADATA_BYTES;

  for (int t = 0; t < content->n_texts; t++) {
    bytes += (int64_t)content->texts[t].length + METADATA_BYTES;
  }
  for (int t = 0; t < content->n_small_tables; t++) {
    const struct column_table *table = &content->small_tables[t];

    bytes += (int64_t)(table->n_rows * row_size(table->layout)) +
             (int64_t)table->layout->n_columns * METADATA_BYTES;
  }
  for (int t = 0; t < content->n_tables; t++) {
    bytes += n_rows[t] * (int64_t)row_size(&content->tables[t]) +
             (int64_t)content->tables[t].n_columns * METADATA_BYTES;
  }
  return bytes;
}

static void open_skeleton(struct skeleton *skeleton)
{
  const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  const hid_t access = hdf5_file_access(), creation = H5Pcreate(H5P_FILE_CREATE);

  H5Pset_fapl_stdio(access); /* the usual driver looks for the name of the file and finds none */
  H5Pset_obj_track_times(creation, 0);
  H5Pset_link_creation_order(creation, order);
  skeleton->group_creation = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(skeleton->group_creation, 0);
  H5Pset_link_creation_order(skeleton->group_creation, order);
  skeleton->dataset_creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(skeleton->dataset_creation, 0);
  H5Pset_alloc_time(skeleton->dataset_creation, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(skeleton->dataset_creation, H5D_FILL_TIME_NEVER);
  skeleton->file = H5Fcreate(skeleton->path, H5F_ACC_TRUNC, creation, access);
  H5Pclose(access);
  H5Pclose(creation);
}

/* HDF5 crashes at its end when it could not write: it writes to memory, where the columns are holes
 * that take no room, and the disk is ours. */
static int write_to_memory(int memory, const struct results_content *content, const int64_t *n_rows)
{
  struct skeleton skeleton = {.file = H5I_INVALID_HID};
  char path[64];
  int code;

  snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
  skeleton.path = path;
  hdf5_silence();
  open_skeleton(&skeleton);
  if (skeleton.file < 0)
    code = hdf5_failure("create", path);
  else
    code = write_content(&skeleton, content, n_rows);
  H5Pclose(skeleton.group_creation);
  H5Pclose(skeleton.dataset_creation);
  if (skeleton.file >= 0 && H5Fclose(skeleton.file) < 0 && code == EXIT_CODE_OK) {
    code = hdf5_failure("write", path);
  }
  return code;
}

int skeleton_write(const char *path, const struct results_content *content, const int64_t *n_rows)
{
  int memory, code;

  /* A limit on the size of files would hold for memory too: notice it here. */
  TRY(disk_reserve(path, expected_bytes(content, n_rows)));
  memory = memfd_create("results", MFD_CLOEXEC);
  if (memory < 0) return failure(EXIT_CODE_INTERNAL, "no file in memory: %s", strerror(errno));
  code = write_to_memory(memory, content, n_rows);
  if (code == EXIT_CODE_OK) code = disk_copy_sparse(memory, path);
  close(memory);
  return code;
}
