/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/units.h
 * Units of measurement, exact: a unit is integer powers of base dimensions times integer powers of
 * the few primes that its factor is made of, so that mg/h over L/h is mg/L and not nearly so. Names
 * follow UCUM (ucum.org): h, d, a, mg, ug, mL, mol, IU, %, 1. The one place of conversions. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNIT_DIMENSIONS = 6, UNIT_PRIMES = 6 };

struct unit {
  int8_t dimension[UNIT_DIMENSIONS]; /* mass, length, time, amount of substance, IU, mmHg */
  int8_t prime[UNIT_PRIMES];         /* powers of 2, 3, 5, 7, 173, 487 */
};

extern const struct unit unit_one; /* a pure number */

/** Reads "mg/L", "1/h", "mL/min/1.73m2", "m2", "h-1". Returns the number of bytes read, 0 when the
 *  text does not begin with a unit; a unit holds no spaces. */
size_t unit_parse(const char *text, struct unit *unit);
/** The whole text is one unit. */
bool unit_is(const char *text, struct unit *unit);

struct unit unit_times(struct unit a, struct unit b);
struct unit unit_over(struct unit a, struct unit b);
struct unit unit_power(struct unit a, int exponent);
bool unit_same_dimension(struct unit a, struct unit b);
bool unit_equal(struct unit a, struct unit b);
/** One `from` in `to`s: 60 from h to min. Correctly rounded for factors below 2^53. */
double unit_factor(struct unit from, struct unit to);
/** For messages: the name of the dimension ("time", "mass / volume") or base units; `text` holds at
 *  least 96 bytes. */
const char *unit_dimension_text(struct unit unit, char *text);

/** "0.5 mg" in `unit`; "P84D", "P3DT12H" where a time is wanted; a bare number only where a pure
 *  number is. On failure returns a message for the user, else NULL. `message` holds 256 bytes. */
const char *quantity_parse(const char *text, struct unit wanted, const char *wanted_name,
                           double *value, char *message);
/** "0.314 L/h" in whatever unit it has, a pure number without one; `unit_text` points into `text`.
 *  Returns a message for the user, or NULL, as above. */
const char *quantity_split(const char *text, double *value, struct unit *unit,
                           const char **unit_text, char *message);
/** A finite decimal number, the whole text; no hexadecimal, no "inf", no "nan". */
bool number_parse(const char *text, double *value);
