/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/results/hdf5_door.h
 * What every file here that calls HDF5 needs of it. Handles are H5X types; close what you get. */
#pragma once
#include <hdf5.h>
#include "base/column_table.h"

#define RESULTS_FORMAT         "twintrial"
#define RESULTS_FORMAT_VERSION "1"

/** HDF5 prints nothing and says why through hdf5_failure(); call before the first call of HDF5. */
void hdf5_silence(void);
/** Prints "cannot <what> <path>: <why>", with the reason of the system if it gave one. */
int hdf5_failure(const char *what, const char *path);

/** Type in the file, and in memory: nothing is ever converted. */
hid_t hdf5_column_type(enum column_type type);
/** Fixed length, zero-padded, UTF-8; an empty text takes one byte. */
hid_t hdf5_text_type(size_t length);
/** Access to files: bounds of the format, no locks (not every parallel file system has them),
 *  closing a file closes all that was opened in it. */
hid_t hdf5_file_access(void);
