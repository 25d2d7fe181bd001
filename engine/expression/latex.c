/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expression/latex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/json_writer.h"

enum { NUMBER_BYTES = 32, MOST_DIGITS = 22 };

/** How tightly an expression holds together; a looser one inside a tighter needs parentheses. */
enum level {
  LEVEL_CASES,
  LEVEL_OR,
  LEVEL_AND,
  LEVEL_COMPARISON,
  LEVEL_SUM,
  LEVEL_PRODUCT,
  LEVEL_FRACTION,
  LEVEL_POWER,
  LEVEL_PRIMARY
};

/** begin, arguments with `between`, end; the arguments hold at least as tightly as `first` and
 *  `others`. */
struct form {
  enum level level, first, others;
  const char *begin, *between, *end;
};

#define OPERATOR(level, first, others, sign)                                                       \
  {                                                                                                \
    level, first, others, "", " " sign " ", ""                                                     \
  }
#define COMPARISON(sign) OPERATOR(LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM, sign)
#define ENCLOSED(begin, end)                                                                       \
  {                                                                                                \
    LEVEL_PRIMARY, LEVEL_CASES, LEVEL_CASES, begin, ", ", end                                      \
  }
#define FUNCTION(name) ENCLOSED(name "\\left(", "\\right)")

static const struct form forms[] = {
    [EXPRESSION_NEGATE] = {LEVEL_PRODUCT, LEVEL_PRODUCT, LEVEL_PRODUCT, "-", "", ""},
    [EXPRESSION_ADD] = OPERATOR(LEVEL_SUM, LEVEL_SUM, LEVEL_PRODUCT, "+"),
    [EXPRESSION_SUBTRACT] = OPERATOR(LEVEL_SUM, LEVEL_SUM, LEVEL_PRODUCT, "-"),
    [EXPRESSION_MULTIPLY] = OPERATOR(LEVEL_PRODUCT, LEVEL_PRODUCT, LEVEL_FRACTION, "\\cdot"),
    [EXPRESSION_DIVIDE] = {LEVEL_FRACTION, LEVEL_CASES, LEVEL_CASES, "\\frac{", "}{", "}"},
    [EXPRESSION_POWER] = {LEVEL_POWER, LEVEL_PRIMARY, LEVEL_CASES, "{", "}^{", "}"},
    [EXPRESSION_LESS] = COMPARISON("<"),
    [EXPRESSION_AT_MOST] = COMPARISON("\\le"),
    [EXPRESSION_GREATER] = COMPARISON(">"),
    [EXPRESSION_AT_LEAST] = COMPARISON("\\ge"),
    [EXPRESSION_EQUAL] = COMPARISON("="),
    [EXPRESSION_UNEQUAL] = COMPARISON("\\ne"),
    [EXPRESSION_AND] = OPERATOR(LEVEL_AND, LEVEL_AND, LEVEL_COMPARISON, "\\land"),
    [EXPRESSION_OR] = OPERATOR(LEVEL_OR, LEVEL_OR, LEVEL_AND, "\\lor"),
    [EXPRESSION_NOT] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM, "\\lnot ", "", ""},
    [EXPRESSION_MIN] = FUNCTION("\\min"),
    [EXPRESSION_MAX] = FUNCTION("\\max"),
    [EXPRESSION_ABS] = ENCLOSED("\\left|", "\\right|"),
    [EXPRESSION_EXP] = FUNCTION("\\exp"),
    [EXPRESSION_LOG] = FUNCTION("\\ln"),
    [EXPRESSION_LOG10] = FUNCTION("\\log_{10}"),
    [EXPRESSION_SIN] = FUNCTION("\\sin"),
    [EXPRESSION_COS] = FUNCTION("\\cos"),
    [EXPRESSION_TAN] = FUNCTION("\\tan"),
    [EXPRESSION_ASIN] = FUNCTION("\\arcsin"),
    [EXPRESSION_ACOS] = FUNCTION("\\arccos"),
    [EXPRESSION_ATAN] = FUNCTION("\\arctan"),
    [EXPRESSION_SINH] = FUNCTION("\\sinh"),
    [EXPRESSION_COSH] = FUNCTION("\\cosh"),
    [EXPRESSION_TANH] = FUNCTION("\\tanh"),
    [EXPRESSION_CEIL] = ENCLOSED("\\left\\lceil ", "\\right\\rceil "),
    [EXPRESSION_SQRT] = ENCLOSED("\\sqrt{", "}"),
    [EXPRESSION_FLOOR] = ENCLOSED("\\left\\lfloor ", "\\right\\rfloor "),
    [EXPRESSION_ROUND] = FUNCTION("\\operatorname{round}"),
};

static const struct form *form_of(const struct expression *expression)
{
  REQUIRE(expression->kind < sizeof forms / sizeof *forms && forms[expression->kind].begin);
  return &forms[expression->kind];
}

/** Too long when written without a power of ten. */
static bool is_scientific(double value)
{
  return value != 0 && !(fabs(value) >= 1e-4 && fabs(value) < 1e6);
}

/** The shortest text without an exponent that reads back to the same double. */
static const char *plain_text(double value, char text[NUMBER_BYTES])
{
  for (int digits = 0; digits <= MOST_DIGITS; digits++) {
    snprintf(text, NUMBER_BYTES, "%.*f", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  return text;
}

static enum level level_of(const struct expression *expression)
{
  switch (expression->kind) {
  case EXPRESSION_SYMBOL:
  case EXPRESSION_WORD:
  case EXPRESSION_INTERPOLATE:
    return LEVEL_PRIMARY;
  case EXPRESSION_NUMBER:
    if (is_scientific(expression->number)) return LEVEL_PRODUCT;
    return expression->has_unit ? LEVEL_FRACTION : LEVEL_PRIMARY;
  case EXPRESSION_IN:
  case EXPRESSION_POSITIVE_ROOT:
    return LEVEL_FRACTION;
  case EXPRESSION_IF:
  case EXPRESSION_LOOKUP:
    return LEVEL_CASES;
  default:
    return form_of(expression)->level;
  }
}

static bool begins_with_sign(const struct expression *expression)
{
  switch (expression->kind) {
  case EXPRESSION_NEGATE:
    return true;
  case EXPRESSION_ADD:
  case EXPRESSION_SUBTRACT:
  case EXPRESSION_MULTIPLY:
    return level_of(expression->arguments[0]) >= form_of(expression)->first &&
           begins_with_sign(expression->arguments[0]);
  default:
    return false;
  }
}

static void write_argument(const struct expression *argument, enum level least, bool may_have_sign,
                           FILE *out)
{
  const bool is_enclosed = level_of(argument) < least ||
                           (!may_have_sign && begins_with_sign(argument));

  fputs(is_enclosed ? "\\left(" : "", out);
  latex_expression(argument, out);
  fputs(is_enclosed ? "\\right)" : "", out);
}

static void write_form(const struct expression *expression, FILE *out)
{
  const struct form *form = form_of(expression);
  const bool is_operator = form->between[0] == ' ';

  fputs(form->begin, out);
  for (int i = 0; i < expression->n; i++) {
    fputs(i ? form->between : "", out);
    write_argument(expression->arguments[i], i ? form->others : form->first,
                   i ? !is_operator : expression->kind != EXPRESSION_NEGATE, out);
  }
  fputs(form->end, out);
}

static void write_unit(const char *unit, FILE *out)
{
  fputs("\\mathrm{", out);
  latex_text(unit, out);
  fputc('}', out);
}

static void write_quantity(const struct expression *expression, FILE *out)
{
  latex_number(expression->number, out);
  if (!expression->has_unit) return;
  fputs("\\,", out);
  write_unit(expression->unit_text, out);
}

static void write_if(const struct expression *expression, FILE *out)
{
  fputs("\\begin{cases} ", out);
  latex_expression(expression->arguments[1], out);
  fputs(" & \\text{if } ", out);
  latex_expression(expression->arguments[0], out);
  fputs(" \\\\ ", out);
  latex_expression(expression->arguments[2], out);
  fputs(" & \\text{otherwise} \\end{cases}", out);
}

static void write_lookup(const struct expression *expression, FILE *out)
{
  fputs("\\begin{cases} ", out);
  for (int i = 1; i < expression->n; i++) {
    fputs(i > 1 ? " \\\\ " : "", out);
    latex_expression(expression->arguments[i], out);
    fputs(" & \\text{if } ", out);
    latex_expression(expression->arguments[0], out);
    fputs(" = \\text{", out);
    latex_text(expression->keys[i], out);
    fputc('}', out);
  }
  fputs(" \\end{cases}", out);
}

static void write_interpolation(const struct expression *expression, FILE *out)
{
  fputs("\\operatorname{interpolate}\\left(", out);
  latex_expression(expression->arguments[0], out);
  for (int i = 1; i + 1 < expression->n; i += 2) {
    fputs(i > 1 ? ", " : "; ", out);
    latex_expression(expression->arguments[i], out);
    fputs(" \\mapsto ", out);
    latex_expression(expression->arguments[i + 1], out);
  }
  fputs("\\right)", out);
}

static void write_positive_root(const struct expression *expression, FILE *out)
{
  const struct expression *b = expression->arguments[0], *c = expression->arguments[1];

  fputs("\\frac{\\sqrt{{", out);
  write_argument(b, LEVEL_PRIMARY, true, out);
  fputs("}^{2} + 4 \\cdot ", out);
  write_argument(c, LEVEL_FRACTION, false, out);
  fputs("} - ", out);
  write_argument(b, LEVEL_PRODUCT, false, out);
  fputs("}{2}", out);
}

void latex_expression(const struct expression *expression, FILE *out)
{
  switch (expression->kind) {
  case EXPRESSION_NUMBER:
    write_quantity(expression, out);
    break;
  case EXPRESSION_SYMBOL:
    latex_name(expression->name, out);
    break;
  case EXPRESSION_WORD:
    fputs("\\text{", out);
    latex_text(expression->name, out);
    fputc('}', out);
    break;
  case EXPRESSION_IN:
    fputs("\\frac{", out);
    latex_expression(expression->arguments[0], out);
    fputs("}{", out);
    write_unit(expression->unit_text, out);
    fputc('}', out);
    break;
  case EXPRESSION_IF:
    write_if(expression, out);
    break;
  case EXPRESSION_LOOKUP:
    write_lookup(expression, out);
    break;
  case EXPRESSION_INTERPOLATE:
    write_interpolation(expression, out);
    break;
  case EXPRESSION_POSITIVE_ROOT:
    write_positive_root(expression, out);
    break;
  default:
    write_form(expression, out);
  }
}

static void write_symbol(const char *name, size_t length, FILE *out)
{
  const size_t base = name[0] == '_' ? length : strcspn(name, "_");
  size_t i = 0;

  if (length == 4 && strncmp(name, "TIME", 4) == 0) {
    fputc('t', out);
    return;
  }
  fputs(base > 1 && length > 1 ? "\\mathit{" : "", out);
  for (; i < base && i < length; i++) fprintf(out, name[i] == '_' ? "\\_" : "%c", name[i]);
  fputs(base > 1 && length > 1 ? "}" : "", out);
  while (i < length && name[i] == '_') i++;
  if (i == length) return;
  fputs("_{\\mathrm{", out);
  for (; i < length; i++) fputc(name[i] == '_' ? ',' : name[i], out);
  fputs("}}", out);
}

void latex_name(const char *name, FILE *out)
{
  const size_t length = strcspn(name, "(");

  if (!name[length]) {
    write_symbol(name, length, out);
    return;
  }
  fputs("\\operatorname{", out); /* first(event) */
  fprintf(out, "%.*s}\\left(", (int)length, name);
  write_symbol(name + length + 1, strcspn(name + length + 1, ")"), out);
  fputs("\\right)", out);
}

void latex_number(double value, FILE *out)
{
  char text[NUMBER_BYTES];
  const char *exponent = is_scientific(value) ? strchr(number_text(value, text), 'e') : NULL;

  if (!exponent)
    fputs(plain_text(value, text), out);
  else if (strncmp(text, "1e", 2) == 0)
    fprintf(out, "10^{%ld}", strtol(exponent + 1, NULL, 10));
  else
    fprintf(out, "%.*s \\cdot 10^{%ld}", (int)(exponent - text), text,
            strtol(exponent + 1, NULL, 10));
}

void latex_text(const char *text, FILE *out)
{
  static const struct {
    char c;
    const char *written;
  } special[] = {{'\\', "\\textbackslash{}"},
                 {'^', "\\textasciicircum{}"},
                 {'~', "\\textasciitilde{}"},
                 {'<', "\\textless{}"},
                 {'>', "\\textgreater{}"},
                 {'|', "\\textbar{}"},
                 {'"', "''"}};

  for (; *text; text++) {
    const char *written = NULL;

    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
      if (special[i].c == *text) written = special[i].written;
    if (written)
      fputs(written, out);
    else if ((unsigned char)*text <= ' ')
      fputc(' ', out);
    else
      fprintf(out, strchr("{}$&#%_", *text) ? "\\%c" : "%c", *text);
  }
}
