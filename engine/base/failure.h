/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/failure.h
 * What goes wrong outside the user's text: broken program, memory, disk. (Mistakes in the user's
 * text are diagnostics, see diagnostics.h; a patient who cannot be solved is a status in the rows.)
 * A function that can fail so returns 0 or the exit code of the process; the message is printed
 * where the failure is found. Free of PETSc, so that `twintrial check` starts in milliseconds. */
#pragma once

enum exit_code {
  EXIT_CODE_OK = 0,
  EXIT_CODE_INTERNAL = 1,      /* a bug, or no memory */
  EXIT_CODE_INVALID_INPUT = 2, /* usage, protocol, model, cohort, data */
  EXIT_CODE_FAILED_TWINS = 4,  /* more patients failed than the protocol allows */
  EXIT_CODE_FILE = 5,          /* file, disk or HDF5 */
  EXIT_CODE_LAUNCH = 6,        /* started in a way that cannot work */
  EXIT_CODE_CHECK_FAILED = 7,  /* what was compared differs */
};

/** Returns from the calling function, with its code, when a call fails. */
#define TRY(call)                                                                                  \
  do {                                                                                             \
    const int try_code_ = (call);                                                                  \
    if (try_code_ != EXIT_CODE_OK) return try_code_;                                               \
  } while (0)

/** Prints "twintrial: error: <message>" to stderr and returns `code`. */
int failure(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Ends the process with exit code 1 when a condition that the program relies on does not hold. */
#define REQUIRE(condition)                                                                         \
  do {                                                                                             \
    if (!(condition)) failure_abort(#condition, __FILE__, __LINE__);                               \
  } while (0)
void failure_abort(const char *condition, const char *file, int line) __attribute__((noreturn));
