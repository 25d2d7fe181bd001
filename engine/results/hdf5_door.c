/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/hdf5_door.h"

#include <errno.h>
#include <string.h>

#include "base/failure.h"

void hdf5_silence(void)
{
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  errno = 0;
}

/* The first record of an upward walk is where the failure was found. */
static herr_t innermost(unsigned n, const H5E_error2_t *error, void *reason)
{
  if (n == 0) *(const char **)reason = error->desc;
  return 0;
}

int hdf5_failure(const char *what, const char *path)
{
  const int error = errno;
  const char *reason = NULL;

  if (error) return failure(EXIT_CODE_FILE, "cannot %s %s: %s", what, path, strerror(error));
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &reason);
  return failure(EXIT_CODE_FILE, "cannot %s %s: %s", what, path, reason ? reason : "HDF5 failed");
}

hid_t hdf5_text_type(size_t length)
{
  const hid_t type = H5Tcopy(H5T_C_S1);

  H5Tset_size(type, length > 0 ? length : 1);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

hid_t hdf5_column_type(enum column_type type)
{
  switch (type) {
  case COLUMN_REAL:
    return H5Tcopy(H5T_IEEE_F64LE);
  case COLUMN_ROW:
    return H5Tcopy(H5T_STD_I64LE);
  case COLUMN_INT32:
    return H5Tcopy(H5T_STD_I32LE);
  case COLUMN_INT16:
    return H5Tcopy(H5T_STD_I16LE);
  case COLUMN_CODE:
    return H5Tcopy(H5T_STD_I8LE);
  case COLUMN_TEXT16:
    return hdf5_text_type(column_size(type));
  }
  return H5I_INVALID_HID;
}

hid_t hdf5_file_access(void)
{
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);

  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110);
  H5Pset_file_locking(access, 0, 1);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  return access;
}
