/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to tree, by recursive descent. */
#include "expression/expression.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { MAX_DEPTH = 100, MAX_ARGUMENTS = 64, MAX_NAME = 64 };

struct parser {
  const struct formula *formula;
  const char *p; /* next byte */
  struct arena *arena;
  struct diagnostics *diagnostics;
  int depth;
  bool failed;
};

static struct expression *parse_or(struct parser *parser);

static struct place place_at(const struct parser *parser, const char *start, const char *end)
{
  return yaml_place_within(parser->formula->node, (size_t)(start - parser->formula->text),
                           end > start ? (size_t)(end - start) : 1);
}

static void *refuse(struct parser *parser, const char *start, const char *end, const char *message)
{
  const struct place at = place_at(parser, start, end);

  if (!parser->failed) diagnostics_error(parser->diagnostics, &at, "%s", message);
  parser->failed = true;
  return NULL;
}

static void skip_spaces(struct parser *parser)
{
  while (*parser->p == ' ' || *parser->p == '\n' || *parser->p == '\t') parser->p++;
}

static bool accept(struct parser *parser, const char *token)
{
  const size_t length = strlen(token);

  skip_spaces(parser);
  if (strncmp(parser->p, token, length) != 0) return false;
  if (isalpha((unsigned char)token[0]) &&
      (isalnum((unsigned char)parser->p[length]) || parser->p[length] == '_'))
    return false;
  parser->p += length;
  return true;
}

static struct expression *node(struct parser *parser, enum expression_kind kind, const char *start,
                               int n)
{
  struct expression *expression = arena_new(parser->arena, 1, sizeof *expression);

  expression->kind = kind;
  expression->at = place_at(parser, start, parser->p);
  expression->n = n;
  expression->arguments = arena_new(parser->arena, (size_t)n, sizeof *expression->arguments);
  return expression;
}

static struct expression *binary(struct parser *parser, enum expression_kind kind,
                                 const char *start, struct expression *left,
                                 struct expression *right)
{
  struct expression *expression;

  if (!left || !right) return NULL;
  expression = node(parser, kind, start, 2);
  expression->arguments[0] = left;
  expression->arguments[1] = right;
  return expression;
}

static struct expression *unary(struct parser *parser, enum expression_kind kind, const char *start,
                                struct expression *argument)
{
  struct expression *expression;

  if (!argument) return NULL;
  expression = node(parser, kind, start, 1);
  expression->arguments[0] = argument;
  return expression;
}

static struct expression *parse_number(struct parser *parser)
{
  const char *start = parser->p;
  size_t length = strspn(start, "0123456789."), used;
  char text[MAX_NAME];
  struct expression *expression;
  struct unit unit;

  if (start[length] == 'e' || start[length] == 'E') {
    const size_t sign = start[length + 1] == '+' || start[length + 1] == '-';
    const size_t digits = strspn(start + length + 1 + sign, "0123456789");

    if (digits > 0) length += 1 + sign + digits;
  }
  if (length >= sizeof text)
    return refuse(parser, start, start + length, "a number too long to be meant");
  memcpy(text, start, length);
  text[length] = '\0';
  parser->p = start + length;
  expression = node(parser, EXPRESSION_NUMBER, start, 0);
  if (!number_parse(text, &expression->number))
    return refuse(parser, start, parser->p, "not a number");
  used = strspn(parser->p, " ");
  if (*parser->p && parser->p[used] &&
      (isalpha((unsigned char)parser->p[used]) || parser->p[used] == '%')) {
    const size_t unit_length = unit_parse(parser->p + used, &unit);

    if (unit_length > 0) {
      expression->unit = unit;
      expression->has_unit = true;
      expression->unit_text = arena_text(parser->arena, parser->p + used, unit_length);
      parser->p += used + unit_length;
      expression->at = place_at(parser, start, parser->p);
    }
  }
  return expression;
}

/** 'text' or "text", without escapes. */
static const char *parse_quoted(struct parser *parser)
{
  const char quote = *parser->p;
  const char *start = parser->p + 1;
  const char *end = strchr(start, quote);

  if (!end) return refuse(parser, parser->p, parser->p + 1, "a quote that is not closed");
  parser->p = end + 1;
  return arena_text(parser->arena, start, (size_t)(end - start));
}

static const struct function {
  const char *name;
  enum expression_kind kind;
  int n;
} functions[] = {{"if", EXPRESSION_IF, 3},
                 {"min", EXPRESSION_MIN, 2},
                 {"max", EXPRESSION_MAX, 2},
                 {"abs", EXPRESSION_ABS, 1},
                 {"exp", EXPRESSION_EXP, 1},
                 {"log", EXPRESSION_LOG, 1},
                 {"log10", EXPRESSION_LOG10, 1},
                 {"sin", EXPRESSION_SIN, 1},
                 {"cos", EXPRESSION_COS, 1},
                 {"tan", EXPRESSION_TAN, 1},
                 {"asin", EXPRESSION_ASIN, 1},
                 {"acos", EXPRESSION_ACOS, 1},
                 {"atan", EXPRESSION_ATAN, 1},
                 {"sinh", EXPRESSION_SINH, 1},
                 {"cosh", EXPRESSION_COSH, 1},
                 {"tanh", EXPRESSION_TANH, 1},
                 {"sqrt", EXPRESSION_SQRT, 1},
                 {"floor", EXPRESSION_FLOOR, 1},
                 {"ceil", EXPRESSION_CEIL, 1},
                 {"round", EXPRESSION_ROUND, 2},
                 {"positive_root", EXPRESSION_POSITIVE_ROOT, 2}};

/** After "lookup(": VARIABLE, 'key': value, ... ) */
static struct expression *parse_lookup(struct parser *parser, const char *start)
{
  struct expression *values[MAX_ARGUMENTS], *expression;
  const char *keys[MAX_ARGUMENTS];
  int n = 1;

  values[0] = parse_or(parser);
  while (values[n - 1] && accept(parser, ",")) {
    skip_spaces(parser);
    if (n >= MAX_ARGUMENTS)
      return refuse(parser, start, parser->p, "a lookup with too many entries");
    if (*parser->p != '\'' && *parser->p != '"')
      return refuse(parser, parser->p, parser->p,
                    "expected a quoted category, like 'GG': 4.61 mg/L");
    keys[n] = parse_quoted(parser);
    if (!keys[n]) return NULL;
    if (!accept(parser, ":"))
      return refuse(parser, parser->p, parser->p, "expected ':' and a value");
    values[n++] = parse_or(parser);
  }
  if (!values[n - 1]) return NULL;
  if (!accept(parser, ")")) return refuse(parser, parser->p, parser->p, "expected ',' or ')'");
  expression = node(parser, EXPRESSION_LOOKUP, start, n);
  expression->keys = arena_new(parser->arena, (size_t)n, sizeof *expression->keys);
  for (int i = 0; i < n; i++) {
    expression->arguments[i] = values[i];
    if (i > 0) expression->keys[i] = keys[i];
  }
  return expression;
}

/** After "interpolate(": X, abscissa: value, ... ) */
static struct expression *parse_interpolation(struct parser *parser, const char *start)
{
  struct expression *of[1 + 2 * MOST_POINTS], *expression;
  int n = 1;

  of[0] = parse_or(parser);
  while (of[n - 1] && accept(parser, ",")) {
    if (n > 2 * MOST_POINTS)
      return refuse(parser, start, parser->p, "an interpolation of more than 100 points");
    of[n] = parse_or(parser);
    if (!of[n++]) return NULL;
    if (!accept(parser, ":"))
      return refuse(parser, parser->p, parser->p,
                    "expected ':' and the value at this point, like 12 h: 2.5");
    of[n++] = parse_or(parser);
  }
  if (!of[n - 1]) return NULL;
  if (!accept(parser, ")")) return refuse(parser, parser->p, parser->p, "expected ',' or ')'");
  expression = node(parser, EXPRESSION_INTERPOLATE, start, n);
  memcpy(expression->arguments, of, (size_t)n * sizeof *of);
  return expression;
}

static struct expression *parse_call(struct parser *parser, const struct function *function,
                                     const char *start)
{
  struct expression *arguments[3], *expression;

  for (int i = 0; i < function->n; i++) {
    arguments[i] = parse_or(parser);
    if (!arguments[i]) return NULL;
    if (!accept(parser, i + 1 < function->n ? "," : ")")) {
      const struct place at = place_at(parser, parser->p, parser->p);

      if (!parser->failed)
        diagnostics_error(parser->diagnostics, &at, "'%s' takes %d argument%s; expected '%s' here",
                          function->name, function->n, function->n == 1 ? "" : "s",
                          i + 1 < function->n ? "," : ")");
      parser->failed = true;
      return NULL;
    }
  }
  expression = node(parser, function->kind, start, function->n);
  memcpy(expression->arguments, arguments, (size_t)function->n * sizeof *arguments);
  return expression;
}

/** After "first(": EVENT ), all of which is the name. */
static struct expression *parse_first(struct parser *parser, const char *start)
{
  struct expression *expression;
  const char *name;
  size_t length = 0;

  skip_spaces(parser);
  name = parser->p;
  while (isalnum((unsigned char)name[length]) || name[length] == '_') length++;
  parser->p = name + length;
  if (length == 0 || !accept(parser, ")"))
    return refuse(parser, parser->p, parser->p, "expected the name of an event and ')'");
  expression = node(parser, EXPRESSION_SYMBOL, start, 0);
  expression->name = arena_format(parser->arena, "first(%.*s)", (int)length, name);
  return expression;
}

/** name, function(...), or indexed name like dose_before(2): the digits are part of the name. */
static struct expression *parse_name(struct parser *parser)
{
  const char *start = parser->p;
  size_t length = 0, digits;
  struct expression *expression;

  while (isalnum((unsigned char)start[length]) || start[length] == '_') length++;
  parser->p = start + length;
  if (accept(parser, "(")) {
    if (length == 6 && strncmp(start, "lookup", 6) == 0) return parse_lookup(parser, start);
    if (length == 5 && strncmp(start, "first", 5) == 0) return parse_first(parser, start);
    if (length == 11 && strncmp(start, "interpolate", 11) == 0)
      return parse_interpolation(parser, start);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
      if (strlen(functions[i].name) == length && strncmp(functions[i].name, start, length) == 0)
        return parse_call(parser, &functions[i], start);
    skip_spaces(parser);
    digits = strspn(parser->p, "0123456789");
    if (digits == 0 || digits > 4 || parser->p[digits] != ')') {
      const struct place at = place_at(parser, start, start + length);

      diagnostics_error(parser->diagnostics, &at,
                        "unknown function '%.*s'; there are " EXPRESSION_FUNCTIONS, (int)length,
                        start);
      parser->failed = true;
      return NULL;
    }
    parser->p += digits + 1;
    length = (size_t)(parser->p - start);
  }
  expression = node(parser, EXPRESSION_SYMBOL, start, 0);
  expression->name = arena_text(parser->arena, start, length);
  expression->at = place_at(parser, start, start + length);
  return expression;
}

static struct expression *parse_primary(struct parser *parser)
{
  const char *start;
  struct expression *expression;

  skip_spaces(parser);
  start = parser->p;
  if (isdigit((unsigned char)*start) || *start == '.') return parse_number(parser);
  if (isalpha((unsigned char)*start) || *start == '_') return parse_name(parser);
  if (*start == '\'' || *start == '"') {
    const char *word = parse_quoted(parser);

    if (!word) return NULL;
    expression = node(parser, EXPRESSION_WORD, start, 0);
    expression->name = word;
    return expression;
  }
  if (accept(parser, "(")) {
    expression = parse_or(parser);
    if (expression && !accept(parser, ")"))
      return refuse(parser, parser->p, parser->p, "expected ')'");
    return expression;
  }
  return refuse(parser, start, start,
                *start ? "expected a number, a name or '('" : "the expression ends too early");
}

static struct expression *parse_in(struct parser *parser)
{
  const char *start;
  struct expression *expression, *argument;
  struct unit unit;
  size_t length;

  skip_spaces(parser);
  start = parser->p;
  argument = parse_primary(parser);
  if (!argument || !accept(parser, "in")) return argument;
  skip_spaces(parser);
  length = unit_parse(parser->p, &unit);
  if (length == 0)
    return refuse(parser, parser->p, parser->p, "expected a unit after 'in', like mg/L");
  parser->p += length;
  expression = unary(parser, EXPRESSION_IN, start, argument);
  expression->asked = unit;
  expression->unit_text = arena_text(parser->arena, parser->p - length, length);
  return expression;
}

static struct expression *parse_sign(struct parser *parser);

static struct expression *parse_power(struct parser *parser)
{
  const char *start;
  struct expression *left;

  skip_spaces(parser);
  start = parser->p;
  left = parse_in(parser);
  if (!left || !accept(parser, "^")) return left;
  return binary(parser, EXPRESSION_POWER, start, left, parse_sign(parser));
}

static struct expression *parse_sign(struct parser *parser)
{
  const char *start;
  struct expression *result;

  skip_spaces(parser);
  start = parser->p;
  if (++parser->depth > MAX_DEPTH) return refuse(parser, start, start, "nested too deeply");
  if (accept(parser, "-"))
    result = unary(parser, EXPRESSION_NEGATE, start, parse_sign(parser));
  else if (accept(parser, "+"))
    result = parse_sign(parser);
  else
    result = parse_power(parser);
  parser->depth--;
  return result;
}

static struct expression *parse_product(struct parser *parser)
{
  const char *start = parser->p;
  struct expression *left = parse_sign(parser);

  while (left) {
    if (accept(parser, "*"))
      left = binary(parser, EXPRESSION_MULTIPLY, start, left, parse_sign(parser));
    else if (accept(parser, "/"))
      left = binary(parser, EXPRESSION_DIVIDE, start, left, parse_sign(parser));
    else
      break;
  }
  return left;
}

static struct expression *parse_sum(struct parser *parser)
{
  const char *start = parser->p;
  struct expression *left = parse_product(parser);

  while (left) {
    if (accept(parser, "+"))
      left = binary(parser, EXPRESSION_ADD, start, left, parse_product(parser));
    else if (accept(parser, "-"))
      left = binary(parser, EXPRESSION_SUBTRACT, start, left, parse_product(parser));
    else
      break;
  }
  return left;
}

static struct expression *parse_comparison(struct parser *parser)
{
  static const struct {
    const char *token;
    enum expression_kind kind;
  } comparisons[] = {{"<=", EXPRESSION_AT_MOST}, {">=", EXPRESSION_AT_LEAST},
                     {"==", EXPRESSION_EQUAL},   {"!=", EXPRESSION_UNEQUAL},
                     {"<", EXPRESSION_LESS},     {">", EXPRESSION_GREATER}};
  const char *start;
  struct expression *left;

  skip_spaces(parser);
  start = parser->p;
  left = parse_sum(parser);
  for (size_t i = 0; left && i < sizeof comparisons / sizeof *comparisons; i++)
    if (accept(parser, comparisons[i].token))
      return binary(parser, comparisons[i].kind, start, left, parse_sum(parser));
  return left;
}

static struct expression *parse_not(struct parser *parser)
{
  const char *start;
  struct expression *result;

  skip_spaces(parser);
  start = parser->p;
  if (++parser->depth > MAX_DEPTH) return refuse(parser, start, start, "nested too deeply");
  result = accept(parser, "not") ? unary(parser, EXPRESSION_NOT, start, parse_not(parser))
                                 : parse_comparison(parser);
  parser->depth--;
  return result;
}

static struct expression *parse_and(struct parser *parser)
{
  const char *start = parser->p;
  struct expression *left = parse_not(parser);

  while (left && accept(parser, "and"))
    left = binary(parser, EXPRESSION_AND, start, left, parse_not(parser));
  return left;
}

static struct expression *parse_or(struct parser *parser)
{
  const char *start = parser->p;
  struct expression *left;

  if (++parser->depth > MAX_DEPTH) return refuse(parser, start, start, "nested too deeply");
  left = parse_and(parser);
  while (left && accept(parser, "or"))
    left = binary(parser, EXPRESSION_OR, start, left, parse_and(parser));
  parser->depth--;
  return left;
}

struct expression *expression_parse(const struct formula *formula, struct arena *arena,
                                    struct diagnostics *diagnostics)
{
  struct parser parser = {
      .formula = formula, .p = formula->text, .arena = arena, .diagnostics = diagnostics};
  struct expression *expression;

  if (strlen(formula->text) > 20000)
    return refuse(&parser, parser.p, parser.p, "an expression of more than 20,000 characters");
  expression = parse_or(&parser);
  skip_spaces(&parser);
  if (expression && *parser.p)
    return refuse(&parser, parser.p, parser.p, "expected an operator or the end here");
  return parser.failed ? NULL : expression;
}
