/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MASS, LENGTH, TIME, AMOUNT, IU, PRESSURE };
enum { TEXT_BYTES = 96, MESSAGE_BYTES = 256 };

const struct unit unit_one;

static const int primes[UNIT_PRIMES] = {2, 3, 5, 7, 173, 487};

/* Base units: g, m, s, mol, IU, mmHg. A year is 365.25 d = 3 * 487 / 4 d (UCUM "a_j"), a month a
 * twelfth of it. 1.73m2 is the body surface to which a clearance is indexed. */
static const struct named_unit {
  const char *name;
  struct unit unit;
} named_units[] = {
    {"1", {{0}, {0}}},
    {"%", {{0}, {-2, 0, -2, 0, 0, 0}}},
    {"g", {{1}, {0}}},
    {"m", {{0, 1}, {0}}},
    {"L", {{0, 3}, {-3, 0, -3, 0, 0, 0}}},
    {"1.73m2", {{0, 2}, {-2, 0, -2, 0, 1, 0}}},
    {"s", {{0, 0, 1}, {0}}},
    {"min", {{0, 0, 1}, {2, 1, 1, 0, 0, 0}}},
    {"h", {{0, 0, 1}, {4, 2, 2, 0, 0, 0}}},
    {"d", {{0, 0, 1}, {7, 3, 2, 0, 0, 0}}},
    {"wk", {{0, 0, 1}, {7, 3, 2, 1, 0, 0}}},
    {"mo", {{0, 0, 1}, {3, 3, 2, 0, 0, 1}}},
    {"a", {{0, 0, 1}, {5, 4, 2, 0, 0, 1}}},
    {"mol", {{0, 0, 0, 1}, {0}}},
    {"IU", {{0, 0, 0, 0, 1}, {0}}},
    {"U", {{0, 0, 0, 0, 1}, {0}}},
    {"mmHg", {{0, 0, 0, 0, 0, 1}, {0}}},
};

static const struct prefix {
  const char *name;
  int8_t power_of_ten;
} prefixes[] = {{"k", 3}, {"d", -1}, {"c", -2}, {"m", -3}, {"u", -6}, {"n", -9}, {"p", -12}};

static const char *const takes_prefix[] = {"g", "m", "L", "mol", "IU", "U", "s"};

static struct unit scaled(struct unit unit, int power_of_ten)
{
  unit.prime[0] = (int8_t)(unit.prime[0] + power_of_ten);
  unit.prime[2] = (int8_t)(unit.prime[2] + power_of_ten);
  return unit;
}

static bool find_plain(const char *name, size_t length, struct unit *unit)
{
  for (size_t i = 0; i < sizeof named_units / sizeof *named_units; i++) {
    if (strlen(named_units[i].name) == length && strncmp(named_units[i].name, name, length) == 0) {
      *unit = named_units[i].unit;
      return true;
    }
  }
  return false;
}

static bool may_have_prefix(const char *name, size_t length)
{
  for (size_t i = 0; i < sizeof takes_prefix / sizeof *takes_prefix; i++)
    if (strlen(takes_prefix[i]) == length && strncmp(takes_prefix[i], name, length) == 0)
      return true;
  return false;
}

static bool find_unit(const char *name, size_t length, struct unit *unit)
{
  if (find_plain(name, length, unit)) return true;
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    if (length < 2 || name[0] != prefixes[i].name[0]) continue;
    if (!may_have_prefix(name + 1, length - 1)) continue;
    if (!find_plain(name + 1, length - 1, unit)) continue;
    *unit = scaled(*unit, prefixes[i].power_of_ten);
    return true;
  }
  return false;
}

/** One symbol with its exponent, "m2" or "h-1" or "h^-1"; 0 when it is none. */
static size_t parse_factor(const char *text, struct unit *unit)
{
  size_t length = 0, used;
  int exponent = 1, sign = 1;

  if (strncmp(text, "1.73m2", 6) == 0) return find_plain(text, 6, unit) ? 6 : 0;
  if (text[0] == '%' || (text[0] == '1' && !isdigit((unsigned char)text[1]) && text[1] != '.'))
    return find_plain(text, 1, unit) ? 1 : 0;
  while (isalpha((unsigned char)text[length])) length++;
  if (length == 0 || !find_unit(text, length, unit)) return 0;
  used = length;
  if (text[used] == '^') used++;
  if (text[used] == '-' && isdigit((unsigned char)text[used + 1])) {
    sign = -1;
    used++;
  }
  if (!isdigit((unsigned char)text[used])) return length;
  exponent = text[used] - '0';
  *unit = unit_power(*unit, sign * exponent);
  return used + 1;
}

size_t unit_parse(const char *text, struct unit *unit)
{
  size_t used = parse_factor(text, unit);

  if (used == 0) return 0;
  for (int i = 0; i < 8; i++) { /* no real unit has more factors; powers stay small */
    struct unit factor;
    const char sign = text[used];
    size_t more;

    if (sign != '/' && sign != '*' && sign != '.') break;
    more = parse_factor(text + used + 1, &factor);
    if (more == 0) break;
    *unit = sign == '/' ? unit_over(*unit, factor) : unit_times(*unit, factor);
    used += 1 + more;
  }
  return isalnum((unsigned char)text[used]) || text[used] == '_' ? 0 : used;
}

bool unit_is(const char *text, struct unit *unit)
{
  const size_t used = unit_parse(text, unit);

  return used > 0 && text[used] == '\0';
}

struct unit unit_times(struct unit a, struct unit b)
{
  for (int i = 0; i < UNIT_DIMENSIONS; i++)
    a.dimension[i] = (int8_t)(a.dimension[i] + b.dimension[i]);
  for (int i = 0; i < UNIT_PRIMES; i++) a.prime[i] = (int8_t)(a.prime[i] + b.prime[i]);
  return a;
}

struct unit unit_over(struct unit a, struct unit b)
{
  return unit_times(a, unit_power(b, -1));
}

struct unit unit_power(struct unit a, int exponent)
{
  for (int i = 0; i < UNIT_DIMENSIONS; i++) a.dimension[i] = (int8_t)(a.dimension[i] * exponent);
  for (int i = 0; i < UNIT_PRIMES; i++) a.prime[i] = (int8_t)(a.prime[i] * exponent);
  return a;
}

bool unit_same_dimension(struct unit a, struct unit b)
{
  return memcmp(a.dimension, b.dimension, sizeof a.dimension) == 0;
}

bool unit_equal(struct unit a, struct unit b)
{
  return unit_same_dimension(a, b) && memcmp(a.prime, b.prime, sizeof a.prime) == 0;
}

double unit_factor(struct unit from, struct unit to)
{
  const struct unit ratio = unit_over(from, to);
  double numerator = 1, denominator = 1;

  for (int i = 0; i < UNIT_PRIMES; i++) {
    for (int k = 0; k < ratio.prime[i]; k++) numerator *= primes[i];
    for (int k = 0; k < -ratio.prime[i]; k++) denominator *= primes[i];
  }
  return numerator / denominator;
}

static const struct {
  const char *name, *unit;
} dimension_names[] = {{"a pure number", "1"},
                       {"mass", "g"},
                       {"length", "m"},
                       {"time", "h"},
                       {"amount", "mol"},
                       {"volume", "L"},
                       {"area", "m2"},
                       {"mass / volume", "g/L"},
                       {"amount / volume", "mol/L"},
                       {"volume / time", "L/h"},
                       {"1 / time", "1/h"},
                       {"mass / time", "g/h"},
                       {"units of activity", "IU"},
                       {"pressure", "mmHg"}};

/** "mass * length^2", or " / time", whatever the sign asks for. */
static void write_powers(struct unit unit, int sign, char *text, size_t *used)
{
  static const char *const names[UNIT_DIMENSIONS] = {"mass",   "length",   "time",
                                                     "amount", "activity", "pressure"};

  for (int i = 0; i < UNIT_DIMENSIONS && *used < TEXT_BYTES; i++) {
    const int power = sign * unit.dimension[i];

    if (power <= 0) continue;
    *used += (size_t)snprintf(text + *used, TEXT_BYTES - *used, "%s%s",
                              sign < 0 ? " / " : (*used ? " * " : ""), names[i]);
    if (power > 1 && *used < TEXT_BYTES)
      *used += (size_t)snprintf(text + *used, TEXT_BYTES - *used, "^%d", power);
  }
}

const char *unit_dimension_text(struct unit unit, char *text)
{
  size_t used = 0;

  for (size_t i = 0; i < sizeof dimension_names / sizeof *dimension_names; i++) {
    struct unit known;

    if (unit_is(dimension_names[i].unit, &known) && unit_same_dimension(known, unit)) {
      snprintf(text, TEXT_BYTES, "%s", dimension_names[i].name);
      return text;
    }
  }
  text[0] = '\0';
  write_powers(unit, 1, text, &used);
  if (!used) used = (size_t)snprintf(text, TEXT_BYTES, "1");
  write_powers(unit, -1, text, &used);
  return text;
}

/** Numbers of at most 15 digits without an exponent, which is nearly all: exact, so that the
 *  quotient is rounded once and is what strtod() gives. */
static bool parse_plain(const char *text, double *value)
{
  static const double tens[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool is_negative = *text == '-';
  const char *p = text + is_negative;
  int64_t digits = 0;
  int n = 0, decimals = 0;
  bool has_point = false;

  for (; n <= 15 && (*p == '.' || (*p >= '0' && *p <= '9')); p++) {
    if (*p == '.') {
      if (has_point) return false;
      has_point = true;
      continue;
    }
    digits = 10 * digits + (*p - '0');
    decimals += has_point;
    n++;
  }
  if (*p != '\0' || n == 0 || n > 15) return false;
  *value = (double)digits / tens[decimals];
  if (is_negative) *value = -*value;
  return true;
}

bool number_parse(const char *text, double *value)
{
  char *end;

  if (parse_plain(text, value)) return true;
  if (text[0] == '\0' || strspn(text, "+-0123456789.eE") != strlen(text)) return false;
  *value = strtod(text, &end);
  return end != text && *end == '\0' && isfinite(*value);
}

/** ISO 8601 "P1W", "P28D", "P3DT12H", "-P3D" in seconds; weeks, days, hours, minutes. */
static bool parse_iso_duration(const char *text, double *seconds)
{
  bool negative = text[0] == '-', in_time = false, any = false;
  double total = 0;

  text += negative;
  if (*text++ != 'P') return false;
  while (*text) {
    char *end;
    double value, unit_seconds;
    const size_t digits = strspn(text, "0123456789.");

    if (*text == 'T' && !in_time) {
      in_time = true;
      text++;
      continue;
    }
    if (digits == 0) return false;
    value = strtod(text, &end);
    if (end != text + digits) return false;
    if (!in_time && *end == 'W')
      unit_seconds = 604800;
    else if (!in_time && *end == 'D')
      unit_seconds = 86400;
    else if (in_time && *end == 'H')
      unit_seconds = 3600;
    else if (in_time && *end == 'M')
      unit_seconds = 60;
    else
      return false;
    total += value * unit_seconds;
    text = end + 1;
    any = true;
  }
  *seconds = negative ? -total : total;
  return any && isfinite(total);
}

const char *quantity_parse(const char *text, struct unit wanted, const char *wanted_name,
                           double *value, char *message)
{
  char number[64], has[TEXT_BYTES], expected[TEXT_BYTES];
  size_t length = strcspn(text, " "), gap;
  struct unit unit, second;

  unit_is("s", &second);
  if (unit_same_dimension(wanted, second) && parse_iso_duration(text, value)) {
    *value *= unit_factor(second, wanted);
    return NULL;
  }
  gap = strspn(text + length, " ");
  snprintf(number, sizeof number, "%.*s", (int)(length < 63 ? length : 63), text);
  if (length > 63 || !number_parse(number, value)) {
    if (unit_equal(wanted, unit_one))
      snprintf(message, MESSAGE_BYTES, "'%.60s' is not a number", text);
    else
      snprintf(message, MESSAGE_BYTES,
               "'%.60s' is not a quantity; write a number and a unit, like '5 %s'", text,
               wanted_name);
    return message;
  }
  if (text[length + gap] == '\0') {
    if (unit_equal(wanted, unit_one)) return NULL;
    snprintf(message, MESSAGE_BYTES, "'%.60s' has no unit; write '%.60s %s'", text, text,
             wanted_name);
    return message;
  }
  if (!unit_is(text + length + gap, &unit)) {
    snprintf(message, MESSAGE_BYTES, "unknown unit '%.60s'; expected %s, like '%s'",
             text + length + gap, unit_dimension_text(wanted, expected), wanted_name);
    return message;
  }
  if (!unit_same_dimension(unit, wanted)) {
    snprintf(message, MESSAGE_BYTES, "'%.60s' is %s, expected %s, like '5 %s'", text,
             unit_dimension_text(unit, has), unit_dimension_text(wanted, expected), wanted_name);
    return message;
  }
  *value *= unit_factor(unit, wanted);
  return NULL;
}

const char *quantity_split(const char *text, double *value, struct unit *unit,
                           const char **unit_text, char *message)
{
  const size_t length = strcspn(text, " ");
  char number[64];

  *unit = unit_one;
  *unit_text = text + length + strspn(text + length, " ");
  snprintf(number, sizeof number, "%.*s", (int)(length < 63 ? length : 63), text);
  if (length > 63 || !number_parse(number, value)) {
    snprintf(message, MESSAGE_BYTES,
             "'%.60s' is not a quantity; write a number and a unit, like '5 mg/L'", text);
    return message;
  }
  if (**unit_text == '\0' || unit_is(*unit_text, unit)) return NULL;
  snprintf(message, MESSAGE_BYTES, "unknown unit '%.60s'", *unit_text);
  return message;
}
